"""Told to end by SIGTERM or Ctrl-C, a run ends soon and cleanly, and the next one goes on from there."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from records.lake import Dataset
from service.project import open_project
from tests.crawler.reading import paths
from tests.crawler.web import Answer, Site, page, serving, text_about
from tests.service.conftest import TOPTERMS, Ask

SOON = 30
"""Seconds; a run that is told to end waits for pages on their way for 5."""
SCHEDULED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from apscheduler.triggers.date import DateTrigger
from service.schedule import Schedule, run_command
def tell(sentence): print(sentence, file=sys.stderr, flush=True)
if __name__ == "__main__":
    Schedule(run_command(Path(sys.argv[1]), as_json=False), DateTrigger(datetime.now(UTC)), tell).keep("begun")
"""


class Slow:
    """A site of ten posts and one page that never ends."""

    def __init__(self) -> None:
        self.is_asked = Event()
        self.is_over = Event()
        posts = {f"/post/{n}": page(f"Post {n}", text=text_about(n)) for n in range(10)}
        front = page("Home", *posts, "/endless")
        self.pages: dict[str, Any] = {"/": front, **posts, "/endless": self._answer}

    def _answer(self, path: str) -> Answer:
        return Answer(self._drip()) if not self.is_over.is_set() else page("Over", text=text_about(99))

    def _drip(self) -> Iterator[bytes]:
        yield b"<html><body><p>"
        self.is_asked.set()
        while not self.is_over.wait(0.2):
            yield b"and on "


@pytest.fixture
def slow() -> Iterator[tuple[Slow, Site]]:
    """The site, served."""
    site = Slow()
    with serving(site.pages) as running:
        yield site, running
        site.is_over.set()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("kind", ["run", "schedule"])
def test_a_run_that_is_told_to_end_keeps_what_it_fetched_and_the_next_one_goes_on(
    fresh: Path, ask: Ask, slow: tuple[Slow, Site], kind: str, number: signal.Signals
) -> None:
    site, running = slow
    (fresh / "sources.toml").write_text(
        f'[[source]]\nname = "slow"\nblog = "{running.url}/"\nallow_private = true\ndelay = 0\ntimeout = 600\n'
    )
    by_hand, scheduled = [str(TOPTERMS), "run", "-C", str(fresh)], [sys.executable, "-c", SCHEDULED, str(fresh)]
    command = by_hand if kind == "run" else scheduled
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert site.is_asked.wait(60)
        process.send_signal(number)
        code = process.wait(SOON)
        told = process.stderr.read()
    assert code == (130 if kind == "run" else 0)
    assert "Error: told to end; what was done so far is kept" in told
    assert "Traceback" not in told
    if kind == "schedule":
        assert told.splitlines()[-2:] == ["the run was told to end; what it has done is kept", "ended"]
    lake = open_project(fresh).lake()
    assert paths(lake) == ["/", *(f"/post/{n}" for n in range(10))]
    (report,) = (lake.root / "runs").iterdir()
    assert "told to end" in json.loads(report.read_text(encoding="utf-8"))["failures"][0]
    site.is_over.set()
    running.forget()
    assert ask("crawl", "-C", fresh).code == 0
    assert {path: n for path, n in running.asked.items() if path != "/robots.txt"} == {"/endless": 1}
    assert len(paths(lake)) == 12
    assert lake.files(Dataset.DOCUMENTS) == []
