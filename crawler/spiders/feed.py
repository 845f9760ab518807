"""A feed: its entries are fetched, and what it says of them goes along."""

from calendar import timegm
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from time import struct_time
from typing import Any

import feedparser
from scrapy.http import Response

from crawler.archive import Entry
from crawler.spiders.base import SiteSpider
from crawler.state import Link


class FeedSpider(SiteSpider):
    """Reads RSS and Atom, page after page where the feed names a next one."""

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
        for link in feed.feed.get("links", ()):
            if link.get("rel") == "next" and link.get("href"):
                yield Link(response.urljoin(link["href"]))


def _entry(entry: Any) -> Entry:
    return Entry(title=entry.get("title", ""), author=entry.get("author", ""), published=_published(entry))


def _published(entry: Any) -> str:
    parsed: struct_time | None = entry.get("published_parsed")
    if parsed is None:
        return ""
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return ""
