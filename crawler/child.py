"""The process that crawls: `crawler.crawl` starts it, because a Twisted reactor cannot be started twice.

It reads a job (one line of JSON) from its standard input and writes what it does as lines of JSON to its standard
output. When its standard input ends, whoever started it is gone, and it ends at once.
"""

import asyncio
import json
import os
import sys
import threading
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings

from crawler.canonical import site
from crawler.parts import Part, crawl_log, crawl_state
from crawler.recorder import Memory
from crawler.sources import Source, SourceKind
from crawler.state import CrawlState
from records.errors import LakeError
from records.lake import Dataset, Lake
from records.opening import open_lake

_SITES_AT_ONCE = 16
"""Every site is still asked one thing at a time."""


def main() -> int:
    """Do the job that standard input describes; return the exit status."""
    job = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sources = [Source(**{**entry, "kind": SourceKind(entry["kind"])}) for entry in job["sources"]]
    lake = open_lake(job["lake"], cache=Path(job["cache"]))
    lake.hold()
    part = Part(*job["part"])
    try:
        state = CrawlState(crawl_state(lake, part))
    except LakeError as error:
        _say(error=str(error))
        return 1
    state.settle([path.name for path in lake.files(Dataset.PAGES)])
    _Crawl(lake, state, date.fromisoformat(job["day"]), crawl_log(lake, part)).run(sources)
    state.close()
    return 0


class _Crawl:
    def __init__(self, lake: Lake, state: CrawlState, day: date, log: Path) -> None:
        self._lake, self._state, self._day = lake, state, day
        settings = Settings({"LOG_FILE": str(log), "LOG_FILE_APPEND": False})
        settings.setmodule("crawler.settings", priority="default")
        self._process = AsyncCrawlerProcess(settings)
        self._gate = asyncio.Semaphore(_SITES_AT_ONCE)
        self._fetched = 0
        self._is_stopping = False
        self._open: set[Memory] = set()

    def run(self, sources: Sequence[Source]) -> None:
        from twisted.internet import reactor  # the process has installed it by now

        def stop(_: Any) -> None:
            reactor.stop()

        task = asyncio.get_event_loop().create_task(self._crawl_all(sources))
        task.add_done_callback(stop)
        self._process.start(stop_after_crawl=False)
        for memory in self._open:  # told twice to end, the process waits for no page any more
            memory.close(is_finished=False)

    async def _crawl_all(self, sources: Sequence[Source]) -> None:
        by_site: dict[str, list[Source]] = defaultdict(list)
        for source in sources:
            by_site[source.name if source.kind is SourceKind.WARC else site(source.start[0])].append(source)
        await asyncio.gather(*map(self._crawl_site, by_site.values()))

    async def _crawl_site(self, sources: Sequence[Source]) -> None:
        async with self._gate:
            for source in sources:
                if not self._is_stopping:
                    await self._crawl_source(source)

    async def _crawl_source(self, source: Source) -> None:
        memory = Memory(source.name, self._lake, self._state, self._day)
        crawler: Crawler = self._process.create_crawler(source.kind)
        is_archive = source.kind is SourceKind.WARC
        crawler.signals.connect(self._count, signals.item_scraped if is_archive else signals.response_received)
        crawler.signals.connect(self._note_end, signals.spider_closed)
        crash = ""
        self._open.add(memory)
        try:
            await self._process.crawl(crawler, source=source, memory=memory)
        except Exception as error:  # whatever befalls one source, the others go on
            crash = f"{type(error).__name__}: {error}"
        self._open.discard(memory)
        spider: Any = crawler.spider
        _say(
            source=source.name,
            counts=dict(spider.tally.counts) if spider else {},
            problems=[[reason, *found] for reason, found in spider.tally.problems.items()] if spider else [],
            crash=crash,
        )

    def _note_end(self, reason: str) -> None:
        self._is_stopping = self._is_stopping or reason == "shutdown"

    def _count(self) -> None:
        self._fetched += 1
        _say(fetched=self._fetched)


def _say(**message: object) -> None:
    print(json.dumps(message), flush=True)


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
