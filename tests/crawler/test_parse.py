"""The parse stage: files of pages become files of documents, once, whatever the pages are."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from crawler import parse as stage
from crawler.archive import NO_ENTRY, Entry, PageWriter
from crawler.parse import parse
from records.lake import Dataset, Lake
from records.types import Page
from tests.crawler.reading import counts, documents
from tests.crawler.web import page, text_about

DAY = date(2026, 11, 21)
TIME = datetime(2026, 11, 21, tzinfo=UTC)


def body(number: int, title: str = "Post") -> bytes:
    made = page(title, text=text_about(number) * 3).body
    assert isinstance(made, bytes)
    return made


def fetched(path: str, content: bytes, content_type: str = "text/html", source: str = "blog") -> Page:
    return Page(f"https://{source}.example{path}", source, TIME, 200, (("content-type", content_type),), content)


def store(lake: Lake, name: str, *pages: Page, day: date = DAY, entry: Entry = NO_ENTRY) -> Path:
    path = lake.partition(Dataset.PAGES, day) / f"{name}.warc.gz"
    with lake.staged(path) as staging, staging.open("wb") as stream:
        writer = PageWriter(stream)
        for one in pages:
            writer.write(one, entry)
    return path


def test_every_file_of_pages_becomes_one_of_documents_and_a_second_run_does_nothing(lake: Lake) -> None:
    store(lake, "blog-1", fetched("/a", body(1)), fetched("/b", body(2)))
    store(lake, "blog-2", fetched("/c", body(3)), day=DAY + timedelta(days=1))
    first = counts(parse(lake))
    assert [str(path.relative_to(lake.root)) for path in lake.files(Dataset.DOCUMENTS)] == [
        "documents/date=2026-11-21/blog-1.parquet",
        "documents/date=2026-11-22/blog-2.parquet",
    ]
    assert (first["files parsed"], first["documents"]) == (2, 3)
    stamps = [path.stat().st_mtime_ns for path in lake.files(Dataset.DOCUMENTS)]
    again = counts(parse(lake))
    assert (again["files parsed"], again["documents"]) == (0, 0)
    assert [path.stat().st_mtime_ns for path in lake.files(Dataset.DOCUMENTS)] == stamps
    assert [document.source for document in documents(lake)] == ["blog", "blog", "blog"]


def test_pages_that_are_no_documents_are_counted_by_reason_with_an_example(lake: Lake) -> None:
    store(
        lake,
        "mixed",
        fetched("/good", body(1)),
        fetched("/", body(2)),
        fetched("/empty", b""),
        fetched("/picture", b"\x89PNG\0\0"),
        fetched("/paper", b"%PDF-1.7", "application/pdf"),
        fetched("/short", b"<html><body><h1>Hi</h1><p>Hello.</p></body></html>"),
        fetched("/large", b"<html>" + b"x" * 50_000_000),
    )
    report = parse(lake)
    found = {name.removeprefix("skipped: "): n for name, n in report.counts if name.startswith("skipped: ")}
    assert found == {
        "listing pages": 1, "empty": 1, "binary": 1, "not HTML": 1, "too little text": 1, "too large": 1
    }  # fmt: skip
    assert any("too large" in note and note.endswith("https://blog.example/large") for note in report.notes)
    assert [document.url for document in documents(lake)] == ["https://blog.example/good"]


def test_of_a_page_fetched_twice_the_last_one_counts(lake: Lake) -> None:
    """Within one file, by canonical address."""
    store(
        lake, "blog", fetched("/a?utm_source=x", body(1, "Old")), fetched("/b", body(2)), fetched("/a", body(3, "New"))
    )
    parse(lake)
    assert sorted(document.title for document in documents(lake)) == ["New", "Post"]


def test_a_page_fetched_again_with_the_same_text_is_no_new_document_and_a_revised_one_is(lake: Lake) -> None:
    store(lake, "blog-1", fetched("/same", body(1)), fetched("/revised", body(2)))
    parse(lake)
    changed_frame = body(1).replace(b"<nav>", b"<nav><a href='/new'>New in the menu</a>")
    later = DAY + timedelta(days=5)
    store(lake, "blog-2", fetched("/same", changed_frame), fetched("/revised", body(3)), day=later)
    report = counts(parse(lake))
    assert (report["documents"], report["known already"]) == (1, 1)
    assert [document.url for document in documents(lake)] == [
        "https://blog.example/same", "https://blog.example/revised", "https://blog.example/revised"
    ]  # fmt: skip


def test_a_text_repeated_elsewhere_is_kept_and_marked_within_ninety_days(lake: Lake) -> None:
    store(lake, "a", fetched("/original", body(1)))
    store(lake, "b", fetched("/copy", body(1), source="other"), day=DAY + timedelta(days=90))
    parse(lake)
    store(lake, "c", fetched("/late", body(1), source="third"), day=DAY + timedelta(days=300))
    parse(lake)
    original, copy, late = documents(lake)
    assert (original.duplicate_of, copy.duplicate_of, late.duplicate_of) == ("", original.id, "")


def test_a_new_version_of_the_parser_parses_everything_anew(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    store(lake, "a", fetched("/original", body(1)), fetched("/copy", body(1)))
    parse(lake)
    before = documents(lake)
    monkeypatch.setattr(stage, "PARSER_VERSION", "next")
    assert counts(parse(lake))["files parsed"] == 1
    assert documents(lake) == before


def test_the_number_of_workers_does_not_change_a_byte(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(lake, "a", *(fetched(f"/{i}", body(i % 25)) for i in range(40)))
    parse(lake, workers=1)
    alone = [path.read_bytes() for path in lake.files(Dataset.DOCUMENTS)]
    for path in lake.files(Dataset.DOCUMENTS):
        path.unlink()
    monkeypatch.setattr(stage, "_WORTH_A_POOL", 0)
    parse(lake, workers=3)
    assert [path.read_bytes() for path in lake.files(Dataset.DOCUMENTS)] == alone


def test_what_the_feed_said_reaches_the_document(lake: Lake) -> None:
    content = f"<html><body><p>{text_about(1)}</p></body></html>".encode()
    store(lake, "feed", fetched("/a", content), entry=Entry("Röyksopp", "Ada", "2024-03-05T08:00:00+00:00"))
    parse(lake)
    (found,) = documents(lake)
    assert (found.title, found.author) == ("Röyksopp", "Ada")
    assert found.published_at == datetime(2024, 3, 5, 8, tzinfo=UTC)


def test_a_broken_file_is_told_and_the_others_are_parsed(lake: Lake) -> None:
    whole = store(lake, "whole", fetched("/a", body(1)))
    (whole.parent / "rubbish.warc.gz").write_bytes(bytes(range(255, 5, -1)) * 4)
    (whole.parent / "empty.warc.gz").write_bytes(b"")
    report = parse(lake)
    assert counts(report)["broken files"] >= 1
    assert any("rubbish.warc.gz" in note for note in report.notes)
    assert [document.url for document in documents(lake)] == ["https://blog.example/a"]


def test_an_empty_lake_has_nothing_to_parse(lake: Lake) -> None:
    assert counts(parse(lake))["files parsed"] == 0


def test_a_document_keeps_the_time_of_its_fetch_and_its_signature(lake: Lake) -> None:
    store(lake, "a", fetched("/a", body(1)))
    parse(lake)
    (found,) = documents(lake)
    assert found.fetched_at == TIME
    assert len(found.minhash) == 128
