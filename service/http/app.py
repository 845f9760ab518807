"""The application: routers, what stands before them, and an OpenAPI that says what they answer."""

import warnings
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI
from fastapi.responses import Response
from pydantic.json_schema import models_json_schema
from pydantic.warnings import UnsupportedFieldAttributeWarning

from service.http.echonest import app as echonest
from service.http.guard import Guard
from service.http.observed import Metrics, Observed
from service.http.problems import Problem, answer_problems, problem
from service.http.routes import alike, corpus, entities, operation, posted
from service.http.state import Service
from service.http.warming import Warmer
from service.http.work import Workers
from service.live import LiveProject

ROUTERS = (operation.router, alike.router, corpus.router, posted.router, entities.router)
"""In this order: the last takes whatever address begins with /v1/artists or /v1/songs."""
_DESCRIPTION = """Top terms of artists and songs, from what people write about them: docs/http.md.

Errors are problems (RFC 9457). Answers that come of the live snapshot alone carry an ETag of it."""

# FastAPI silences it for the moment in which it builds a field; what another thread imports then may undo that
warnings.simplefilter("ignore", UnsupportedFieldAttributeWarning)


def create_app(
    live: LiveProject,
    log: structlog.typing.FilteringBoundLogger,
    pages: Sequence[APIRouter] = (),
    *,
    warm: bool = False,
) -> FastAPI:
    """Make the application that answers for a project.

    Args:
        live: the project.
        log: where requests are told of.
        pages: routers of what is no API, such as a web page; mounted last and left out of the OpenAPI.
        warm: whether what takes long is worked out before anybody asks, and `/ready` waits for it.
    """
    workers = Workers(live.project.settings.serve)
    service = Service(live, workers, Metrics(workers), Warmer(live, log))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if warm:
            service.warmer.start()
        yield
        service.warmer.stop()
        workers.close()
        service.metrics.close()

    app = FastAPI(
        title="topterms",
        version=version("topterms"),
        description=_DESCRIPTION,
        openapi_url="/v1/openapi.json",
        docs_url=None,  # its page would fetch scripts from elsewhere
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.service = service
    for router in ROUTERS:
        app.include_router(router)
    app.mount(echonest.PREFIX, echonest.create_echonest(service))
    for page in pages:
        app.include_router(page, include_in_schema=False)
    answer_problems(app)
    app.add_middleware(Guard, settings=service.settings, refuse=_refuse)
    app.add_middleware(Observed, metrics=service.metrics, log=log)  # the last added stands first
    _know_problems(app)
    return app


def _refuse(path: str, status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    """Answer a request that is not let in as its API answers errors."""
    if path.startswith(f"{echonest.PREFIX}/"):
        return echonest.refuse(status, detail, headers)
    return problem(status, detail, headers=headers)


def _know_problems(app: FastAPI) -> None:
    """Put the schema of a problem, which no route returns by type, into the OpenAPI."""
    make = app.openapi

    def openapi() -> dict[str, Any]:
        schema = make()
        _, definitions = models_json_schema([(Problem, "serialization")], ref_template="#/components/schemas/{model}")
        schema["components"]["schemas"].update(definitions["$defs"])
        return schema

    app.openapi = openapi  # type: ignore[method-assign]  # the way FastAPI documents
