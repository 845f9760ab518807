"""Serving an application on a socket."""

import sys

import uvicorn
from fastapi import FastAPI

_CONNECTIONS = 1_000
_HEADERS = 32_768
_SWITCH = 0.001
"""Seconds after which a thread of Python's lets another go on: a long question must not hold up a quick one."""


def server_of(app: FastAPI, host: str, port: int) -> uvicorn.Server:
    """Return a server that is not started yet; port 0 means any that is free.

    h11 reads requests rather than httptools: it bounds what headers may take.
    """
    sys.setswitchinterval(_SWITCH)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http="h11",
        ws="none",
        h11_max_incomplete_event_size=_HEADERS,
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=10,
        server_header=False,
        access_log=False,
        log_level="warning",
    )
    return uvicorn.Server(config)
