"""The index of a day answers as one that was published does, and publishes nothing."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.base import Index
from index.embedded import EmbeddedIndex
from index.of_day import DayIndex, index_as_of
from index.published import Filters
from records.errors import NoSnapshotError, QueryError, UnknownEntityError
from records.lake import Lake
from records.snapshot import write_snapshot
from records.types import EntityKind, TermKind
from tests.index.contract import ASKED_OFTEN, SNAPSHOT, filters, mixes, seeds_of

ARTIST, SONG = EntityKind.ARTIST, EntityKind.SONG
OF_DAY = DayIndex(SNAPSHOT)
KINDS = list(TermKind)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Index:
    index = EmbeddedIndex(Lake(tmp_path_factory.mktemp("lake"), create=True))
    index.publish(SNAPSHOT)
    return index


@ASKED_OFTEN
@given(kind=st.sampled_from(EntityKind), data=st.data(), mix=mixes, narrowed=filters(), n=st.sampled_from([1, 7, 90]))
def test_neighbours_are_those_of_a_published_index(
    published: Index, kind: EntityKind, data: st.DataObject, mix: dict[str, float] | None, narrowed: Filters, n: int
) -> None:
    seeds = data.draw(seeds_of(kind))
    found, expected = (index.similar(seeds, kind, n, mix, narrowed) for index in (OF_DAY, published))
    assert found == expected


QUESTIONS: dict[str, Callable[[Index], object]] = {
    "an explanation": lambda index: index.explain("artist-000003", "artist-000011"),
    "terms": lambda index: index.terms("artist-000003", KINDS, 50),
    "a description": lambda index: index.search(description(index), ARTIST),
    "unknown words": lambda index: index.unknown_words("zzyzx " + description(index), SONG),
    "an id": lambda index: index.resolve("song-000007"),
    "a name": lambda index: index.resolve("the artist 3"),
    "suggestions": lambda index: index.suggest("artist 1"),
    "listings": lambda index: index.listings(["song-000003", "artist-000001"]),
}


def description(index: Index) -> str:
    return " ".join(f'"{t.term.text}"' for t in index.terms("artist-000003", KINDS, 3))


@pytest.mark.parametrize("what", QUESTIONS)
def test_every_other_answer_is_that_of_a_published_index(published: Index, what: str) -> None:
    assert QUESTIONS[what](OF_DAY) == QUESTIONS[what](published)


def test_whom_the_day_does_not_know_is_unknown_and_close_names_are_named() -> None:
    with pytest.raises(UnknownEntityError, match=str(SNAPSHOT.day)):
        OF_DAY.resolve("nobody")
    with pytest.raises(UnknownEntityError, match="artist-000001"):
        OF_DAY.resolve("artisst 1")


def test_nothing_can_be_published_to_a_past_day() -> None:
    with pytest.raises(QueryError, match="is for reading"):
        OF_DAY.publish(SNAPSHOT)


def test_a_day_without_vectors_is_refused_with_the_days_that_have_some(tmp_path: Path) -> None:
    lake = Lake(tmp_path, create=True)
    write_snapshot(lake, SNAPSHOT)
    assert index_as_of(lake, SNAPSHOT.day).live().day == SNAPSHOT.day
    with pytest.raises(NoSnapshotError, match=str(SNAPSHOT.day)):
        index_as_of(lake, date(2001, 1, 1))
