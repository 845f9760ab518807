"""A real server over the sample blog's lake, on a free port of this machine."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.http.app import create_app
from service.http.observed import json_log
from service.http.serving import server_of
from service.live import LiveProject
from service.project import open_project
from tests.service.conftest import Demo


@contextmanager
def serving(folder: Path, **settings: Any) -> Iterator[httpx.Client]:
    """Serve a project until the block ends; give a client of it. Settings are those under [serve]."""
    project = open_project(folder)
    serve = project.settings.serve.model_copy(update=settings)
    project = replace(project, settings=project.settings.model_copy(update={"serve": serve}))
    server = server_of(create_app(LiveProject(project), json_log()), "127.0.0.1", 0)
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()  # who connects before it is ready waits in the backlog
        host, port = listening.getsockname()
        try:
            with httpx.Client(base_url=f"http://{host}:{port}", timeout=30) as client:
                client.get("/health").raise_for_status()
                yield client
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="session")
def web(demo: Demo) -> Iterator[httpx.Client]:
    """A client of a server over the demo's project, which tests only read."""
    with serving(demo.folder) as client:
        yield client


@pytest.fixture
def get(web: httpx.Client) -> Callable[..., Any]:
    """Ask; the answer must be a success, and comes parsed."""

    def ask(path: str, **parameters: Any) -> Any:
        answer = web.get(path, params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return ask
