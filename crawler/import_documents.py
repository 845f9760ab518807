"""The import stage: documents that somebody already has, as JSON lines, become documents in the lake."""

import gzip
import json
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BufferedIOBase
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from crawler.canonical import canonical_url
from crawler.duplicates import KnownTexts, signature
from crawler.forgotten import Forgotten, read_forgotten
from crawler.parse import known_texts
from crawler.parsers.dates import believable
from crawler.parsers.decoding import without_controls
from crawler.parsers.kinds import document_kind
from crawler.parsers.language import language
from crawler.parsers.structured import Structured
from records.errors import InputError
from records.ids import document_id, file_fingerprint
from records.lake import Dataset, Lake
from records.progress import Progress, silent
from records.schemas import DOCUMENTS, to_table
from records.types import Document, StageReport

_KEYS = ("url", "title", "text", "published_at", "source", "lang")
_DEFAULT_SOURCE = "import"
_MAX_LINE = 20_000_000
"""Bytes of a line; a longer one is left out unread, so that memory stays bounded."""
_ROWS = 256
_MAX_NOTES = 20


def import_documents(lake: Lake, path: Path, *, day: date, progress: Progress = silent) -> StageReport:
    """Take documents over from a file of JSON lines with url, title, text, published_at, source, lang.

    `url` and `text` are required; the language is found out where it is missing. Lines that cannot be used are counted
    and left out, and so is what was taken down. The same file imported again, on whatever day, changes nothing.

    Args:
        lake: where the documents go.
        path: the file, packed with gzip if its name ends in .gz; `-` for standard input.
        day: the day that the documents are filed under; none counts as published later.
        progress: told the number of lines so far.

    Raises:
        InputError: the file is missing, cannot be read, or has no line that can be used.
    """
    with _as_file(path) as file:
        mark = file_fingerprint(file)
        name = f"import-{mark}.parquet"
        if any(lake.is_current(known, mark) for known in lake.files(Dataset.DOCUMENTS) if known.name == name):
            return StageReport("import", (("documents", 0),), (f"{path} was imported before",))
        target = lake.partition(Dataset.DOCUMENTS, day) / name
        reading = _Reading(path, known_texts(lake, day, day), read_forgotten(lake), day, progress)
        with lake.table_writer(target, DOCUMENTS, mark) as write:
            documents = reading.documents(file)
            while rows := list(islice(documents, _ROWS)):
                write(to_table(rows, DOCUMENTS))
            reading.refuse_if_useless()
    return reading.report()


class _Reading:
    def __init__(self, path: Path, known: KnownTexts, forgotten: Forgotten, day: date, progress: Progress) -> None:
        self._path = path
        self._known = known
        self._forgotten = forgotten
        self._day = datetime(day.year, day.month, day.day, tzinfo=UTC)
        self._progress = progress
        self._counts: Counter[str] = Counter()
        self._notes: list[str] = []

    def documents(self, file: Path) -> Iterator[Document]:
        """Yield the documents of the good lines."""
        written: set[str] = set()
        for number, line in _lines(file, self._path):
            self._counts["lines"] += 1
            self._progress("import", self._counts["lines"], None)
            try:
                document = _document(line, self._day)
            except _BadLineError as error:
                self._counts["bad"] += 1
                self._note(f"line {number}: {error}")
                continue
            if self._forgotten.covers(document.source, document.url):
                self._counts["forgotten"] += 1
                continue
            if document.id in written or self._known.holds(document):
                self._counts["known"] += 1
                continue
            written.add(document.id)
            yield self._marked(document)

    def _marked(self, document: Document) -> Document:
        marked = self._known.marked(document)
        self._counts["documents"] += 1
        self._counts["duplicates"] += bool(marked.duplicate_of)
        return marked

    def _note(self, note: str) -> None:
        if len(self._notes) < _MAX_NOTES:
            self._notes.append(note)

    def refuse_if_useless(self) -> None:
        """Raise if no line was good."""
        if not any(self._counts[outcome] for outcome in ("documents", "known", "forgotten")):
            reason = self._notes[0] if self._notes else "it has no lines"
            raise InputError(f"{self._path}: no document found ({reason}); expected JSON lines with {', '.join(_KEYS)}")

    def report(self) -> StageReport:
        """Return what was done."""
        counts = (
            ("lines read", self._counts["lines"]),
            ("documents", self._counts["documents"]),
            ("near-duplicates among them", self._counts["duplicates"]),
            ("known already", self._counts["known"]),
            ("taken down", self._counts["forgotten"]),
            ("bad lines", self._counts["bad"]),
        )
        return StageReport("import", counts, tuple(self._notes))


class _BadLineError(Exception):
    """A line that makes no document: what was found and what was expected."""


@dataclass(frozen=True, slots=True)
class _Fields:
    """The keys of one line; anything but text is refused, and what is missing is empty."""

    row: dict[str, Any]

    def __call__(self, key: str, *, is_required: bool = False) -> str:
        value = self.row.get(key)
        value = "" if value is None else value
        if not isinstance(value, str):
            raise _BadLineError(f"{key} is {value!r:.60}; expected text")
        if is_required and not value.strip():
            raise _BadLineError(f"{key} is missing or empty; expected text")
        return without_controls(value).strip()


def _document(line: bytes, day: datetime) -> Document:
    field = _Fields(_row(line))
    text, title = field("text", is_required=True), " ".join(field("title").split())
    try:
        url = canonical_url(field("url", is_required=True))
    except ValueError as error:
        raise _BadLineError(f"url: {error}") from None
    return Document(
        id=document_id(url),
        url=url,
        source=field("source") or _DEFAULT_SOURCE,
        title=title,
        text=text,
        fetched_at=day,
        published_at=_published(field("published_at"), day),
        lang=field("lang").lower() or language(text),
        kind=document_kind(url, title, Structured()),
        minhash=signature(text),
    )


def _row(line: bytes) -> dict[str, Any]:
    if len(line) > _MAX_LINE:
        raise _BadLineError(f"longer than {_MAX_LINE} bytes")
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _BadLineError(f"no JSON in UTF-8 ({error})") from None
    if not isinstance(row, dict):
        raise _BadLineError(f"{type(row).__name__} found; expected a JSON object")
    return row


def _published(text: str, day: datetime) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        date_ = believable(found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC), day)
    except (ValueError, OverflowError):
        date_ = None
    if date_ is None:
        raise _BadLineError(f"published_at is {text!r:.60}; expected an ISO 8601 date, not after the day of import")
    return date_


def _lines(file: Path, name: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with _open(file) as stream:
            number = 0
            while line := stream.readline(_MAX_LINE + 1):
                number += 1
                if len(line) > _MAX_LINE:
                    _pass_over_rest(stream, line)
                if line.strip():
                    yield number, line
    except (OSError, EOFError) as error:
        raise InputError(f"{name} cannot be read: {error}") from error


def _pass_over_rest(stream: BufferedIOBase, line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = stream.readline(_MAX_LINE)


def _open(file: Path) -> BufferedIOBase:
    with file.open("rb") as stream:
        is_packed = stream.read(2) == b"\x1f\x8b"
    return gzip.open(file, "rb") if is_packed else file.open("rb")


@contextmanager
def _as_file(path: Path) -> Iterator[Path]:
    """Give the file itself, or standard input written to one, because it is read twice."""
    if str(path) != "-":
        if not path.is_file():
            raise InputError(f"{path} is no file; expected one of JSON lines, or - for standard input")
        yield path
        return
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "stdin"
        with copy.open("wb") as stream:
            shutil.copyfileobj(sys.stdin.buffer, stream)
        yield copy
