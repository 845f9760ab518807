"""Damage to a WARC file is told with its place, and what stands before it is kept."""

from pathlib import Path

import pytest
from warcio.exceptions import ArchiveLoadFailed

from bench.damage import Original, measure, originals
from crawler.archive import ArchivedPage, read_pages
from crawler.crawl import crawl
from crawler.parse import parse
from crawler.sources import Source, SourceKind
from records.lake import Dataset, Lake
from tests.crawler.reading import counts, documents, pages
from tests.crawler.test_kill import DAY, fill

FILES = {original.name: original for original in originals()}


def test_of_files_damaged_at_random_all_that_matters_is_told(tmp_path: Path) -> None:
    """Only a letter of an address or the like may change untold, and only where nothing is packed."""
    outcomes = measure(150, seed=3, folder=tmp_path)
    assert {outcome for name, outcome in outcomes if name.endswith(".gz")} <= {"told", "harmless"}
    assert {outcome for _, outcome in outcomes} <= {"told", "harmless", "head changed, not told"}
    assert sum(number for (_, outcome), number in outcomes.items() if outcome == "told") > 250


@pytest.mark.parametrize("original", FILES.values(), ids=FILES)
def test_the_place_of_the_damage_is_the_record_that_cannot_be_read(original: Original, tmp_path: Path) -> None:
    damaged = bytearray(original.content)
    damaged[original.ends[2] + 800] ^= 1
    (tmp_path / original.name).write_bytes(damaged)
    found: list[ArchivedPage] = []
    with pytest.raises(ArchiveLoadFailed, match=f"record at byte {original.ends[2]}"):
        found.extend(read_pages(tmp_path / original.name))
    assert [archived.page for archived in found] == list(original.pages[:3])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "the file is empty"),
        (b"<html>not found</html>", "Invalid WARC record"),
        (b"filedesc://a.arc 0.0.0.0 20260101000000 text/plain 9\n1 0 me\nURL", "Invalid WARC record"),
        (b"\x1f\x8b\x08", "breaks off"),
    ],
)
def test_a_file_of_something_else_is_told_as_such(content: bytes, told: str, tmp_path: Path) -> None:
    (tmp_path / "a.warc").write_bytes(content)
    with pytest.raises(ArchiveLoadFailed, match=told):
        list(read_pages(tmp_path / "a.warc"))


def test_a_crawl_tells_every_broken_archive_by_name_and_takes_what_is_good(tmp_path: Path) -> None:
    for original in FILES.values():
        (tmp_path / original.name).write_bytes(original.content[: original.ends[3] + 400])
    lake = Lake(tmp_path / "lake", create=True)
    source = Source("archives", SourceKind.WARC, (str(tmp_path / "*.warc*"),))
    report = crawl(lake, [source], day=DAY)
    assert len({page.url for page in pages(lake)}) == 4
    for name, original in FILES.items():
        assert [n for n in report.notes if name in n and f"record at byte {original.ends[3]}" in n]


def test_parsing_tells_every_broken_file_by_name_and_keeps_the_pages_before_the_damage(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake", create=True)
    fill(lake, files=2, posts=20)
    for path in lake.files(Dataset.PAGES):
        path.write_bytes(path.read_bytes()[:-10])
    report = parse(lake)
    assert counts(report)["broken files"] == 2
    assert all(any(path.name in note for note in report.notes) for path in lake.files(Dataset.PAGES))
    assert len(documents(lake)) == 38
