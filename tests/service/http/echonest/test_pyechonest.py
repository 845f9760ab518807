"""The Echo Nest's own client works against this service, as far as docs/echonest.md says."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.service.http.echonest.client import ask_client, unpack_client

PAGE = Path(__file__).parents[4] / "docs" / "echonest.md"
_ROW = re.compile(r"\| `(?P<call>[^`]+)` \| (?P<works>yes|no) \|")
_STANDS_FOR = {
    "artist.Artist(…)": "artist.Artist('Slowdive')",
    "a": "artist.Artist('Slowdive')",
    "s": "song.Song('song:slowdive/alison')",
}


def typed(call: str) -> str:
    """Return a call of the page as Python to evaluate: `a` is an artist and `s` a song."""
    return re.sub(r"^(a|s)(?=\.)", lambda m: _STANDS_FOR[m[1]], call)


ROWS = {row["call"]: row["works"] == "yes" for row in _ROW.finditer(PAGE.read_text(encoding="utf-8"))}


@pytest.fixture(scope="session")
def answers(web: httpx.Client, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home = unpack_client(tmp_path_factory.mktemp("pyechonest"))
    return ask_client(home, f"{web.base_url.host}:{web.base_url.port}", {call: typed(call) for call in ROWS})


def test_the_page_lists_calls() -> None:
    assert len(ROWS) > 30
    assert set(ROWS.values()) == {True, False}


@pytest.mark.parametrize("call", [call for call, works in ROWS.items() if works])
def test_a_call_that_works_gives_something(answers: dict[str, Any], call: str) -> None:
    assert "error" not in answers[call], answers[call]
    assert answers[call]["answer"] not in (None, [], {})


@pytest.mark.parametrize("call", [call for call, works in ROWS.items() if not works])
def test_a_call_that_is_missing_gives_nothing_or_says_so(answers: dict[str, Any], call: str) -> None:
    assert answers[call].get("answer") in (None, [], {})
    if "error" in answers[call]:
        assert "EchoNestAPIError: " in answers[call]["error"]
        assert "docs/echonest.md" in answers[call]["error"]


def test_what_the_client_is_given_is_what_version_one_says(web: httpx.Client, answers: dict[str, Any]) -> None:
    similar = web.get("/v1/similar", params={"like": "Slowdive", "limit": 15}).json()["neighbors"]
    assert [one["id"] for one in answers["a.similar"]["answer"]] == [one["entity"]["id"] for one in similar]
    profile = web.get("/v1/artists/artist:slowdive").json()
    assert answers["a.hotttnesss"]["answer"] == profile["hotttnesss"]
    assert answers["a.familiarity"]["answer"] == profile["familiarity"]
    strongest = answers["a.terms"]["answer"][0]
    assert strongest.keys() == {"name", "weight", "frequency"}
    assert strongest["weight"] == 1
