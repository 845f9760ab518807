"""The Scrapy project as Scrapy's own commands see it, from the root of the repository."""

import subprocess
import sys
from pathlib import Path

import crawler
from records.lake import Lake
from tests.crawler.reading import paths
from tests.crawler.web import page, serving

ROOT = Path(crawler.__file__).parent.parent


def scrapy(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "scrapy", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def test_scrapy_lists_a_spider_for_every_kind_of_source() -> None:
    assert scrapy("list").stdout.split() == ["blog", "feed", "sitemap", "warc"]


def test_scrapy_crawls_a_source_into_a_lake_or_only_rehearses(lake: Lake, tmp_path: Path) -> None:
    sources = tmp_path / "sources.toml"
    with serving({"/": page("Home", "/a"), "/a": page("A")}) as site:
        sources.write_text(f'[[source]]\nname = "b"\nblog = "{site.url}/"\ndelay = 0\nallow_private = true\n')
        rehearsal = scrapy("crawl", "blog", "-a", f"sources={sources}", "-a", "source=b")
        assert rehearsal.returncode == 0, rehearsal.stderr
        assert site.asked["/a"] == 1
        assert paths(lake) == []
        scrapy("crawl", "blog", "-a", f"sources={sources}", "-a", "source=b", "-a", f"lake={lake.root}")
    assert paths(lake) == ["/", "/a"]


def test_a_source_that_is_not_there_or_of_another_kind_is_told(tmp_path: Path) -> None:
    sources = tmp_path / "sources.toml"
    sources.write_text('[[source]]\nname = "b"\nblog = "https://b.example/"\n')
    assert "available: b" in scrapy("crawl", "blog", "-a", f"sources={sources}", "-a", "source=c").stderr
    assert "scrapy crawl blog" in scrapy("crawl", "feed", "-a", f"sources={sources}", "-a", "source=b").stderr
    assert "-a sources=FILE" in scrapy("crawl", "blog").stderr
