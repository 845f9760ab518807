"""A running Elasticsearch for the tests: the user's, Docker's, or one assembled here, in that order."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.elasticsearch_node.assembly import DEFAULT, VERSIONS, CannotAssembleError, Home, assemble
from tests.elasticsearch_node.node import Node, start_cluster


def need_home(version: str = DEFAULT) -> Home:
    """Return an assembled home; without one the test is left out, or fails where CI is set."""
    try:
        return assemble(version)
    except CannotAssembleError as error:
        lacking = f"Elasticsearch {version}: {error}; left out (or set ELASTICSEARCH_URL, or start Docker)"
        if os.environ.get("CI"):
            pytest.fail(lacking, pytrace=False)
        pytest.skip(lacking)


@pytest.fixture(scope="session")
def elasticsearch_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a server that the whole session shares; take index names of your own."""
    if given := os.environ.get("ELASTICSEARCH_URL"):
        yield given
    elif _docker_runs():
        with _container() as url:
            yield url
    else:
        node = Node(need_home(), tmp_path_factory.mktemp("elasticsearch")).start()
        yield node.url
        node.kill()


@pytest.fixture(params=list(VERSIONS))
def each_version(request: pytest.FixtureRequest) -> Home:
    """Homes of every version that this machine can run; only the first must be there, even in CI."""
    if request.param == DEFAULT:
        return need_home()
    try:
        return assemble(request.param)
    except CannotAssembleError as error:
        pytest.skip(f"Elasticsearch {request.param}: {error}")


@pytest.fixture
def start_node(tmp_path: Path) -> Iterator[Callable[..., Node]]:
    """Start nodes that the test may kill, freeze and fill: `start_node(**settings)`."""
    started: list[Node] = []

    def start(home: Home | None = None, **settings: Any) -> Node:
        node = Node(home or need_home(), tmp_path / f"node-{len(started)}", **settings)
        started.append(node)
        return node.start()

    yield start
    for node in started:
        node.kill()


@pytest.fixture(scope="module")
def own_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node that the tests of one module share and may kill; it runs again when the next one begins."""
    node = Node(need_home(), tmp_path_factory.mktemp("node"))
    yield node
    node.kill()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[list[Node]]:
    """Three nodes that form one cluster."""
    nodes = start_cluster(need_home(), tmp_path)
    yield nodes
    for node in nodes:
        node.kill()


def _docker_runs() -> bool:
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "info"], capture_output=True, timeout=30).returncode == 0


@contextmanager
def _container() -> Iterator[str]:
    options = ["--detach", "--rm", "--publish", "127.0.0.1::9200", "--env", "ES_JAVA_OPTS=-Xms512m -Xmx512m"]
    options += ["--env", "discovery.type=single-node", "--env", "xpack.security.enabled=false"]
    container = _docker("run", *options, f"elasticsearch:{DEFAULT}")
    try:
        yield f"http://{_docker('port', container, '9200/tcp').splitlines()[0]}"
    finally:
        _docker("kill", container)


def _docker(*command: str) -> str:
    return subprocess.run(["docker", *command], capture_output=True, text=True, check=True, timeout=600).stdout.strip()
