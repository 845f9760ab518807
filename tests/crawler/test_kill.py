"""Killed at any moment and run again, the stages give what an undisturbed run gives."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from crawler.archive import NO_ENTRY, PageWriter
from crawler.crawl import crawl
from crawler.parse import parse
from crawler.state import CrawlState, Visit
from records.lake import Dataset, Lake
from records.types import Document, Page
from tests.crawler.reading import documents, paths
from tests.crawler.web import Answer, Site, page, serving, text_about

DAY = date(2026, 11, 21)
SIZE = 230
"""Pages of the site: more than go into one file of pages."""


@pytest.fixture
def site() -> Iterator[Site]:
    """Give a site whose front page links to all others."""
    posts = {f"/post/{i}": page(f"Post {i}", "/", text=text_about(i)) for i in range(SIZE)}
    with serving({"/": page("Home", *posts), **posts}) as running:
        yield running


def start(script: str, *arguments: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", script, *arguments], stderr=subprocess.DEVNULL)


CRAWL = """
import sys; from datetime import date; from pathlib import Path
from crawler.crawl import crawl; from crawler.sources import Source, SourceKind; from records.lake import Lake
if __name__ == "__main__":
    source = Source("site", SourceKind.BLOG, (sys.argv[2],), delay=0, allow_private=True)
    crawl(Lake(Path(sys.argv[1])), [source], day=date(2026, 11, 21))
"""


def plain(found: list[Document]) -> set[Document]:
    """Return documents without the time of their fetch, which differs from run to run."""
    return {replace(document, fetched_at=datetime(2026, 1, 1, tzinfo=UTC)) for document in found}


@pytest.mark.parametrize(("number", "how"), [(2, signal.SIGKILL), (215, signal.SIGKILL), (215, signal.SIGINT)])
def test_a_crawl_that_was_cut_short_goes_on_and_ends_with_every_page_once(
    site: Site, lake: Lake, number: int, how: signal.Signals
) -> None:
    """Killed or interrupted at a request; no file is half there, and what is in the lake is not asked for again."""
    running = start(CRAWL, str(lake.root), site.url + "/")
    front = site.pages["/"]
    assert isinstance(front, Answer)

    def strike(path: str) -> Answer | None:
        if sum(site.asked.values()) == number:
            with suppress(ProcessLookupError):
                os.kill(running.pid, how)
        return posts.get(path)

    posts = {path: answer for path, answer in site.pages.items() if isinstance(answer, Answer)}
    site.pages.clear()
    site.pages["/"] = strike
    assert running.wait(timeout=60) != 0
    stored = paths(lake)
    assert len(stored) == len(set(stored))
    assert len(stored) == {(2, signal.SIGKILL): 0, (215, signal.SIGKILL): 200}.get((number, how), len(stored))
    if how is signal.SIGINT:
        assert len(stored) >= 213, "Ctrl-C brings home what was fetched"
    site.forget()
    site.pages["/"] = lambda path: posts.get(path)
    crawl(lake, [site.source()], day=DAY)
    assert [path for path in stored if site.asked[path]] == []
    assert paths(lake) == sorted(posts)


def test_a_file_that_arrived_before_the_kill_counts_and_one_that_did_not_is_forgotten(lake: Lake) -> None:
    def visit(url: str) -> Visit:
        return Visit(url, 200, "", "", "hash", (), "run")

    state = CrawlState(lake.crawl_state)
    state.expect("arrived.warc.gz", "site", [visit("https://b.example/1")])
    state.expect("lost.warc.gz", "site", [visit("https://b.example/2")])
    state.close()
    state = CrawlState(lake.crawl_state)
    state.settle(["arrived.warc.gz"])
    assert state.visit("site", "https://b.example/1") == visit("https://b.example/1")
    assert state.visit("site", "https://b.example/2") is None
    state.close()


PARSE = """
import sys; from pathlib import Path
from crawler import parse; from records.lake import Lake
parse._WORTH_A_POOL = 0
def tell(stage, done, total): print(done, flush=True)
if __name__ == "__main__":
    parse.parse(Lake(Path(sys.argv[1])), workers=int(sys.argv[2]), progress=tell)
"""


def fill(lake: Lake, files: int = 3, posts: int = 40) -> None:
    """Write files of pages of which every tenth repeats an earlier one at another address."""
    for number in range(files):
        path = lake.partition(Dataset.PAGES, DAY) / f"site-{number}.warc.gz"
        with lake.staged(path) as staging, staging.open("wb") as stream:
            writer = PageWriter(stream)
            for i in range(posts):
                same = i // 10 if i % 10 == 9 else 100 * number + i
                body = page(f"Post {number} {i}", text=text_about(same) * 3).body
                assert isinstance(body, bytes)
                url = f"https://b.example/{number}/{i}"
                time = datetime(2026, 11, 21, tzinfo=UTC)
                writer.write(Page(url, "site", time, 200, (("content-type", "text/html"),), body), NO_ENTRY)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_parse_that_was_killed_and_run_again_gives_the_same_bytes(lake: Lake, tmp_path: Path, workers: int) -> None:
    """After the first file and before the last, with as many workers as there are; in one process or several."""
    fill(lake)
    undisturbed = Lake(tmp_path / "undisturbed", create=True)
    shutil.copytree(lake.root / "pages", undisturbed.root / "pages")
    parse(undisturbed, workers=1)
    running = subprocess.Popen(
        [sys.executable, "-c", PARSE, str(lake.root), str(workers)], stdout=subprocess.PIPE, text=True
    )
    assert running.stdout is not None
    for line in running.stdout:
        if int(line) >= 60:
            break
    running.kill()
    running.wait()
    running.stdout.close()
    assert len(lake.files(Dataset.DOCUMENTS)) < 3
    parse(lake, workers=workers)
    written = {path.name: path.read_bytes() for path in lake.files(Dataset.DOCUMENTS)}
    assert written == {path.name: path.read_bytes() for path in undisturbed.files(Dataset.DOCUMENTS)}
    found = documents(lake)
    assert sum(bool(document.duplicate_of) for document in found) > 5
    assert len({document.id for document in found}) == len(found) == 120
