"""WARC files: what goes in comes out, and other people's files are understood."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.archive import NO_ENTRY, Entry, PageWriter, read_pages, read_urls
from records.types import Page

TIME = datetime(2026, 11, 21, 8, 30, 1, 234567, tzinfo=UTC)
HEADER = st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(body=st.binary(max_size=500), value=HEADER, entry=st.builds(Entry, st.text(), st.text(), st.text()))
def test_a_page_comes_back_as_it_was_written(tmp_path: Path, body: bytes, value: str, entry: Entry) -> None:
    page = Page("https://b.example/a?b=1", "blog", TIME, 200, (("x-one", value), ("content-type", "text/html")), body)
    with (tmp_path / "a.warc.gz").open("wb") as stream:
        PageWriter(stream).write(page, entry)
    (found,) = read_pages(tmp_path / "a.warc.gz")
    assert (found.page.url, found.page.source, found.page.fetched_at) == (page.url, page.source, TIME)
    assert (found.page.status, found.page.body, found.entry) == (200, body, entry)
    assert ("x-one", value) in found.page.headers
    assert list(read_urls(tmp_path / "a.warc.gz")) == [page.url]


def test_records_of_a_foreign_archive_are_read_and_others_passed_over(tmp_path: Path) -> None:
    """Requests, metadata and addresses that are no web pages; bodies that are packed or chunked come out plain."""
    path = tmp_path / "foreign.warc"
    with path.open("wb") as stream:
        writer = WARCWriter(stream, gzip=False)
        writer.write_record(writer.create_warcinfo_record("foreign.warc", {"software": "other"}))
        url = "http://b.example/"
        for target, kind in [(url, "request"), ("dns:b.example", "response"), (url, "response")]:
            first, protocol = ("/ HTTP/1.1", "GET") if kind == "request" else ("200 OK", "HTTP/1.1")
            headers = StatusAndHeaders(first, [("Transfer-Encoding", "chunked")], protocol)
            payload = BytesIO(b"5\r\n<p>hi\r\n0\r\n\r\n")
            writer.write_record(writer.create_warc_record(target, kind, payload=payload, http_headers=headers))
    (found,) = read_pages(path, "foreign")
    assert (found.page.url, found.page.source, found.page.body) == ("http://b.example/", "foreign", b"<p>hi")
    assert found.entry == NO_ENTRY


@pytest.mark.parametrize("size", [10_000_000, 10_000_001])
def test_a_page_beyond_ten_megabytes_is_passed_over_unread(tmp_path: Path, size: int) -> None:
    page = Page("https://b.example/", "b", TIME, 200, (), b"x" * size)
    with (tmp_path / "a.warc.gz").open("wb") as stream:
        PageWriter(stream).write(page, NO_ENTRY)
    (found,) = read_pages(tmp_path / "a.warc.gz")
    assert found.is_whole == (size == 10_000_000)
    assert len(found.page.body) == (size if found.is_whole else 0)
