"""Whatever breaks, what was live stays live, what is half-published is never seen, and the next run completes."""

import http.server
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from index.elasticsearch import ElasticsearchIndex
from records.errors import EngineError
from records.types import EntityKind
from tests.elasticsearch_node.assembly import Home
from tests.elasticsearch_node.node import Node
from tests.index.contract import SNAPSHOT, assert_exact
from tests.index.exact import exact_scores
from tests.snapshots import random_snapshot

pytestmark = pytest.mark.elasticsearch

ARTIST = EntityKind.ARTIST
SEED = {"artist-000001": 1.0}
NEXT = random_snapshot(entities=1300, terms=300, seed=8)


@pytest.fixture
def empty_node(own_node: Node) -> Iterator[Node]:
    """A node that the test may kill, with nothing in it."""
    if not own_node.is_running:
        own_node.start()
    yield own_node
    client = Elasticsearch(own_node.url)
    client.cluster.put_settings(persistent={"cluster.*": None})
    if left := indices_of(own_node):
        client.indices.delete(index=list(left))


@pytest.fixture
def node(empty_node: Node) -> Node:
    """A node that the test may kill, in which SNAPSHOT is live."""
    opened(empty_node).publish(SNAPSHOT)
    return empty_node


def opened(node: Node, **arguments: Any) -> ElasticsearchIndex:
    return ElasticsearchIndex(node.url, **{"deadline": 30.0} | arguments)


def assert_live_is_whole(index: ElasticsearchIndex) -> None:
    """Hold that SNAPSHOT is live and answers as it should, and that nothing half-published shows."""
    status = index.status()
    assert status.live is not None
    assert status.live.id == SNAPSHOT.id
    assert status.kept == ()
    assert_exact(index.similar(SEED, ARTIST, 10), exact_scores(SNAPSHOT, ARTIST, SEED), 10)


def assert_next_run_completes(node: Node) -> None:
    """Hold that publishing again makes NEXT live, and leaves the indices of two snapshots and no others."""
    index = opened(node)
    index.publish(NEXT)
    status = index.status()
    assert status.live is not None
    assert (status.live.id, [kept.id for kept in status.kept]) == (NEXT.id, [SNAPSHOT.id])
    assert len(indices_of(node)) == 8
    assert_exact(index.similar(SEED, ARTIST, 10), exact_scores(NEXT, ARTIST, SEED), 10)


def indices_of(node: Node) -> set[str]:
    return set(Elasticsearch(node.url).indices.get(index="topterms-*", features="aliases"))


def when_half_done(act: Callable[[], object]) -> Callable[[str, int, int | None], None]:
    """Return a listener to progress that acts once, when something but not everything is written."""
    acted: list[int] = []

    def listen(stage: str, done: int, total: int | None) -> None:
        if 0 < done < (total or 0) and not acted:
            acted.append(done)
            act()

    return listen


def test_a_node_killed_in_the_middle_of_a_publish_comes_back_with_what_was_live(node: Node) -> None:
    with pytest.raises(EngineError, match="cannot be reached"):
        opened(node).publish(NEXT, when_half_done(node.kill))
    node.start()
    assert len(indices_of(node)) == 8, "the test is to leave something half-published"
    assert_live_is_whole(opened(node))
    assert_next_run_completes(node)


_PUBLISHER = """
import os, signal, sys
from index.elasticsearch import ElasticsearchIndex
from tests.index.elasticsearch.test_failures import NEXT, when_half_done
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "filling":
    ElasticsearchIndex(sys.argv[1]).publish(NEXT, when_half_done(die))
ElasticsearchIndex._make_live = die
ElasticsearchIndex(sys.argv[1]).publish(NEXT)
"""


@pytest.mark.parametrize("moment", ["filling", "before the switch"])
def test_a_killed_publisher_leaves_nothing_to_be_seen(node: Node, moment: str) -> None:
    """Killed (-9) while it fills the indices, or when they are complete but not live yet."""
    root = str(Path(__file__).parents[3])
    killed = subprocess.run(
        [sys.executable, "-c", _PUBLISHER, node.url, moment], cwd=root, env={**os.environ, "PYTHONPATH": root}
    )
    assert killed.returncode == -signal.SIGKILL
    index = opened(node)
    status = index.status()
    assert status.live is not None
    assert status.live.id == SNAPSHOT.id
    assert [kept.id for kept in status.kept] == ([] if moment == "filling" else [NEXT.id])
    assert_next_run_completes(node)


def test_a_full_disk_found_while_writing_is_named_and_the_next_run_cleans_up(node: Node) -> None:
    """The block that Elasticsearch puts on indices at its flood stage watermark."""
    client = Elasticsearch(node.url)
    full = when_half_done(lambda: block(client, {"index.blocks.read_only_allow_delete": True}))
    with pytest.raises(EngineError, match="429") as raised:
        opened(node, retries=1).publish(NEXT, full)
    assert "read-only" in str(raised.value)
    client.indices.put_settings(index="topterms-live", settings={"index.blocks.read_only_allow_delete": None})
    assert_live_is_whole(opened(node))
    assert_next_run_completes(node)


def test_a_rejection_that_passes_is_waited_for(node: Node) -> None:
    """Status 429 while the publish goes on, lifted by somebody else after a while: nothing is lost."""
    client = Elasticsearch(node.url)

    lift = threading.Timer(0.5, lambda: block(client, {"index.blocks.read_only_allow_delete": None}))

    def busy() -> None:
        block(client, {"index.blocks.read_only_allow_delete": True})
        lift.start()

    opened(node).publish(NEXT, when_half_done(busy))
    lift.join()
    assert len(indices_of(node)) == 8
    assert_exact(opened(node).similar(SEED, ARTIST, 10), exact_scores(NEXT, ARTIST, SEED), 10)


def block(client: Elasticsearch, settings: dict[str, Any]) -> None:
    filling = [i for i, found in client.indices.get(index="topterms-*").items() if f"{i}-filling" in found["aliases"]]
    client.indices.put_settings(index=filling, settings=settings)


def test_a_cluster_that_is_always_busy_is_said_to_be(start_node: Callable[..., Node]) -> None:
    node = start_node(**{"indexing_pressure.memory.limit": "1kb"})
    with pytest.raises(EngineError, match="429"):
        opened(node, retries=1).publish(SNAPSHOT)
    assert opened(node).status().live is None


def test_a_disk_above_the_watermark_takes_no_new_index_and_the_message_says_so(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.elasticsearch_server._START_SECONDS", 3)
    client = Elasticsearch(node.url)
    watermark = "cluster.routing.allocation.disk.watermark."
    limits = {"low": "999pb", "high": "999pb", "flood_stage": "1b", "flood_stage.frozen": "1b"}
    client.cluster.put_settings(persistent={watermark + name: limit for name, limit in limits.items()})
    with pytest.raises(EngineError, match="did not start the shards") as raised:
        opened(node).publish(NEXT)
    assert "watermark" in str(raised.value)
    assert_live_is_whole(opened(node))
    client.cluster.put_settings(persistent={watermark + "*": None})
    assert_next_run_completes(node)


def test_a_template_that_changes_the_mapping_is_found_before_anything_is_written(node: Node) -> None:
    client = Elasticsearch(node.url)
    surprise = {"mappings": {"properties": {"surprise": {"type": "keyword"}}}}
    client.indices.put_index_template(name="surprise", index_patterns=["topterms-*"], template=surprise)
    with pytest.raises(EngineError, match=r"surprise is keyword.*index template"):
        opened(node).publish(NEXT)
    assert_live_is_whole(opened(node))
    client.indices.delete_index_template(name="surprise")
    assert_next_run_completes(node)


def test_an_index_that_has_the_name_of_the_alias_is_said_to_be_in_the_way(empty_node: Node) -> None:
    client = Elasticsearch(empty_node.url)
    client.indices.create(index="topterms-live")
    with pytest.raises(EngineError, match="topterms-live"):
        opened(empty_node).publish(SNAPSHOT)
    client.indices.delete(index="topterms-live")
    opened(empty_node).publish(SNAPSHOT)
    assert_live_is_whole(opened(empty_node))


def test_a_lost_shard_is_an_error_and_never_half_an_answer(node: Node) -> None:
    """A red index: its files are gone when the node comes back. The next publish needs none of them."""
    live = Elasticsearch(node.url).indices.get(index="topterms-live", features="settings")
    uuid = next(v["settings"]["index"]["uuid"] for name, v in live.items() if name.endswith("artist"))
    node.kill()
    shutil.rmtree(node.folder / "data" / "indices" / uuid / "0" / "index")
    node.start()
    index = opened(node)
    with pytest.raises(EngineError, match="503"):
        index.similar(SEED, ARTIST)
    index.publish(NEXT)
    assert_exact(index.similar(SEED, ARTIST, 10), exact_scores(NEXT, ARTIST, SEED), 10)


def test_a_node_that_does_not_answer_in_time_is_an_error_that_names_the_deadline(node: Node) -> None:
    index = opened(node, deadline=1.0)
    node.pause()
    try:
        with pytest.raises(EngineError, match="deadline of 1 s"):
            index.similar(SEED, ARTIST)
    finally:
        node.resume()
    assert_live_is_whole(index)


def test_a_node_that_is_not_there_is_an_error_that_asks_whether_it_runs(node: Node) -> None:
    node.kill()
    try:
        with pytest.raises(EngineError, match=r"cannot be reached.*is it running"):
            opened(node).similar(SEED, ARTIST)
    finally:
        node.start()


@contextmanager
def serving(handler: type[http.server.BaseHTTPRequestHandler]) -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Page(_Quiet):
    def do_GET(self) -> None:
        body = b"<html>Hello</html>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.mark.parametrize("handler", [_Quiet, _Page])
def test_a_server_that_is_no_elasticsearch_is_said_not_to_be(handler: type[_Quiet]) -> None:
    with serving(handler) as url, pytest.raises(EngineError, match=r"Elasticsearch|is this its URL"):
        ElasticsearchIndex(url).status()


@pytest.mark.parametrize("version", ["7.17.28", "8.10.4", "10.0.0"])
def test_a_server_of_another_version_is_refused_by_number(version: str) -> None:
    """Such servers cannot be had here, so one stands in that says what they would say."""

    class Other(_Quiet):
        def do_GET(self) -> None:
            body = json.dumps({"nodes": {"a": {"version": version}}}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("X-Elastic-Product", "Elasticsearch")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with serving(Other) as url, pytest.raises(EngineError, match=f"is Elasticsearch {version}; expected"):
        ElasticsearchIndex(url).status()


def test_every_version_answers_alike(each_version: Home, start_node: Callable[..., Node]) -> None:
    """A drawn snapshot large enough for two steps, on each server that can be had here."""
    index = opened(start_node(each_version))
    drawn = random_snapshot(entities=3200, terms=1200, seed=3)
    index.publish(drawn)
    for i in (0, 700, 1999):
        seeds = {f"artist-{i:06}": 1.0, "artist-000005": -0.3}
        assert_exact(index.similar(seeds, ARTIST, 10), exact_scores(drawn, ARTIST, seeds), 10)
