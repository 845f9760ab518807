"""The parse stage: every file of pages in the lake becomes a file of documents."""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import pyarrow.parquet as pq
from warcio.exceptions import ArchiveLoadFailed

from crawler.archive import ArchivedPage, read_pages, read_urls
from crawler.canonical import canonical_url
from crawler.duplicates import KnownTexts, signature
from crawler.forgotten import read_forgotten
from crawler.parsers.outcome import Reason, Skip
from crawler.parsers.page import parse_page
from records.ids import fingerprint
from records.lake import Dataset, Lake, day_of
from records.orphans import end_with_parent
from records.progress import Progress, silent
from records.schemas import DOCUMENTS, to_table
from records.types import Document, StageReport

PARSER_VERSION = "3"
"""Raised when the parser changes what it makes of a page: every page is then parsed anew."""

_WINDOW = timedelta(days=90)
"""How far back a text is looked for that a new one may repeat."""
_BATCH_PAGES = 8
_BATCH_BYTES = 2_000_000
_ROWS = 256
_WORTH_A_POOL = 4_000_000
"""Bytes of packed pages below which starting worker processes takes longer than parsing in this one."""

Outcome = Document | Skip


def parse(lake: Lake, *, workers: int = 2, progress: Progress = silent) -> StageReport:
    """Parse every file of pages that has no documents yet, or documents of an older parser.

    Pages become documents in the order of days and files, so that the result does not depend on the number of workers.
    A text that nearly repeats an earlier one of another address is kept and marked; a page that was fetched again and
    whose text is the same as before is left out, and so is what was taken down.

    Args:
        lake: where pages are read and documents written.
        workers: how many processes parse.
        progress: told the number of pages so far.
    """
    lake.sweep()
    return _Parsing(lake, workers, progress).run()


class _Parsing:
    def __init__(self, lake: Lake, workers: int, progress: Progress) -> None:
        self._lake = lake
        self._workers = workers
        self._progress = progress
        self._counts: Counter[str] = Counter()
        self._skips: Counter[str] = Counter()
        self._examples: dict[str, str] = {}
        self._broken: list[str] = []
        self._forgotten = read_forgotten(lake)

    def run(self) -> StageReport:
        stale = [path for path in self._lake.files(Dataset.PAGES) if not self._is_parsed(path)]
        if stale:
            targets = {self._target(path) for path in stale}
            self._known = known_texts(self._lake, day_of(stale[0]), day_of(stale[-1]), leaving_out=targets)
            with self._executor(sum(map(self._lake.size, stale))) as executor:
                for path in stale:
                    self._parse_file(path, executor)
        return self._report()

    def _is_parsed(self, path: Path) -> bool:
        return self._lake.is_current(self._target(path), pages_stamp(self._lake, path))

    def _target(self, path: Path) -> Path:
        return documents_file(self._lake, path)

    def _executor(self, size: int) -> AbstractContextManager[Executor | None]:
        if self._workers < 2 or size < _WORTH_A_POOL:
            return nullcontext()
        # spawned, not forked: the service that calls this has threads
        return ProcessPoolExecutor(self._workers, mp_context=get_context("spawn"), initializer=end_with_parent)

    def _parse_file(self, path: Path, executor: Executor | None) -> None:
        self._counts["files"] += 1
        self._lake.fetch(path)
        with self._lake.table_writer(self._target(path), DOCUMENTS, pages_stamp(self._lake, path)) as write:
            documents = self._documents(_parse_all(self._pages(path), executor, self._workers))
            while rows := list(islice(documents, _ROWS)):
                write(to_table(rows, DOCUMENTS))

    def _pages(self, path: Path) -> Iterator[ArchivedPage]:
        try:
            last = _last_of_each(path)
            for number, page in enumerate(read_pages(path)):
                self._counts["pages"] += 1
                self._progress("parse", self._counts["pages"], None)
                if number in last:
                    yield page
        except (ArchiveLoadFailed, OSError) as error:
            self._counts["broken files"] += 1
            self._broken.append(f"broken file of pages: {path} ({error}); what precedes the break was parsed")

    def _documents(self, outcomes: Iterable[Outcome]) -> Iterator[Document]:
        written: set[str] = set()
        for outcome in outcomes:
            if isinstance(outcome, Skip):
                self._skips[outcome.reason] += 1
                self._examples.setdefault(outcome.reason, outcome.url)
            elif self._forgotten.covers(outcome.source, outcome.url):
                self._counts["forgotten"] += 1
            elif outcome.id in written or self._known.holds(outcome):
                self._counts["unchanged"] += 1
            else:
                written.add(outcome.id)
                yield self._marked(outcome)

    def _marked(self, document: Document) -> Document:
        marked = self._known.marked(document)
        self._counts["documents"] += 1
        self._counts["duplicates"] += bool(marked.duplicate_of)
        return marked

    def _report(self) -> StageReport:
        counts = [
            ("files parsed", self._counts["files"]),
            ("pages read", self._counts["pages"]),
            ("documents", self._counts["documents"]),
            ("near-duplicates among them", self._counts["duplicates"]),
            ("known already", self._counts["unchanged"]),
            ("taken down", self._counts["forgotten"]),
            ("broken files", self._counts["broken files"]),
            *((f"skipped: {reason}", number) for reason, number in sorted(self._skips.items())),
        ]
        notes = [f"{self._skips[r]} × {r}, such as {url}" for r, url in self._examples.items()]
        return StageReport("parse", tuple(counts), (*notes, *self._broken))


def documents_file(lake: Lake, pages: Path) -> Path:
    """Return where the documents of a file of pages lie."""
    stem = pages.name.removesuffix(".gz").removesuffix(".warc")
    return lake.partition(Dataset.DOCUMENTS, day_of(pages)) / f"{stem}.parquet"


def pages_stamp(lake: Lake, path: Path) -> str:
    """Return the fingerprint of all that the documents of a file of pages come of."""
    return fingerprint([PARSER_VERSION, path.name, str(lake.size(path))])


def known_texts(lake: Lake, first: date, last: date, *, leaving_out: Iterable[Path] = ()) -> KnownTexts:
    """Return the texts of the documents that ones fetched between two days may repeat: 90 days before to 90 after."""
    known = KnownTexts()
    omitted = set(leaving_out)
    files = [path for path in lake.files(Dataset.DOCUMENTS) if first - _WINDOW <= day_of(path) <= last + _WINDOW]
    near = [path for path in files if path not in omitted]
    lake.fetch(*near)
    for path in near:
        _read_known(path, known)
    return known


def _read_known(path: Path, known: KnownTexts) -> None:
    for batch in pq.ParquetFile(path).iter_batches(columns=["id", "minhash", "duplicate_of"]):
        for row in batch.to_pylist():
            known.add(row["id"], row["minhash"], is_original=not row["duplicate_of"])


def _parse_all(pages: Iterable[ArchivedPage], executor: Executor | None, workers: int) -> Iterator[Outcome]:
    """Parse pages in their order, holding only a few batches in memory."""
    if executor is None:
        yield from (outcome for page in pages for outcome in _parse_batch([page]))
        return
    running: deque[Future[list[Outcome]]] = deque()
    for batch in _batches(pages):
        running.append(executor.submit(_parse_batch, batch))
        if len(running) > 2 * workers:
            yield from running.popleft().result()
    while running:
        yield from running.popleft().result()


def _batches(pages: Iterable[ArchivedPage]) -> Iterator[list[ArchivedPage]]:
    batch: list[ArchivedPage] = []
    size = 0
    for page in pages:
        batch.append(page)
        size += len(page.page.body)
        if len(batch) >= _BATCH_PAGES or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _parse_batch(pages: list[ArchivedPage]) -> list[Outcome]:
    return [_parse_one(page) for page in pages]


def _parse_one(archived: ArchivedPage) -> Outcome:
    if not archived.is_whole:
        return Skip(archived.page.url, Reason.TOO_LARGE)
    outcome = parse_page(archived.page, archived.entry)
    return outcome if isinstance(outcome, Skip) else replace(outcome, minhash=signature(outcome.text))


def _last_of_each(path: Path) -> set[int]:
    """Return the positions of the pages that were not fetched again later in the file."""
    last: dict[str, int] = {}
    with suppress(ArchiveLoadFailed):  # told of when the pages are read
        for number, url in enumerate(read_urls(path)):
            try:
                last[canonical_url(url)] = number
            except ValueError:
                last[url] = number
    return set(last.values())
