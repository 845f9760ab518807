"""What docs/elasticsearch.md says of backups holds."""

import pytest
from elasticsearch import Elasticsearch

from index.elasticsearch import ElasticsearchIndex
from records.types import EntityKind
from tests.elasticsearch_node.node import Node
from tests.index.contract import SNAPSHOT
from tests.snapshots import random_snapshot

pytestmark = pytest.mark.elasticsearch

SEED = {"artist-000001": 1.0}


def test_a_restored_backup_of_the_live_indices_answers_as_before(own_node: Node) -> None:
    """Backed up as the docs say, deleted, restored as the docs say; older snapshots are not in the backup."""
    own_node.start()
    index = ElasticsearchIndex(own_node.url, deadline=60.0)
    client = Elasticsearch(own_node.url, request_timeout=60)
    index.publish(random_snapshot(entities=20, terms=40, seed=1))
    index.publish(SNAPSHOT)
    before = index.similar(SEED, EntityKind.ARTIST)
    status = index.status().live
    client.snapshot.create_repository(
        name="backup", repository={"type": "fs", "settings": {"location": str(own_node.folder / "backup")}}
    )
    only_live = {"indices": "topterms-live", "include_global_state": False}
    client.snapshot.create(repository="backup", snapshot="day", wait_for_completion=True, **only_live)
    client.indices.delete(index=list(client.indices.get(index="topterms-*", features="aliases")))
    assert index.status().live is None
    everything = {"indices": "topterms-*", "include_aliases": True, "include_global_state": False}
    client.snapshot.restore(repository="backup", snapshot="day", wait_for_completion=True, **everything)
    assert index.similar(SEED, EntityKind.ARTIST) == before
    restored = index.status()
    assert restored.live is not None
    assert status is not None
    assert (restored.live.id, restored.live.published_at) == (status.id, status.published_at)
    assert restored.kept == ()
