"""Why two are alike is told in terms, and what is told makes the whole."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from records.lake import Dataset
from records.snapshot import read_snapshot
from records.types import EntityKind
from service.pipeline import open_index, writing
from service.project import open_project
from service.why import Bond, Why, explain
from tests.service.conftest import Ask, Demo
from tests.service.test_learn import plays_like_texts

PAIRS = (("Slowdive", "My Bloody Valentine"), ("Slowdive", "Massive Attack"), ("Nick Drake", "Vashti Bunyan"))


def why(folder: Path, a: str, b: str, n: int = 1000) -> Why:
    project = open_project(folder)
    return explain(open_index(project), project.lake(), (a, b), EntityKind.ARTIST, n, 0)


@pytest.mark.parametrize("pair", PAIRS)
def test_the_parts_sum_to_the_score(demo: Demo, pair: tuple[str, str]) -> None:
    found = why(demo.folder, *pair)
    assert sum(part.share for part in found.parts) == pytest.approx(found.explanation.score, rel=0.03)
    assert [part.share for part in found.parts] == sorted((part.share for part in found.parts), reverse=True)


def test_of_two_who_are_well_read_nearly_all_is_told_in_terms(demo: Demo) -> None:
    found = why(demo.folder, *PAIRS[0])
    told = sum(part.share for part in found.parts if part.bond is not Bond.REST)
    assert told > 0.97 * found.explanation.score
    assert found.explanation.latent > 0.5 * found.explanation.score, "most of it lies in the latent vectors"


@pytest.mark.parametrize("pair", PAIRS)
def test_it_does_not_matter_who_comes_first(demo: Demo, pair: tuple[str, str]) -> None:
    one, other = why(demo.folder, *pair), why(demo.folder, *reversed(pair))
    assert {p.bond: p.share for p in one.parts} == pytest.approx({p.bond: p.share for p in other.parts})


def test_the_two_themselves_are_no_shared_terms_but_named_in_one_breath(demo: Demo) -> None:
    found = why(demo.folder, *PAIRS[0])
    themselves = {"artist:slowdive", "artist:my-bloody-valentine"}
    assert not themselves & {shared.term.text for shared in found.explanation.shared}
    by_bond = {part.bond: {term.term.text for term in part.terms} for part in found.parts}
    assert by_bond[Bond.TOGETHER] == themselves
    assert "artist:ride" in by_bond[Bond.COMPANY]
    assert {"dreamy", "hazy"} <= by_bond[Bond.WORDS]


def test_kindred_terms_are_said_of_one_and_all_others_of_both(demo: Demo) -> None:
    found = why(demo.folder, *PAIRS[0])
    for part in found.parts:
        for term in part.terms:
            if part.bond is Bond.KINDRED:
                assert len(term.of) == 1
            elif part.bond is not Bond.TOGETHER:
                assert len(term.of) == 2


def test_where_the_epoch_is_gone_the_latent_part_is_told_as_a_whole(built: Path) -> None:
    lake = open_project(built).lake()
    for first in lake.days(Dataset.TOTALS):
        for name in lake.names(lake.partition(Dataset.TOTALS, first)):
            if name.startswith("epoch-"):
                lake.remove(lake.partition(Dataset.TOTALS, first) / name)
    found = why(built, *PAIRS[0])
    by_bond = {part.bond: part for part in found.parts}
    assert by_bond[Bond.KINDRED].share == pytest.approx(found.explanation.latent)
    assert by_bond[Bond.KINDRED].terms == ()
    assert sum(part.share for part in found.parts) == pytest.approx(found.explanation.score, rel=0.03)


def test_vectors_that_are_not_those_that_answer_tell_nothing_of_the_latent_part(built: Path) -> None:
    project = open_project(built)
    snapshot = read_snapshot(project.lake())
    vectors = snapshot.vectors[EntityKind.ARTIST]
    others = replace(vectors, weights=vectors.weights[::-1].copy())
    wrong = replace(snapshot, vectors={**snapshot.vectors, EntityKind.ARTIST: others})
    found = explain(open_index(project), project.lake(), PAIRS[0], EntityKind.ARTIST, 5, 0, wrong)
    assert {part.bond: part.share for part in found.parts}[Bond.KINDRED] == pytest.approx(found.explanation.latent)


def test_what_was_learned_from_listening_is_rest_and_the_texts_are_still_told(built: Path, ask: Ask) -> None:
    (built / "plays.csv").write_text(plays_like_texts(built), encoding="utf-8")
    assert ask("learn", built / "plays.csv", "-C", built).code == 0
    with writing(open_project(built)) as chain:
        chain.publish()
    found = why(built, *PAIRS[0])
    bonds = {part.bond: part.share for part in found.parts}
    assert bonds[Bond.WORDS] > 0
    assert sum(bonds.values()) == pytest.approx(found.explanation.score, rel=0.05)


def test_the_command_line_tells_parts_and_json_has_them(demo: Demo, ask: Ask) -> None:
    told = ask("explain", *PAIRS[0], "-C", demo.folder)
    assert "the same words are said of both" in told.out
    assert "dreamy" in told.out
    parts = json.loads(ask("explain", *PAIRS[0], "-C", demo.folder, "--json").out)["parts"]
    assert {part["bond"] for part in parts} >= {"words", "company", "together"}
