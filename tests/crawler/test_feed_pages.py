"""Feeds of many pages are gone through to their end once, and then only as far as there is something new."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.crawl import crawl
from crawler.parse import parse
from crawler.sources import SourceKind
from records.lake import Lake
from tests.crawler.reading import counts, documents, paths
from tests.crawler.test_kill import DAY
from tests.crawler.web import Answer, Site, page, serving, text_about

WORDPRESS = ("/feed/", "/feed/?paged={}", "https://wordpress.org/?v=6.5")
GHOST = ("/rss/", "/rss/{}/", "Ghost 5.80")
PER_PAGE = 3


class Blog:
    """A blog whose feed has pages of three posts."""

    def __init__(self, site: Site, start: str, more: str, program: str) -> None:
        self.site, self.start, self._more, self._program = site, start, more, program
        self._posts: list[int] = []

    def publish(self, *numbers: int) -> None:
        """Put posts on top of the feed, the last one first."""
        self._posts = [*reversed(numbers), *self._posts]
        self.site.pages |= {f"/{n}": page(f"Post {n}", text=text_about(n)) for n in numbers}
        for first in range(0, len(self._posts), PER_PAGE):
            number = first // PER_PAGE + 1
            path = self.start if number == 1 else self._more.format(number)
            self.site.pages[path] = self._feed(self._posts[first : first + PER_PAGE])

    def _feed(self, posts: list[int]) -> Answer:
        items = "".join(f"<item><title>Post {n}</title><link>{self.site.url}/{n}</link></item>" for n in posts)
        channel = f"<title>Blog</title><generator>{self._program}</generator>{items}"
        return Answer(
            f"<rss version='2.0'><channel>{channel}</channel></rss>".encode(), content_type="application/rss+xml"
        )


@pytest.fixture(params=[WORDPRESS, GHOST], ids=["wordpress", "ghost"])
def blog(request: pytest.FixtureRequest) -> Iterator[Blog]:
    """A blog of seven posts."""
    with serving({}) as site:
        made = Blog(site, *request.param)
        made.publish(*range(7))
        yield made


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake", create=True)


def asked_of(blog: Blog, lake: Lake, after: int, **limits: object) -> list[str]:
    """Crawl so many days after the first; return what was asked for."""
    blog.site.forget()
    source = blog.site.source(SourceKind.FEED, blog.start, **limits)
    report = crawl(lake, [source], day=DAY + timedelta(days=after))
    assert counts(report)["requests failed"] == counts(report)["pages gone"] == 0
    return sorted(path for path in blog.site.asked if path != "/robots.txt")


def test_all_pages_of_a_feed_are_read_and_next_time_only_what_is_new(blog: Blog, lake: Lake) -> None:
    """Also where `allow` names posts alone."""
    allow = (r"/\d$",)
    first = asked_of(blog, lake, 0, allow=allow)
    assert paths(lake) == [f"/{n}" for n in range(7)]
    assert len(first) == 7 + 3 + 1, "seven posts, three pages, and the one that is not there"
    assert blog.start in asked_of(blog, lake, 1)
    assert blog.site.bodies.total() - blog.site.bodies["/robots.txt"] == 0
    blog.publish(7, 8)
    assert set(asked_of(blog, lake, 2)) >= {blog.start, "/7", "/8"}
    assert paths(lake) == [f"/{n}" for n in range(9)]


def test_an_unchanged_feed_is_asked_for_its_first_page_alone(blog: Blog, lake: Lake) -> None:
    asked_of(blog, lake, 0)
    posts = {f"/{n}" for n in range(7)}
    assert set(asked_of(blog, lake, 1)) - posts == {blog.start}


def test_a_feed_that_was_not_gone_through_for_want_of_budget_is_gone_on_with(blog: Blog, lake: Lake) -> None:
    asked_of(blog, lake, 0, max_pages=4)
    for day in range(1, 6):
        asked_of(blog, lake, day, max_pages=12)
    assert paths(lake) == [f"/{n}" for n in range(7)]


def test_a_feed_that_is_the_same_under_every_number_ends(lake: Lake) -> None:
    with serving({}) as site:
        blog = Blog(site, *WORDPRESS)
        blog.publish(1, 2)
        feed = site.pages["/feed/"]
        assert isinstance(feed, Answer)
        site.pages["/feed/"] = lambda _: feed
        assert asked_of(blog, lake, 0) == ["/1", "/2", "/feed/", "/feed/?paged=2"]


def test_a_feed_that_gives_the_whole_text_stands_in_for_pages_that_cannot_be_had(lake: Lake) -> None:
    """Forbidden by robots.txt, not there, empty but for a script; not where a page asks to be left out; no excerpts."""
    whole = {name: text_about(n) * 2 for n, name in enumerate(("private", "gone", "script", "noindex", "fine"), 10)}
    texts = whole | {"excerpt": "Only the beginning [...]"}
    with serving({}) as site:
        items = "".join(
            f"<item><title>About {name}</title><link>{site.url}/{name}</link><pubDate>Tue, 05 Mar 2024 08:00:00 GMT"
            f"</pubDate><c:encoded><![CDATA[<p>{text}</p>]]></c:encoded></item>"
            for name, text in texts.items()
        )
        rss = f"<rss version='2.0' xmlns:c='http://purl.org/rss/1.0/modules/content/'><channel>{items}</channel></rss>"
        site.pages["/feed"] = Answer(rss.encode(), content_type="application/rss+xml")
        site.pages["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /private", content_type="text/plain")
        site.pages["/script"] = Answer(b"<html><body><script>load()</script><p>Loading</p></body></html>")
        site.pages["/noindex"] = page("Hidden", text=whole["noindex"], head="<meta name='robots' content='noindex'>")
        site.pages["/fine"] = page("Fine", text="A page of its own. " * 20)
        crawl(lake, [site.source(SourceKind.FEED, "/feed")], day=DAY)
        parse(lake)
        found = {document.url.removeprefix(f"{site.url}/"): document for document in documents(lake)}
        assert sorted(found) == ["fine", "gone", "private", "script"]
        assert found["fine"].text.startswith("Fine")
        assert {found[name].title for name in ("gone", "private", "script")} == {
            "About gone",
            "About private",
            "About script",
        }
        assert found["private"].published_at == datetime(2024, 3, 5, 8, tzinfo=UTC)
        assert "word10x5" in found["private"].text
        report = crawl(lake, [site.source(SourceKind.FEED, "/feed")], day=DAY + timedelta(days=1))
        assert counts(report)["pages stored"] == 0
