"""The chain does all that is due, nothing twice, and survives being killed at any moment."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from records.lake import SCHEMAS, Dataset, Lake, read_table
from records.snapshot import Snapshot, read_snapshot
from records.types import EntityKind
from sample.server import serving
from service.demo import create_demo
from service.pipeline import open_index, writing
from service.project import open_project
from tests.service.conftest import Ask, Demo

ROOT = Path(__file__).parents[2]
STAGES = ("refresh_catalog", "crawl", "parse", "count", "weigh", "publish")
DAY = datetime.now(UTC).date()
LOCKS = {".lock", ".crawl.lock", ".forgotten.lock"}
CHANGING = LOCKS | {"crawl.log", "crawl.sqlite", "crawl.sqlite-wal", "crawl.sqlite-shm"}
"""Files of the lake that are no results."""


def run_stage(folder: Path, stage: str, moment: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.service.killed", folder, DAY.isoformat(), stage, str(moment)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)


@dataclass(frozen=True)
class Undisturbed:
    """A project that was never killed, and how many moments each stage had."""

    folder: Path
    url: str
    moments: dict[str, int]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Undisturbed]:
    root = tmp_path_factory.mktemp("chain")
    with serving() as url:
        folder = create_demo(root / "project", url).folder
        moments = {}
        for stage in STAGES:
            done = run_stage(folder, stage, 0)
            assert done.returncode == 0, done.stderr
            moments[stage] = int(done.stdout)
        yield Undisturbed(folder, url, moments)


def rows(lake: Lake, dataset: Dataset) -> list[str]:
    """Return the rows of a dataset in an order of their own, without what tells one crawl from another: the time."""
    columns = [name for name in SCHEMAS[dataset].names if name != "fetched_at"]
    tables = [read_table(path, SCHEMAS[dataset]).select(columns) for path in lake.files(dataset)]
    return sorted(json.dumps(row, default=str) for table in tables for row in table.to_pylist())


def assert_same_snapshot(one: Snapshot, other: Snapshot) -> None:
    for kind in EntityKind:
        a, b = one.vectors[kind], other.vectors[kind]
        assert a.entities.equals(b.entities)
        assert a.terms.equals(b.terms)
        for name in ("indptr", "indices", "weights", "frequencies", "norms", "latent"):
            np.testing.assert_array_equal(getattr(a, name), getattr(b, name))


def assert_same(folder: Path, other: Path) -> None:
    one, two = open_project(folder).lake(), open_project(other).lake()
    for dataset in SCHEMAS:
        assert rows(one, dataset) == rows(two, dataset)
        assert rows(one, dataset)
    assert_same_snapshot(read_snapshot(one), read_snapshot(two))
    live = open_index(open_project(folder), one).status().live
    assert live
    assert live.id == read_snapshot(one).id
    assert list((one.root / ".staging").glob("*")) == []


@pytest.mark.timeout(900)  # two dozen processes, each of which loads a language model
def test_stages_killed_again_and_again_and_run_again_give_what_an_undisturbed_run_gives(
    undisturbed: Undisturbed, tmp_path: Path
) -> None:
    """Each stage is killed in its middle, then at its first moment, then at its last, before it may come to its end."""
    folder = create_demo(tmp_path / "killed", undisturbed.url).folder
    for stage in STAGES:
        last = undisturbed.moments[stage]
        first, *later = dict.fromkeys((last // 2 or 1, 1, last))
        assert run_stage(folder, stage, first).returncode == -signal.SIGKILL
        for moment in later:
            # what is left to do may hold fewer moments than there were; then the stage simply ends
            assert run_stage(folder, stage, moment).returncode in (-signal.SIGKILL, 0)
        assert run_stage(folder, stage, 0).returncode == 0
    assert_same(folder, undisturbed.folder)


def state(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Return inode, size and time of change of every file that is a result."""
    files = (p for p in (folder / "lake").rglob("*") if p.is_file() and p.name not in CHANGING)
    return {str(p): (p.stat().st_ino, p.stat().st_size, p.stat().st_mtime_ns) for p in files}


def test_a_second_run_touches_no_file(undisturbed: Undisturbed) -> None:
    before = state(undisturbed.folder)
    for _ in range(2):
        with writing(open_project(undisturbed.folder), day=DAY) as chain:
            list(chain.run())
    assert state(undisturbed.folder) == before


def test_a_second_crawl_of_the_unchanged_site_stores_no_page(undisturbed: Undisturbed) -> None:
    before = state(undisturbed.folder)
    with writing(open_project(undisturbed.folder), day=DAY) as chain:
        report = chain.crawl()
    assert dict(report.counts)["pages stored"] == 0
    assert dict(report.counts)["pages unchanged"] > 0
    after = state(undisturbed.folder)
    assert {p: s for p, s in after.items() if not p.endswith("crawled.json")} == {
        p: s for p, s in before.items() if not p.endswith("crawled.json")
    }


def test_a_crawl_that_failed_is_due_again(fresh: Path, ask: Ask) -> None:
    with serving() as url:
        gone = url
    (fresh / "sources.toml").write_text(
        f'[[source]]\nname = "gone"\nblog = "{gone}/"\nallow_private = true\ndelay = 0\n', encoding="utf-8"
    )
    project = open_project(fresh)
    with writing(project, day=DAY) as chain:
        reports = [chain.crawl_once() for _ in range(2)]
    assert [dict(report.counts)["sources failed"] for report in reports] == [1, 1]


def test_an_edited_catalogue_is_imported_by_the_next_run_and_an_unchanged_one_is_not(fresh: Path) -> None:
    project = open_project(fresh)
    other = fresh / "other.csv"
    other.write_text("id,name\nx,Xmal Deutschland\n", encoding="utf-8")
    with writing(project, day=DAY) as chain:
        assert dict(chain.refresh_catalog().counts)["artists"] == 3
        chain.import_catalog(other)
        assert chain.refresh_catalog().counts == ()
        project.catalog.write_text("id,name\ny,Yo La Tengo\nz,The Zombies\n", encoding="utf-8")
        assert dict(chain.refresh_catalog().counts)["artists"] == 2


def test_imported_documents_need_no_sources_file(fresh: Path, ask: Ask) -> None:
    (fresh / "sources.toml").unlink()
    text = "Slowdive play dreamy shoegaze, with washes of hazy guitars and hushed, distant voices. " * 5
    document = {"url": "https://blog.example/1", "title": "Slowdive", "text": text, "source": "mine", "lang": "en"}
    path = fresh / "documents.jsonl"
    path.write_text(json.dumps(document) + "\n", encoding="utf-8")
    assert ask("import", path, "-C", fresh).code == 0
    assert ask("run", "-C", fresh).code == 0
    answer = json.loads(ask("terms", "Slowdive", "-C", fresh, "--json").out)
    assert "shoegaze" in [found["label"] for found in answer["terms"]]


def test_what_is_read_never_reaches_the_terminal_as_a_command(fresh: Path, ask: Ask) -> None:
    """Names, titles and texts with escape sequences in them are shown without, by every answer."""
    (fresh / "sources.toml").unlink()
    catalog = fresh / "hostile.jsonl"
    names = {"a": "Slow\x1b[31mdive", "b": "Ri\x9b2Jde"}
    catalog.write_text("".join(json.dumps({"id": i, "name": name}) + "\n" for i, name in names.items()))
    text = f"{names['a']} and {names['b']} play dreamy\x1b]0;owned\x07 shoegaze with hazy guitars. " * 5
    document = {"url": "https://blog.example/1", "title": f"{names['a']} and {names['b']}", "text": text, "lang": "en"}
    path = fresh / "documents.jsonl"
    path.write_text(json.dumps(document) + "\n", encoding="utf-8")
    assert ask("catalog", catalog, "-C", fresh).code == 0
    assert ask("import", path, "-C", fresh).code == 0
    assert ask("run", "-C", fresh).code == 0
    questions = (
        ["suggest", "s"],
        ["terms", "a", "-s", "2"],
        ["explain", "a", "b"],
        ["similar", "a"],
        ["terms", "nobody"],
    )
    for question in [*questions, *([*q, "--json"] for q in questions)]:
        answer = ask(*question, "-C", fresh)
        assert answer.out or answer.code == 3
        assert not {c for c in answer.out + answer.err if c != "\n" and not c.isprintable()}, question


def test_vectors_of_an_earlier_day_can_be_made_and_published(built: Path, ask: Ask) -> None:
    earlier = date(2026, 1, 1)
    with writing(open_project(built), day=earlier) as chain:
        chain.weigh()
        chain.publish(earlier)
    status = json.loads(ask("index", "status", "-C", built, "--json").out)
    assert status["live"]["day"] == "2026-01-01"
    assert json.loads(ask("index", "rollback", "-C", built, "--json").out)["live"]["day"] == DAY.isoformat()


def test_the_demo_tells_what_each_stage_did_and_shows_terms_neighbours_and_where_to_go_on(demo: Demo) -> None:
    words = (
        "catalog",
        "crawl",
        "parse",
        "count",
        "weigh",
        "publish",
        "weight",
        "frequency",
        "shared terms",
        "topterms init",
    )
    assert [word for word in words if word not in demo.out] == []
    assert str(demo.folder / "lake") in demo.out
    assert demo.err == ""


def test_the_demo_run_again_goes_on_with_what_is_there(built: Path, ask: Ask) -> None:
    before = state(built)
    answer = ask("demo", "--folder", built, "--json")
    lines = [json.loads(line) for line in answer.out.splitlines()]
    assert answer.code == 0
    assert [line.get("stage") for line in lines] == ["catalog", "crawl", "parse", "count", "weigh", "publish", None]
    assert lines[-1]["neighbors"]
    assert state(built) == before


def test_the_demo_leaves_a_project_of_ones_own_alone(fresh: Path, ask: Ask) -> None:
    before = state(fresh)
    answer = ask("demo", "--folder", fresh)
    assert answer.code == 2
    assert "of your own" in answer.err
    assert state(fresh) == before
