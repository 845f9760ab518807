"""The lake shows a file whole or not at all, and knows what it holds."""

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from records.errors import LakeError
from records.lake import Dataset, Footer, Lake, read_fingerprint, read_table
from records.schemas import ADDED, DOCUMENTS, ENTITIES, from_table, to_table
from records.types import Document, DocumentKind, Entity, EntityKind

DAY = date(2026, 11, 21)
DOCUMENT = Document(
    id="0" * 32,
    url="https://blog.example/a",
    source="blog",
    title="A",
    text="Dreamy.",
    fetched_at=datetime(2026, 11, 21, tzinfo=UTC),
    kind=DocumentKind.REVIEW,
    about=("Slowdive",),
    minhash=(1, 2**32 - 1),
)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake", create=True)


def test_a_document_comes_back_as_it_was(lake: Lake) -> None:
    path = lake.partition(Dataset.DOCUMENTS, DAY) / "blog.parquet"
    lake.write_table(path, to_table([DOCUMENT], DOCUMENTS), "f")
    assert list(from_table(read_table(path, DOCUMENTS), Document)) == [DOCUMENT]
    assert read_fingerprint(path) == "f"


def test_a_write_that_fails_leaves_what_stood_there(lake: Lake) -> None:
    path = lake.root / "catalog" / "note.txt"
    lake.write_text(path, "first")

    def fail_half_way() -> None:
        with lake.staged(path) as staging:
            staging.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert path.read_text() == "first"
    assert list((lake.root / ".staging").iterdir()) == []


def test_a_full_disk_is_told_with_what_was_to_be_written(lake: Lake) -> None:
    target = lake.root / "report.json"
    with pytest.raises(LakeError, match=f"no space left to write {target}"), lake.staged(target):
        Path("/dev/full").write_text("more than fits", encoding="utf-8")
    assert not target.exists()


def test_what_a_killed_process_left_is_swept_and_never_listed(lake: Lake) -> None:
    script = (
        "import os, sys, pathlib; from datetime import date; from records.lake import Dataset, Lake\n"
        "lake = Lake(pathlib.Path(sys.argv[1]))\n"
        "with lake.staged(lake.partition(Dataset.COUNTS, date(2026, 11, 21)) / 'x.parquet') as path:\n"
        "    path.write_text('half'); os.kill(os.getpid(), 9)\n"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(lake.root)], check=False)
    assert killed.returncode == -9
    assert lake.files(Dataset.COUNTS) == []
    assert lake.sweep() == 1
    assert lake.sweep() == 0


def test_a_living_process_keeps_what_it_is_writing(lake: Lake) -> None:
    with lake.staged(lake.root / "x") as staging:
        staging.write_text(str(os.getpid()))
        assert lake.sweep() == 0


def test_files_come_in_the_order_of_days(lake: Lake) -> None:
    for day in (date(2026, 11, 22), DAY):
        lake.write_text(lake.partition(Dataset.PAGES, day) / "p.warc.gz", "")
    (lake.root / "pages" / "date=rubbish").mkdir()
    assert lake.days(Dataset.PAGES) == [DAY, date(2026, 11, 22)]
    assert [p.parent.name for p in lake.files(Dataset.PAGES)] == ["date=2026-11-21", "date=2026-11-22"]


def test_a_lake_of_another_schema_version_is_refused(lake: Lake) -> None:
    (lake.root / "lake.json").write_text(json.dumps({"schema_version": 99}))
    with pytest.raises(LakeError, match="schema version 99; this program expects 1"):
        Lake(lake.root)


def test_a_folder_with_other_things_in_it_is_not_made_a_lake(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_text("")
    with pytest.raises(LakeError, match="not an empty folder"):
        Lake(tmp_path, create=True)


def test_a_missing_lake_is_named(tmp_path: Path) -> None:
    with pytest.raises(LakeError, match="is not a lake"):
        Lake(tmp_path / "nowhere")


def test_a_damaged_file_is_named(lake: Lake) -> None:
    path = lake.partition(Dataset.DOCUMENTS, DAY) / "blog.parquet"
    lake.write_text(path, "rubbish")
    with pytest.raises(LakeError, match=r"blog\.parquet cannot be read as Parquet"):
        read_table(path, DOCUMENTS)


def test_columns_that_were_added_later_are_read_as_empty(lake: Lake) -> None:
    entity = Entity("a", EntityKind.ARTIST, "Air", ("AIR",), (), "French duo", ("wikidata:Q1",), "France", "1995")
    before = to_table([entity], ENTITIES).drop_columns(sorted(ADDED.intersection(ENTITIES.names)))
    lake.write_table(lake.catalog, before, "x")
    (found,) = from_table(read_table(lake.catalog, ENTITIES), Entity)
    assert found == Entity("a", EntityKind.ARTIST, "Air", ("AIR",), (), "French duo")


def test_a_scratch_folder_is_gone_when_its_block_ends(lake: Lake) -> None:
    with lake.scratch() as folder:
        (folder / "x").write_text("x")
    assert not folder.exists()


def test_a_footer_that_was_read_before_is_not_read_again_unless_the_file_changed(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = lake.partition(Dataset.DOCUMENTS, DAY) / "blog.parquet"
    lake.write_table(path, to_table([DOCUMENT], DOCUMENTS), "one")
    assert lake.footer(path) == Footer("one", 1)
    lake.keep_footers()
    later = Lake(lake.root)
    with monkeypatch.context() as shut:
        shut.setattr("records.lake.pq.read_metadata", lambda _: pytest.fail("the file was opened"))
        assert later.footer(path) == Footer("one", 1)
        assert later.is_current(path, "one")
    lake.write_table(path, to_table([DOCUMENT] * 2, DOCUMENTS), "two")
    assert later.footer(path) == Footer("two", 2)


@pytest.mark.parametrize("text", ["rubbish", "[]", '{"documents/x": 1}', '{"documents/x": ["a", 1, "", 0]}'])
def test_damaged_notes_of_footers_are_passed_over(lake: Lake, text: str) -> None:
    path = lake.partition(Dataset.DOCUMENTS, DAY) / "blog.parquet"
    lake.write_table(path, to_table([DOCUMENT], DOCUMENTS), "one")
    (lake.root / ".footers.json").write_text(text)
    assert Lake(lake.root).footer(path) == Footer("one", 1)


def test_the_footers_of_removed_files_are_not_kept(lake: Lake) -> None:
    for name in ("a", "b"):
        path = lake.partition(Dataset.DOCUMENTS, DAY) / f"{name}.parquet"
        lake.write_table(path, to_table([DOCUMENT], DOCUMENTS), name)
        lake.footer(path)
    path.unlink()
    lake.keep_footers()
    assert list(json.loads((lake.root / ".footers.json").read_text())) == ["documents/date=2026-11-21/a.parquet"]
