"""How fast a site is asked."""

from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from time import monotonic

import pytest

from crawler.crawl import crawl
from crawler.pace import retry_after
from records.lake import Lake
from tests.crawler.reading import counts, paths
from tests.crawler.web import Answer, page, serving

DAY = date(2026, 11, 21)


@pytest.mark.parametrize(("value", "seconds"), [("", 0), ("7", 7), (" 120 ", 120), ("soon", 0), ("-3", 0)])
def test_retry_after_in_seconds_is_understood(value: str, seconds: float) -> None:
    assert retry_after(value) == seconds


def test_retry_after_as_a_time_is_understood() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert 85 < retry_after(later) <= 90
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0


def test_a_busy_site_is_asked_again_only_after_the_time_that_it_asks_for(lake: Lake) -> None:
    times: list[float] = []

    def busy_once(_path: str) -> Answer:
        times.append(monotonic())
        return Answer(b"", 429, {"Retry-After": "2"}) if len(times) == 1 else page("Busy")

    with serving({"/robots.txt": Answer(b"", 404), "/": busy_once}) as site:
        report = counts(crawl(lake, [site.source()], day=DAY))
    assert report["requests failed"] == 0
    assert paths(lake) == ["/"]
    assert times[1] - times[0] > 0.9  # two seconds, give or take half of it


def test_the_delay_of_robots_txt_is_kept(lake: Lake) -> None:
    times: list[float] = []

    def watched(path: str) -> Answer:
        times.append(monotonic())
        return page(path, "/a", "/b")

    robots = Answer(b"User-agent: topterms\nCrawl-delay: 1\n", content_type="text/plain")
    with serving({"/robots.txt": robots, "/": watched}) as site:
        crawl(lake, [site.source(max_pages=3)], day=DAY)
    assert len(times) == 3
    assert times[2] - times[0] > 0.9
