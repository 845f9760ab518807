"""The two engines answer alike: the same neighbours in the same order, by the same scores, for the same reasons."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from index.base import Index
from index.embedded import EmbeddedIndex
from index.published import Filters
from records.lake import Lake
from records.snapshot import Snapshot
from records.types import EntityKind, TermKind
from tests.index.made import spoken_snapshot
from tests.snapshots import random_snapshot

pytestmark = pytest.mark.elasticsearch

ARTIST, SONG = EntityKind.ARTIST, EntityKind.SONG
SNAPSHOTS = [
    random_snapshot(entities=120, terms=400, seed=1),
    random_snapshot(entities=300, terms=2500, seed=2, dimensions=16),
    random_snapshot(entities=3200, terms=600, seed=3),  # enough that candidates are found by a part of the terms
]

_STEPS = {"all": 1, "half": 2, "third": 3, "fifth": 5}


@pytest.fixture(params=SNAPSHOTS, ids=lambda snapshot: snapshot.id)
def both(request: pytest.FixtureRequest, open_index: Callable[..., Index], tmp_path: Path) -> tuple[Index, Index]:
    """The embedded index and Elasticsearch, with the same snapshot live."""
    snapshot: Snapshot = request.param
    engines = EmbeddedIndex(Lake(tmp_path / "lake", create=True)), open_index()
    for engine in engines:
        engine.publish(snapshot)
    return engines


def test_every_answer_of_both_engines_is_the_same(both: tuple[Index, Index]) -> None:
    """Neighbours, search, explanation, terms, names: equal in all but the last bits of a score."""
    embedded, server = both
    words = [t.term.text for t in embedded.terms("artist-000003", list(TermKind), 3)]
    questions: dict[str, Callable[[Index], object]] = {
        "one seed": lambda index: index.similar({"artist-000003": 1.0}, ARTIST, 10),
        "songs": lambda index: index.similar({"song-000007": 1.0}, SONG, 10),
        "many seeds": lambda index: index.similar({"artist-000003": 1.0, "artist-000050": 0.5}, ARTIST, 10),
        "an unwanted seed": lambda index: index.similar({"artist-000003": 1.0, "artist-000050": -0.5}, ARTIST, 10),
        "terms alone": lambda index: index.similar({"artist-000009": 1.0}, ARTIST, 10, {"n1": 1.0, "np": 1.0}),
        "latent vectors alone": lambda index: index.similar({"artist-000009": 1.0}, ARTIST, 10, {"latent": 1.0}),
        "filters": lambda index: index.similar({"artist-000009": 1.0}, ARTIST, 10, filters=Filters(0.3, 0.8, 0.2)),
        "a description": lambda index: index.search(f'"{words[0]}"^2 "{words[1]}" -"{words[2]}"', ARTIST, 10),
        "an explanation": lambda index: index.explain("artist-000003", "artist-000011"),
        "terms": lambda index: index.terms("artist-000003", list(TermKind), 50),
        "a name": lambda index: index.resolve("the artist 3"),
        "suggestions": lambda index: index.suggest("artist 1"),
    }
    for what, ask in questions.items():
        assert rounded(ask(server)) == rounded(ask(embedded)), what


def test_more_answers_than_the_window_holds_are_still_the_best(both: tuple[Index, Index]) -> None:
    """Asked for 1,000, the window grows; nearly all are the same, and those that are have the same scores."""
    embedded, server = both
    exact = {n.entity.id: n.score for n in embedded.similar({"artist-000003": 1.0}, ARTIST, 1000)}
    found = {n.entity.id: n.score for n in server.similar({"artist-000003": 1.0}, ARTIST, 1000)}
    assert len(found) == len(exact)
    assert len(found.keys() & exact.keys()) >= 0.99 * len(exact)
    assert found == pytest.approx({i: exact.get(i, score) for i, score in found.items()}, abs=1e-12)


def rounded(value: object) -> object:
    """Return the value with every number in it rounded to 9 digits."""
    if isinstance(value, float):
        return round(value, 9)
    if isinstance(value, list | tuple):
        return [rounded(item) for item in value]
    if is_dataclass(value):
        return [rounded(getattr(value, field.name)) for field in fields(value)]
    return value


def test_a_vector_of_more_terms_than_one_query_may_have_is_asked_in_parts(
    open_index: Callable[..., Index], tmp_path: Path
) -> None:
    """Ten thousand terms, where Elasticsearch takes 8,192 at most with 512 MB, wanted and unwanted."""
    words = {f"word {i:05}": 1 + i % 7 / 10 for i in range(10_000)}
    said = {name: {TermKind.N1: dict(list(words.items())[i::step])} for i, (name, step) in enumerate(_STEPS.items())}
    snapshot = spoken_snapshot(said)
    embedded, server = EmbeddedIndex(Lake(tmp_path / "lake", create=True)), open_index()
    for engine in (embedded, server):
        engine.publish(snapshot)
    for seeds in ({"all": 1.0}, {"all": 1.0, "half": -0.4}, {"half": 1.0, "all": -0.4}):
        expected = rounded(embedded.similar(seeds, ARTIST))
        assert expected
        assert rounded(server.similar(seeds, ARTIST)) == expected
