"""Hostile callers, and callers who ask too much: each gets a problem, and nobody else notices."""

import asyncio
import json
import socket
import threading
from typing import Any

import httpx
import pytest

from service.http.work import BusyError, Pool
from tests.service.conftest import Demo
from tests.service.http.conftest import serving


@pytest.mark.parametrize(
    ("path", "parameters", "status"),
    [
        ("/v1/artists", {"name": "Nobody At All"}, 404),
        ("/v1/artists/nobody", {}, 404),
        ("/v1/nothing", {}, 404),
        ("/nothing", {}, 404),
        ("/v1/similar", {"like": "Slowdive", "limit": 101}, 422),
        ("/v1/similar", {"like": "Slowdive", "offset": 1001}, 422),
        ("/v1/similar", {"like": ["Slowdive"] * 51}, 422),
        ("/v1/similar", {"like": "Slowdive^0"}, 400),
        ("/v1/similar", {"like": "Slowdive", "mix": "nope=1"}, 400),
        ("/v1/similar", {"like": "Slowdive", "min_familiarity": "nan"}, 422),
        ("/v1/similar", {"like": "Slowdive", "min_familiarity": 0.9, "max_familiarity": 0.1}, 400),
        ("/v1/similar", {}, 422),
        ("/v1/search", {"description": '"unclosed'}, 400),
        ("/v1/search", {"description": "x" * 501}, 422),
        ("/v1/suggest", {"prefix": "a\x00b"}, 422),
        ("/v1/suggest", {"prefix": "a\x1b[2Jb"}, 422),
        ("/v1/artists", {"name": "a\nb"}, 422),
        ("/v1/artists/artist:slowdive/terms", {"day": "1999-01-01"}, 404),
        ("/v1/artists/artist:slowdive/terms", {"day": "yesterday"}, 422),
        ("/v1/trends", {"since": "2999-01-01"}, 404),
        ("/v1/clusters/9999", {}, 400),
        ("/v1/terms/like", {"term": "zzyzx"}, 400),
    ],
)
def test_what_cannot_be_answered_is_a_problem(
    web: httpx.Client, path: str, parameters: dict[str, Any], status: int
) -> None:
    answer = web.get(path, params=parameters)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"text": 1}',
        b'{"text": "a", "more": 1}',
        b'{"text": "\\ud800"}',
        b"[" * 100_000,
    ],
    ids=range(8),
)
def test_a_body_that_is_none_is_a_problem(web: httpx.Client, body: bytes) -> None:
    answer = web.post("/v1/extract", content=body, headers={"Content-Type": "application/json"})
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_text_that_is_too_long_is_refused_before_it_is_read(web: httpx.Client) -> None:
    assert web.post("/v1/extract", json={"text": "a" * 10_001}).status_code == 400
    assert web.post("/v1/extract", json={"text": "a" * 1_000_001}).status_code == 413


def test_a_body_of_unknown_length_is_bounded_too(web: httpx.Client) -> None:
    answer = web.post("/v1/extract", content=(b"x" * 65_536 for _ in range(64)))
    assert answer.status_code == 413


def test_a_method_that_is_none_is_refused_with_those_there_are(web: httpx.Client) -> None:
    answer = web.delete("/v1/similar")
    assert answer.status_code == 405
    assert answer.json()["status"] == 405


def test_headers_without_an_end_are_refused(web: httpx.Client) -> None:
    with socket.create_connection((web.base_url.host, web.base_url.port or 80)) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\nX: ")
        for _ in range(64):
            try:
                connection.sendall(b"y" * 4096)
            except OSError:
                break
        assert b"200 OK" not in connection.recv(4096)
    assert web.get("/health").status_code == 200


def test_a_client_that_asks_too_often_is_told_when_to_come_back(demo: Demo) -> None:
    with serving(demo.folder, requests_per_minute=5, limit_loopback=True) as client:
        statuses = [client.get("/v1/days").status_code for _ in range(7)]
        assert statuses == [200] * 5 + [429] * 2
        refused = client.get("/v1/days")
        assert refused.headers["content-type"] == "application/problem+json"
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert client.get("/api/v4/artist/top_terms").json()["response"]["status"]["code"] == 3
        assert client.get("/health").status_code == 200


def test_clients_behind_one_proxy_have_a_rate_each(demo: Demo) -> None:
    with serving(demo.folder, requests_per_minute=2) as client:

        def ask(address: str) -> int:
            return client.get("/v1/days", headers={"X-Forwarded-For": address}).status_code

        assert [ask("192.0.2.1") for _ in range(3)] == [200, 200, 429]
        assert ask("192.0.2.2") == 200
        assert [ask(f"2001:db8::{i}") for i in range(3)] == [200, 200, 429]
        assert ask("2001:db8:0:1::1") == 200


def test_the_log_is_json_and_tells_nothing_of_the_query(demo: Demo, capfd: pytest.CaptureFixture[str]) -> None:
    with serving(demo.folder) as client:
        client.get("/v1/artists", params={"name": "Slowdive", "api_key": "secret"})
        client.get("/v1/%1b%5b31m%e2%80%a8evil%0a%7b%7d")
    out = capfd.readouterr().out
    assert "\x1b" not in out
    lines = [json.loads(line) for line in out.split("\n") if line]
    asked = [line for line in lines if line.get("route") == "/v1/{collection}"]
    assert asked
    assert asked[0].items() >= {"method": "GET", "path": "/v1/artists", "status": 200}.items()
    assert "secret" not in json.dumps(lines)


def test_figures_count_requests_by_route(demo: Demo) -> None:
    with serving(demo.folder) as client:
        client.get("/v1/artists/artist:slowdive")
        client.get("/api/v4/artist/top_terms")
        figures = client.get("/metrics").text
    assert 'topterms_requests_total{method="GET",route="/v1/{collection}/{entity_id:path}",status="200"} 1.0' in figures
    assert 'route="/api/v4/artist/top_terms"' in figures


def test_heavy_questions_hold_no_quick_one_up(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    held = threading.Event()
    monkeypatch.setattr("service.live.LiveProject.clusters", lambda *_: held.wait(20) and ())
    with serving(demo.folder, heavy_threads=2, waiting=2) as client:
        threads = [threading.Thread(target=client.get, args=("/v1/clusters",)) for _ in range(4)]
        for thread in threads:
            thread.start()
        while 'topterms_questions{pool="heavy"} 4.0' not in client.get("/metrics").text:
            pass  # until all four have come in: two are worked on, two wait
        assert client.get("/v1/similar", params={"like": "Slowdive"}).status_code == 200
        refused = client.get("/v1/clusters")
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) > 0
        held.set()
        for thread in threads:
            thread.join()
        assert client.get("/v1/clusters").status_code == 200


def test_an_answer_that_takes_too_long_is_given_up(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    held = threading.Event()
    monkeypatch.setattr("service.live.LiveProject.clusters", lambda *_: held.wait(20) and ())
    with serving(demo.folder, deadline=0.2) as client:
        late = client.get("/v1/clusters")
        held.set()
    assert late.status_code == 503
    assert "longer than 0.2 s" in late.json()["detail"]


def test_what_nobody_foresaw_shows_nothing_of_itself(
    demo: Demo, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("at /a/secret/path")

    monkeypatch.setattr("service.live.LiveProject.clusters", fail)
    monkeypatch.setattr("service.live.LiveProject.words", fail)
    with serving(demo.folder) as client:
        answer = client.get("/v1/clusters")
        old = client.get("/api/v4/artist/list_genres")
        assert client.get("/health").status_code == 200
    assert (old.status_code, old.json()["response"]["status"]["code"]) == (500, -1)
    assert "secret" not in old.text
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text
    assert "at /a/secret/path" in capfd.readouterr().out


def test_a_pool_takes_no_more_than_it_is_told() -> None:
    async def ask() -> None:
        pool, held = Pool("test", 1, 1, 5.0), threading.Event()
        first, second = (asyncio.create_task(pool.answer(held.wait)) for _ in range(2))
        while pool.taken < 2:
            await asyncio.sleep(0)
        with pytest.raises(BusyError, match="too many"):
            await pool.answer(held.wait)
        held.set()
        assert await first
        assert await second
        pool.close()

    asyncio.run(ask())
