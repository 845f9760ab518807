"""Errors as they are answered: problem details by RFC 9457. The one place that knows HTTP statuses of errors."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from records.errors import (
    ConfigurationError,
    EngineError,
    NoSnapshotError,
    QueryError,
    TopTermsError,
    UnknownEntityError,
)
from service.http.work import BusyError

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 2
UNFORESEEN = "something failed that nobody foresaw; the log says what"
_MOST_ERRORS = 10
_SHOWN = 300
_STATUSES: dict[type[TopTermsError], HTTPStatus] = {
    QueryError: HTTPStatus.BAD_REQUEST,
    UnknownEntityError: HTTPStatus.NOT_FOUND,
    NoSnapshotError: HTTPStatus.NOT_FOUND,
    EngineError: HTTPStatus.SERVICE_UNAVAILABLE,
    ConfigurationError: HTTPStatus.SERVICE_UNAVAILABLE,
}


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = "about:blank"
    title: str
    """The status in words."""
    status: int
    detail: str
    """What was found and what was expected."""
    errors: list[str] = []
    """Each parameter that cannot be used, and why."""


def problem(
    status: int, detail: str, errors: list[str] | None = None, headers: dict[str, str] | None = None
) -> JSONResponse:
    """Return a problem as an answer."""
    body = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=errors or [])
    return JSONResponse(body.model_dump(), status, headers, MEDIA_TYPE)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what an OpenAPI says of these statuses, each a problem."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in statuses
    }


ANY_REQUEST = documented(400, 404, 408, 413, 422, 429, 500, 503)
"""What any question may be answered besides its answer."""


def status_of(error: TopTermsError) -> HTTPStatus:
    """Return the status that an error is answered with."""
    return next((s for kind, s in _STATUSES.items() if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)


def detail_of(error: TopTermsError) -> str:
    """Return what a caller may know of an error: paths of this machine are for its log."""
    if isinstance(error, QueryError | UnknownEntityError | NoSnapshotError):
        return str(error)
    return "the question cannot be answered now; whoever runs the service finds the reason in its log"


def answer_problems(app: FastAPI) -> None:
    """Let an application answer every error with a problem."""
    app.add_exception_handler(TopTermsError, _on_own)
    app.add_exception_handler(BusyError, _on_busy)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_invalid)


def validation_errors(error: RequestValidationError) -> list[str]:
    """Say which parameters cannot be used, and why; of what was found the beginning only."""
    return [
        f"{'.'.join(map(str, e['loc'][1:])) or e['loc'][0]}: {e['msg']}; found {str(e.get('input'))[:_SHOWN]!r}"
        for e in error.errors()[:_MOST_ERRORS]
    ]


async def _on_own(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, TopTermsError)  # noqa: S101  # it is registered for these
    status = status_of(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        request.state.error = f"{type(error).__name__}: {error}"
    headers = {"Retry-After": str(RETRY_SECONDS)} if status == HTTPStatus.SERVICE_UNAVAILABLE else None
    return problem(status, detail_of(error), headers=headers)


async def _on_busy(request: Request, error: Exception) -> JSONResponse:
    request.state.error = str(error)
    return problem(503, f"{error}; try again in a moment", headers={"Retry-After": str(RETRY_SECONDS)})


async def _on_http(request: Request, error: Exception) -> Response:
    del request
    assert isinstance(error, HTTPException)  # noqa: S101  # it is registered for these
    headers = dict(error.headers) if error.headers else None
    if error.status_code == HTTPStatus.NOT_MODIFIED:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return problem(error.status_code, str(error.detail), headers=headers)


async def _on_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101  # it is registered for these
    if any(found["loc"] == ("path", "collection") for found in error.errors()):
        return problem(404, f"nothing is at {request.url.path[:_SHOWN]}; /v1/openapi.json lists what there is")
    return problem(422, "a parameter cannot be used", validation_errors(error))
