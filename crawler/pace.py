"""How fast a site is asked: as fast as it answers well, and never faster than it or its source wants."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from scrapy import signals
from scrapy.core.downloader import Slot
from scrapy.crawler import Crawler
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response

_MAX_DELAY = 60.0
"""Seconds between two requests, at most, whatever a site asks for: a run must come to its end."""
_BUSY = (429, 503)
_LEAST_BACK_OFF = 1.0
"""Seconds between two requests, at least, to a site that says it is busy; pages that come through halve it again."""


class Pace(AutoThrottle):
    """AutoThrottle that keeps to Crawl-delay and Retry-After, and takes "not modified" for the good answer it is."""

    mindelay: float

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        crawler.signals.connect(self.keep_crawl_delay, signals.robots_parsed)

    def keep_crawl_delay(self, robotparser: Any) -> None:
        """Raise the least delay to what robots.txt asks for; called by Scrapy when it was read."""
        asked = float(robotparser.rp.crawl_delay("topterms") or 0)
        if asked > self.mindelay:
            self.mindelay = min(asked, _MAX_DELAY)
            self.crawler.engine.downloader._delay = self.mindelay
            for slot in self.crawler.engine.downloader.slots.values():
                slot.delay = max(slot.delay, self.mindelay)

    def _adjust_delay(self, slot: Slot, latency: float, response: Response) -> None:
        if response.status in _BUSY:
            asked = retry_after(response.headers.get("Retry-After", b"").decode("latin-1"))
            slot.delay = min(max(asked, 2 * slot.delay, _LEAST_BACK_OFF), _MAX_DELAY)
        elif response.status == 304:
            super()._adjust_delay(slot, latency, response.replace(status=200))
        else:
            super()._adjust_delay(slot, latency, response)


def retry_after(value: str) -> float:
    """Return the seconds that a Retry-After header asks to wait, given as a number or a time; 0 if it does not say."""
    if value.strip().isdecimal():
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
