"""Fixtures of tests that need an object store."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.object_store.server import BUCKET, Server


@pytest.fixture(scope="session")
def store_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that all tests share; none stops it."""
    server = Server(tmp_path_factory.mktemp("objects"))
    yield server
    server.stop()


@pytest.fixture
def address(store_server: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a prefix where nothing is yet, with the environment set for it."""
    for name, value in store_server.environment.items():
        monkeypatch.setenv(name, value)
    return f"s3://{BUCKET}/{uuid4().hex}"
