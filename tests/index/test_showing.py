"""What a reader is shown tells something in every line."""

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from index.embedded import EmbeddedIndex
from index.published import DictionaryTerm
from index.showing import Said, is_borne_out, probability, shown_terms
from records.lake import Lake
from records.snapshot import Snapshot
from records.types import EntityKind, Term, TermKind
from tests.index.made import spoken_snapshot


def said(text: str, weight: float, kind: TermKind = TermKind.NP, salience: float = 1.0) -> Said:
    return Said(DictionaryTerm(0, Term(kind, text), text, 1, 1.0, salience, 0.1), weight, 0.5)


def labels(*terms: Said, own: tuple[str, ...] = ()) -> list[str]:
    return [term.label for term in shown_terms(terms, own, 10)]


def test_what_a_stronger_phrase_says_already_is_left_out() -> None:
    terms = said("shimmering guitar", 3.0), said("shimmering", 2.0, TermKind.ADJ), said("loud", 1.0, TermKind.ADJ)
    assert labels(*terms) == ["shimmering guitar", "loud"]


def test_a_phrase_behind_its_word_stays() -> None:
    assert labels(said("guitar", 3.0), said("shimmering guitar", 2.0)) == ["guitar", "shimmering guitar"]


def test_what_describes_music_comes_before_what_is_said_a_little_more_often() -> None:
    found = shown_terms([said("chapel", 3.0, salience=0.5), said("hazy", 2.0, TermKind.ADJ)], (), 10)
    assert [(term.label, term.weight) for term in found] == [("hazy", 1.0), ("chapel", pytest.approx(0.75))]


def test_what_one_writer_happened_to_say_is_not_shown_unless_it_is_made_for_music(tmp_path: Path) -> None:
    index = EmbeddedIndex(Lake(tmp_path, create=True))
    said = {TermKind.NP: {"backlog": 1.0, "mellotron": 1.0}, TermKind.NAME: {"creation": 1.0}}
    index.publish(with_salience(spoken_snapshot({"id:a": said}), {"backlog", "creation"}))
    assert {term.label for term in index.terms("id:a", [TermKind.NP, TermKind.NAME])} == {"mellotron", "creation"}


@pytest.mark.parametrize(("said_by", "shown"), [(1.0, False), (1.9999999, True), (30.0, True)])
def test_a_plain_word_is_shown_where_two_documents_say_it(said_by: float, shown: bool) -> None:
    row = DictionaryTerm(0, Term(TermKind.NP, "chapel"), "chapel", 1, 1.0, 0.5, 0.1)
    assert is_borne_out(row, said_by) is shown


def test_an_artist_is_no_term_of_itself() -> None:
    assert labels(said("a", 3.0, TermKind.ARTIST), said("b", 2.0, TermKind.ARTIST), own=("a",)) == ["b"]


def test_that_two_are_named_together_is_not_told_as_a_shared_term(tmp_path: Path) -> None:
    index = EmbeddedIndex(Lake(tmp_path / "lake", create=True))
    together = {TermKind.ARTIST: {"id:a": 1.0, "id:b": 1.0}, TermKind.ADJ: {"hazy": 1.0}}
    index.publish(spoken_snapshot({"id:a": together, "id:b": together}))
    (neighbor,) = index.similar({"id:a": 1.0}, EntityKind.ARTIST)
    assert [term.label for term in neighbor.shared] == ["hazy"]
    assert {term.label for term in index.explain("id:a", "id:b").shared} >= {"a", "b", "hazy"}


def test_the_probability_of_a_term_lies_between_its_share_among_all_and_its_frequency() -> None:
    few, many = probability(1.0, 1, 0.02), probability(1.0, 1000, 0.02)
    assert 0.02 < few < 0.05 < 0.8 < many < 1.0
    assert probability(0.02, 7, 0.02) == pytest.approx(0.02)


def test_a_tag_has_no_probability_and_a_word_has_one(tmp_path: Path) -> None:
    index = EmbeddedIndex(Lake(tmp_path / "lake", create=True))
    index.publish(spoken_snapshot({"id:a": {TermKind.TAG: {"pop": 1.0}, TermKind.ADJ: {"hazy": 1.0}}}))
    found = {term.label: term.probability for term in index.terms("id:a")}
    assert found["pop"] is None
    assert found["hazy"] is not None
    assert 0 < found["hazy"] <= 1


def test_shared_words_that_describe_nothing_are_not_told_but_descriptions_names_and_phrases_are(tmp_path: Path) -> None:
    index = EmbeddedIndex(Lake(tmp_path, create=True))
    said = {
        TermKind.N1: {"their": 9.0, "hazy": 1.0},
        TermKind.N2: {"this track": 1.0, "hazy and": 1.0},
        TermKind.NAME: {"creation": 1.0},
        TermKind.NP: {"chapel": 1.0},
    }
    plain = {"their", "this track", "creation", "chapel"}
    index.publish(with_salience(spoken_snapshot({"id:a": said, "id:b": said}), plain))
    [neighbor] = index.similar({"id:a": 1.0}, EntityKind.ARTIST, shared=10)
    assert {term.label for term in neighbor.shared} == {"hazy", "creation", "chapel"}
    told = {term.label: term.share for term in neighbor.shared}
    whole = {term.label: term.share for term in index.explain("id:a", "id:b").shared}
    assert told == {label: whole[label] for label in told}, "shares stay what they are"


def with_salience(snapshot: Snapshot, plain: set[str]) -> Snapshot:
    vectors = snapshot.vectors[EntityKind.ARTIST]
    saliences = pa.array([0.5 if text in plain else 1.0 for text in vectors.terms["term"].to_pylist()], pa.float32())
    terms = vectors.terms.set_column(vectors.terms.column_names.index("salience"), "salience", saliences)
    return replace(snapshot, vectors={**snapshot.vectors, EntityKind.ARTIST: replace(vectors, terms=terms)})
