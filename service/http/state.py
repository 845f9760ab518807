"""What every question is given: the service, and whether its caller has the answer already."""

import hmac
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from pydantic import TypeAdapter, ValidationError
from starlette.exceptions import HTTPException

from service.http.observed import Metrics
from service.http.warming import Warmer
from service.http.work import Workers
from service.live import LiveProject
from service.settings import ServeSettings

NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "What `If-None-Match` names is still the answer"}}
_VERSION = version("topterms")
_DAY = TypeAdapter(date)


@dataclass(frozen=True, slots=True)
class Service:
    """All that answers a question."""

    live: LiveProject
    workers: Workers
    metrics: Metrics
    warmer: Warmer

    @property
    def settings(self) -> ServeSettings:
        """What the service bears, and from whom."""
        return self.live.project.settings.serve


def service_of(request: Request) -> Service:
    """Return the service of the application that was asked."""
    service: Service = request.app.state.service
    return service


async def _service(request: Request) -> Service:
    return service_of(request)  # a dependency that is no coroutine would cost a thread


async def expect_change(request: Request, response: Response) -> None:
    """Answer 304 where the caller has what the live snapshot says; else mark the answer with what it comes of.

    Raises:
        HTTPException: the caller has it.
    """
    service = service_of(request)
    version = await service.workers.quick.answer(lambda: service.live.version(_days(request)))
    tag = f'W/"{version}-{_VERSION}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    known = {part.strip() for part in request.headers.get("if-none-match", "").split(",")}
    if request.method in ("GET", "HEAD") and known & {tag, tag.removeprefix("W/"), "*"}:
        raise HTTPException(304, headers=headers)
    response.headers.update(headers)


def _days(request: Request) -> Iterator[date]:
    """Yield the days that a request names; what is none is refused by the question itself."""
    for name in ("day", "since", "until"):
        with suppress(ValidationError):
            yield _DAY.validate_python(request.query_params.get(name))


async def expect_key(request: Request) -> None:
    """Let those pass who have the key.

    Raises:
        HTTPException: the caller has none, or nobody can have one.
    """
    key = service_of(request).settings.api_key.get_secret_value()
    if not key:
        raise HTTPException(403, "this service is read-only: it was given no key (TOPTERMS_SERVE__API_KEY)")
    given = request.headers.get("authorization", "").encode()
    if not hmac.compare_digest(given, f"Bearer {key}".encode()):
        raise HTTPException(401, "expected the header Authorization: Bearer KEY", {"WWW-Authenticate": "Bearer"})


ServiceOf = Annotated[Service, Depends(_service)]
Changing = Depends(expect_change)
