"""What takes long is worked out before anybody asks, and readiness tells the truth about it."""

import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from records.errors import QueryError
from service.http.observed import json_log
from service.http.warming import Warmer
from service.live import LiveProject
from service.project import open_project
from tests.service.http.conftest import publish, serving

_PATIENCE = 120.0


def test_all_that_takes_long_is_there_before_it_is_asked_for(lake_of_two: Path) -> None:
    publish(lake_of_two, date(2026, 11, 20))
    live = LiveProject(open_project(lake_of_two))
    warmer = Warmer(live, json_log())
    warmer.start()
    try:
        assert warmer.wait(_PATIENCE)
        made = dict(vars(live))
        for name in ("_top", "_words", "_clusters", "_linkers", "_corpora"):
            assert made[name]._made, name
    finally:
        warmer.stop()


def test_a_service_is_ready_once_it_is_warm_and_warms_anew_for_what_is_published(
    lake_of_two: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the first works are held back it is not ready; while the next are, it answers and says so."""
    publish(lake_of_two, date(2026, 11, 1))
    begun, go_on = threading.Semaphore(0), threading.Semaphore(0)

    def works(_: LiveProject) -> Iterator[Callable[[], object]]:
        yield begun.release
        yield go_on.acquire

    monkeypatch.setattr(LiveProject, "works", works)
    with serving(lake_of_two, warm=True) as client:
        assert begun.acquire(timeout=_PATIENCE)
        cold = client.get("/ready")
        assert (cold.status_code, "worked out" in cold.json()["detail"]) == (503, True)
        assert client.get("/v1/artists/artist-000000").status_code == 200, "who asks all the same is answered"
        go_on.release()
        warmer: Warmer = client.app_state.warmer  # type: ignore[attr-defined]
        assert warmer.wait(_PATIENCE)
        assert client.get("/ready").json()["warm"] is True
        publish(lake_of_two, date(2026, 11, 20))
        assert begun.acquire(timeout=_PATIENCE)
        assert client.get("/ready").json() | {"snapshot": ""} == {"snapshot": "", "day": "2026-11-20", "warm": False}
        go_on.release()
        assert warmer.wait(_PATIENCE)
        assert client.get("/ready").json()["warm"] is True


def test_what_cannot_be_worked_out_keeps_nothing_else_cold(lake_of_two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(lake_of_two, date(2026, 11, 1))
    done: list[str] = []

    def fail(error: Exception) -> None:
        raise error

    def works(_: LiveProject) -> Iterator[Callable[[], object]]:
        yield lambda: fail(QueryError("no such thing"))
        yield lambda: fail(RuntimeError("a fault of ours"))
        yield lambda: done.append("the rest")

    monkeypatch.setattr(LiveProject, "works", works)
    warmer = Warmer(LiveProject(open_project(lake_of_two)), json_log())
    warmer.start()
    assert warmer.wait(_PATIENCE)
    warmer.stop()
    assert done == ["the rest"]
