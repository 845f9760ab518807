"""Documents that somebody already has."""

import gzip
import io
import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from crawler.import_documents import import_documents
from records.errors import InputError
from records.lake import Dataset, Lake
from records.types import DocumentKind
from tests.crawler.reading import counts, documents
from tests.crawler.web import text_about

DAY = date(2026, 11, 21)
ROW = {
    "url": "https://b.example/a?utm_source=x",
    "title": "A\x1b  title",
    "text": "A long and dreamy text.\n" + text_about(1),
    "published_at": "2024-03-05T10:00:00+01:00",
    "source": "b.example",
    "lang": "EN",
}


def write(folder: Path, *rows: object, name: str = "documents.jsonl") -> Path:
    lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
    path = folder / name
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def test_a_line_becomes_a_document(lake: Lake, tmp_path: Path) -> None:
    report = counts(import_documents(lake, write(tmp_path, ROW), day=DAY))
    (found,) = documents(lake)
    assert report["documents"] == 1
    assert (found.url, found.title, found.source, found.lang) == ("https://b.example/a", "A title", "b.example", "en")
    assert found.text == ROW["text"].strip()
    assert found.published_at == datetime(2024, 3, 5, 9, tzinfo=UTC)
    assert found.fetched_at == datetime(2026, 11, 21, tzinfo=UTC)
    assert lake.days(Dataset.DOCUMENTS) == [DAY]


def test_only_address_and_text_are_required(lake: Lake, tmp_path: Path) -> None:
    """The language is found out, a missing title is empty, extra keys are passed over."""
    text = "Eine verträumte Platte, die man am besten nachts hört, wenn der Regen an die Scheiben klopft."
    rows = [{"url": "https://b.example/1", "text": text, "mood": 3}, {**ROW, "published_at": None, "lang": None}]
    import_documents(lake, write(tmp_path, *rows), day=DAY)
    first, second = documents(lake)
    assert (first.lang, first.title, first.published_at, first.source) == ("de", "", None, "import")
    assert first.kind is DocumentKind.POST
    assert second.lang == "en"


def test_the_same_file_imported_again_on_another_day_changes_nothing(lake: Lake, tmp_path: Path) -> None:
    path = write(tmp_path, ROW)
    import_documents(lake, path, day=DAY)
    before = {p: p.read_bytes() for p in lake.files(Dataset.DOCUMENTS)}
    report = import_documents(lake, write(tmp_path, ROW, name="copy.jsonl"), day=date(2026, 12, 24))
    assert counts(report)["documents"] == 0
    assert "before" in report.notes[0]
    assert {p: p.read_bytes() for p in lake.files(Dataset.DOCUMENTS)} == before


def test_documents_that_are_there_already_are_not_imported_again(lake: Lake, tmp_path: Path) -> None:
    import_documents(lake, write(tmp_path, ROW), day=DAY)
    new = {**ROW, "url": "https://b.example/new", "text": text_about(2) * 2}
    report = counts(import_documents(lake, write(tmp_path, ROW, new, new, name="more.jsonl"), day=DAY))
    assert (report["documents"], report["known already"]) == (1, 2)


def test_copies_are_kept_and_marked(lake: Lake, tmp_path: Path) -> None:
    rows = [{**ROW, "url": f"https://b.example/{i}", "text": text_about(i // 2) * 3} for i in range(4)]
    import_documents(lake, write(tmp_path, *rows), day=DAY)
    a, b, c, d = documents(lake)
    assert (a.duplicate_of, b.duplicate_of, c.duplicate_of, d.duplicate_of) == ("", a.id, "", c.id)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (b"{broken", "no JSON"),
        (b'{"url": "\xff"}', "no JSON in UTF-8"),
        (b"[1, 2]", "list found; expected a JSON object"),
        ({**ROW, "url": ""}, "url is missing"),
        ({**ROW, "url": "b.example/a"}, "'b.example/a' is not an http or https address"),
        ({"url": "https://b.example/x"}, "text is missing"),
        ({**ROW, "text": " "}, "text is missing"),
        ({**ROW, "text": 3}, "text is 3; expected text"),
        ({**ROW, "title": ["x"]}, "title is ['x']; expected text"),
        ({**ROW, "published_at": "yesterday"}, "published_at is 'yesterday'; expected an ISO 8601 date"),
        ({**ROW, "published_at": "2027-01-01"}, "not after the day of import"),
        ({**ROW, "published_at": "1066-10-14"}, "published_at is '1066-10-14'"),
        (b'{"text": "' + b"x" * 20_000_000 + b'"}', "longer than 20000000 bytes"),
    ],
)
def test_a_bad_line_is_counted_with_its_number_and_left_out(
    lake: Lake, tmp_path: Path, row: object, words: str
) -> None:
    good = {**ROW, "url": "https://b.example/good"}
    report = import_documents(lake, write(tmp_path, ROW, b"", row, good), day=DAY)
    assert (counts(report)["documents"], counts(report)["bad lines"]) == (2, 1)
    assert len(report.notes) == 1
    assert report.notes[0].startswith("line 3: ")
    assert words in report.notes[0]


@pytest.mark.parametrize("rows", [(), (b"{}",), (b"\0\x01\x02",)])
def test_a_file_without_a_good_line_leaves_nothing(lake: Lake, tmp_path: Path, rows: tuple[bytes, ...]) -> None:
    with pytest.raises(InputError, match="expected JSON lines"):
        import_documents(lake, write(tmp_path, *rows), day=DAY)
    assert lake.files(Dataset.DOCUMENTS) == []


def test_a_missing_or_broken_file_is_refused(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no file"):
        import_documents(lake, tmp_path / "none.jsonl", day=DAY)
    broken = tmp_path / "broken.jsonl.gz"
    broken.write_bytes(gzip.compress(json.dumps(ROW).encode() * 1000)[:200])
    with pytest.raises(InputError, match="cannot be read"):
        import_documents(lake, broken, day=DAY)


def test_packed_files_and_standard_input_are_read(lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = tmp_path / "documents.jsonl.gz"
    packed.write_bytes(gzip.compress(json.dumps(ROW).encode()))
    import_documents(lake, packed, day=DAY)
    other = json.dumps({**ROW, "url": "https://b.example/b", "text": text_about(3) * 2}).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(other)))
    import_documents(lake, Path("-"), day=DAY)
    assert {document.url for document in documents(lake)} == {"https://b.example/a", "https://b.example/b"}


def test_progress_is_told(lake: Lake, tmp_path: Path) -> None:
    seen: list[tuple[str, int]] = []
    path = write(tmp_path, ROW)
    import_documents(lake, path, day=DAY, progress=lambda stage, done, _total: seen.append((stage, done)))
    assert seen == [("import", 1)]
