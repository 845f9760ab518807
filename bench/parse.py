"""Pages a second of parsing against trafilatura with its defaults and metadata, same pages, one run, one process.

Ours does more: structured data, dates that must be told, listings, language, canonical address.
"""

import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter

import trafilatura

from crawler.archive import NO_ENTRY, PageWriter
from crawler.parse import parse
from crawler.parsers.page import parse_page
from records.lake import Dataset, Lake
from records.types import Page
from sample.site import build

_ROUNDS = 3
_DAY = date(2026, 11, 21)


def measure() -> list[tuple[str, str, float, str]]:
    """Return (what, variant, value, unit): a page at a time in one process, then the whole stage on two workers."""
    pages = _pages()
    ours = _rate(lambda page: parse_page(page), pages)
    peer = _rate(lambda page: trafilatura.bare_extraction(page.body, url=page.url, with_metadata=True), pages)
    what = f"parse, {len(pages)} pages of the sample blog"
    return [
        (what, "topterms, one process", ours, "pages/s"),
        (what, "trafilatura defaults, one process", peer, "pages/s"),
        (what, "topterms, whole stage on two workers", _stage_rate(pages), "pages/s"),
    ]


def _rate(work: Callable[[Page], object], pages: Sequence[Page]) -> float:
    work(pages[0])  # what is loaded once is not counted
    began = perf_counter()
    for page in pages:
        work(page)
    return len(pages) / (perf_counter() - began)


def _stage_rate(pages: Sequence[Page]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(Path(folder) / "lake", create=True)
        with (
            lake.staged(lake.partition(Dataset.PAGES, _DAY) / "bench.warc.gz") as staging,
            staging.open("wb") as stream,
        ):
            writer = PageWriter(stream)
            for page in pages:
                writer.write(page, NO_ENTRY)
        began = perf_counter()
        parse(lake, workers=2)
        return len(pages) / (perf_counter() - began)


def _pages() -> list[Page]:
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder), "http://sample.invalid")
        files = sorted(Path(folder).glob("20*/*/*/index.html"))
        bodies = [(path.relative_to(folder).parent, path.read_bytes()) for path in files]
    now, headers = datetime(2026, 11, 21, tzinfo=UTC), (("content-type", "text/html; charset=utf-8"),)
    return [
        Page(f"http://sample.invalid/{n}/{path}/", "bench", now, 200, headers, body.replace(b"canonical", b"alternate"))
        for n in range(_ROUNDS)
        for path, body in bodies
    ]
