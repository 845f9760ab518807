"""The stage documents -> mentions and term counts."""

import itertools
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from threadpoolctl import threadpool_limits

from nlp.boilerplate import repeated, without
from nlp.mentions import Linker
from nlp.name_files import open_names
from nlp.read import count_terms
from nlp.settings import CountSettings
from nlp.tagging import load_tagger
from nlp.words import Text
from records.errors import LakeError
from records.ids import fingerprint
from records.lake import Dataset, Lake, read_table
from records.orphans import end_with_parent
from records.progress import Progress, silent
from records.schemas import COUNTS, DOCUMENTS, MENTIONS, from_table, to_table
from records.types import Document, Mention, StageReport, TermCount

VERSION = 11
"""Raise it when the same document gives other mentions or counts: everything is then read anew."""

_BATCH = 32
"""Documents handed to a process at a time."""


@dataclass(frozen=True, slots=True)
class _Read:
    """What came of a batch of documents."""

    documents: int
    mentions: pa.Table
    counts: pa.Table
    tally: Counter[str]


def count(lake: Lake, *, settings: CountSettings, progress: Progress = silent) -> StageReport:
    """Turn every documents file that has no current counts file into one of mentions and one of counts.

    Documents in another language, near-copies of others and documents that name nobody of the catalogue give no counts.
    What was counted of a documents file that is gone is removed.

    Raises:
        ConfigurationError: there is no catalogue, or the spaCy model cannot be used.
        LakeError: a documents file cannot be read.
    """
    _remove_orphans(lake)
    catalog = lake.footer(lake.catalog).fingerprint if lake.catalog.exists() else ""
    stamps = {path: _stamp(lake, settings, catalog, path) for path in lake.files(Dataset.DOCUMENTS)}
    due = [path for path, stamp in stamps.items() if not lake.is_current(_beside(lake, Dataset.COUNTS, path), stamp)]
    tally: Counter[str] = Counter()
    if due:
        total = sum(pq.read_metadata(path).num_rows for path in due)
        done = 0
        with _reading(lake, settings, total) as read:
            for path in due:
                for part in _count_file(lake, path, stamps[path], read, tally):
                    done += part
                    progress("count", done, total)
    lake.keep_footers()
    files = (("documents files counted", len(due)), ("documents files already counted", len(stamps) - len(due)))
    return StageReport("count", (*files, *sorted(tally.items())))


def _stamp(lake: Lake, settings: CountSettings, catalog: str, path: Path) -> str:
    """Return the fingerprint of all that the counts of a documents file come of."""
    made_of = (VERSION, settings.model, settings.lang, settings.min_confidence, catalog, path.stat().st_size)
    return fingerprint([*map(str, made_of), lake.footer(path).fingerprint])


def _beside(lake: Lake, dataset: Dataset, path: Path) -> Path:
    """Return where the file of another dataset that comes of this one lies."""
    return lake.root.joinpath(dataset, *path.parts[-2:])


def _remove_orphans(lake: Lake) -> None:
    there = {path.parts[-2:] for path in lake.files(Dataset.DOCUMENTS)}
    for dataset in (Dataset.COUNTS, Dataset.MENTIONS):
        for path in lake.files(dataset):
            if path.parts[-2:] not in there:
                path.unlink()


def _count_file(lake: Lake, path: Path, stamp: str, read: "_Reading", tally: Counter[str]) -> Iterator[int]:
    """Write the mentions and the counts of a documents file; yield how many documents each step has done.

    The counts are written last: their file says that both are there.
    """
    often = repeated(lake, path)
    documents = (without(document, often) for document in from_table(read_table(path, DOCUMENTS), Document))
    batches = iter(lambda: list(itertools.islice(documents, _BATCH)), [])
    counts = lake.table_writer(_beside(lake, Dataset.COUNTS, path), COUNTS, stamp)
    mentions = lake.table_writer(_beside(lake, Dataset.MENTIONS, path), MENTIONS, stamp)
    with counts as write_counts, mentions as write_mentions:
        for part in read(batches):
            write_mentions(part.mentions)
            write_counts(part.counts)
            tally.update(part.tally)
            yield part.documents


_Reading = Callable[[Iterable[list[Document]]], Iterator[_Read]]


@contextmanager
def _reading(lake: Lake, settings: CountSettings, documents: int) -> Iterator[_Reading]:
    """Give a function that reads batches of documents in their order, on as many processes as pay."""
    workers = min(settings.workers, 1 + documents // (2 * _BATCH))
    if workers == 1:
        reader = Reader(lake, settings)
        yield lambda batches: map(reader.read, batches)
        return
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _start_worker, (lake.root, settings))
    try:
        yield lambda batches: _windowed(pool, batches, 2 * workers)
    except BrokenProcessPool as error:
        raise LakeError(
            "a process that reads documents was killed, perhaps for want of memory; run it again"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _windowed(pool: ProcessPoolExecutor, batches: Iterable[list[Document]], window: int) -> Iterator[_Read]:
    """Map over the pool in order with no more than `window` batches under way, so that memory stays bounded."""
    waiting: deque[Future[_Read]] = deque()
    for batch in batches:
        waiting.append(pool.submit(_read_batch, batch))
        if len(waiting) >= window:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


class Reader:
    """What a process needs to read documents: built once, since the model is costly."""

    def __init__(self, lake: Lake, settings: CountSettings) -> None:
        self._names = open_names(lake)
        self._linker = Linker(self._names, settings.min_confidence)
        self._tagger = load_tagger(settings)
        self._lang = settings.lang

    def read(self, documents: list[Document]) -> _Read:
        """Return the mentions and counts of documents, and what became of each of them."""
        tally: Counter[str] = Counter()
        linked = [(document, self._link(document, tally)) for document in documents]
        speaking = [(document, found) for document, found in linked if found]
        counts: list[TermCount] = []
        with threadpool_limits(1, user_api="blas"):  # threads that wait for small matrices cost more than they bring
            for document, found in speaking:
                counts += count_terms(document, Text(self._tagger, document.text), found, self._names)
        mentions = [mention for _, found in speaking for mention in found]
        tally["documents counted"] += len(speaking)
        tally["mentions"] += len(mentions)
        tally["term counts"] += len(counts)
        return _Read(len(documents), to_table(mentions, MENTIONS), to_table(counts, COUNTS), tally)

    def _link(self, document: Document, tally: Counter[str]) -> tuple[Mention, ...]:
        if document.duplicate_of:
            tally["documents skipped: near-copy"] += 1
            return ()
        if document.lang and document.lang != self._lang:
            tally[f"documents skipped: not in {self._lang!r}"] += 1
            return ()
        linked = self._linker.link(document)
        tally.update({f"names dropped: {reason}": times for reason, times in linked.dropped.items()})
        tally["documents skipped: name nobody"] += not linked.mentions
        return linked.mentions


_worker: Reader | None = None


def _start_worker(root: Path, settings: CountSettings) -> None:
    global _worker  # the one thing a pool's process keeps between its tasks
    end_with_parent()
    _worker = Reader(Lake(root), settings)


def _read_batch(documents: list[Document]) -> _Read:
    assert _worker is not None  # noqa: S101  # the pool's initializer ran
    return _worker.read(documents)
