"""Words a second of the stage that counts, against spaCy's model with all its pipes and defaults, same texts, one run.

Only texts that name somebody are read, so that ours wins nothing by passing over the others; links, scope, terms and
the files of the lake are in our time, and nothing but the pipes in the peer's. What is loaded once counts for neither.
Words per second of processor time (cpu-s) say more than words per second where other programs run.
"""

import itertools
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import spacy

from bench.clock import Moment, now, rates
from bench.table import Row
from crawler.import_documents import import_documents
from crawler.parsers.page import parse_page
from nlp.catalog import import_catalog
from nlp.count import count
from nlp.settings import CountSettings
from records.errors import InputError
from records.lake import Dataset, Lake, read_table
from records.schemas import DOCUMENTS, MENTIONS, from_table, to_table
from records.types import Document, Page
from sample.site import build
from sample.source import HERE

TEXTS = 256
"""Texts read by each variant: enough batches for two processes to show what they are worth."""
_DAY = date(2026, 11, 21)
_PROCESSES = 2
_BATCH = 32
"""Documents that a process of the stage may have read before the first progress is told."""


@dataclass(frozen=True, slots=True)
class _Timed:
    words: int
    began: Moment
    ended: Moment


def measure(data: Path | None = None, texts: int = TEXTS) -> list[Row]:
    """Return words a second of one process, of two, and of the peer.

    Args:
        data: folder with catalog.csv and documents.jsonl; the sample blog if None.
        texts: how many texts to read; if there are fewer, they are read several times.

    Raises:
        InputError: that is too few to time two processes, or no text names anybody.
    """
    if texts <= _PROCESSES * _BATCH:
        raise InputError(f"{texts} texts are too few to time; expected more than {_PROCESSES * _BATCH}")
    catalog = HERE / "catalog.csv" if data is None else data / "catalog.csv"
    documents = _documents(data, catalog, texts)
    origin = "the sample blog" if data is None else data.name
    what = f"count, {_words(documents):,} words in {texts} texts of {origin}"
    peer, one, two = _peer(documents), _ours(documents, catalog, 1), _ours(documents, catalog, _PROCESSES)
    rows = [
        *rates(what, "spaCy, all pipes, defaults", peer.words, "words", peer.began, peer.ended),
        *rates(what, "topterms, one process", one.words, "words", one.began, one.ended),
        *rates(what, "topterms, two processes", two.words, "words", two.began, two.ended),
    ]
    return rows[:-1]  # the processor time of two processes is not known to this one


def _peer(documents: Sequence[Document]) -> _Timed:
    pipeline = spacy.load(CountSettings().model)
    pipeline("What is loaded with the first text is not counted.")
    began = now()
    for _ in pipeline.pipe(document.text for document in documents):
        pass
    return _Timed(_words(documents), began, now())


def _ours(documents: Sequence[Document], catalog: Path, workers: int) -> _Timed:
    """Run the stage in a lake of its own, and time it from the first progress it tells to the last.

    All that the processes may have read before the first is told does not count for us.
    """
    told: list[Moment] = []
    with tempfile.TemporaryDirectory() as folder:
        lake = _lake(Path(folder), documents, catalog)
        settings = CountSettings(workers=workers)
        count(lake, settings=settings, progress=lambda *_: told.append(now()))
    return _Timed(_words(documents[workers * _BATCH :]), told[0], told[-1])


def _words(documents: Sequence[Document]) -> int:
    return sum(len(document.text.split()) for document in documents)


@cache
def _documents(data: Path | None, catalog: Path, texts: int) -> tuple[Document, ...]:
    """Return that many texts that name somebody of the catalogue, each under an id of its own."""
    speaking = _speaking(_sample()[:texts] if data is None else _imported(data / "documents.jsonl", texts), catalog)
    again = itertools.islice(itertools.cycle(speaking), texts)
    return tuple(replace(document, id=f"{document.id}-{number}") for number, document in enumerate(again))


def _sample() -> list[Document]:
    """Return the posts of the sample blog as the crawler parses them."""
    now, headers = datetime(2026, 11, 21, tzinfo=UTC), (("content-type", "text/html; charset=utf-8"),)
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder), "http://sample.invalid")
        files = [path.relative_to(folder) for path in sorted(Path(folder).glob("20*/*/*/index.html"))]
        bodies = {f"http://sample.invalid/{path.parent}/": (Path(folder) / path).read_bytes() for path in files}
    pages = [Page(url, "bench", now, 200, headers, body) for url, body in bodies.items()]
    return [document for document in map(parse_page, pages) if isinstance(document, Document)]


def _imported(path: Path, texts: int) -> list[Document]:
    """Return the documents of the first lines of a file of JSON lines."""
    with tempfile.TemporaryDirectory() as folder:
        first = Path(folder) / "documents.jsonl"
        with path.open(encoding="utf-8") as lines, first.open("w", encoding="utf-8") as some:
            some.writelines(itertools.islice(lines, texts))
        lake = Lake(Path(folder) / "lake", create=True)
        import_documents(lake, first, day=_DAY)
        tables = [read_table(file, DOCUMENTS) for file in lake.files(Dataset.DOCUMENTS)]
    return [document for table in tables for document in from_table(table, Document)]


def _speaking(documents: Sequence[Document], catalog: Path) -> list[Document]:
    """Return the documents in which the stage finds somebody."""
    with tempfile.TemporaryDirectory() as folder:
        lake = _lake(Path(folder), documents, catalog)
        count(lake, settings=CountSettings(workers=1))
        tables = [read_table(file, MENTIONS) for file in lake.files(Dataset.MENTIONS)]
    named = {document for table in tables for document in table.column("document_id").to_pylist()}
    if not named:
        raise InputError(f"no text names anybody of {catalog}; expected texts about its artists")
    return [document for document in documents if document.id in named]


def _lake(folder: Path, documents: Sequence[Document], catalog: Path) -> Lake:
    lake = Lake(folder / "lake", create=True)
    import_catalog(lake, catalog)
    path = lake.partition(Dataset.DOCUMENTS, _DAY) / "bench.parquet"
    lake.write_table(path, to_table(documents, DOCUMENTS), "bench")
    return lake
