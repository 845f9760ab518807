"""Pages as WARC records: written by the crawl, read by the parser; Common Crawl's files are read alike."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from records.types import Page

MAX_PAGE_BYTES = 10_000_000
"""Bytes of a page, unpacked, beyond which it is left out: nobody writes that much, and parsing it takes minutes."""

_SOURCE = "X-Topterms-Source"
_ENTRY = "X-Topterms-Entry"
_HTTP_STATUS = {200: "OK"}
_FRAMING = frozenset({"content-encoding", "transfer-encoding", "content-length", "set-cookie"})
_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a feed says of the page that an entry links to."""

    title: str = ""
    author: str = ""
    published: str = ""
    """ISO 8601 with offset; empty where the feed does not tell."""


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

    Args:
        path: the WARC file.
        source: name of the source for records that do not say it themselves.

    Raises:
        ArchiveLoadFailed: the file is no WARC file or broken; pages before the break are yielded first.
    """
    with path.open("rb") as stream:
        for record in ArchiveIterator(stream):
            if _is_page(record):
                yield _page(record, source)


def read_urls(path: Path) -> Iterator[str]:
    """Yield only the addresses of what `read_pages` yields, in the same order.

    Raises:
        ArchiveLoadFailed: as for `read_pages`.
    """
    with path.open("rb") as stream:
        for record in ArchiveIterator(stream):
            if _is_page(record):
                yield record.rec_headers.get_header("WARC-Target-URI")


def _is_page(record: ArcWarcRecord) -> bool:
    target = record.rec_headers.get_header("WARC-Target-URI") or ""
    return record.rec_type == "response" and record.http_headers is not None and target.startswith(("http:", "https:"))


def _page(record: ArcWarcRecord, source: str) -> ArchivedPage:
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
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _entry(text: str | None) -> Entry:
    return Entry(**json.loads(text)) if text else NO_ENTRY
