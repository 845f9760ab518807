"""A real server over the sample blog's lake, on a free port of this machine."""

import shutil
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import APIRouter

from records.snapshot import read_snapshot, write_snapshot
from service.http.app import create_app
from service.http.observed import json_log
from service.http.serving import server_of
from service.live import LiveProject
from service.pipeline import writing
from service.project import create_project, open_project
from tests.service.conftest import Demo
from tests.snapshots import random_snapshot

EARLIER = random_snapshot(entities=40, terms=60, seed=1)
LATER = random_snapshot(entities=40, terms=60, seed=2)
CATALOG = """id,kind,name,aliases,artist,disambiguation,foreign_ids,area,begin,end
artist-000000,artist,Artist 0,,,,made:artist0,Reading,1989-10,1995
artist-000001,artist,Artist 1,,,,,,,
"""


_PATIENCE = 120.0
"""Seconds that a client waits: a machine that runs the tests may be busy with other things."""


@contextmanager
def serving(
    folder: Path, pages: Sequence[APIRouter] = (), *, warm: bool = False, **settings: Any
) -> Iterator[httpx.Client]:
    """Serve a project until the block ends; give a client of it. Settings are those under [serve]."""
    project = open_project(folder)
    serve = project.settings.serve.model_copy(update={"deadline": _PATIENCE} | settings)
    project = replace(project, settings=project.settings.model_copy(update={"serve": serve}))
    app = create_app(LiveProject(project), json_log(), pages, warm=warm)
    server = server_of(app, "127.0.0.1", 0)
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()  # who connects before it is ready waits in the backlog
        host, port = listening.getsockname()
        try:
            with httpx.Client(base_url=f"http://{host}:{port}", timeout=_PATIENCE) as client:
                client.get("/health").raise_for_status()
                client.app_state = app.state.service  # type: ignore[attr-defined]  # for tests that wait for it
                yield client
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="session")
def web(demo: Demo) -> Iterator[httpx.Client]:
    """A client of a server over the demo's project, which tests only read."""
    with serving(demo.folder) as client:
        yield client


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with two drawn snapshots in its lake, none published, whose catalogue has foreign ids and years."""
    folder = tmp_path_factory.mktemp("drawn") / "project"
    project = create_project(folder, settings="", sources="", catalog=CATALOG)
    with writing(project) as chain:
        chain.refresh_catalog()
        for snapshot, day in ((EARLIER, date(2026, 11, 1)), (LATER, date(2026, 11, 20))):
            write_snapshot(chain.lake, replace(snapshot, day=day))
    return folder


@pytest.fixture
def lake_of_two(drawn: Path, tmp_path: Path) -> Path:
    """A copy of that project, to change."""
    return Path(shutil.copytree(drawn, tmp_path / "project"))


def publish(folder: Path, day: date) -> str:
    """Publish the vectors of a day; return the id of the snapshot."""
    with writing(open_project(folder)) as chain:
        chain.publish(day)
    return read_snapshot(open_project(folder).lake(), day).id


@pytest.fixture
def get(web: httpx.Client) -> Callable[..., Any]:
    """Ask; the answer must be a success, and comes parsed."""

    def ask(path: str, **parameters: Any) -> Any:
        answer = web.get(path, params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return ask
