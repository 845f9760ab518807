"""The whole way on a lake on an object store gives what it gives on a lake in a folder, on whatever machine."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from uuid import uuid4

import numpy as np
import pytest

from records.lake import SCHEMAS, Dataset, Lake, read_table
from records.object_lake import ObjectLake
from records.snapshot import read_snapshot
from records.types import EntityKind
from sample.server import serving
from service.demo import create_demo
from service.project import open_project
from tests.object_store.server import BUCKET, Server
from tests.service.conftest import TOPTERMS, Ask

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(1200)  # the blog is crawled and read twice before the first test

ARRAYS = ("indptr", "indices", "weights", "frequencies", "norms", "latent")
QUESTIONS = (
    ("similar", "Slowdive"),
    ("terms", "Slowdive", "-s", "1"),
    ("search", "dreamy shoegaze"),
    ("explain", "Slowdive", "Ride"),
)


@dataclass(frozen=True)
class Music:
    """The sample blog, read once into a folder and once into an object store."""

    url: str
    here: Path
    """Project whose lake is a folder."""
    there: str
    """Address of the lake on the object store."""
    environment: dict[str, str]
    """What a machine needs to know to reach that lake; the cache is its own."""


def project(root: Path, url: str) -> Path:
    return create_demo(root, url).folder


def run(folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [TOPTERMS, "run", "-C", folder, "--json"]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | environment, check=False)


@pytest.fixture(scope="module")
def music(store_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Music]:
    root = tmp_path_factory.mktemp("music")
    address = f"s3://{BUCKET}/{uuid4().hex}"
    there = store_server.environment | {"TOPTERMS_LAKE": address}
    with serving() as url:
        here = project(root / "here", url)
        first = project(root / "first", url)
        machine = there | {"TOPTERMS_LAKE_CACHE": str(root / "cache")}
        made = subprocess.run(
            [sys.executable, "-c", "from service.project import *; open_project(Path('.')).lake(create=True)"],
            cwd=first,
            env=os.environ | machine | {"PYTHONPATH": str(ROOT)},
            check=False,
        )
        assert made.returncode == 0
        for folder, environment in ((here, {}), (first, machine)):
            done = run(folder, environment)
            assert done.returncode == 0, done.stderr
        yield Music(url, here, address, there)


@pytest.fixture
def machine(music: Music, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project on a machine that has nothing of the lake yet."""
    for name, value in music.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TOPTERMS_LAKE_CACHE", str(tmp_path / "cache"))
    return project(tmp_path / "project", music.url)


def rows(lake: Lake, dataset: Dataset) -> list[str]:
    """Return the rows of a dataset in an order of their own, without what tells one crawl from another: the time."""
    columns = [name for name in SCHEMAS[dataset].names if name != "fetched_at"]
    files = lake.files(dataset)
    lake.fetch(*files)
    tables = [read_table(path, SCHEMAS[dataset]).select(columns) for path in files]
    return sorted(json.dumps(row, default=str) for table in tables for row in table.to_pylist())


def assert_same_results(one: Lake, other: Lake) -> None:
    for dataset in SCHEMAS:
        assert rows(one, dataset) == rows(other, dataset)
        assert rows(one, dataset)
    a, b = read_snapshot(one), read_snapshot(other)
    for kind in EntityKind:
        assert a.vectors[kind].entities.equals(b.vectors[kind].entities)
        assert a.vectors[kind].terms.equals(b.vectors[kind].terms)
        for name in ARRAYS:
            np.testing.assert_array_equal(getattr(a.vectors[kind], name), getattr(b.vectors[kind], name))


def test_all_that_comes_of_the_blog_is_what_comes_of_it_in_a_folder(
    music: Music, machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = open_project(machine).lake()
    assert isinstance(there, ObjectLake)
    monkeypatch.delenv("TOPTERMS_LAKE")
    assert_same_results(open_project(music.here).lake(), there)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question[0])
def test_a_machine_that_has_nothing_yet_answers_as_the_one_that_ran(
    music: Music, machine: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch, question: tuple[str, ...]
) -> None:
    there = ask(*question, "-C", machine, "--json")
    monkeypatch.delenv("TOPTERMS_LAKE")
    here = ask(*question, "-C", music.here, "--json")
    assert (there.code, here.code) == (0, 0), there.err + here.err
    assert json.loads(there.out) == json.loads(here.out)


def test_in_every_stage_a_machine_takes_over_from_one_that_was_killed(
    music: Music, machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def do(stage: str, cache: str, moment: int) -> int:
        what = [machine, datetime.now(UTC).date().isoformat(), stage, str(moment)]
        command = [sys.executable, "-m", "tests.service.killed", *what]
        environment = os.environ | {"TOPTERMS_LAKE_CACHE": str(tmp_path / cache)}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode in (0, -signal.SIGKILL), done.stderr
        return done.returncode

    monkeypatch.setenv("TOPTERMS_LAKE", f"s3://{BUCKET}/{uuid4().hex}")
    open_project(machine).lake(create=True)
    random = Random(3)
    for stage in ("refresh_catalog", "crawl", "parse", "count", "weigh"):
        assert do(stage, "one", random.randint(1, 3)) == -signal.SIGKILL
        assert do(stage, "other", 0) == 0
    there = open_project(machine).lake()
    monkeypatch.delenv("TOPTERMS_LAKE")
    assert_same_results(open_project(music.here).lake(), there)


def test_a_run_of_another_machine_finds_all_done_and_fetches_no_pages(music: Music, machine: Path) -> None:
    done = run(machine, {})
    assert done.returncode == 0, done.stderr
    counts = {stage["stage"]: stage["counts"] for stage in json.loads(done.stdout)["stages"]}
    assert counts["parse"]["files parsed"] == counts["count"]["documents files counted"] == 0
    lake = open_project(machine).lake()
    assert lake.files(Dataset.PAGES)
    assert not any(path.exists() for path in lake.files(Dataset.PAGES))


def test_init_makes_a_lake_on_an_object_store_or_leaves_nothing(
    address: str, tmp_path: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOPTERMS_LAKE_CACHE", str(tmp_path / "cache"))
    refused = ask("init", tmp_path / "project", "--lake", "s3://nobody/lake")
    assert (refused.code, "there is no bucket 'nobody'" in refused.err) == (1, True)
    made = ask("init", tmp_path / "project", "--lake", address, "--json")
    assert made.code == 0, made.err
    assert json.loads(made.out)["lake"] == address
    assert open_project(tmp_path / "project").lake().address == address
