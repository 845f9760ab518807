"""What all spiders over HTTP share: limits, revisits, counting what came of every request."""

import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self, TypeAlias
from urllib.parse import urlsplit

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import HtmlResponse, Response
from twisted.python.failure import Failure

from crawler import addresses
from crawler.archive import Entry, body_hash
from crawler.canonical import canonical_url, fetch_url
from crawler.recorder import Fetched, Memory
from crawler.sources import Source, read_sources
from crawler.state import GONE, CrawlState, Link, Visit
from records.errors import ConfigurationError
from records.lake import Dataset, Lake
from records.types import Page

_MAX_LINKS = 2000
"""Links of one page that are followed, at most."""
_QUEUE = 20
"""Requests that wait, as a multiple of the budget; beyond that, a page adds at most `_FEW` to them."""
_FEW = 50
_CROWD = 200
"""So many links on a page put each of them one link further away: a page of thousands does not crowd others out."""
_LAST = -1_000_000
"""Priority of pages that are looked at only to see whether they are still there."""
_NEW_FIRST = 10
"""Priority of a page never seen over one that was; in links away from the start (`DEPTH_PRIORITY`)."""

_REASONS = {
    IgnoreRequest: "larger than max_size when unpacked",
    DownloadCancelledError: "larger than max_size",
    DownloadTimeoutError: "took longer than timeout",
    CannotResolveHostError: "host not found",
    DownloadConnectionRefusedError: "connection refused",
    ResponseDataLossError: "broke off",
}

Output: TypeAlias = Request | Fetched


class Tally:
    """What came of a source's requests, counted, with one example of everything that went wrong."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.problems: dict[str, tuple[int, str]] = {}

    def problem(self, reason: str, url: str) -> None:
        """Count something that went wrong; the first address stays as the example."""
        number, example = self.problems.get(reason, (0, url))
        self.problems[reason] = (number + 1, example)


class SourceSpider(Spider):
    """A spider that reads one source.

    Started by the crawl with a `Source` and a `Memory`; by `scrapy crawl NAME -a sources=FILE -a source=NAME
    [-a lake=DIR]` otherwise, without a lake as a rehearsal that keeps nothing.
    """

    name = ""
    source: Source
    memory: Memory
    tally: Tally

    @classmethod
    def from_crawler(
        cls,
        crawler: Crawler,
        *,
        source: Source | str = "",
        memory: Memory | None = None,
        sources: str = "",
        lake: str = "",
    ) -> Self:
        """Make the spider; called by Scrapy.

        Raises:
            ConfigurationError: `source` is not named in the sources file, or is of another kind than this spider.
        """
        spider = cls(cls.name)
        spider.source = source if isinstance(source, Source) else _find(sources, source, cls.name)
        spider.memory = memory or _open_memory(spider.source, lake)
        spider.tally = Tally()
        if spider.source.allow_private:
            for url in spider.source.start:
                addresses.permit_private(url)
            crawler.signals.connect(spider.withdraw, signals.spider_closed)
        crawler.settings.setdict(_settings(spider.source), priority="spider")
        spider._set_crawler(crawler)
        crawler.signals.connect(spider.stumble, signals.spider_error)
        return spider

    def withdraw(self) -> None:
        """Take back, for whatever source comes next, what this one may reach; called by Scrapy at the end."""
        for url in self.source.start:
            addresses.withdraw_private(url)

    def stumble(self, response: Response) -> None:
        """Count an answer that could not be understood; called by Scrapy, which logs the error."""
        self.tally.counts["failed"] += 1
        self.tally.problem("could not be understood", response.url)


class SiteSpider(SourceSpider):
    """A spider that fetches pages of a site and follows links, within the limits of its source."""

    @classmethod
    def from_crawler(cls, crawler: Crawler, **arguments: Any) -> Self:
        """Make the spider; called by Scrapy."""
        spider = super().from_crawler(crawler, **arguments)
        spider.allowed_domains = _domains(spider.source)
        spider._allow = [re.compile(pattern) for pattern in spider.source.allow]
        spider._deny = [re.compile(pattern) for pattern in spider.source.deny]
        spider._asked = set()
        crawler.signals.connect(spider.notice, signals.request_scheduled)
        return spider

    def notice(self, request: Request) -> None:
        """Count a start that was moved to another host; called by Scrapy, which drops it without a word."""
        if "redirect_urls" in request.meta and not self._is_own(request.url):
            self._fail_start(request, "redirected to a host that is neither the start's nor among hosts")

    async def start(self) -> AsyncIterator[Output]:
        """Ask for the addresses that the source starts at."""
        for url in self.source.start:
            yield self.ask(Link(fetch_url(url)), priority=2 * _NEW_FIRST)
        if self.source.drop_gone:
            for url in self.memory.unseen():  # nothing may link to a page that is gone
                yield self.ask(Link(url), priority=_LAST)

    def find_links(self, response: Response) -> Iterable[Link]:
        """Return the links of an answer that may be worth following; limits are applied to them later."""
        raise NotImplementedError

    def is_page(self, response: Response) -> bool:
        """Say whether an answer is a page to keep, rather than only a list of links."""
        return isinstance(response, HtmlResponse)

    def is_list(self, url: str) -> bool:  # noqa: ARG002 - for those who know
        """Say whether an address only leads to pages, so that `allow` is not meant for it."""
        return False

    def ask(self, link: Link, priority: int) -> Request:
        """Make the request for a link."""
        return Request(link.url, self.parse, errback=self.give_up, cb_kwargs={"entry": link.entry}, priority=priority)

    def parse(self, response: Response, entry: Entry) -> Iterator[Output]:
        """Keep what is new of an answer and follow its links."""
        if response.status == 304:
            yield from self._again(response)
        elif response.status == 200:
            yield from self._fresh(response, entry)
        elif response.status in GONE:
            self.tally.counts["gone"] += 1
            self._fail_start(response.request, f"answered {response.status}")
            kept = list(self._stand_in(response.url, response.status, entry))
            if not kept:
                self.memory.remember(self._visit(response, "", ()))
            yield from kept
        else:
            self._fail(response.request, f"answered {response.status}")
            if 400 <= response.status < 500 and response.status != 429:
                yield from self._stand_in(response.url, response.status, entry)

    def give_up(self, failure: Failure) -> Iterator[Output]:
        """Count a request that brought no answer."""
        url: str = failure.request.url
        if failure.check(IgnoreRequest) and not _too_large(failure):
            self.tally.counts["refused"] += 1
            self._fail_start(failure.request, str(failure.value))
            if "robots.txt" in str(failure.value):
                yield from self._stand_in(url, 0, failure.request.cb_kwargs["entry"])
        else:
            self._fail(failure.request, addresses.refusal(urlsplit(url).hostname or "") or _say(failure))

    def _stand_in(self, url: str, status: int, entry: Entry) -> Iterator[Fetched]:
        """Keep what the feed gave of a page that was never had and cannot be; parsing makes a document of it."""
        if entry.content and not self.memory.is_known(url) and not self.memory.is_forgotten(url):
            self.tally.counts["stored"] += 1
            visit = Visit(canonical_url(url), status, "", "", body_hash(entry.content.encode()), (), self.memory.run)
            yield Fetched(Page(url, self.source.name, datetime.now(UTC), status, (), b""), entry, visit)

    def _fail(self, request: Request, reason: str) -> None:
        self.tally.counts["failed"] += 1
        if not self._fail_start(request, reason):
            self.tally.problem(reason, request.url)

    def _fail_start(self, request: Request, reason: str) -> bool:
        """Count the failure of a request if the source starts there, also where it was redirected since."""
        asked_first = request.meta.get("redirect_urls", [request.url])[0]
        is_start = asked_first in map(fetch_url, self.source.start)
        if is_start:
            self.tally.counts["failed starts"] += 1
            self.tally.problem(reason, request.url)
        return is_start

    def _again(self, response: Response) -> Iterator[Output]:
        visit = self.memory.visit(response.url)
        if visit is None:
            self._fail(response.request, "answered 304 to a first visit")
            return
        if "resumed" not in response.flags:
            self.tally.counts["unchanged"] += 1
            self.memory.remember(
                Visit(visit.url, 304, visit.etag, visit.modified, visit.body_hash, visit.links, self.memory.run)
            )
        yield from self._follow(visit.links)

    def _fresh(self, response: Response, entry: Entry) -> Iterator[Output]:
        self.tally.counts["fetched"] += 1
        links = tuple(self._allowed(self.find_links(response)))
        before = self.memory.visit(response.url)
        digest = body_hash(response.body)
        visit = self._visit(response, digest, links)
        if not self.is_page(response):
            self.memory.remember(visit)
        elif before and before.body_hash == digest:
            self.tally.counts["unchanged"] += 1
            self.memory.remember(visit)
        else:
            self.tally.counts["stored"] += 1
            yield Fetched(self._page(response), entry, visit)
        yield from self._follow(links)

    def _visit(self, response: Response, digest: str, links: tuple[Link, ...]) -> Visit:
        etag, modified = (response.headers.get(name, b"").decode("latin-1") for name in ("ETag", "Last-Modified"))
        return Visit(canonical_url(response.url), response.status, etag, modified, digest, links, self.memory.run)

    def _page(self, response: Response) -> Page:
        headers = tuple(
            (name.decode("latin-1").lower(), value.decode("latin-1"))
            for name, values in response.headers.items()
            for value in values
        )
        return Page(response.url, self.source.name, datetime.now(UTC), response.status, headers, response.body)

    def _allowed(self, links: Iterable[Link]) -> Iterator[Link]:
        seen: set[str] = set()
        for link in links:
            if len(seen) >= _MAX_LINKS:
                self.tally.problem(f"more than {_MAX_LINKS} links on a page", link.url)
                return
            try:
                url = fetch_url(link.url)
            except ValueError:
                continue
            if url not in seen and self._wanted(url):
                seen.add(url)
                yield Link(url, link.entry)

    def _wanted(self, url: str) -> bool:
        if not self._is_own(url) or self.memory.is_forgotten(url):
            return False
        is_allowed = not self._allow or self.is_list(url) or any(pattern.search(url) for pattern in self._allow)
        return is_allowed and not any(pattern.search(url) for pattern in self._deny)

    def _is_own(self, url: str) -> bool:
        host = urlsplit(url).hostname or ""
        return any(host == domain or host.endswith(f".{domain}") for domain in self.allowed_domains)

    def _follow(self, links: Sequence[Link]) -> Iterator[Output]:
        crowd = len(links) // _CROWD
        room = max(_QUEUE * self.source.max_pages - len(self._asked), _FEW)
        for link in links:
            key = hash(link.url)
            if key not in self._asked and room > 0:
                room -= 1
                self._asked.add(key)
                yield self.ask(link, priority=(0 if self.memory.is_known(link.url) else _NEW_FIRST) - crowd)


def _settings(source: Source) -> dict[str, Any]:
    agent = f"topterms/{version('topterms')}" + (f" (+{source.contact})" if source.contact else "")
    return {
        "USER_AGENT": agent,
        "DOWNLOAD_DELAY": source.delay,
        "AUTOTHROTTLE_START_DELAY": source.delay,
        "DOWNLOAD_MAXSIZE": source.max_size,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_TIMEOUT": source.timeout,
        "DEPTH_LIMIT": source.depth,
    }


def _domains(source: Source) -> list[str]:
    hosts = [urlsplit(url).hostname or "" for url in source.start] + list(source.hosts)
    return [host.lower().removeprefix("www.") for host in hosts]


def _find(path: str, name: str, kind: str) -> Source:
    if not path or not name:
        raise ConfigurationError("expected -a sources=FILE -a source=NAME")
    sources = {source.name: source for source in read_sources(Path(path))}
    if name not in sources:
        raise ConfigurationError(f"no source {name!r} in {path}; available: {', '.join(sources)}")
    if sources[name].kind != kind:
        raise ConfigurationError(f"source {name!r} is read by `scrapy crawl {sources[name].kind}`, not by {kind}")
    return sources[name]


def _open_memory(source: Source, folder: str) -> Memory:
    if not folder:
        return Memory(source.name)
    lake = Lake(Path(folder))
    state = CrawlState(lake.crawl_state)
    state.settle([path.name for path in lake.files(Dataset.PAGES)])
    return Memory(source.name, lake, state, date.today())


def _too_large(failure: Failure) -> bool:
    return str(failure.value).startswith("Ignored response")


def _say(failure: Failure) -> str:
    for kind, reason in _REASONS.items():
        if failure.check(kind):
            return reason
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(failure.value).__name__.removesuffix("Error")).lower()
