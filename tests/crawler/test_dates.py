"""Dates of publication: what tells one, and what does not."""

from datetime import UTC, datetime

import pytest
from lxml.html import document_fromstring

from crawler.parsers.dates import published_at
from crawler.parsers.structured import Structured

FETCHED = datetime(2026, 11, 21, 12, tzinfo=UTC)
URL = "https://b.example/post"


def date_of(body: str = "", *, head: str = "", url: str = URL, data: str = "", feed: str = "") -> str:
    tree = document_fromstring(f"<html><head>{head}</head><body><p>Text.</p>{body}</body></html>")
    found = published_at(tree, url, Structured(published=data), feed, FETCHED)
    return found.isoformat() if found else ""


@pytest.mark.parametrize(
    "body",
    [
        '<time datetime="2024-03-05">yesterday</time>',
        "<time>5 March 2024</time>",
        "<time datetime=\"not a date\">5 March 2024</time><p class='date'>March 5, 2024</p>",
        '<abbr class="published" title="2024-03-05T00:00:00Z">March</abbr>',
        '<p class="byline">By Odile, 5 March 2024</p>',
        '<span class="entry-meta">Posted on March 5th, 2024 by Odile</span>',
        '<div class="post_date">05.03.2024</div>',
        "<h5>Written by Tom\n on the\n 5th\n March,\n 2024.</h5>",
        '<div class="postFooter"><h5>Written by Tom on the 5th March, 2024.</h5></div>',
        '<article><footer><span class="posted">5. März 2024</span></footer></article>',
        '<p class="date">15/3/2024</p>'.replace("15/3", "5/3").replace("5/3/2024", "2024-03-05"),
    ],
)
def test_an_element_that_holds_a_date_tells_it(body: str) -> None:
    assert date_of(body) == "2024-03-05T00:00:00+00:00"


@pytest.mark.parametrize(
    "body",
    [
        "<p>Recorded on 5 March 2024 in a shed.</p>",
        "<footer>© 2024 Me. <time datetime='2024-03-05'>5 March</time></footer>",
        '<div id="footer"><span class="date">5 March 2024</span></div>',
        '<div class="comments"><time datetime="2024-03-05">5 March</time></div>',
        '<aside><time datetime="2024-03-05">5 March</time></aside>',
        '<div class="sidebar-widget"><span class="date">5 March 2024</span></div>',
        '<span class="date">March 2024</span>',
        '<span class="date">2024-03</span>',
        '<span class="date">2024</span>',
        '<span class="date">03/04/2024</span>',
        '<span class="date">at 10:30 in 2024</span>',
        '<span class="date">99 March 2024</span>',
        '<time datetime="2027-03-05">soon</time>',
        '<time datetime="1970-01-01T00:00:00Z">never</time>',
        '<time datetime="0001-01-01T00:00:00+14:00">never</time>',
        '<img src="/uploads/2024/03/05/cover.jpg">',
    ],
)
def test_what_is_no_date_of_publication_tells_none(body: str) -> None:
    assert date_of(body) == ""


@pytest.mark.parametrize("name", ["article:published_time", "datePublished", "DC.date.issued", "date"])
def test_the_head_tells_a_date_with_its_time(name: str) -> None:
    for key in ("property", "name", "itemprop"):
        assert date_of(head=f'<meta {key}="{name}" content="2024-03-05T23:30:00-02:00">') == "2024-03-06T01:30:00+00:00"


def test_an_address_tells_a_date_only_with_a_day() -> None:
    assert date_of(url="https://b.example/2024/03/05/post") == "2024-03-05T00:00:00+00:00"
    assert date_of(url="https://b.example/2024-03-05-post.html") == "2024-03-05T00:00:00+00:00"
    assert date_of(url="https://b.example/2024/03/post") == ""
    assert date_of(url="https://b.example/2024/02/31/post") == ""


def test_structured_data_comes_first_and_the_feed_last() -> None:
    times = '<time datetime="2023-01-01">x</time>'
    assert date_of(times, data="2024-03-05", feed="2022-01-01") == "2024-03-05T00:00:00+00:00"
    assert date_of(times, data="rubbish", feed="2022-01-01") == "2023-01-01T00:00:00+00:00"
    assert date_of(feed="2022-01-01T10:00:00+01:00") == "2022-01-01T09:00:00+00:00"


def test_a_date_is_never_later_than_the_fetch() -> None:
    """One of tomorrow, as time zones make it, is taken for now; one of next week is none, and the next best counts."""
    assert date_of(data="2026-11-22T01:00:00+00:00") == FETCHED.isoformat()
    assert date_of(data="2026-11-29", feed="2026-11-20") == "2026-11-20T00:00:00+00:00"
