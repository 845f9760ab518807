"""From pages to term counts, against the simplest pipeline: trafilatura, then all of spaCy, both with their defaults.

    python -m bench.pages                                       the sample blog
    python -m bench.pages --pages DIR --catalog FILE --number 80 --record bench/record.md

The same pages go both ways, by as many processes each. The peer counts lemmas and noun phrases. Ours parses, passes
over listings and what names nobody, links, tags what describes somebody and counts. Processes are started and models
loaded before the clock runs. The pages are read in two halves: what ours keeps of the words of the first serves it in
the second. Then ours reads the second half once more by one process, step by step (`bench.steps`).
"""

import argparse
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from threading import Barrier

import spacy
import trafilatura
from threadpoolctl import threadpool_limits

from bench.clock import Moment, now
from bench.steps import steps
from bench.table import HEAD, Row, append, lines, machine, series
from crawler import duplicates
from crawler.parsers.page import parse_page
from nlp.catalog import import_catalog
from nlp.counting import BATCH, Reader
from nlp.settings import CountSettings
from records.lake import Lake
from records.types import Document, Page
from sample.site import build
from sample.source import HERE

_FETCHED, _HEADERS = datetime(2026, 11, 21, tzinfo=UTC), (("content-type", "text/html; charset=utf-8"),)
_PARTS = ("first half", "second half")
_PROCESSES = (1, 2)
_met: Barrier

Way = Callable[[Sequence[Page]], None]


def measure(folder: Path | None = None, catalog: Path | None = None, number: int = 1000) -> list[Row]:
    """Return pages a second of ours and of the peer, and milliseconds a page of our steps.

    Args:
        folder: of HTML files; the posts of the sample blog if None.
        catalog: whom to look for; that of the sample blog if None.
        number: pages to read at most, spread over the folder.
    """
    pages = _spread(list(_sample() if folder is None else _files(folder)), number)
    what = f"{len(pages)} pages of {'the sample blog' if folder is None else folder.parent.name}"
    with tempfile.TemporaryDirectory() as scratch:
        lake = Lake(Path(scratch) / "lake", create=True)
        import_catalog(lake, catalog or HERE / "catalog.csv")
        rows = [row for number in _PROCESSES for way in _WAYS for row in _rates(way, lake, pages, what, number)]
        return rows + list(_steps(lake, pages, what))


def _peer(_: Lake) -> Way:
    pipeline = spacy.load(CountSettings().model)

    def read(pages: Sequence[Page]) -> None:
        texts = (trafilatura.extract(page.body) or "" for page in pages)
        for doc in pipeline.pipe(texts):
            Counter(token.lemma_ for token in doc)
            Counter(phrase.text for phrase in doc.noun_chunks)

    return read


def _ours(lake: Lake) -> Way:
    reader = Reader(lake, CountSettings())

    def read(pages: Sequence[Page]) -> None:
        found = (parsed for page in pages if isinstance(parsed := parse_page(page), Document))
        while batch := list(islice(found, BATCH)):
            for document in batch:
                duplicates.signature(document.text)
            reader.read(batch)

    return read


_WAYS: dict[str, Callable[[Lake], Way]] = {"trafilatura, then spaCy": _peer, "topterms": _ours}


def _rates(way: str, lake: Lake, pages: Sequence[Page], what: str, processes: int) -> Iterator[Row]:
    """Yield pages a second by the clock and by the processors' time, for each half."""
    context = get_context("spawn")
    shares = [pages[start::processes] for start in range(processes)]
    with ProcessPoolExecutor(processes, context, _meet, (context.Barrier(processes),)) as executor:
        times = list(executor.map(partial(_timed, way, lake.root), shares))
    for part, taken in zip(_PARTS, zip(*times, strict=True), strict=True):
        named = f"{what}, {part}, {processes} process{'es' * (processes > 1)}"
        read = len(pages) / len(_PARTS)
        yield named, way, read / max(moment.clock for moment in taken), "pages/s"
        yield named, way, read / sum(moment.processor for moment in taken), "pages/cpu-s"


def _meet(barrier: Barrier) -> None:
    global _met
    _met = barrier


def _timed(way: str, root: Path, pages: Sequence[Page]) -> list[Moment]:
    """Return what each half of the pages took, all processes beginning at the same moment."""
    with threadpool_limits(1):
        read, taken = _WAYS[way](Lake(root)), []
        read(pages[:1])  # what is loaded with the first text is not counted
        for half in _halves(pages):
            _met.wait()
            began = now()
            read(half)
            ended = now()
            taken.append(Moment(ended.clock - began.clock, ended.processor - began.processor))
    return taken


def _steps(lake: Lake, pages: Sequence[Page], what: str) -> Iterator[Row]:
    first, second = _halves(pages)
    with threadpool_limits(1):
        read = _ours(lake)
        read(first)
        with steps() as taken:
            read(second)
    for step, seconds in taken.items():
        yield f"{what}, {_PARTS[1]}", f"topterms, {step}", 1000 * seconds / len(second), "cpu-ms a page"


def _halves(pages: Sequence[Page]) -> tuple[Sequence[Page], Sequence[Page]]:
    """Part pages in two that are spread over them alike."""
    return pages[::2], pages[1::2]


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
