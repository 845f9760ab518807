"""The documents about an entity: the latest revision of each, the newest first, with a snippet."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from index.documents import SNIPPET, count_documents, documents_of
from nlp.catalog.handles import find_foreign
from records.errors import LakeError
from records.ids import document_id
from records.lake import Dataset, Lake
from records.schemas import DOCUMENTS, ENTITIES, MENTIONS, to_table
from records.types import Document, DocumentKind, Entity, EntityKind, Mention

BAND = "artist-1"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake", create=True)


def document(number: int, kind: DocumentKind = DocumentKind.POST, text: str = "") -> Document:
    url = f"https://a.example/{number}"
    published = datetime(2026, 11, number, 12, tzinfo=UTC)
    fetched = datetime(2026, 11, 20, 15, tzinfo=UTC)
    return Document(
        document_id(url), url, "a", "T", text or f"The band {number}.", fetched, published_at=published, kind=kind
    )


def put(lake: Lake, *documents: Document, day: int = 20, start: int = 4, is_subject: bool = True) -> None:
    """Write documents, each with one mention of the band."""
    when = date(2026, 11, day)
    mentions = [Mention(d.id, BAND, start, start + 4, 0.9, is_subject) for d in documents]
    lake.write_table(lake.partition(Dataset.DOCUMENTS, when) / "a.parquet", to_table(documents, DOCUMENTS), "")
    lake.write_table(lake.partition(Dataset.MENTIONS, when) / "a.parquet", to_table(mentions, MENTIONS), "")


def titles(lake: Lake, **asked: object) -> list[str]:
    return [found.url.rpartition("/")[2] for found in documents_of(lake, BAND, **asked).documents]  # type: ignore[arg-type]


def test_the_newest_come_first_and_pages_know_how_many_there_are(lake: Lake) -> None:
    put(lake, *map(document, range(1, 6)))
    assert titles(lake, n=2) == ["5", "4"]
    assert titles(lake, n=2, skipped=4) == ["1"]
    assert [documents_of(lake, BAND, 2, skipped).total for skipped in (0, 4, 9)] == [5, 5, 5]
    assert titles(lake, n=2, skipped=9) == []


def test_documents_are_told_by_kind_and_counted(lake: Lake) -> None:
    put(lake, document(1), document(2, DocumentKind.REVIEW))
    assert titles(lake, kinds=[DocumentKind.REVIEW]) == ["2"]
    counts = count_documents(lake, BAND)
    assert {kind for kind, number in counts.items() if number} == {DocumentKind.POST, DocumentKind.REVIEW}


def test_copies_and_earlier_revisions_are_passed_over(lake: Lake) -> None:
    put(lake, document(1, text="The band as it was."), document(2), day=20)
    later = datetime(2026, 11, 21, 15, tzinfo=UTC)
    revised = replace(document(1, text="The band as it is now."), fetched_at=later)
    put(lake, revised, replace(document(3), duplicate_of=document(2).id), day=21)
    assert titles(lake) == ["2", "1"]
    assert documents_of(lake, BAND).documents[1].snippet == "The band as it is now."


def test_what_only_names_an_entity_is_left_out_unless_asked_for(lake: Lake) -> None:
    put(lake, document(1), is_subject=False)
    assert titles(lake) == []
    assert titles(lake, only_subject=False) == ["1"]


def test_a_snippet_is_short_stands_around_the_name_and_is_one_line(lake: Lake) -> None:
    text = "é🎸 " * 200 + "\nThe\n band   plays. " + "x" * 1000
    put(lake, document(1, text=text), start=text.index("band"))
    snippet = documents_of(lake, BAND).documents[0].snippet
    assert "The band plays." in snippet
    assert len(snippet) <= SNIPPET


def test_an_empty_lake_has_no_documents_and_a_damaged_file_is_told(lake: Lake) -> None:
    assert documents_of(lake, BAND).total == 0
    put(lake, document(1))
    lake.files(Dataset.MENTIONS)[0].write_bytes(b"rubbish")
    with pytest.raises(LakeError, match="remove the damaged file"):
        documents_of(lake, BAND)


def test_an_entity_is_found_by_what_others_call_it_unless_several_are_called_so(lake: Lake) -> None:
    known = [
        Entity("a", EntityKind.ARTIST, "A", foreign_ids=("merged:old", "shared:1", "spotify:x")),
        Entity("b", EntityKind.ARTIST, "B", foreign_ids=("shared:1",)),
    ]
    assert find_foreign(lake, ["spotify:x"]) == {}
    lake.write_table(lake.catalog, to_table(known, ENTITIES), "")
    asked = ["spotify:x", "spotify:artist:x", "old", "shared:1", "nobody", "spotify:song:y"]
    assert find_foreign(lake, asked) == {"spotify:x": "a", "spotify:artist:x": "a", "old": "a"}
