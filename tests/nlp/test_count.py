"""Counting is done once for each documents file, survives kill -9, and does not depend on the number of processes."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from nlp.catalog import import_catalog
from nlp.count import count
from nlp.settings import CountSettings
from records.errors import ConfigurationError
from records.ids import document_id
from records.lake import Dataset, Lake, read_table
from records.schemas import COUNTS, DOCUMENTS, MENTIONS, to_table
from records.types import Document
from tests.nlp.texts import document

DAY = date(2026, 11, 21)
ONE = CountSettings(workers=1)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    made = Lake(tmp_path / "lake", create=True)
    path = tmp_path / "catalog.csv"
    path.write_text("id,name\nslowdive,Slowdive\nmbv,My Bloody Valentine\n")
    import_catalog(made, path)
    return made


def put(lake: Lake, *documents: Document, stem: str = "blog") -> Path:
    path = lake.partition(Dataset.DOCUMENTS, DAY) / f"{stem}.parquet"
    lake.write_table(path, to_table(documents, DOCUMENTS), document_id(repr(documents)))
    return path


def post(number: int, **fields: object) -> Document:
    text = f"Slowdive play hazy guitars on take{number}. My Bloody Valentine are loud on take{number}."
    return document(text, url=f"https://blog.example/{number}", **fields)


def counted(lake: Lake) -> list[dict[str, object]]:
    files = lake.files(Dataset.COUNTS)
    return [row for path in files for row in read_table(path, COUNTS).to_pylist()]


def test_a_second_run_does_nothing(lake: Lake) -> None:
    put(lake, post(1))
    count(lake, settings=ONE)
    (path,) = lake.files(Dataset.COUNTS)
    before = path.stat().st_mtime_ns
    assert dict(count(lake, settings=ONE).counts)["documents files counted"] == 0
    assert path.stat().st_mtime_ns == before


def test_other_settings_or_documents_are_counted_anew(lake: Lake) -> None:
    put(lake, post(1))
    count(lake, settings=ONE)
    assert dict(count(lake, settings=replace(ONE, min_confidence=0.9)).counts)["documents files counted"] == 1
    put(lake, post(2))
    assert dict(count(lake, settings=ONE).counts)["documents files counted"] == 1


def test_what_is_not_counted_is_said(lake: Lake) -> None:
    put(
        lake, post(1), post(2, lang="de"), post(3, duplicate_of="x" * 32), document("Nobody at all.", url="https://b/4")
    )
    report = dict(count(lake, settings=ONE).counts)
    assert report["documents counted"] == 1
    assert report["documents skipped: not in 'en'"] == 1
    assert report["documents skipped: near-copy"] == 1
    assert report["documents skipped: name nobody"] == 1


def test_names_that_were_left_out_are_said_with_the_reason(lake: Lake) -> None:
    (lake.root.parent / "catalog.csv").write_text("id,name\nslowdive,Slowdive\nlow,Low\n")
    import_catalog(lake, lake.root.parent / "catalog.csv")
    put(lake, document("Slowdive drift. We drove through Low Street and Low Road in the low sun.", url="https://b/5"))
    report = count(lake, settings=ONE)
    assert dict(report.counts)["names dropped: artist, an everyday word"] == 3
    assert report.notes == ("names left out most often, taken for words: Low (2)",)


def test_the_counts_of_documents_that_are_gone_go_too(lake: Lake) -> None:
    path = put(lake, post(1))
    put(lake, post(2), stem="other")
    count(lake, settings=ONE)
    path.unlink()
    count(lake, settings=ONE)
    assert [p.name for p in lake.files(Dataset.COUNTS)] == ["other.parquet"]
    assert [p.name for p in lake.files(Dataset.MENTIONS)] == ["other.parquet"]


def test_two_processes_count_what_one_counts(lake: Lake) -> None:
    put(lake, *(post(number) for number in range(200)))
    count(lake, settings=ONE)
    alone = counted(lake)
    lake.files(Dataset.COUNTS)[0].unlink()
    count(lake, settings=CountSettings(workers=2))
    assert counted(lake) == alone


def test_killed_half_way_and_run_again_gives_what_an_undisturbed_run_gives(lake: Lake) -> None:
    put(lake, *(post(number) for number in range(300)), stem="a")
    put(lake, *(post(number) for number in range(300, 400)), stem="b")
    script = (
        "import sys; from pathlib import Path\n"
        "from nlp.count import count; from nlp.settings import CountSettings; from records.lake import Lake\n"
        "say = lambda stage, done, total: print(done, flush=True)\n"
        "count(Lake(Path(sys.argv[1])), settings=CountSettings(workers=1), progress=say)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(lake.root)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert lake.files(Dataset.COUNTS) == []
    count(lake, settings=ONE)
    again = counted(lake)
    for path in lake.files(Dataset.COUNTS):
        path.unlink()
    count(lake, settings=ONE)
    assert counted(lake) == again
    assert len(read_table(lake.files(Dataset.MENTIONS)[0], MENTIONS)) == 600


def test_without_a_catalogue_nothing_is_counted(tmp_path: Path) -> None:
    bare = Lake(tmp_path / "bare", create=True)
    put(bare, post(1))
    with pytest.raises(ConfigurationError, match="has no catalogue yet"):
        count(bare, settings=ONE)


def test_progress_reaches_the_total(lake: Lake) -> None:
    put(lake, *(post(number) for number in range(40)))
    said: list[tuple[int, int | None]] = []
    count(lake, settings=ONE, progress=lambda _, done, total: said.append((done, total)))
    assert said[-1] == (40, 40)
