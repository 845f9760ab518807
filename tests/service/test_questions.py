"""Questions to the published vectors of the sample blog, as people and programs ask them."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from index.embedded import EmbeddedIndex
from index.export import read_export
from index.published import Filters
from records.errors import QueryError
from records.lake import Lake
from records.types import EntityKind
from service.questions import MAX_LEANING, Seed, find_similar, read_mix
from tests.service.conftest import TOPTERMS, Ask, Demo
from tests.snapshots import random_snapshot


@pytest.fixture
def answer(demo: Demo, ask: Ask):  # type: ignore[no-untyped-def]
    """Ask with --json; the command must succeed and print one JSON document and nothing else."""

    def run(*arguments: str) -> dict:  # type: ignore[type-arg]
        found = ask(*arguments, "-C", demo.folder, "--json")
        assert (found.code, found.err) == (0, "")
        return json.loads(found.out)  # type: ignore[no-any-return]

    return run


def names(found: dict) -> list[str]:  # type: ignore[type-arg]
    return [neighbor["entity"]["name"] for neighbor in found["neighbors"]]


def test_terms_come_by_name_and_by_id_alike(answer) -> None:  # type: ignore[no-untyped-def]
    by_name = answer("terms", "slowdive")
    assert by_name == answer("terms", "artist:slowdive")
    weights = [term["weight"] for term in by_name["terms"]]
    assert weights[0] == 1
    assert weights == sorted(weights, reverse=True)


def test_terms_can_be_of_one_kind_only(answer) -> None:  # type: ignore[no-untyped-def]
    found = answer("terms", "Slowdive", "--terms-of-kind", "adj", "-n", "5")
    assert {term["term"]["kind"] for term in found["terms"]} == {"adj"}


def test_terms_come_with_sentences_that_say_them(answer) -> None:  # type: ignore[no-untyped-def]
    found = answer("terms", "Slowdive", "--terms-of-kind", "n1", "-n", "3", "--sentences", "1")
    assert len(found["evidence"]) >= 3
    for evidence in found["evidence"]:
        assert evidence["term"]["text"] in evidence["sentence"].lower()


def test_a_seed_is_no_answer_and_neighbours_share_terms(answer) -> None:  # type: ignore[no-untyped-def]
    found = answer("similar", "Slowdive")
    assert "Slowdive" not in names(found)
    assert all(neighbor["shared"] for neighbor in found["neighbors"][:3])


def test_who_is_only_named_is_no_neighbour_but_can_be_asked_for(tmp_path: Path) -> None:
    """Nothing is said of those who lean wholly on others; they have no place of their own to be near to."""
    index = EmbeddedIndex(Lake(tmp_path, create=True))
    index.publish(random_snapshot(entities=90, terms=60, seed=3))
    seed = index.resolve("artist-000001")
    alike = {n.entity.id for n in index.similar({seed.id: 1.0}, EntityKind.ARTIST, 90)}
    bare = frozenset(i for i in alike if index.listings([i])[0].leaning > MAX_LEANING)
    assert bare
    assert {n.entity.id for n in find_similar(index, [Seed(seed, 1.0)], 90).neighbors} == alike - bare
    kept = find_similar(index, [Seed(seed, 1.0)], 90, filters=Filters(only=bare)).neighbors
    assert {n.entity.id for n in kept} == bare


def test_questions_as_of_the_live_day_have_the_live_answers(answer) -> None:  # type: ignore[no-untyped-def]
    day = answer("terms", "Slowdive")["terms"] and answer("index", "status")["live"]["day"]
    for asked in (["similar", "Slowdive^2", "Low"], ["search", "dreamy -loud"], ["explain", "Slowdive", "Ride"]):
        assert answer(*asked, "--day", day) == answer(*asked)


@pytest.mark.parametrize("asked", [["similar", "Slowdive"], ["search", "hazy"], ["explain", "Slowdive", "Ride"]])
def test_a_day_without_vectors_is_told_with_those_that_have_some(demo: Demo, ask: Ask, asked: list[str]) -> None:
    told = ask(*asked, "--day", "1999-01-01", "-C", demo.folder)
    assert told.code == 3
    assert "1999-01-01" in told.err
    assert "there are those of" in told.err


def test_several_seeds_have_their_weights(answer) -> None:  # type: ignore[no-untyped-def]
    found = answer("similar", "Slowdive^2", "Nick Drake", "--unlike", "Aphex Twin")
    assert [seed["weight"] for seed in found["seeds"]] == [2, 1, -1]
    assert not {"Slowdive", "Nick Drake", "Aphex Twin"} & set(names(found))


def test_songs_are_alike_to_songs(answer) -> None:  # type: ignore[no-untyped-def]
    song = answer("suggest", "a", "--kind", "song")["entities"][0]
    found = answer("similar", song["id"])
    assert {neighbor["entity"]["kind"] for neighbor in found["neighbors"]} <= {"song"}


def test_a_mix_changes_the_scores(answer) -> None:  # type: ignore[no-untyped-def]
    plain, mixed = answer("similar", "Slowdive"), answer("similar", "Slowdive", "--mix", "adj=1")
    assert [n["score"] for n in plain["neighbors"]] != [n["score"] for n in mixed["neighbors"]]


@pytest.mark.parametrize("part", ["adj", "adj=much", "=", ""])
def test_a_mix_that_is_no_weight_is_refused(part: str) -> None:
    with pytest.raises(QueryError, match="expected a term kind and its weight"):
        read_mix([part])


def test_search_names_the_words_that_nobody_is_described_by(answer) -> None:  # type: ignore[no-untyped-def]
    found = answer("search", "guitars zzyzx")
    assert found["unknown"] == ["zzyzx"]
    assert found["neighbors"]


def test_explain_gives_shares_that_do_not_exceed_the_score_and_who_said_so(answer) -> None:  # type: ignore[no-untyped-def]
    found = answer("explain", "Slowdive", "My Bloody Valentine")
    explanation = found["explanation"]
    assert sum(s["share"] for s in explanation["shared"]) + explanation["latent"] <= explanation["score"] + 1e-6
    assert {"sentence", "url", "source", "published_at"} <= found["evidence"][0].keys()
    assert {e["entity_id"] for e in found["evidence"]} == {"artist:slowdive", "artist:my-bloody-valentine"}


def test_suggest_finds_names_by_their_beginning(answer) -> None:  # type: ignore[no-untyped-def]
    assert "Slowdive" in [entity["name"] for entity in answer("suggest", "slowd")["entities"]]


def test_status_says_what_is_live(answer) -> None:  # type: ignore[no-untyped-def]
    found = answer("index", "status")
    assert found["live"]["entities"]["artist"] > 20
    assert found["kept"] == []


def test_an_export_has_a_manifest_and_the_formats_asked_for(answer, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    found = answer("export", str(tmp_path / "vectors"), "--format", "parquet")
    assert found["stage"] == "export"
    written = {p.name for p in (tmp_path / "vectors").rglob("*")}
    assert "manifest.json" in written
    assert not [name for name in written if name.endswith((".npz", ".jsonl"))]


def test_an_export_holds_the_neighbors_and_pairs_asked_for(answer, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "pairs.csv").write_text("a,b\nartist:slowdive,artist:ride\n", encoding="utf-8")
    asked = ("--neighbors", "3", "--pairs", str(tmp_path / "pairs.csv"), "--format", "jsonl")
    found = answer("export", str(tmp_path / "vectors"), *asked)
    assert found["counts"]["pairs exported"] == 1
    back = read_export(tmp_path / "vectors")
    assert back.pairs().to_pylist()[0]["similarity"] > 0
    best = back.neighbors(EntityKind.ARTIST).to_pylist()
    expected = answer("similar", "Slowdive", "-n", "3")["neighbors"]
    mine = [row["neighbor_id"] for row in best if row["entity_id"] == "artist:slowdive"]
    assert mine == [neighbor["entity"]["id"] for neighbor in expected]


@pytest.mark.parametrize(
    ("question", "code"),
    [
        (["terms", "Nobody At All"], 3),
        (["similar", "Slowdive", "--unlike", "Nobody At All"], 3),
        (["terms", "Slowdive", "--kind", "song"], 3),
        (["explain", "Slowdive", "Alison"], 3),
        (["search", "zzyzx"], 2),
        (["search", '"unclosed'], 2),
        (["similar", "Slowdive", "-n", "0"], 2),
        (["similar", "Slowdive", "--mix", "nope=1"], 2),
        (["similar", "Slowdive", "--min-familiarity", "2"], 2),
        (["similar", "Slowdive^0"], 2),
        (["index", "rollback"], 3),
        (["publish", "--day", "1999-01-01"], 3),
    ],
)
def test_a_question_without_an_answer_ends_with_its_code_and_one_line(
    built: Path, ask: Ask, question: list[str], code: int
) -> None:
    found = ask(*question, "-C", built)
    assert (found.code, found.out) == (code, "")
    assert len(found.err.splitlines()) == 1
    assert found.err.startswith("Error: ")


@pytest.mark.parametrize(
    "question",
    [
        ["terms", "Slowdive", "-s", "1"],
        ["similar", "Slowdive", "Low"],
        ["search", "dreamy guitars^2 -electronic"],
        ["explain", "Slowdive", "My Bloody Valentine"],
        ["suggest", "s"],
        ["index", "status"],
    ],
    ids=lambda question: question[0],
)
def test_every_answer_for_people_is_plain_text_when_nobody_looks(demo: Demo, ask: Ask, question: list[str]) -> None:
    found = ask(*question, "-C", demo.folder)
    assert found.code == 0
    assert found.out
    assert "\x1b" not in found.out


@pytest.mark.parametrize("options", [[], ["--json"], ["--help"]], ids=str)
def test_a_reader_that_leaves_early_ends_the_program_quietly(demo: Demo, options: list[str]) -> None:
    """`topterms … | head` prints what head wants and no complaint: here nobody reads at all."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [TOPTERMS, "suggest", "s", "-C", demo.folder, *options]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")
