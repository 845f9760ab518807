"""Puts the pages that the spiders fetch into the lake, and what is remembered of them into the crawl state."""

import re
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from scrapy import signals
from scrapy.crawler import Crawler

from crawler.archive import Entry, PageWriter
from crawler.canonical import canonical_url
from crawler.forgotten import NOTHING, read_forgotten
from crawler.state import CrawlState, Visit
from records.errors import LakeError
from records.lake import Dataset, Lake
from records.types import Page

_PAGES_PER_FILE = 200
_BYTES_PER_FILE = 64_000_000
"""A kill loses at most one file: some minutes of a polite crawl. Smaller files would cost more than they save."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page that changed since the last visit, ready to be stored."""

    page: Page
    entry: Entry
    visit: Visit


class Memory:
    """What one run of one source knows and keeps: the state, seen from that source. Without a lake nothing is kept."""

    def __init__(self, source: str, lake: Lake | None = None, state: CrawlState | None = None, day: date | None = None):
        self._source = source
        self._state = state
        self._forgotten = read_forgotten(lake) if lake else NOTHING
        self._files = _PageFiles(lake, state, source, day) if lake and state and day else None
        self.run = self._files.run if self._files else "dry"

    def visit(self, url: str) -> Visit | None:
        """Return what is remembered of an address, however it is spelled."""
        return self._state.visit(self._source, canonical_url(url)) if self._state else None

    def is_known(self, url: str) -> bool:
        """Say whether an address was visited before."""
        return self._state is not None and self._state.is_known(self._source, canonical_url(url))

    def is_forgotten(self, url: str) -> bool:
        """Say whether a page was taken down and must not be fetched again."""
        return self._forgotten.forbids(self._source, url)

    def unseen(self) -> list[str]:
        """Return the addresses of pages that this run has not come upon yet, those gone for good left out."""
        return self._state.unseen(self._source, self.run) if self._state else []

    def remember(self, visit: Visit) -> None:
        """Remember a page that nothing is stored of."""
        if self._state:
            self._state.remember(self._source, visit)

    def store(self, fetched: Fetched) -> None:
        """Store a page, unless it was taken down; it counts as seen once its file is in the lake."""
        if self._files and not self.is_forgotten(fetched.page.url):
            self._files.add(fetched)

    def close(self, *, is_finished: bool) -> None:
        """Bring what is left into the lake; a run that is not finished goes on when it is started again."""
        if self._files:
            self._files.commit()
        if self._state and is_finished:
            self._state.end_run(self._source)


class _PageFiles:
    """The files of one run: `<source>-<run>-<number>.warc.gz`, each in the lake whole or not at all."""

    def __init__(self, lake: Lake, state: CrawlState, source: str, day: date) -> None:
        self._lake, self._state, self._source = lake, state, source
        self._folder = lake.partition(Dataset.PAGES, day)
        self.run = state.begin_run(source, day)
        self._number = _last_number(lake.names(self._folder), f"{source}-{self.run}")
        self._visits: list[Visit] = []
        self._bytes = 0
        self._stack = ExitStack()
        self._target = Path()
        self._writer: PageWriter | None = None

    def add(self, fetched: Fetched) -> None:
        if self._writer is None:
            self._number += 1
            self._target = self._folder / f"{self._source}-{self.run}-{self._number:04}.warc.gz"
            staging = self._stack.enter_context(self._lake.staged(self._target))
            self._writer = PageWriter(self._stack.enter_context(staging.open("wb")))
        self._writer.write(fetched.page, fetched.entry)
        self._visits.append(fetched.visit)
        self._bytes += len(fetched.page.body)
        if len(self._visits) >= _PAGES_PER_FILE or self._bytes >= _BYTES_PER_FILE:
            self.commit()

    def commit(self) -> None:
        if self._writer is None:
            return
        self._state.expect(self._target.name, self._source, self._visits)
        self._stack.close()
        self._state.promote(self._target.name)
        self._visits, self._bytes, self._writer = [], 0, None


def _last_number(names: Iterable[str], prefix: str) -> int:
    found = (re.fullmatch(rf"{re.escape(prefix)}-(\d+)\.warc\.gz", name) for name in names)
    return max((int(match[1]) for match in found if match), default=0)


class Recorder:
    """Item pipeline: hands what a spider fetched to its memory, and closes that at the end."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        crawler.signals.connect(self.close, signals.spider_closed)
        crawler.signals.connect(self.stumble, signals.item_error)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Recorder":
        """Make the pipeline; called by Scrapy."""
        return cls(crawler)

    def process_item(self, item: Fetched) -> Fetched:
        """Store one page."""
        spider: Any = self._crawler.spider
        spider.memory.store(item)
        return item

    def close(self, reason: str) -> None:
        """Bring the rest into the lake; called by Scrapy when the spider ends, for whatever reason."""
        spider: Any = self._crawler.spider
        try:
            spider.memory.close(is_finished=reason != "shutdown")
        except (OSError, LakeError) as error:
            spider.tally.counts["failed starts"] += 1
            found = error.strerror if isinstance(error, OSError) else error
            spider.tally.problem(f"could not be stored ({found})", spider.source.start[0])

    def stumble(self, item: Fetched) -> None:
        """Count a page that could not be stored; called by Scrapy, which logs the error."""
        spider: Any = self._crawler.spider
        spider.tally.counts["failed"] += 1
        spider.tally.problem("could not be stored", item.page.url)
