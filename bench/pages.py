"""From pages to term counts, against the simplest pipeline: trafilatura, then all of spaCy, both with their defaults.

    python -m bench.pages                                       the sample blog
    python -m bench.pages --pages DIR --catalog FILE --number 80 --record bench/record.md

The same pages go both ways in one run. The peer gets a text and its tags, and counts nothing. Ours parses, passes over
listings and what names nobody, links, tags what describes somebody and counts. What is loaded once counts for neither,
but for the row of whole stages: there our processes start, read WARC, look for near-copies and write files.
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from time import perf_counter

import spacy
import trafilatura
from threadpoolctl import threadpool_limits

from bench.clock import now, rates
from bench.table import HEAD, Row, append, lines, machine, series
from crawler.archive import NO_ENTRY, PageWriter
from crawler.parse import parse
from crawler.parsers.page import parse_page
from nlp.catalog import import_catalog
from nlp.count import count
from nlp.counting import Reader
from nlp.settings import CountSettings
from records.lake import Dataset, Lake
from records.types import Document, Page
from sample.site import build
from sample.source import HERE

_DAY = date(2026, 11, 21)
_FETCHED, _HEADERS = datetime(2026, 11, 21, tzinfo=UTC), (("content-type", "text/html; charset=utf-8"),)


def measure(folder: Path | None = None, catalog: Path | None = None, number: int = 1000) -> list[Row]:
    """Return pages a second of ours and of the peer.

    Args:
        folder: of HTML files; the posts of the sample blog if None.
        catalog: whom to look for; that of the sample blog if None.
        number: pages to read at most, spread over the folder.
    """
    pages = _spread(list(_sample() if folder is None else _files(folder)), number)
    what = f"pages to counts, {len(pages)} pages of {'the sample blog' if folder is None else folder.parent.name}"
    with tempfile.TemporaryDirectory() as scratch, threadpool_limits(1):
        lake = Lake(Path(scratch) / "lake", create=True)
        import_catalog(lake, catalog or HERE / "catalog.csv")
        return [*_peer(pages, what), *_ours(pages, what, lake), *_stages(pages, what, lake)]


def _peer(pages: Sequence[Page], what: str) -> Iterator[Row]:
    pipeline = spacy.load(CountSettings().model)
    pipeline(trafilatura.extract(pages[0].body) or "What is loaded with the first text is not counted.")
    began = now()
    texts = (trafilatura.extract(page.body) or "" for page in pages)
    for _ in pipeline.pipe(texts):
        pass
    return rates(what, "trafilatura, then spaCy", len(pages), "pages", began, now())


def _ours(pages: Sequence[Page], what: str, lake: Lake) -> Iterator[Row]:
    reader = Reader(lake, CountSettings())
    parse_page(pages[0])
    began = now()
    found = (parsed for page in pages if isinstance(parsed := parse_page(page), Document))
    while batch := list(islice(found, 32)):
        reader.read(batch)
    return rates(what, "topterms, one process", len(pages), "pages", began, now())


def _stages(pages: Sequence[Page], what: str, lake: Lake) -> Iterator[Row]:
    archive = lake.partition(Dataset.PAGES, _DAY) / "bench.warc.gz"
    with lake.staged(archive) as staging, staging.open("wb") as stream:
        writer = PageWriter(stream)
        for page in pages:
            writer.write(page, NO_ENTRY)
    began = perf_counter()
    parse(lake, workers=2)
    count(lake, settings=CountSettings(workers=2))
    yield what, "topterms, whole stages, two processes", len(pages) / (perf_counter() - began), "pages/s"


def _sample() -> Iterator[Page]:
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder), "http://sample.invalid")
        for path in sorted(Path(folder).glob("20*/*/*/index.html")):
            yield _page(f"http://sample.invalid/{path.parent.relative_to(folder)}/", path)


def _files(folder: Path) -> Iterator[Page]:
    for path in sorted(folder.rglob("*.html")):
        yield _page(f"http://bench.invalid/{path.relative_to(folder)}", path)


def _page(url: str, path: Path) -> Page:
    return Page(url, "bench", _FETCHED, 200, _HEADERS, path.read_bytes())


def _spread(pages: list[Page], number: int) -> list[Page]:
    return pages[:: max(1, len(pages) // number)][:number]


def main() -> None:
    """Run the benchmark as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, help="folder of HTML files; the sample blog if silent")
    parser.add_argument("--catalog", type=Path, help="catalogue of whom to look for; the sample's if silent")
    parser.add_argument("--number", type=int, default=1000, help="pages to read at most")
    parser.add_argument("--runs", type=int, default=1, help="how often to measure")
    parser.add_argument("--record", type=Path, metavar="FILE", help="add the table to the end of a file")
    arguments = parser.parse_args()
    runs = [measure(arguments.pages, arguments.catalog, arguments.number) for _ in range(arguments.runs)]
    written = [f"\n## {datetime.now(UTC):%Y-%m-%d}, {machine()}\n", HEAD, *lines(series(runs))]
    print("\n".join(written))
    append(arguments.record, written)


if __name__ == "__main__":
    main()
