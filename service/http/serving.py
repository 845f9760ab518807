"""Serving an application on a socket, in this process or in several."""

import os
import socket
import sys
import tempfile
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

_CONNECTIONS = 1_000
_HEADERS = 32_768
_SWITCH = 0.001
"""Seconds after which a thread of Python's lets another go on: a long question must not hold up a quick one."""
_STARTING_SECONDS = 120
"""For how long a process may not answer its supervisor: at the start it imports much, on a busy machine slowly."""


def server_of(app: FastAPI, host: str, port: int) -> uvicorn.Server:
    """Return a server that is not started yet; port 0 means any that is free."""
    sys.setswitchinterval(_SWITCH)
    return uvicorn.Server(_config(app, host=host, port=port))


def server_for(folder: Path, *, processes: int, quiet: bool) -> Callable[[socket.socket], None]:
    """Return what answers for a project on a socket until a signal ends it.

    Several processes share the socket, the lake and the pages of memory that it is mapped into; a process that dies is
    replaced. Each has its own threads, rate limits and what it keeps; their figures are added.
    """
    make = partial(app_of, folder, quiet=quiet)
    if processes == 1:
        server = uvicorn.Server(_config(make()))
        return lambda listening: server.run(sockets=[listening])
    return lambda listening: _supervise(make, listening, processes)


def _supervise(make: Callable[[], FastAPI], listening: socket.socket, processes: int) -> None:
    with tempfile.TemporaryDirectory(prefix="topterms-metrics-") as figures:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = figures  # read by the processes as they start
        config = _config(make, factory=True, workers=processes, timeout_worker_healthcheck=_STARTING_SECONDS)
        Multiprocess(config, sockets=[listening]).run()


def app_of(folder: Path, *, quiet: bool) -> FastAPI:
    """Make the application of a project, with API and page."""
    from service.http.app import create_app
    from service.http.observed import json_log
    from service.live import LiveProject
    from service.page.site import router as page
    from service.project import open_project

    sys.setswitchinterval(_SWITCH)
    warnings.filterwarnings("ignore", "SOCKS support in urllib3")  # of what spaCy imports; nothing here fetches
    return create_app(LiveProject(open_project(folder)), json_log(quiet), pages=[page], warm=True)


def _config(app: FastAPI | Callable[[], FastAPI], **more: object) -> uvicorn.Config:
    """Return how to serve; h11 reads requests rather than httptools, since it bounds what headers may take."""
    return uvicorn.Config(
        app,
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
        **more,  # type: ignore[arg-type]  # each of its own type
    )
