"""Evidence: the very sentences, of the latest revision, from as many sources as there are."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from index.evidence import evidence
from records.errors import LakeError
from records.ids import document_id
from records.lake import Dataset, Lake, read_table
from records.schemas import COUNTS, DOCUMENTS, to_table
from records.types import Document, Evidence, Term, TermCount, TermKind

HAZY, LOUD = Term(TermKind.ADJ, "hazy"), Term(TermKind.ADJ, "loud")
BAND = "artist-1"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake", create=True)


def document(url: str, text: str, source: str, published: int | None, fetched: int = 20) -> Document:
    when = None if published is None else datetime(2026, 11, published, 12, tzinfo=UTC)
    fetched_at = datetime(2026, 11, fetched, 15, tzinfo=UTC)
    return Document(document_id(url), url, source, "Title", text, fetched_at, published_at=when)


def put(lake: Lake, name: str, *said: tuple[Document, Term, str], day: int = 20) -> None:
    """Write a documents file and the counts that came of it, as the stages do."""
    when = date(2026, 11, day)
    documents = list({d.id: d for d, _, _ in said}.values())
    counts = [
        TermCount(d.id, BAND, t.kind, t.text, 1.0, d.text.index(sentence), d.text.index(sentence) + len(sentence))
        for d, t, sentence in said
    ]
    lake.write_table(lake.partition(Dataset.DOCUMENTS, when) / name, to_table(documents, DOCUMENTS), "")
    lake.write_table(lake.partition(Dataset.COUNTS, when) / name, to_table(counts, COUNTS), "")


def sentences(found: list[Evidence]) -> list[str]:
    return [e.sentence for e in found]


def test_the_sentence_comes_back_whole_with_where_and_when_it_was_said(lake: Lake) -> None:
    """Offsets count characters: emoji, accents and combining marks before the sentence do not shift it."""
    text = "Bjo\u0308rk 🎸🎶 é — first.\nA hazy\n  and slow   record. Last."
    blog = document("https://a.example/1", text, "a", 3)
    put(lake, "a.parquet", (blog, HAZY, "A hazy\n  and slow   record."))
    expected = Evidence(BAND, HAZY, "A hazy and slow record.", blog.url, "a", datetime(2026, 11, 3, 12, tzinfo=UTC))
    assert evidence(lake, BAND, [HAZY]) == [expected]
    assert evidence(lake, "artist-2", [HAZY]) == []
    assert evidence(lake, BAND, [LOUD]) == []


def test_the_newest_come_first_and_each_source_speaks_before_any_speaks_twice(lake: Lake) -> None:
    said = [
        ("a", 9, "Hazy A9."),
        ("a", 8, "Hazy A8."),
        ("b", 2, "Hazy B2."),
        ("c", None, "Hazy C."),
        ("a", 7, "Hazy A7."),
    ]
    rows = [(document(f"https://{s}.example/{day}", text, s, day), HAZY, text) for s, day, text in said]
    put(lake, "a.parquet", *rows)
    assert sentences(evidence(lake, BAND, [HAZY])) == ["Hazy C.", "Hazy A9.", "Hazy B2."]
    assert sentences(evidence(lake, BAND, [HAZY], 4)) == ["Hazy C.", "Hazy A9.", "Hazy A8.", "Hazy B2."]


def test_terms_are_answered_in_the_order_asked(lake: Lake) -> None:
    both = document("https://a.example/1", "Hazy it is. Loud it was.", "a", 3)
    put(lake, "a.parquet", (both, HAZY, "Hazy it is."), (both, LOUD, "Loud it was."))
    assert sentences(evidence(lake, BAND, [LOUD, HAZY, LOUD])) == ["Loud it was.", "Hazy it is."]


def test_only_the_latest_revision_of_a_document_speaks(lake: Lake) -> None:
    """An earlier revision's offsets would cut the later text in the wrong place."""
    old = document("https://a.example/1", "Long before. A hazy record.", "a", 3)
    new = document("https://a.example/1", "A hazy, hazy record. And more of it.", "a", 3, fetched=21)
    put(lake, "a.parquet", (old, HAZY, "A hazy record."))
    put(lake, "a.parquet", (new, HAZY, "A hazy, hazy record."), day=21)
    assert sentences(evidence(lake, BAND, [HAZY])) == ["A hazy, hazy record."]
    silent = document("https://a.example/1", "All gone.", "a", 3, fetched=22)
    put(lake, "b.parquet", (silent, LOUD, "All gone."), day=22)
    assert evidence(lake, BAND, [HAZY]) == []


def test_a_near_copy_does_not_speak(lake: Lake) -> None:
    first = document("https://a.example/1", "A hazy record.", "a", 3)
    copy = replace(document("https://b.example/1", "A hazy record.", "b", 4), duplicate_of=first.id)
    put(lake, "a.parquet", (first, HAZY, first.text), (copy, HAZY, copy.text))
    assert [e.url for e in evidence(lake, BAND, [HAZY])] == [first.url]


def test_a_lake_in_which_nothing_was_counted_has_no_evidence(lake: Lake) -> None:
    assert evidence(lake, BAND, [HAZY]) == []


def test_a_damaged_file_is_named(lake: Lake) -> None:
    blog = document("https://a.example/1", "A hazy record.", "a", 3)
    put(lake, "a.parquet", (blog, HAZY, blog.text))
    lake.files(Dataset.COUNTS)[0].write_bytes(b"PAR1 no PAR1")
    with pytest.raises(LakeError, match=r"a\.parquet"):
        evidence(lake, BAND, [HAZY])


def test_how_it_was_said_is_told_and_counts_of_an_earlier_program_say_it_plainly(lake: Lake) -> None:
    blog = document("https://a.example/1", "A lovely hazy record.", "a", 3)
    put(lake, "a.parquet", (blog, HAZY, "A lovely hazy record."))
    (path,) = lake.files(Dataset.COUNTS)
    older = read_table(path, COUNTS).drop_columns(["polarity"])
    lake.write_table(path, older.append_column("polarity", pa.array([0.5], pa.float32())), "")
    assert [e.polarity for e in evidence(lake, BAND, [HAZY])] == [0.5]
    lake.write_table(path, older, "")
    assert [e.polarity for e in evidence(lake, BAND, [HAZY])] == [0.0]
