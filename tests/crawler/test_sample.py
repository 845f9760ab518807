"""The sample blog from the web into documents: every post, none twice, and what the pages tell of them."""

from datetime import date
from typing import NamedTuple

import pytest

from crawler.crawl import crawl
from crawler.parse import parse
from crawler.sources import Source, SourceKind
from records.ids import document_id
from records.lake import Dataset, Lake
from records.types import Document, StageReport
from sample.server import serving
from sample.truth import TruePost, read_truth
from tests.crawler.reading import counts, documents, pages, paths

DAY = date(2026, 11, 21)
TRUTH = read_truth()


class Read(NamedTuple):
    """The sample blog as it was read."""

    lake: Lake
    url: str
    again: StageReport
    report: StageReport
    found: dict[str, Document]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Crawl the sample blog twice and parse it, once for all tests."""
    lake = Lake(tmp_path_factory.mktemp("sample") / "lake", create=True)
    with serving() as url:
        source = Source("blog", SourceKind.BLOG, (f"{url}/",), delay=0, allow_private=True)
        crawl(lake, [source], day=DAY)
        again = crawl(lake, [source], day=DAY)
        report = parse(lake)
    found = {document.url.removeprefix(url): document for document in documents(lake)}
    return Read(lake, url, again, report, found)


def test_every_post_becomes_a_document_once(read: Read) -> None:
    assert sorted({post.path for post in TRUTH.posts} - read.found.keys()) == []
    assert len(documents(read.lake)) == len(read.found)


def test_listing_pages_become_no_documents(read: Read) -> None:
    """Of the fronts, archives, artists' and authors' pages, none; of other pages only the one about the blog."""
    assert len(pages(read.lake)) > len(read.found) + 10
    assert sorted(read.found.keys() - {post.path for post in TRUTH.posts}) == ["/about/"]


def test_the_disallowed_corner_is_not_fetched(read: Read) -> None:
    assert TRUTH.disallowed not in paths(read.lake)


def test_a_second_crawl_fetches_no_body(read: Read) -> None:
    found = counts(read.again)
    assert (found["pages fetched"], found["pages stored"]) == (0, 0)
    assert found["pages unchanged"] >= len(read.found)
    assert len(read.lake.files(Dataset.PAGES)) == len({path.name for path in read.lake.files(Dataset.PAGES)})


@pytest.mark.parametrize("post", TRUTH.posts, ids=lambda post: post.path)
def test_a_post_says_what_its_page_tells(read: Read, post: TruePost) -> None:
    """Its date or none, its language, its rating, that it is a review where it is one."""
    found = read.found[post.path]
    assert (found.published_at and found.published_at.date()) == post.published
    assert found.lang == post.lang
    assert found.rating == (None if post.rating is None else pytest.approx(post.rating / 10, abs=0.001))
    assert bool(found.about) == (post.rating is not None)
    assert found.title
    assert not found.text.startswith("Home")


def test_the_near_copy_is_marked(read: Read) -> None:
    marked = {path: document.duplicate_of for path, document in read.found.items() if document.duplicate_of}
    ids = {path: document.id for path, document in read.found.items()}
    assert marked in ({TRUTH.copy: ids[TRUTH.original]}, {TRUTH.original: ids[TRUTH.copy]})


@pytest.mark.parametrize(("kind", "start"), [(SourceKind.FEED, "/feed.xml"), (SourceKind.SITEMAP, "/robots.txt")])
def test_feed_and_sitemap_lead_to_the_same_documents(read: Read, lake: Lake, kind: SourceKind, start: str) -> None:
    with serving() as url:
        source = Source("blog", kind, (f"{url}{start}",), delay=0, allow_private=True)
        crawl(lake, [source], day=DAY)
        parse(lake, workers=1)
        found = {document.url.removeprefix(url): document for document in documents(lake)}
    assert len(found) == {SourceKind.FEED: 20, SourceKind.SITEMAP: len(TRUTH.posts)}[kind]
    assert {path: found[path].text for path in found} == {path: read.found[path].text for path in found}
    assert all(document.id == document_id(document.url) for document in found.values())
