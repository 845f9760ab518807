"""Pages as WARC records: written by the crawl, read by the parser; Common Crawl's files are read alike."""

import hashlib
import json
import logging
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from io import SEEK_END, BytesIO
from pathlib import Path
from typing import IO, TypeVar

from warcio.archiveiterator import WARCIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.limitreader import LimitReader
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser, StatusAndHeadersParserException
from warcio.warcwriter import WARCWriter

from records.types import Page

logging.getLogger("warcio").setLevel(logging.ERROR)  # it would print addresses as they stand in the file

MAX_PAGE_BYTES = 10_000_000
"""Bytes of a page, unpacked, beyond which it is left out: nobody writes that much, and parsing it takes minutes."""

_SOURCE = "X-Topterms-Source"
_ENTRY = "X-Topterms-Entry"
_HTTP_STATUS = {200: "OK"}
_FRAMING = frozenset({"content-encoding", "transfer-encoding", "content-length", "set-cookie"})
_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"
_HTTP = StatusAndHeadersParser([], verify=False)
_GZIP = b"\x1f\x8b"
_CHUNK = 1 << 16
_MANDATORY = ("WARC-Type", "WARC-Record-ID", "WARC-Date", "Content-Length")
_TYPES = ("warcinfo", "response", "resource", "request", "metadata", "revisit", "conversion", "continuation")
"""Source: ISO 28500, 5 and 6."""
_DAMAGE = (
    ArchiveLoadFailed,
    StatusAndHeadersParserException,
    ArithmeticError,
    EOFError,
    LookupError,
    TypeError,
    ValueError,
)
"""What warcio and the reading of heads raise where a record is none."""

Taken = TypeVar("Taken")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a feed says of the page that an entry links to."""

    title: str = ""
    author: str = ""
    published: str = ""
    """ISO 8601 with offset; empty where the feed does not tell."""
    content: str = ""
    """The whole text as HTML, where the feed gives it; never remembered with links."""


NO_ENTRY = Entry()
"""No feed led to the page."""


@dataclass(frozen=True, slots=True)
class ArchivedPage:
    """A page of an archive, with what the feed that led to it said."""

    page: Page
    entry: Entry
    is_whole: bool
    """Whether `page.body` is the whole body; it is empty where the body was larger than `MAX_PAGE_BYTES`."""


def body_hash(body: bytes) -> str:
    """Return 32 hexadecimal digits that change when the body does."""
    return hashlib.sha256(body).hexdigest()[:32]


class PageWriter:
    """Appends pages to a stream as gzip-packed WARC response records."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._writer = WARCWriter(stream, gzip=True)

    def write(self, page: Page, entry: Entry) -> None:
        """Append one page. Headers of the transfer and cookies are left out: the body is stored unpacked."""
        headers = [(name, value) for name, value in page.headers if name not in _FRAMING]
        headers.append(("content-length", str(len(page.body))))
        http = StatusAndHeaders(f"{page.status} {_HTTP_STATUS.get(page.status, '')}".strip(), headers, "HTTP/1.1")
        warc = {"WARC-Date": page.fetched_at.astimezone(UTC).strftime(_FORMAT), _SOURCE: page.source}
        if entry != NO_ENTRY:
            warc[_ENTRY] = json.dumps(asdict(entry))
        self._writer.write_record(
            self._writer.create_warc_record(
                page.url, "response", payload=BytesIO(page.body), http_headers=http, warc_headers_dict=warc
            )
        )


def read_pages(path: Path, source: str = "") -> Iterator[ArchivedPage]:
    """Yield the pages (responses over http and https) of a WARC file, packed or not, in their order.

    A page is yielded once its record has proved whole: its length, its digest and its packing are right.

    Args:
        path: the WARC file.
        source: name of the source for records that do not say it themselves.

    Raises:
        ArchiveLoadFailed: the file is no WARC file or damaged; the message says at which byte. Pages before the damage
            are yielded first.
    """
    return _read(path, lambda record: _page(record, source))


def read_urls(path: Path) -> Iterator[str]:
    """Yield only the addresses of what `read_pages` yields, in the same order.

    Raises:
        ArchiveLoadFailed: as for `read_pages`.
    """
    return _read(path, lambda record: str(record.rec_headers.get_header("WARC-Target-URI")))


class _Archive(WARCIterator):  # type: ignore[misc]  # warcio has no types
    INC_RECORD = ""  # what it would print on standard error; `err_count` tells


def _read(path: Path, take: Callable[[ArcWarcRecord], Taken]) -> Iterator[Taken]:
    with path.open("rb") as stream:
        end, flaw = _intact(stream)
        stream.seek(0)
        archive = _Archive(LimitReader(stream, end), no_record_parse=True, check_digests=True)
        place = 0
        try:
            for record in archive:
                place = archive.offset  # which is that of the next record once this one was read to its end
                _check_head(record)
                found = take(record) if _is_page(record) else None
                archive.read_to_end()
                _check(record, archive)
                if found is not None:
                    yield found
                place = archive.offset
        except _DAMAGE as error:
            raise ArchiveLoadFailed(f"{' '.join(str(error).split()):.200}; record at byte {place}") from error
        if flaw:
            raise ArchiveLoadFailed(f"{flaw}; record at byte {end}")


def _intact(stream: IO[bytes]) -> tuple[int, str]:
    """Return how many bytes of a file may be read, and what is wrong with the next one; no words if that is the end.

    The packed parts of a file are unpacked on trial: warcio takes one that is damaged for the end of the file.
    """
    size = stream.seek(0, SEEK_END)
    if not size:
        return 0, "the file is empty"
    stream.seek(0)
    if stream.read(len(_GZIP)) != _GZIP:
        return size, ""
    place = 0
    while place < size:
        stream.seek(place)
        try:
            place += _member_length(stream)
        except zlib.error as error:
            return place, f"packed data is damaged ({error})"
        except EOFError:
            return place, "packed data breaks off"
    return size, ""


def _member_length(stream: IO[bytes]) -> int:
    """Return the bytes of the gzip member that begins here, reading through it in bounded memory."""
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
    length = 0
    while not unpacking.eof:
        packed = unpacking.unconsumed_tail
        if not packed:
            packed = stream.read(_CHUNK)
            length += len(packed)
        if not unpacking.decompress(packed, _CHUNK) and not packed:
            raise EOFError
    return length - len(unpacking.unused_data)


def _check_head(record: ArcWarcRecord) -> None:
    """Refuse a record whose head is none: nothing but a digest of the whole file could tell smaller changes."""
    head = {name.lower(): value for name, value in record.rec_headers.headers}
    if missing := [name for name in _MANDATORY if not head.get(name.lower())]:
        raise ArchiveLoadFailed(f"a record without {missing[0]}")
    if head["warc-type"] not in _TYPES:
        raise ArchiveLoadFailed(f"a record of type {head['warc-type']!r}; expected one of {', '.join(_TYPES)}")
    if not head["content-length"].isdecimal():
        raise ArchiveLoadFailed(f"a record of Content-Length {head['content-length']!r}; expected a number")
    if record.rec_type == "response" and not head.get("warc-target-uri"):
        raise ArchiveLoadFailed("a response without WARC-Target-URI")
    if not all(name.isascii() and value.replace("\t", " ").isprintable() for name, value in head.items()):
        raise ArchiveLoadFailed("a record with control characters in its head")
    if _is_page(record) and not head.get("content-type", "").startswith("application/http"):
        raise ArchiveLoadFailed("a response without Content-Type: application/http")


def _check(record: ArcWarcRecord, archive: _Archive) -> None:
    """Refuse a record, read to its end, that is not what its head says.

    Digests of payloads are passed over: writers differ in what they take for the payload.
    """
    if record.raw_stream.limit:
        raise ArchiveLoadFailed(f"a record breaks off {record.raw_stream.limit} bytes before its end")
    if archive.err_count:
        raise ArchiveLoadFailed("a record is longer than its Content-Length")
    if any(problem.startswith("block digest failed") for problem in record.digest_checker.problems):
        raise ArchiveLoadFailed("a record does not match its digest")


def _is_page(record: ArcWarcRecord) -> bool:
    if record.rec_type != "response" or not record.length:
        return False
    target = record.rec_headers.get_header("WARC-Target-URI") or ""
    return bool(target.startswith(("http:", "https:")))


def _page(record: ArcWarcRecord, source: str) -> ArchivedPage:
    record.http_headers = _HTTP.parse(record.raw_stream)
    body = record.content_stream().read(MAX_PAGE_BYTES + 1)
    is_whole = len(body) <= MAX_PAGE_BYTES
    status = record.http_headers.get_statuscode() or ""
    page = Page(
        url=record.rec_headers.get_header("WARC-Target-URI"),
        source=record.rec_headers.get_header(_SOURCE) or source,
        fetched_at=_time(record.rec_headers.get_header("WARC-Date")),
        status=int(status) if status.isdecimal() else 0,
        headers=tuple((name.lower(), value) for name, value in record.http_headers.headers),
        body=body if is_whole else b"",
    )
    return ArchivedPage(page, _entry(record.rec_headers.get_header(_ENTRY)), is_whole)


def _time(text: str | None) -> datetime:
    try:
        time = datetime.fromisoformat(text or "")
    except ValueError:
        raise ArchiveLoadFailed(f"WARC-Date is {text!r}; expected a time such as 2026-11-21T08:00:00Z") from None
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def _entry(text: str | None) -> Entry:
    return Entry(**json.loads(text)) if text else NO_ENTRY
