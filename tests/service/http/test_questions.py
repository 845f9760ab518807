"""Questions of version 1, asked over HTTP of the sample blog."""

import json
import subprocess
from typing import Any

import httpx
import pytest

from tests.service.conftest import TOPTERMS, Demo


@pytest.mark.parametrize("name", ["slowdive", "artist:slowdive", "SLOWDIVE"])
def test_an_artist_is_found_by_name_and_by_id(get: Any, name: str) -> None:
    assert get("/v1/artists", name=name)["entity"]["id"] == "artist:slowdive"


def test_an_id_with_a_slash_is_an_address_too(get: Any) -> None:
    assert get("/v1/songs/song:slowdive/alison")["entity"]["name"] == "Alison"
    assert get("/v1/songs/song:slowdive/alison/terms")["terms"]


@pytest.mark.parametrize(
    ("path", "parameters", "typed"),
    [
        (
            "/v1/similar",
            {"like": ["Slowdive^2", "Nick Drake"], "unlike": "Aphex Twin"},
            ["similar", "Slowdive^2", "Nick Drake", "--unlike", "Aphex Twin"],
        ),
        ("/v1/search", {"description": "dreamy guitars^2 -pop"}, ["search", "dreamy guitars^2 -pop"]),
    ],
)
def test_http_and_the_command_line_give_the_same_answer(
    get: Any, demo: Demo, path: str, parameters: dict[str, Any], typed: list[str]
) -> None:
    done = subprocess.run([TOPTERMS, *typed, "-C", demo.folder, "--json"], capture_output=True, text=True, check=True)
    assert get(path, **parameters)["neighbors"] == json.loads(done.stdout)["neighbors"]


def test_terms_are_sorted_as_asked_and_come_with_sentences(get: Any) -> None:
    found = get("/v1/artists/artist:slowdive/terms", sort="frequency", sentences=1, term_kind="n1", limit=5)
    frequencies = [term["frequency"] for term in found["terms"]]
    assert frequencies == sorted(frequencies, reverse=True)
    assert {e["term"]["text"] for e in found["evidence"]} <= {term["term"]["text"] for term in found["terms"]}
    assert all(e["url"] and e["sentence"] for e in found["evidence"])


def test_the_terms_of_the_live_day_are_the_live_terms(get: Any) -> None:
    day = get("/v1/days")[-1]
    live = get("/v1/artists/artist:slowdive/terms")
    assert get("/v1/artists/artist:slowdive/terms", day=day) == live


def test_pages_make_up_the_whole(get: Any) -> None:
    whole = get("/v1/similar", like="Slowdive", limit=6)["neighbors"]
    first = get("/v1/similar", like="Slowdive", limit=4)
    rest = get("/v1/similar", like="Slowdive", limit=2, offset=first["page"]["next_offset"])
    assert first["neighbors"] + rest["neighbors"] == whole


def test_the_last_page_says_so(get: Any) -> None:
    found = get("/v1/similar", like="Slowdive", limit=100)
    assert found["page"]["next_offset"] is None


def test_an_answer_keeps_to_whom_it_is_told_to(get: Any) -> None:
    asked = {"like": "Slowdive", "only": ["Ride", "Low", "Nobody At All"]}
    found = get("/v1/similar", **asked)
    assert {one["entity"]["name"] for one in found["neighbors"]} <= {"Ride", "Low"}
    assert found["unknown"] == ["Nobody At All"]
    assert "Ride" not in str(get("/v1/similar", like="Slowdive", without="Ride")["neighbors"][0]["entity"])


def test_in_reverse_the_least_alike_come_first(get: Any) -> None:
    forwards = get("/v1/similar", like="Slowdive", limit=100)["neighbors"]
    backwards = get("/v1/similar", like="Slowdive", limit=3, reverse=True)["neighbors"]
    assert backwards == forwards[::-1][:3]


def test_bounds_on_familiarity_hold(get: Any) -> None:
    found = get("/v1/similar", like="Slowdive", max_familiarity=0.3)["neighbors"]
    assert found
    for one in found[:3]:
        assert get(f"/v1/artists/{one['entity']['id']}")["familiarity"] <= 0.3


def test_posted_seeds_weigh_as_typed_ones_do(web: httpx.Client, get: Any) -> None:
    seeds = [{"handle": "Slowdive", "weight": 2}, {"handle": "Low"}, {"handle": "Aphex Twin", "weight": -1}]
    posted = web.post("/v1/similar", json={"seeds": seeds, "mix": {"adj": 2, "latent": 1}}).json()
    asked = {"like": ["Slowdive^2", "Low"], "unlike": "Aphex Twin", "mix": ["adj=2", "latent=1"]}
    assert posted == get("/v1/similar", **asked)


def test_a_song_is_suggested_with_the_names_of_its_artists(get: Any) -> None:
    by = {one["name"]: one["performers"] for one in get("/v1/suggest", prefix="al", limit=50)}
    assert by["Alison"] == ["Slowdive"]
    assert get("/v1/suggest", prefix="slowdive", kind="artist")[0]["performers"] == []


def test_why_two_are_alike_comes_with_who_said_so(get: Any) -> None:
    found = get("/v1/explain", a="Slowdive", b="My Bloody Valentine")
    assert {part["bond"] for part in found["parts"]} >= {"words", "company", "together"}
    shares = sum(shared["share"] for shared in found["explanation"]["shared"])
    assert shares + found["explanation"]["latent"] <= found["explanation"]["score"] + 1e-6
    assert {e["entity_id"] for e in found["evidence"]} == {"artist:slowdive", "artist:my-bloody-valentine"}


def test_documents_come_by_kind_with_a_snippet_of_a_bounded_length(get: Any) -> None:
    found = get("/v1/artists/artist:slowdive/documents", document_kind="review")
    assert found["total"] == len(found["documents"]) == 1
    assert found["documents"][0]["kind"] == "review"
    assert 0 < len(found["documents"][0]["snippet"]) <= 240


def test_songs_of_an_artist_are_its_own(get: Any) -> None:
    found = get("/v1/artists/artist:slowdive/songs")
    assert "Alison" in [one["entity"]["name"] for one in found["items"]]
    assert all(one["entity"]["artists"] == ["artist:slowdive"] for one in found["items"])


def test_artists_and_songs_are_found_in_a_posted_text_at_their_places(web: httpx.Client) -> None:
    text = "In Reading 🎸 Slowdive played “Alison”, and Cocteau Twins were there."
    places = web.post("/v1/extract", json={"text": text}).json()["places"]
    assert {text[place["start"] : place["end"]] for place in places} == {"Slowdive", "Alison", "Cocteau Twins"}
    assert {place["entity"]["name"] for place in places} == {"Slowdive", "Alison", "Cocteau Twins"}
    assert all(0 < place["confidence"] <= 1 for place in places)


def test_a_batch_answers_for_each_and_says_who_is_unknown(web: httpx.Client, get: Any) -> None:
    asked = {"handles": ["Slowdive", "Nobody At All"], "terms": 3, "similar": 2}
    known, unknown = web.post("/v1/batch", json=asked).json()["items"]
    assert known["terms"] == get("/v1/artists/artist:slowdive/terms", limit=3)["terms"]
    assert known["neighbors"] == get("/v1/similar", like="Slowdive", limit=2)["neighbors"]
    assert unknown["profile"] is None
    assert unknown["problem"]["status"] == 404


@pytest.mark.parametrize(("path", "word"), [("/v1/styles", "shoegaze"), ("/v1/moods", "dreamy")])
def test_styles_and_moods_are_words_of_the_corpus(get: Any, path: str, word: str) -> None:
    assert word in [term["label"] for term in get(path, limit=100)["terms"]]


def test_clusters_are_named_and_their_members_can_be_listed(get: Any) -> None:
    first = get("/v1/clusters")["clusters"][0]
    assert first["terms"]
    whole = get("/v1/clusters/0")
    assert whole["size"] == len(whole["members"])
    assert whole["members"][: len(first["members"])] == first["members"]


def test_terms_like_a_term_are_others(get: Any) -> None:
    labels = [term["label"] for term in get("/v1/terms/like", term="hazy")["terms"]]
    assert labels
    assert "hazy" not in labels
