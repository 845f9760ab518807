"""What holds of every lake, in a folder and on an object store."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from records.errors import LakeError
from records.lake import Dataset, Footer, Lake, read_fingerprint
from records.opening import open_lake

DAY, LATER = date(2026, 11, 20), date(2026, 11, 21)
TABLE = pa.table({"term": ["dreamy", "hazy"]})

Open = Callable[..., Lake]


@pytest.fixture(params=["folder", "object store"])
def open_again(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Open one and the same lake, on an object store as a machine that has nothing of it yet."""
    opened: list[Lake] = []
    where = str(tmp_path / "lake") if request.param == "folder" else request.getfixturevalue("address")

    def open_one(*, create: bool = False) -> Lake:
        opened.append(open_lake(where, cache=tmp_path / f"machine-{len(opened)}", create=create))
        return opened[-1]

    return open_one


@pytest.fixture
def lake(open_again: Open) -> Lake:
    return open_again(create=True)


def write_folder(lake: Lake, folder: Path, text: str) -> None:
    with lake.staged(folder) as staging:
        (staging / "artist").mkdir(parents=True)
        (staging / "artist" / "weights").write_text(text)
        (staging / "manifest.json").write_text(text)


def test_a_table_comes_back_with_its_footer(lake: Lake, open_again: Open) -> None:
    path = lake.partition(Dataset.TAGS, DAY) / "votes.parquet"
    lake.write_table(path, TABLE, "stamp")
    other = open_again()
    (found,) = other.files(Dataset.TAGS)
    assert (found.name, other.size(found)) == (path.name, lake.size(path))
    assert other.footer(found) == lake.footer(path) == Footer("stamp", 2)
    assert other.is_current(found, "stamp")
    assert not other.is_current(found, "another")
    other.fetch(found)
    assert read_fingerprint(found) == "stamp"


def test_days_files_and_names_are_listed_in_order(lake: Lake, open_again: Open) -> None:
    for day in (LATER, DAY):
        for name in ("b.parquet", "a.parquet"):
            lake.write_table(lake.partition(Dataset.COUNTS, day) / name, TABLE, name)
    write_folder(lake, lake.partition(Dataset.TOTALS, DAY) / "epoch-1", "one")
    for one in (lake, open_again()):
        assert one.days(Dataset.COUNTS) == [DAY, LATER]
        assert one.days(Dataset.VECTORS) == []
        listed = [f"{path.parent.name} {path.name}" for path in one.files(Dataset.COUNTS)]
        assert listed == [f"date={day} {name}" for day in (DAY, LATER) for name in ("a.parquet", "b.parquet")]
        assert [path.name for path in one.files(Dataset.COUNTS, LATER)] == ["a.parquet", "b.parquet"]
        assert one.names(one.partition(Dataset.COUNTS, DAY)) == ["a.parquet", "b.parquet"]
        assert one.names(one.partition(Dataset.TOTALS, DAY)) == ["epoch-1"]
        assert one.names(one.partition(Dataset.TOTALS, LATER)) == []


def test_a_write_that_fails_leaves_what_stood_there(lake: Lake, open_again: Open) -> None:
    path = lake.root / "note.txt"
    lake.write_text(path, "first")

    def fail_half_way() -> None:
        with lake.staged(path) as staging:
            staging.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    other = open_again()
    other.fetch(other.root / "note.txt")
    assert (other.root / "note.txt").read_text() == "first"


def test_a_folder_is_there_whole(lake: Lake, open_again: Open) -> None:
    write_folder(lake, lake.index / "one", "text")
    other = open_again()
    folder = other.index / "one"
    assert other.exists(folder)
    other.fetch_folder(folder)
    assert (folder / "artist" / "weights").read_text() == (folder / "manifest.json").read_text() == "text"


def test_what_is_removed_is_gone_for_all(lake: Lake, open_again: Open) -> None:
    table = lake.partition(Dataset.TOTALS, DAY) / "terms.parquet"
    epoch = lake.partition(Dataset.TOTALS, DAY) / "epoch-1"
    lake.write_table(table, TABLE, "stamp")
    write_folder(lake, epoch, "one")
    lake.remove(epoch)
    assert (lake.exists(epoch), lake.exists(table)) == (False, True)
    lake.remove(table.parent)
    lake.remove(table.parent)
    for one in (lake, open_again()):
        path = one.partition(Dataset.TOTALS, DAY) / "terms.parquet"
        one.fetch(path)
        assert not path.exists()
        assert not one.exists(path)
        assert one.days(Dataset.TOTALS) == []


def test_a_folder_can_be_written_again_once_it_is_removed(lake: Lake, open_again: Open) -> None:
    write_folder(lake, lake.index / "one", "before")
    reader = open_again()
    reader.fetch_folder(reader.index / "one")
    lake.remove(lake.index / "one")
    write_folder(lake, lake.index / "one", "after")
    reader = open_again()
    reader.fetch_folder(reader.index / "one")
    assert (reader.index / "one" / "manifest.json").read_text() == "after"


def test_noted_footers_serve_those_who_open_the_lake_later(
    lake: Lake, open_again: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = lake.partition(Dataset.COUNTS, DAY) / "a.parquet"
    lake.write_table(path, TABLE, "stamp")
    lake.footer(path)
    lake.keep_footers()
    monkeypatch.setattr("records.footers.pq.read_metadata", lambda _: pytest.fail("the file was opened"))
    other = open_again()
    assert other.footer(other.files(Dataset.COUNTS)[0]) == Footer("stamp", 2)


def test_a_database_is_kept_as_it_was_left(lake: Lake, open_again: Open) -> None:
    import sqlite3

    with lake.borrowed(lake.crawl_state) as file:
        db = sqlite3.connect(file)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE seen (url)")
        db.execute("INSERT INTO seen VALUES ('https://blog.example/1')")
        db.commit()
        db.close()
    other = open_again()
    with other.borrowed(other.crawl_state) as file:
        db = sqlite3.connect(file)
        assert db.execute("SELECT url FROM seen").fetchall() == [("https://blog.example/1",)]
        db.close()


def test_what_is_no_lake_is_refused(open_again: Open) -> None:
    with pytest.raises(LakeError, match=r"is not a lake: it has no lake\.json"):
        open_again()


def test_a_lake_of_another_version_is_refused(lake: Lake, open_again: Open) -> None:
    lake.write_text(lake.root / "lake.json", json.dumps({"schema_version": 99}))
    with pytest.raises(LakeError, match="of schema version 99; this program expects"):
        open_again()


def test_a_lake_is_not_made_among_other_files(lake: Lake, open_again: Open) -> None:
    lake.write_text(lake.root / "note.txt", "mine")
    lake.remove(lake.root / "lake.json")
    with pytest.raises(LakeError, match="is not a lake and not"):
        open_again(create=True)
