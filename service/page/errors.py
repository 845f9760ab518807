"""Errors as people read them: what happened, and what to do now."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from records.errors import NoSnapshotError, QueryError, TopTermsError, UnknownEntityError
from records.types import Entity, EntityKind
from service.http.problems import RETRY_SECONDS, detail_of, status_of, validation_errors
from service.http.shapes import Suggestion
from service.http.state import Service
from service.http.work import BusyError
from service.page.rendering import render

_OTHERS = 8


class NobodyError(Exception):
    """Nobody is meant for sure by a name, or several are.

    Args:
        name: as it was typed.
        others: who may be meant.
        several: whether the name is that of several.
    """

    def __init__(self, name: str, others: list[Suggestion], several: bool) -> None:
        super().__init__(name)
        self.name, self.others, self.several = name, others, several


def found(service: Service, name: str, kind: EntityKind | None = None) -> Entity:
    """Return the entity of a name or an id.

    Raises:
        NobodyError: there is none, or there are several.
    """
    try:
        return service.live.resolve(name, kind)
    except (UnknownEntityError, QueryError) as error:
        index = service.live.index
        others = Suggestion.of(index, index.suggest(name, kind, _OTHERS))
        raise NobodyError(name, others, isinstance(error, QueryError)) from error


class PageRoute(APIRoute):
    """A route whose errors are answered as pages."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        answer = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await answer(request)
            except (NobodyError, TopTermsError, BusyError, RequestValidationError, HTTPException) as error:
                return _page_of(request, error)

        return handler


def _page_of(request: Request, error: Exception) -> Response:
    if isinstance(error, NobodyError):
        status = 300 if error.several else 404
        return render("nobody.html", status, name=error.name, others=error.others, several=error.several)
    if isinstance(error, NoSnapshotError):
        return render("unpublished.html", 404)
    if isinstance(error, TopTermsError):
        status = int(status_of(error))
        if status >= 500:
            request.state.error = f"{type(error).__name__}: {error}"
        return _failed(status, detail_of(error))
    if isinstance(error, BusyError):
        request.state.error = str(error)
        return _failed(503, "Many ask at the moment. Reload the page in a few seconds.")
    if isinstance(error, RequestValidationError):
        return _failed(422, "; ".join(validation_errors(error)))
    assert isinstance(error, HTTPException)  # noqa: S101  # nothing else is caught
    return _failed(error.status_code, str(error.detail))


def _failed(status: int, detail: str) -> Response:
    headers = {"Retry-After": str(RETRY_SECONDS)} if status == 503 else None
    return render("failed.html", status, headers, heading=_HEADINGS.get(status, "That did not work"), detail=detail)


_HEADINGS = {
    400: "That question has no answer",
    404: "There is nothing here",
    422: "That cannot be asked",
    503: "Not just now",
}
