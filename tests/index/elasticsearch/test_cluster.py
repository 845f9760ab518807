"""Three nodes on loopback: one may die at any time."""

import contextlib

import pytest

from index.elasticsearch import ElasticsearchIndex
from records.errors import EngineError
from records.snapshot import Snapshot
from records.types import EntityKind
from tests.elasticsearch_node.node import Node
from tests.index.contract import SNAPSHOT, assert_exact
from tests.index.exact import exact_scores
from tests.snapshots import random_snapshot

pytestmark = [pytest.mark.elasticsearch, pytest.mark.timeout(600)]

ARTIST = EntityKind.ARTIST
NEXT = random_snapshot(entities=1300, terms=300, seed=8)


def opened(nodes: list[Node]) -> ElasticsearchIndex:
    return ElasticsearchIndex(",".join(node.url for node in nodes), deadline=60.0, shards=2)


def test_a_node_killed_during_queries_costs_no_answer(cluster: list[Node]) -> None:
    """The elected master dies (-9) between two of sixty questions; every one of them is answered, and rightly."""
    index = opened(cluster)
    index.publish(SNAPSHOT)
    for i in range(60):
        if i == 20:
            cluster[0].kill()
        seeds = {f"artist-{i:06}": 1.0}
        assert_exact(index.similar(seeds, ARTIST, 10), exact_scores(SNAPSHOT, ARTIST, seeds), 10)


def test_a_node_killed_during_a_publish_changes_no_answer_and_the_next_run_completes(cluster: list[Node]) -> None:
    """Whether the publish gets over it or fails, what was live answers until the new snapshot does."""
    index = opened(cluster)
    index.publish(SNAPSHOT)
    seeds = {"artist-000001": 1.0}
    right = exact_scores(SNAPSHOT, ARTIST, seeds)
    killed = []

    def kill_one(stage: str, done: int, total: int | None) -> None:
        if 0 < done < (total or 0) and not killed:
            killed.append(cluster[1])
            cluster[1].kill()
        assert_exact(index.similar(seeds, ARTIST, 10), right, 10)

    with contextlib.suppress(EngineError):
        index.publish(NEXT, kill_one)
    assert killed
    assert_exact(index.similar(seeds, ARTIST, 10), exact_scores(live(index), ARTIST, seeds), 10)
    index.publish(NEXT)
    assert live(index) is NEXT
    assert_exact(index.similar(seeds, ARTIST, 10), exact_scores(NEXT, ARTIST, seeds), 10)


def live(index: ElasticsearchIndex) -> Snapshot:
    status = index.status()
    assert status.live is not None
    return {snapshot.id: snapshot for snapshot in (SNAPSHOT, NEXT)}[status.live.id]
