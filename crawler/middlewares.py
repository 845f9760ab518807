"""What stands between the spiders and the sites: revisits, budgets, and what an unreadable robots.txt means."""

import asyncio
from hashlib import sha256
from typing import Any

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, DownloadConnectionRefusedError, IgnoreRequest
from scrapy.http import Response

from crawler.canonical import canonical_url

_MAX_ROBOTS = 512_000
"""Bytes of a robots.txt that are read."""


class CanonicalFingerprinter:
    """Two spellings of one address are one request."""

    def fingerprint(self, request: Request) -> bytes:
        """Return what tells requests apart."""
        try:
            return sha256(canonical_url(request.url).encode()).digest()
        except ValueError:
            return sha256(request.url.encode()).digest()


class Revisit:
    """Asks only for what changed, and nothing twice in a run that was cut short and goes on."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Revisit":
        """Make the middleware; called by Scrapy."""
        return cls(crawler)

    def process_request(self, request: Request) -> Response | None:
        """Add the validators of the last visit; answer by ourselves if this run has been there already."""
        if request.meta.get("dont_obey_robotstxt"):  # robots.txt itself
            return None
        spider: Any = self._crawler.spider
        try:
            visit = spider.memory.visit(request.url)
        except ValueError as error:  # where a redirect points
            raise IgnoreRequest(str(error)) from error
        if visit is None:
            return None
        if visit.run == spider.memory.run:
            return Response(request.url, status=304, flags=["resumed"])
        if visit.etag:
            request.headers["If-None-Match"] = visit.etag
        if visit.modified:
            request.headers["If-Modified-Since"] = visit.modified
        return None


class Budget:
    """Ends a run when the source's requests are spent; redirects and retries count, robots.txt does not."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._closing: asyncio.Future[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Budget":
        """Make the middleware; called by Scrapy."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Count a request, or refuse it and close the spider."""
        if request.meta.get("dont_obey_robotstxt"):
            return
        spider: Any = self._crawler.spider
        if spider.tally.counts["requests"] < spider.source.max_pages:
            spider.tally.counts["requests"] += 1
            return
        if self._closing is None:
            spider.tally.problem("budget of max_pages spent; the rest waits for the next run", request.url)
            self._closing = asyncio.ensure_future(self._crawler.engine.close_spider_async(reason="budget"))
        raise IgnoreRequest("budget")


class RobotsAnswer:
    """A robots.txt that the site fails to serve forbids everything; one that does not exist forbids nothing.

    Source: RFC 9309, 2.3.1.3, 2.3.1.4 and 2.5.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "RobotsAnswer":
        """Make the middleware; called by Scrapy."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        """Put the meaning of a failed answer in its place."""
        if not request.meta.get("dont_obey_robotstxt"):
            return response
        if response.status < 400:
            return response.replace(body=response.body[:_MAX_ROBOTS])
        if response.status < 500 and response.status != 429:
            return response.replace(body=b"")
        return self._forbid_all(response.url, f"answered {response.status}")

    def process_exception(self, request: Request, exception: Exception) -> Response | None:
        """Put the meaning of no answer in its place; where nobody is there at all, its pages tell so themselves."""
        is_nobody = isinstance(exception, CannotResolveHostError | DownloadConnectionRefusedError)
        if is_nobody or not request.meta.get("dont_obey_robotstxt"):
            return None
        return self._forbid_all(request.url, f"cannot be had ({type(exception).__name__})")

    def _forbid_all(self, url: str, why: str) -> Response:
        spider: Any = self._crawler.spider
        spider.tally.problem(f"robots.txt {why}: the site is left alone", url)
        return Response(url, body=b"User-agent: *\nDisallow: /")
