"""One setting moves the index to Elasticsearch, and every answer stays as it was."""

import json
import math
from pathlib import Path

import httpx
import pytest
from lxml import html

from index.elasticsearch import ElasticsearchIndex
from index.embedded import EmbeddedIndex
from records.lake import Lake
from records.snapshot import read_snapshot
from service.page.site import router
from tests.service.conftest import Ask, Demo
from tests.service.http.conftest import serving
from tests.service.page.visit import PAGES

pytestmark = [pytest.mark.elasticsearch, pytest.mark.timeout(1200)]  # the blog is read and published several times

QUESTIONS = (
    ["terms", "Slowdive", "-n", "5"],
    ["similar", "Slowdive^2", "Nick Drake", "--unlike", "Aphex Twin", "-n", "5"],
    ["search", "dreamy shoegaze^2 -electronic", "-n", "5"],
    ["explain", "Slowdive", "Ride", "-n", "5"],
    ["suggest", "s", "-n", "5"],
)


def alike(one: object, other: object) -> bool:
    """Say whether two answers are the same, numbers to a thousandth: a server keeps fewer digits than the lake."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, abs_tol=1e-3)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    return one == other


def test_elasticsearch_is_one_setting_away_and_answers_alike(
    built: Path, ask: Ask, elasticsearch_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded = [ask(*question, "-C", built, "--json") for question in QUESTIONS]
    monkeypatch.setenv("TOPTERMS_INDEX", elasticsearch_url)
    monkeypatch.setenv("TOPTERMS_ELASTICSEARCH__PREFIX", "tests-service")
    assert ask("terms", "Slowdive", "-C", built).code == 3
    assert ask("run", "-C", built).code == 0
    assert json.loads(ask("index", "status", "-C", built, "--json").out)["engine"] == "elasticsearch"
    for question, expected in zip(QUESTIONS, embedded, strict=True):
        answer = ask(*question, "-C", built, "--json")
        assert answer.code == 0, answer.err
        assert alike(json.loads(answer.out), json.loads(expected.out)), question


ADDRESSES = (
    "/v1/artists?name=slowdive",
    "/v1/similar?like=Slowdive^2&unlike=Low",
    "/v1/search?description=dreamy -loud",
    "/v1/suggest?prefix=slwdive",
    "/v1/explain?a=Slowdive&b=Ride",
    "/v1/artists/artist:slowdive/terms?sentences=1",
    "/v1/artists/artist:slowdive/songs",
    "/v1/clusters",
    "/api/v4/artist/similar?name=Slowdive",
)


def test_page_and_api_answer_from_elasticsearch_as_from_the_lake(
    built: Path, ask: Ask, elasticsearch_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answers(client: httpx.Client) -> list[httpx.Response]:
        return [client.get(address) for address in (*ADDRESSES, *PAGES)]

    with serving(built, [router]) as client:
        embedded = answers(client)
    monkeypatch.setenv("TOPTERMS_INDEX", elasticsearch_url)
    monkeypatch.setenv("TOPTERMS_ELASTICSEARCH__PREFIX", "tests-served")
    monkeypatch.setenv("TOPTERMS_ELASTICSEARCH__DEADLINE", "60")
    assert ask("publish", "-C", built).code == 0
    with serving(built, [router]) as client:
        for found, expected in zip(answers(client), embedded, strict=True):
            assert found.status_code == expected.status_code, found.url
            if found.headers["content-type"] == "application/json":
                assert alike(found.json(), expected.json()), found.url
            else:
                assert headings(found) == headings(expected), found.url


def headings(page: httpx.Response) -> list[str]:
    return [" ".join(part.text_content().split()) for part in html.fromstring(page.text).xpath("//h1 | //h2 | //h3")]


def test_a_service_whose_server_is_gone_says_so_and_names_no_address(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOPTERMS_INDEX", "http://127.0.0.1:9")
    monkeypatch.setenv("TOPTERMS_ELASTICSEARCH__DEADLINE", "2")
    with serving(built, [router]) as client:
        for address in (
            "/ready",
            "/v1/similar?like=Slowdive",
            "/",
            "/artists/artist:slowdive",
            "/api/v4/artist/terms?name=x",
        ):
            answer = client.get(address)
            assert answer.status_code == 503, address
            assert "127.0.0.1:9" not in answer.text
        assert client.get("/v1/similar?like=Slowdive").headers["retry-after"]
        assert client.get("/health").status_code == 200


def test_every_artist_and_song_of_a_real_snapshot_has_the_same_neighbours_in_both_engines(
    demo: Demo, elasticsearch_url: str
) -> None:
    lake = Lake(demo.folder / "lake")
    embedded, server = (
        EmbeddedIndex(lake),
        ElasticsearchIndex(elasticsearch_url, prefix="tests-congruence", deadline=60),
    )
    snapshot = read_snapshot(lake)
    server.publish(snapshot)
    for kind, vectors in snapshot.vectors.items():
        for entity_id in vectors.entities.column("id").to_pylist():
            one, other = (
                {n.entity.id: n.score for n in index.similar({entity_id: 1.0}, kind, 50)}
                for index in (embedded, server)
            )
            assert other == pytest.approx(one, abs=1e-6), entity_id


def test_a_server_that_is_not_there_is_a_failure_that_names_it(
    built: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOPTERMS_INDEX", "http://127.0.0.1:9")
    monkeypatch.setenv("TOPTERMS_ELASTICSEARCH__PASSWORD", "s271828")
    monkeypatch.setenv("TOPTERMS_ELASTICSEARCH__USER", "reader")
    monkeypatch.setenv("TOPTERMS_ELASTICSEARCH__DEADLINE", "2")
    answer = ask("terms", "Slowdive", "-C", built)
    assert answer.code == 1
    assert "127.0.0.1:9" in answer.err
    assert "271828" not in answer.err
