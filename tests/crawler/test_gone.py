"""Documents of pages that a site deleted vanish where the source asks for it, and come back with the page."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.crawl import crawl
from crawler.forgotten import read_forgotten
from crawler.parse import parse
from crawler.take_down import take_down
from records.lake import Lake
from tests.crawler.reading import documents
from tests.crawler.test_kill import DAY
from tests.crawler.web import Site, page, serving, text_about


@pytest.fixture
def site() -> Iterator[Site]:
    """A site of three posts."""
    posts = {f"/post/{n}": page(f"Post {n}", text=text_about(n) * 2) for n in range(3)}
    with serving({"/": page("Home", *posts), **posts}) as running:
        yield running


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake", create=True)


class Days:
    """One day after the other over one lake; the site is read, and what is to vanish does."""

    def __init__(self, lake: Lake, site: Site, *, drop_gone: bool) -> None:
        self._lake, self._site, self._drop_gone, self._day = lake, site, drop_gone, DAY

    def pass_one(self) -> list[str]:
        """Return the paths of the documents at the end of a day."""
        crawl(self._lake, [self._site.source(drop_gone=self._drop_gone)], day=self._day)
        self._day += timedelta(days=1)
        take_down(self._lake)
        parse(self._lake)
        return sorted(document.url.removeprefix(self._site.url) for document in documents(self._lake))


@pytest.mark.parametrize("drop_gone", [True, False])
def test_a_document_vanishes_on_the_third_day_without_its_page_if_the_source_says_so(
    lake: Lake, site: Site, drop_gone: bool
) -> None:
    """Nothing links to the page any more; others stay, and without the option so does the document."""
    days = Days(lake, site, drop_gone=drop_gone)
    whole = ["/post/0", "/post/1", "/post/2"]
    assert days.pass_one() == whole
    del site.pages["/post/1"]
    site.pages["/"] = page("Home", "/post/0", "/post/2")
    assert [days.pass_one() for _ in range(2)] == [whole, whole]
    assert days.pass_one() == (["/post/0", "/post/2"] if drop_gone else whole)
    site.forget()
    days.pass_one()
    assert site.asked["/post/1"] == 0


def test_a_page_that_came_back_is_a_document_again(lake: Lake, site: Site) -> None:
    days = Days(lake, site, drop_gone=True)
    days.pass_one()
    post = site.pages.pop("/post/1")
    assert [len(days.pass_one()) for _ in range(3)] == [3, 3, 2]
    site.pages["/post/1"] = post
    assert len(days.pass_one()) == 3
    assert not read_forgotten(lake).gone


def test_two_days_without_a_page_and_one_with_it_begin_the_count_anew(lake: Lake, site: Site) -> None:
    days = Days(lake, site, drop_gone=True)
    days.pass_one()
    post = site.pages.pop("/post/1")
    for is_there in (False, False, True, False, False):
        if is_there:
            site.pages["/post/1"] = post
        else:
            site.pages.pop("/post/1", None)
        assert len(days.pass_one()) == 3
