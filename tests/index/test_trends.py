"""Terms and artists rise and fall by the formulas of docs/time.md, and only with enough support."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.trends import LEAST_CHANGE, LEAST_DOCUMENTS, discovery, rising_entities, term_histories, term_trends
from records.errors import QueryError, UnknownEntityError
from records.schemas import from_table
from records.snapshot import ENTITY_ROWS, TERM_ROWS, Snapshot, Vectors
from records.types import Entity, EntityKind, Term, TermKind
from tests.snapshots import random_snapshot

DAY = date(2026, 11, 21)
A = Entity("a", EntityKind.ARTIST, "Ahn")
Uses = dict[str, tuple[float, int]]
"""adjective -> (weight, documents that use it)"""


def snapshot(uses: Uses, *, documents: int = 4, hot: float = 0.5, known: float = 0.5, day: date = DAY) -> Snapshot:
    """Return a snapshot of one artist."""
    plain = {"kind": "artist", "name": "Ahn", "disambiguation": "", "area": "", "begin": "", "end": ""}
    lists: dict[str, list[str]] = {"aliases": [], "artists": [], "foreign_ids": []}
    numbers = {"documents": documents, "familiarity": known, "hotttnesss": hot, "leaning": 0.0}
    entities = pa.Table.from_pylist([{"id": "a"} | plain | lists | numbers], ENTITY_ROWS)
    words = sorted(uses)
    rows = [{"kind": "adj", "term": w, "label": w, "df": 1, "idf": 1.0, "salience": 1.0, "share": 0.1} for w in words]
    weights = np.array([uses[w][0] for w in words], np.float32)
    shares = np.array([uses[w][1] / documents for w in words], np.float32)
    pointers, columns = np.array([0, len(words)]), np.arange(len(words), dtype=np.int32)
    empty = np.zeros((1, 7), np.float32)
    vectors = Vectors(
        entities, pa.Table.from_pylist(rows, TERM_ROWS), pointers, columns, weights, shares, empty, empty[:, :0]
    )
    return Snapshot("x", day, {}, {EntityKind.ARTIST: vectors})


BEFORE = DAY - timedelta(days=30)


def test_a_term_that_gained_weight_rises_and_one_that_lost_falls() -> None:
    before = snapshot({"hazy": (0.8, 3), "loud": (0.6, 3)}, day=BEFORE)
    found = term_trends(before, snapshot({"hazy": (0.5, 3), "loud": (0.7, 3), "slow": (0.5, 2)}), A)
    assert [(t.label, round(t.change, 4)) for t in found.rising] == [("slow", 0.5), ("loud", 0.1)]
    assert [(t.label, round(t.change, 4)) for t in found.falling] == [("hazy", -0.3)]


def test_a_term_of_one_document_or_of_hardly_any_change_is_no_trend() -> None:
    before = snapshot({"loud": (0.6, 3)}, day=BEFORE)
    found = term_trends(before, snapshot({"once": (0.9, LEAST_DOCUMENTS - 1), "loud": (0.6 + LEAST_CHANGE / 2, 3)}), A)
    assert (found.rising, found.falling) == ((), ())


def test_a_history_has_the_weight_of_every_day_and_0_where_the_term_was_not_said() -> None:
    days = [snapshot({"loud": (0.6, 3)}, day=BEFORE), snapshot({"loud": (0.5, 3), "hazy": (0.25, 3)})]
    asked = [Term(TermKind.ADJ, "hazy"), Term(TermKind.ADJ, "loud"), Term(TermKind.ADJ, "never")]
    found = term_histories(days, A, asked)
    assert [(h.label, h.days) for h in found] == [("hazy", (BEFORE, DAY)), ("loud", (BEFORE, DAY))]
    assert [h.weights for h in found] == [(0.0, 0.25), (pytest.approx(0.6), 0.5)]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.integers(0, 1000))
def test_the_other_way_round_what_rose_falls(seed: int, other: int) -> None:
    one, two = (random_snapshot(entities=6, terms=40, seed=s) for s in (seed, other))
    entity = next(iter(from_table(one.vectors[EntityKind.ARTIST].entities, Entity)))
    earlier, later = replace(one, day=BEFORE), replace(two, day=DAY)
    forth = term_trends(earlier, later, entity, 1000)
    back = term_trends(replace(two, day=BEFORE), replace(one, day=DAY), entity, 1000)
    # support is that of the later day, so only terms that both days have enough of are in both
    rose, fell = ({t.term: t.change for t in trends} for trends in (forth.rising, back.falling))
    for term in rose.keys() & fell.keys():
        assert rose[term] == pytest.approx(-fell[term])
    assert all(t.change > 0 for t in forth.rising)
    assert all(t.change < 0 for t in forth.falling)


def test_who_is_written_about_more_than_before_rises_and_who_is_known_already_is_no_discovery() -> None:
    before = snapshot({}, hot=0.2, day=BEFORE)
    fresh = rising_entities(before, snapshot({}, hot=0.9, known=0.3), EntityKind.ARTIST)
    assert [(r.entity.id, round(r.change, 3), round(r.discovery, 3)) for r in fresh.rising] == [("a", 0.7, 0.6)]
    assert [r.entity.id for r in fresh.discoveries] == ["a"]
    assert rising_entities(before, snapshot({}, hot=0.9, known=0.95), EntityKind.ARTIST).discoveries == ()


def test_a_single_document_makes_nobody_rise() -> None:
    found = rising_entities(snapshot({}, hot=0, day=BEFORE), snapshot({}, documents=1, hot=1), EntityKind.ARTIST)
    assert (found.rising, found.discoveries) == ((), ())


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_discovery_is_within_bounds_and_never_rises_with_familiarity(hot: float, known: float, more: float) -> None:
    assert 0 <= discovery(hot, max(known, more)) <= discovery(hot, min(known, more)) <= 1


def test_days_in_the_wrong_order_and_unknown_artists_are_refused() -> None:
    with pytest.raises(QueryError, match="expected an earlier day"):
        term_trends(snapshot({}), snapshot({}, day=BEFORE), A)
    with pytest.raises(UnknownEntityError, match="Bez"):
        term_trends(snapshot({}, day=BEFORE), snapshot({}), Entity("b", EntityKind.ARTIST, "Bez"))
