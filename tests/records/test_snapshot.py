"""A snapshot comes back from disk as it was written, and a day shows one build at a time."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from records.errors import LakeError, NoSnapshotError
from records.lake import Dataset, Lake
from records.snapshot import Snapshot, read_snapshot, write_snapshot
from records.types import EntityKind, TermKind
from tests.snapshots import random_snapshot

DAY = date(2026, 11, 21)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake", create=True)


def test_every_array_and_table_comes_back(lake: Lake) -> None:
    written = random_snapshot(entities=30, terms=50, seed=1)
    write_snapshot(lake, written)
    back = read_snapshot(lake)
    assert (back.id, back.day, back.mix) == (written.id, written.day, written.mix)
    for kind, vectors in written.vectors.items():
        for name in ("indptr", "indices", "weights", "frequencies", "norms", "latent"):
            np.testing.assert_array_equal(getattr(back.vectors[kind], name), getattr(vectors, name))
        assert back.vectors[kind].entities.equals(vectors.entities)
        assert back.vectors[kind].terms.equals(vectors.terms)


def test_an_entity_kind_without_entities_is_a_snapshot_too(lake: Lake) -> None:
    write_snapshot(lake, random_snapshot(entities=0, terms=0, seed=1))
    assert read_snapshot(lake).vectors[EntityKind.SONG].entities.num_rows == 0


def test_a_second_build_of_the_day_takes_the_place_of_the_first(lake: Lake) -> None:
    first = random_snapshot(entities=5, terms=9, seed=1)
    second = replace(random_snapshot(entities=6, terms=9, seed=2), id="other")
    write_snapshot(lake, first)
    write_snapshot(lake, second)
    assert read_snapshot(lake, DAY).id == "other"


def test_a_day_without_vectors_says_which_days_there_are(lake: Lake) -> None:
    with pytest.raises(NoSnapshotError, match="none was built yet"):
        read_snapshot(lake)
    write_snapshot(lake, random_snapshot(entities=5, terms=9, seed=1))
    with pytest.raises(NoSnapshotError, match="there are those of 2026-11-21; `topterms weigh --day 2020"):
        read_snapshot(lake, date(2020, 1, 1))


@pytest.mark.parametrize("left", [0, 40])
def test_a_damaged_array_is_named(lake: Lake, left: int) -> None:
    snapshot: Snapshot = random_snapshot(entities=5, terms=9, seed=1)
    write_snapshot(lake, snapshot)
    array = next(lake.partition(Dataset.VECTORS, DAY).glob("build-*/artist/weights.npy"))
    array.write_bytes(array.read_bytes()[:left])
    with pytest.raises(LakeError, match="no complete vectors"):
        read_snapshot(lake)


def test_the_columns_of_a_kind_hold_that_kind_alone() -> None:
    vectors = random_snapshot(entities=30, terms=50, seed=1).vectors[EntityKind.ARTIST]
    kinds = vectors.terms.column("kind").to_pylist()
    for kind in TermKind:
        columns = vectors.columns_of(kind)
        assert set(kinds[columns]) <= {kind}
        assert kinds.count(kind) == columns.stop - columns.start
