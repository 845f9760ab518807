"""The shape of every answer: `response.status` with a code, and beside it what was asked for."""

from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict

VERSION = "4.2"
SUCCESS, UNKNOWN, RATE, MISSING, INVALID = 0, -1, 3, 4, 5


class Status(BaseModel):
    """How it went."""

    version: str
    code: int
    """0 success, -1 unknown error, 3 too many requests, 4 missing parameter, 5 invalid parameter."""
    message: str


class Response(BaseModel):
    """The status, and what was asked for beside it."""

    model_config = ConfigDict(extra="allow")

    status: Status


class Answer(BaseModel):
    """Any answer."""

    response: Response


class CallError(Exception):
    """A call that cannot be answered.

    Args:
        code: the Echo Nest's code.
        message: what was found and what was expected.
        status: HTTP status; 400 is the one whose body the old client reads.
    """

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


def succeed(**parts: Any) -> JSONResponse:
    """Return an answer."""
    status = {"version": VERSION, "code": SUCCESS, "message": "Success"}
    return JSONResponse({"response": {"status": status, **parts}})


def fail(code: int, message: str, status: int = 400, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return an error in the shape of an answer."""
    body = {"response": {"status": {"version": VERSION, "code": code, "message": message}}}
    return JSONResponse(body, status, headers)
