"""The embedded engine keeps the contract, and survives being killed."""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import postings
from index.base import Index
from index.building import VERSION
from index.embedded import EmbeddedIndex
from index.open import open_index
from index.published import Filters
from records.errors import ConfigurationError, EngineError, LakeError, NoSnapshotError, UnknownEntityError
from records.lake import Lake
from records.types import EntityKind
from tests.index.contract import ARTIST, SNAPSHOT, IndexContract, assert_exact, of_day
from tests.index.exact import exact_scores
from tests.snapshots import random_snapshot


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake", create=True)


class TestEmbedded(IndexContract):
    """The contract, over files in a lake."""

    @pytest.fixture
    def index(self, lake: Lake) -> Index:
        return EmbeddedIndex(lake)


@settings(max_examples=25, deadline=None)
@given(entities=st.integers(1, 60), terms=st.integers(1, 120), seed=st.integers(0, 10_000), head=st.floats(0, 1.1))
def test_the_answer_is_exact_whatever_the_head_is(
    tmp_path_factory: pytest.TempPathFactory, entities: int, terms: int, seed: int, head: float
) -> None:
    """Whichever terms count as common, down to all and up to none, bounds never lose a neighbour."""
    snapshot = random_snapshot(entities=entities, terms=terms, seed=seed, dimensions=4)
    lake = Lake(tmp_path_factory.mktemp("lake"), create=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postings, "HEAD_SHARE", head)
        patch.setattr("index.building.HEAD_SHARE", head)
        index = EmbeddedIndex(lake)
        index.publish(snapshot)
        seeds = {f"artist-{i:06}": 1.0 - 1.5 * (i % 2) for i in range(min(3, entities))}
        found = index.similar(seeds, ARTIST, 7)
    assert_exact(found, exact_scores(snapshot, ARTIST, seeds), 7)


def test_common_terms_are_left_out_at_first_and_the_answer_is_still_exact(lake: Lake) -> None:
    """Enough entities that bounds decide: a few of 3,000 are scored whole, and they hold the ten best."""
    snapshot = random_snapshot(entities=3000, terms=1500, seed=9)
    index = EmbeddedIndex(lake)
    index.publish(snapshot)
    for i in range(0, 3000, 311):
        seeds = {f"artist-{i:06}": 1.0}
        assert_exact(index.similar(seeds, ARTIST, 10), exact_scores(snapshot, ARTIST, seeds), 10)
        chosen = Filters(min_familiarity=0.5)
        rows = snapshot.vectors[ARTIST].entities
        well_known = set(np.array(rows.column("id").to_pylist())[rows.column("familiarity").to_numpy() >= 0.5])
        scores = {k: s for k, s in exact_scores(snapshot, ARTIST, seeds).items() if k in well_known}
        assert_exact(index.similar(seeds, ARTIST, 10, filters=chosen), scores, 10)


_KILLED = """
import os, signal, sys
from pathlib import Path
from index.embedded import EmbeddedIndex
from records.lake import Lake
from tests.snapshots import random_snapshot

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

moment = sys.argv[2]
if moment == "switch":
    EmbeddedIndex._make_live = die
progress = (lambda stage, done, total: done == int(moment) and die()) if moment.isdigit() else (lambda *_: None)
EmbeddedIndex(Lake(Path(sys.argv[1]))).publish(random_snapshot(entities=50, terms=90, seed=2), progress)
"""


@pytest.mark.parametrize("moment", ["0", "1", "3", "4", "5", "switch"])
def test_a_publish_that_was_killed_shows_nothing_and_is_completed_by_the_next(lake: Lake, moment: str) -> None:
    index = EmbeddedIndex(lake)
    index.publish(SNAPSHOT)
    before = index.similar({"artist-000001": 1.0}, ARTIST)
    root = Path(__file__).parents[2]
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, str(lake.root), moment],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    live = index.status().live
    assert live is not None
    assert live.id == SNAPSHOT.id
    assert EmbeddedIndex(lake).similar({"artist-000001": 1.0}, ARTIST) == before
    assert lake.sweep() == (moment != "switch")
    new = random_snapshot(entities=50, terms=90, seed=2)
    index.publish(new)
    never_killed = EmbeddedIndex(Lake(lake.root.parent / "other", create=True))
    never_killed.publish(new)
    assert index.similar({"artist-000001": 1.0}, ARTIST) == never_killed.similar({"artist-000001": 1.0}, ARTIST)


def test_a_removal_that_was_killed_leaves_no_snapshot_behind_that_looks_whole(lake: Lake) -> None:
    index = EmbeddedIndex(lake)
    index.publish(SNAPSHOT)
    index.publish(random_snapshot(entities=5, terms=9, seed=2))
    (lake.index / SNAPSHOT.id / "manifest.json").unlink()
    assert index.status().kept == ()
    index.publish(SNAPSHOT)
    assert index.get(["artist-000001"])[0].name == "Artist 1"


def test_a_reader_that_is_open_sees_what_another_process_publishes(lake: Lake) -> None:
    reader = EmbeddedIndex(lake)
    EmbeddedIndex(lake).publish(random_snapshot(entities=5, terms=9, seed=2))
    with pytest.raises(UnknownEntityError):
        reader.kind_of("artist-000070")
    EmbeddedIndex(lake).publish(SNAPSHOT)
    assert reader.kind_of("artist-000070") is ARTIST


def test_a_publish_that_runs_out_of_space_says_so_and_changes_nothing(lake: Lake) -> None:
    """A limit on the size of files stands for the full disk."""
    index = EmbeddedIndex(lake)
    index.publish(random_snapshot(entities=5, terms=9, seed=2))
    before = index.status()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, limits[1]))
    try:
        with pytest.raises(EngineError, match=r"index cannot be written: .*; what was live stays live"):
            index.publish(SNAPSHOT)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert index.status() == before
    assert list((lake.root / ".staging").iterdir()) == []


def test_a_damaged_index_says_what_to_do(lake: Lake) -> None:
    index = EmbeddedIndex(lake)
    index.publish(SNAPSHOT)
    (lake.index / SNAPSHOT.id / "artist" / "weights.npy").write_bytes(b"no array")
    with pytest.raises(LakeError, match="publish again"):
        EmbeddedIndex(lake).get(["artist-000001"])
    (lake.index / "live.json").write_text("{", encoding="utf-8")
    with pytest.raises(LakeError, match=r"live\.json is damaged"):
        EmbeddedIndex(lake).status()


def test_an_index_of_another_version_is_built_again(lake: Lake) -> None:
    index = EmbeddedIndex(lake)
    index.publish(SNAPSHOT)
    manifest = lake.index / SNAPSHOT.id / "manifest.json"
    told = manifest.read_text(encoding="utf-8").replace(f'"version": {VERSION}', '"version": 0')
    manifest.write_text(told, encoding="utf-8")
    with pytest.raises(LakeError, match="version 0"):
        EmbeddedIndex(lake).get(["artist-000001"])
    index.publish(SNAPSHOT)
    assert EmbeddedIndex(lake).kind_of("artist-000001") is EntityKind.ARTIST


def test_the_same_vectors_of_the_next_day_are_another_snapshot(lake: Lake) -> None:
    index = EmbeddedIndex(lake)
    index.publish(SNAPSHOT)
    index.publish(of_day(SNAPSHOT, SNAPSHOT.day.replace(day=22)))
    status = index.status()
    assert status.live is not None
    assert (status.live.day.day, status.kept[0].day.day) == (22, 21)


def test_the_embedded_engine_is_the_default_and_an_unknown_one_is_refused(lake: Lake) -> None:
    for url in (None, "embedded"):
        with pytest.raises(NoSnapshotError):
            open_index(url, lake).suggest("a")
    with pytest.raises(ConfigurationError, match="expected 'embedded' or the http"):
        open_index("ftp://somewhere", lake)
