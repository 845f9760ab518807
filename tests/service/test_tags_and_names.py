"""Tags that were imported are terms like others; names tell who bears them."""

import json
from pathlib import Path

import pytest

from tests.service.conftest import Ask, Demo

TAGS = "entity,tag,count\nSlowdive,shoegaze,100\nSlowdive,dream pop,60\nRide,shoegaze,80\nNirvana,grunge,1\n"
CATALOG = """\
id,kind,name,aliases,artist,disambiguation
n1,artist,Nirvana,,,of Seattle
n2,artist,Nirvana,,,of London
low,artist,Low,,,
"""


@pytest.fixture
def tagged(built: Path, tmp_path: Path, ask: Ask) -> Path:
    """The demo with tags, weighed and published again."""
    path = tmp_path / "lastfm.csv"
    path.write_text(TAGS)
    (built / "sources.toml").unlink()
    answer = ask("tags", path, "-C", built)
    assert answer.code == 0, answer.err
    assert "3 tags, 2 tagged artists and songs" in answer.out
    assert "line 5: several artists bear the name: 'Nirvana'" in answer.out
    assert ask("run", "-C", built).code == 0
    return built


def test_imported_tags_are_shown_among_the_terms_and_explain_who_is_alike(tagged: Path, ask: Ask) -> None:
    shown = json.loads(ask("terms", "Slowdive", "-C", tagged, "--json").out)["terms"]
    frequencies = {term["label"]: term["frequency"] for term in shown if term["term"]["kind"] == "tag"}
    assert frequencies == {"shoegaze": 1.0, "dream pop": pytest.approx(0.6)}
    only_tags = ask("similar", "Slowdive", "--mix", "tag=1", "-C", tagged, "--json")
    (neighbor,) = json.loads(only_tags.out)["neighbors"]
    assert neighbor["entity"]["name"] == "Ride"
    assert [(s["label"], s["term"]["kind"]) for s in neighbor["shared"]] == [("shoegaze", "tag")]
    why = json.loads(ask("explain", "Slowdive", "Ride", "-n", "1000", "-C", tagged, "--json").out)
    assert {"kind": "tag", "text": "shoegaze"} in [shared["term"] for shared in why["explanation"]["shared"]]


def test_tags_can_be_searched_for(tagged: Path, ask: Ask) -> None:
    found = json.loads(ask("search", "'dream pop'", "-n", "3", "-C", tagged, "--json").out)["neighbors"]
    assert "Slowdive" in [neighbor["entity"]["name"] for neighbor in found]


def test_a_file_of_tags_that_is_none_is_refused(demo: Demo, tmp_path: Path, ask: Ask) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("artist,genre\n")
    answer = ask("tags", path, "-C", demo.folder)
    assert answer.code == 2
    assert "has the columns artist, genre; expected entity, tag, count" in answer.err


@pytest.fixture
def catalogued(fresh: Path, ask: Ask) -> Path:
    """A new project that knows two artists of one name."""
    (fresh / "catalog.csv").write_text(CATALOG)
    assert ask("catalog", fresh / "catalog.csv", "-C", fresh).code == 0
    return fresh


def test_names_shows_who_bears_a_name_and_how_everyday_it_is(catalogued: Path, ask: Ask) -> None:
    found = json.loads(ask("names", "nirvana", "Low", "Zyxqv", "-C", catalogued, "--json").out)["names"]
    assert [[entity["id"] for entity in one["entities"]] for one in found] == [["n1", "n2"], ["low"], []]
    assert found[1]["name"]["zipf"] > found[0]["name"]["zipf"] > found[2]["name"]["zipf"] == 0
    assert "n1 (of Seattle); n2 (of London)" in ask("names", "Nirvana", "-C", catalogued).out


def test_names_without_a_name_lists_the_most_shared(catalogued: Path, ask: Ask) -> None:
    found = json.loads(ask("names", "-C", catalogued, "--json").out)["names"]
    assert [one["name"]["name"] for one in found] == ["Nirvana"]
    assert ask("names", "-n", "0", "-C", catalogued).code == 2


def test_names_of_a_project_without_a_catalogue_says_how_to_get_one(fresh: Path, ask: Ask) -> None:
    answer = ask("names", "-C", fresh)
    assert answer.code == 2
    assert "import one with `topterms catalog FILE`" in answer.err
