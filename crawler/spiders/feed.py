"""A feed: its entries are fetched, and what it says of them goes along."""

import re
from calendar import timegm
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO
from time import struct_time
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import feedparser
from scrapy.http import Response

from crawler.archive import Entry
from crawler.canonical import canonical_url
from crawler.spiders.base import Output, SiteSpider
from crawler.state import GONE, Link, Visit

_WORDPRESS = re.compile(r"wordpress", re.IGNORECASE)
_GHOST = re.compile(r"^ghost\b", re.IGNORECASE)
_GHOST_PAGE = re.compile(r"/rss/(?:(\d+)/)?$")
_LEAST, _MOST = 600, 500_000
"""Characters of an entry that is taken for the whole text; WordPress cuts excerpts at 55 words, which is 400."""
_LAST_PAGE = 1000
"""Of a feed with numbered pages: ten thousand posts; a run's budget ends before."""


class FeedSpider(SiteSpider):
    """Reads RSS and Atom, page after page: where the feed names a next one, or WordPress or Ghost numbers them.

    The pages of a feed are gone through to its end once; from then on only as far as a page names something new.
    """

    name = "feed"

    def find_links(self, response: Response) -> Iterator[Link]:
        """Yield the entries of a feed, with their title, author and date, and the feed's next page."""
        if response.meta.get("depth", 0) and super().is_page(response):
            return
        # a stream, not the bytes: feedparser would take text for the name of a file or an address to open
        feed: Any = feedparser.parse(BytesIO(response.body), sanitize_html=False, resolve_relative_uris=False)
        for entry in feed.entries:
            if address := entry.get("feedburner_origlink") or entry.get("link"):
                yield Link(response.urljoin(address), _entry(entry))
        if not feed.entries and self.is_list(response.url):
            self._has_ended = True
        if feed.entries and (following := _next_page(feed.feed, response)):
            yield Link(following)

    def is_list(self, url: str) -> bool:
        """Say whether an address is that of a further page of the feed."""
        return _page_number(url) > 1

    def parse(self, response: Response, entry: Entry) -> Iterator[Output]:
        """Keep what is new of an answer; a page of the feed that does not exist is the end of it."""
        if response.status in GONE and self.is_list(response.url):
            self._has_ended = True
            return
        yield from super().parse(response, entry)

    def _follow(self, links: Sequence[Link]) -> Iterator[Output]:
        pages = [link for link in links if self.is_list(link.url)]
        entries = [link for link in links if link not in pages]
        has_news = any(not self.memory.is_known(link.url) for link in entries)
        has_more = any(hash(link.url) not in self._asked for link in entries)
        if not has_more and pages:  # the same page again under another number
            self._has_ended = True
        is_worth_it = has_more and (has_news or not self.memory.is_known(self._end))
        yield from super()._follow([*entries, *(pages if is_worth_it else ())])

    def closed(self, reason: str) -> None:
        """Remember that the feed was gone through to its end; called by Scrapy when the spider is done."""
        if reason == "finished" and self._has_ended:
            self.memory.remember(Visit(canonical_url(self._end), 200, "", "", "", (), self.memory.run))

    _has_ended = False

    @property
    def _end(self) -> str:
        """Address under which the end of the feed is remembered."""
        return f"http://end.invalid/{self.source.name}"


def _next_page(feed: Any, response: Response) -> str:
    for link in feed.get("links", ()):
        if link.get("rel") == "next" and link.get("href"):
            return str(response.urljoin(link["href"]))
    program, number = feed.get("generator", ""), _page_number(response.url)
    if number >= _LAST_PAGE:
        return ""
    parts = urlsplit(response.url)
    if _WORDPRESS.search(program):
        query = [pair for pair in parse_qsl(parts.query) if pair[0] != "paged"]
        return str(urlunsplit(parts._replace(query=urlencode([*query, ("paged", str(number + 1))]))))
    if _GHOST.search(program) and _GHOST_PAGE.search(parts.path):
        return str(urlunsplit(parts._replace(path=_GHOST_PAGE.sub(f"/rss/{number + 1}/", parts.path))))
    return ""


def _page_number(url: str) -> int:
    parts = urlsplit(url)
    found = _GHOST_PAGE.search(parts.path)
    number = dict(parse_qsl(parts.query)).get("paged") or (found[1] if found else None) or "1"
    return int(number) if number.isdecimal() and len(number) < len(str(_LAST_PAGE)) + 1 else 1


def _entry(entry: Any) -> Entry:
    return Entry(entry.get("title", ""), entry.get("author", ""), _published(entry), _content(entry))


def _content(entry: Any) -> str:
    """Return content:encoded or Atom's content if it may be the whole text; what is cut short says so by its length."""
    found = next((str(c.get("value", "")) for c in entry.get("content", ()) if "html" in str(c.get("type", ""))), "")
    return found if _LEAST <= len(re.sub(r"<[^>]*>", "", found)) <= _MOST else ""


def _published(entry: Any) -> str:
    parsed: struct_time | None = entry.get("published_parsed")
    if parsed is None:
        return ""
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return ""
