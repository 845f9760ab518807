"""Neighbours in an export are those that the index answers."""

from pathlib import Path

import pytest

from index.embedded import EmbeddedIndex
from index.export import Extras, export, read_export
from records.errors import InputError
from records.lake import Lake
from records.types import EntityKind
from tests.index.made import with_equal_rows
from tests.snapshots import random_snapshot


def test_neighbors_are_those_of_the_index(tmp_path: Path) -> None:
    """In the same order, with the same scores, also where some are alike to the bit."""
    drawn = random_snapshot(entities=60, terms=150, seed=5)
    snapshot = with_equal_rows(drawn, EntityKind.ARTIST, 4, [9, 17, 30, 31, 32, 33, 34, 35])
    index = EmbeddedIndex(Lake(tmp_path / "lake", create=True))
    index.publish(snapshot)
    export(snapshot, tmp_path / "export", ["jsonl"], Extras(neighbors=5))
    back = read_export(tmp_path / "export")
    for kind, vectors in snapshot.vectors.items():
        found = back.neighbors(kind).to_pylist()
        for entity in vectors.entities.column("id").to_pylist():
            rows = [row for row in found if row["entity_id"] == entity]
            expected = index.similar({entity: 1.0}, kind, n=5, shared=0)
            assert [row["neighbor_id"] for row in rows] == [n.entity.id for n in expected]
            assert [row["score"] for row in rows] == pytest.approx([n.score for n in expected], abs=1e-6)
            assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))


@pytest.mark.parametrize("entities", [0, 1])
def test_who_is_alone_has_no_neighbors(tmp_path: Path, entities: int) -> None:
    export(random_snapshot(entities=entities, terms=20, seed=1), tmp_path / "export", extras=Extras(neighbors=3))
    assert read_export(tmp_path / "export").neighbors(EntityKind.ARTIST).num_rows == 0
    with pytest.raises(InputError, match="asked for -1 neighbours"):
        Extras(neighbors=-1)
