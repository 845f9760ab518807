"""What was taken down leaves the archive, and the crawl does not ask for it again."""

from datetime import date
from pathlib import Path

import pytest

from crawler.crawl import crawl
from crawler.forgotten import Forgotten, read_forgotten, remember, remember_opted_out
from crawler.parse import parse
from crawler.take_down import take_down
from records.errors import LakeError
from records.lake import Dataset, Lake
from tests.crawler.reading import counts, paths
from tests.crawler.web import page, serving

DAY = date(2026, 11, 21)
NEXT_DAY = date(2026, 11, 22)


def test_a_page_that_was_taken_down_is_neither_kept_nor_asked_for_again(lake: Lake) -> None:
    """Its neighbours stay as they are: their pages and documents, and what the crawler remembers of them."""
    with serving({"/": page("Home", "/a", "/b"), "/a": page("A"), "/b": page("B")}) as site:
        source = site.source()
        crawl(lake, [source], day=DAY)
        remember(lake, urls=[f"{site.url}/a?utm_source=x"])
        report = counts(take_down(lake))
        assert paths(lake) == ["/", "/b"]
        site.forget()
        site.pages["/"] = page("Home, revised", "/a", "/b")
        crawl(lake, [source], day=NEXT_DAY)
        assert site.asked["/a"] == 0
        assert site.bodies["/b"] == 0
    assert report["pages removed"] == 1


def test_a_source_that_was_taken_down_leaves_no_file_and_is_passed_over(lake: Lake) -> None:
    with serving({"/": page("Home", "/a"), "/a": page("A")}) as site:
        source = site.source()
        crawl(lake, [source], day=DAY)
        parse(lake, workers=1)
        remember(lake, sources=[source.name])
        take_down(lake)
        site.forget()
        crawl(lake, [source], day=NEXT_DAY)
        assert not site.asked
    assert lake.files(Dataset.PAGES) == lake.files(Dataset.DOCUMENTS) == []
    assert counts(take_down(lake)) == {"pages removed": 0, "documents removed": 0, "repeats in their place": 0}


def test_what_is_remembered_is_read_back_and_an_opt_out_lasts_as_long_as_it_is_said(lake: Lake) -> None:
    remember(lake, sources=["one"], urls=["https://BLOG.example/x?utm_source=y"])
    remember_opted_out(lake, ["two"])
    expected = Forgotten(frozenset({"one"}), frozenset({"two"}), frozenset({"https://blog.example/x"}))
    assert read_forgotten(lake) == expected
    assert expected.covers("three", "https://blog.example/x#top")
    assert not expected.covers("three", "https://blog.example/z")
    assert not remember_opted_out(lake, []).covers_source("two")


def test_a_damaged_list_stops_everything_lest_something_come_back(lake: Lake) -> None:
    (lake.root / "forgotten.jsonl").write_text("not JSON\n", encoding="utf-8")
    for stage in (lambda: parse(lake, workers=1), lambda: crawl(lake, [], day=DAY)):
        with pytest.raises(LakeError, match=r"forgotten\.jsonl cannot be understood"):
            stage()


def test_a_broken_file_of_pages_is_named_since_nothing_can_be_taken_out_of_it(lake: Lake, tmp_path: Path) -> None:
    path = lake.partition(Dataset.PAGES, DAY) / "x-1-0001.warc.gz"
    lake.write_text(path, "no archive")
    remember(lake, sources=["x"])
    with pytest.raises(LakeError, match=r"x-1-0001\.warc\.gz is broken"):
        take_down(lake)
