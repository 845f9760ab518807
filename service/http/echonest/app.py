"""The application under /api/v4, with errors and an OpenAPI of its own."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from records.errors import TopTermsError
from service.http.echonest import artist, genre, song
from service.http.echonest.answers import INVALID, MISSING, RATE, UNKNOWN, VERSION, Answer, CallError, fail
from service.http.problems import RETRY_SECONDS, UNFORESEEN, detail_of, status_of, validation_errors
from service.http.state import Service
from service.http.work import BusyError

PREFIX = "/api/v4"
_ANSWERS = {status: {"model": Answer} for status in (200, 400, 408, 413, 429, 500, 503)}


def create_echonest(service: Service) -> FastAPI:
    """Make the application that is mounted at PREFIX."""
    app = FastAPI(
        title="The Echo Nest's API, as topterms answers it",
        version=VERSION,
        description="See docs/echonest.md.",
        docs_url=None,
        redoc_url=None,
        responses=_ANSWERS,  # type: ignore[arg-type]  # a dictionary of different things
    )
    app.state.service = service
    for part in (artist, song, genre):
        app.include_router(part.router)
    app.add_exception_handler(CallError, _on_call)
    app.add_exception_handler(TopTermsError, _on_own)
    app.add_exception_handler(BusyError, _on_busy)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(Exception, _on_unforeseen)
    return app


def refuse(status: int, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return the answer to a request that was not let in."""
    return fail(RATE if status == 429 else UNKNOWN, detail, status, headers)


async def _on_call(request: Request, error: Exception) -> JSONResponse:
    del request
    assert isinstance(error, CallError)  # noqa: S101  # it is registered for these
    return fail(error.code, error.message, error.status)


async def _on_own(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, TopTermsError)  # noqa: S101  # it is registered for these
    status = status_of(error)
    if status < 500:
        return fail(INVALID, f"Invalid parameter: {detail_of(error)}")
    request.state.error = f"{type(error).__name__}: {error}"
    return fail(UNKNOWN, detail_of(error), status)


async def _on_busy(request: Request, error: Exception) -> JSONResponse:
    request.state.error = str(error)
    return fail(UNKNOWN, f"{error}; try again in a moment", 503, {"Retry-After": str(RETRY_SECONDS)})


async def _on_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101  # it is registered for these
    if error.status_code == 404:
        call = request.url.path.removeprefix(PREFIX)
        return fail(INVALID, f"Invalid parameter: no call {call!r} here; docs/echonest.md lists those there are")
    return fail(UNKNOWN, str(error.detail), error.status_code, dict(error.headers or {}))


async def _on_invalid(request: Request, error: Exception) -> JSONResponse:
    del request
    assert isinstance(error, RequestValidationError)  # noqa: S101  # it is registered for these
    if all(found["type"] == "missing" for found in error.errors()):
        return fail(MISSING, f"Missing parameter: {', '.join(str(found['loc'][-1]) for found in error.errors())}")
    return fail(INVALID, f"Invalid parameter: {'; '.join(validation_errors(error))}")


async def _on_unforeseen(request: Request, error: Exception) -> JSONResponse:
    del request, error  # it is raised again, and logged
    return fail(UNKNOWN, UNFORESEEN, 500)
