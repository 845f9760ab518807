"""Folding of names and terms."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.names import fold, fold_name, name_keys, term_key, term_keys
from records.types import Entity, EntityKind, TermKind


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Sigur Rós", "sigur ros"),
        ("Motörhead", "motorhead"),
        ("MØ", "mo"),
        ("R.E.M.", "rem"),
        ("Guns N' Roses", "guns n roses"),
        ("Simon & Garfunkel", "simon and garfunkel"),
        ("lo-fi", "lo fi"),
        ("!!!", "!!!"),
        ("Straße", "strasse"),
        ("Кино", "кино"),
        ("  a\tb ", "a b"),
        ("", ""),
    ],
)
def test_case_accents_and_punctuation_fold_away(name: str, folded: str) -> None:
    assert fold(name) == folded


def test_a_leading_the_is_dropped_where_something_follows() -> None:
    assert [fold_name(n) for n in ("The Smiths", "The The", "The", "Theatre")] == ["smiths", "the", "the", "theatre"]


def test_an_entity_is_looked_up_with_and_without_the() -> None:
    entity = Entity("1", EntityKind.ARTIST, "The Smiths", ("Smiths", "スミス"))
    assert name_keys(entity) == ["smiths", "the smiths", "スミス"]


def test_an_artist_among_the_terms_is_found_by_name_and_not_by_id() -> None:
    assert term_key(TermKind.ARTIST, "0f-1", "Björk") == "bjork"
    assert term_key(TermKind.TAG, "Dream-Pop", "anything") == "dream pop"


@given(st.text(max_size=30))
def test_folding_a_folded_text_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


TEXTS = st.text(st.characters(codec="ascii") | st.sampled_from("éßØ´’&.'` -"), max_size=12)


@given(st.lists(st.tuples(st.sampled_from(["artist", "np"]), TEXTS, TEXTS)))
def test_the_keys_of_a_table_are_those_of_its_terms(rows: list[tuple[str, str, str]]) -> None:
    columns = [pa.array([row[i] for row in rows], pa.string()) for i in range(3)]
    keys = term_keys(pa.table(columns, ["kind", "term", "label"]))
    assert keys.to_pylist() == [term_key(TermKind(kind), text, label) for kind, text, label in rows]
