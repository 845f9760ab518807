"""A real cluster of two workers counts and sums what this machine does, to the last bit, whoever dies meanwhile.

The cluster takes seconds for what is done here in none: so one application does all of it, in few steps.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from nlp.catalog import import_catalog
from nlp.count import count
from nlp.counting import Due
from nlp.engine.base import Engine
from nlp.engine.opening import open_engine
from nlp.engine.tasks import Job, count_file, versions
from nlp.settings import CountSettings, WeighSettings
from nlp.totals import History, totals_of
from nlp.weigh import weigh
from nlp.workspace import workspace
from records.errors import ClusterError, ConfigurationError, LakeError
from records.lake import Dataset, Lake, read_table
from records.schemas import COUNTS, DOCUMENTS, MENTIONS, to_table
from records.snapshot import read_snapshot
from records.types import Document, EntityKind
from tests.nlp.texts import document
from tests.spark_cluster.cluster import SparkCluster

pytestmark = pytest.mark.timeout(900)  # on a busy machine

DAY = date(2026, 11, 1)
COUNT = CountSettings(workers=1)
WEIGH = WeighSettings(half_life_days=100, hot_half_life_days=10, dimensions=4)
CATALOG = (
    "id,kind,name,artist\nslowdive,artist,Slowdive,\nmbv,artist,My Bloody Valentine,\nride,artist,Ride,\n"
    "souvlaki,song,Souvlaki Space Station,slowdive\n"
)


@pytest.fixture(scope="module")
def engine(own_spark: SparkCluster) -> Iterator[Engine]:
    own_spark.start_workers(2)
    opened = open_engine(own_spark.url)
    yield opened
    opened.close()


@pytest.fixture
def lakes(tmp_path: Path) -> tuple[Lake, Lake]:
    """Two lakes with the same documents: one for this machine, one for the cluster."""
    return filled(tmp_path / "alone"), filled(tmp_path / "together")


def filled(folder: Path) -> Lake:
    """Return a lake of one epoch: a large file, then five days of small ones, with revisions and odd names."""
    lake = Lake(folder / "lake", create=True)
    path = folder / "catalog.csv"
    path.write_text(CATALOG)
    import_catalog(lake, path)
    put(lake, DAY, "large", [post(number) for number in range(600)])
    for later in range(1, 6):
        again = [post(number, f" Bright on take{later}.") for number in range(later * 7, later * 7 + 5)]
        fresh = [post(number) for number in range(1000 + 6 * later, 1006 + 6 * later)]
        put(lake, DAY + timedelta(later), f"a b%20c+{later}", [*again, *fresh])
    return lake


def put(lake: Lake, day: date, stem: str, documents: list[Document]) -> None:
    path = lake.partition(Dataset.DOCUMENTS, day) / f"{stem}.parquet"
    with lake.table_writer(path, DOCUMENTS, stem) as write:
        for start in range(0, len(documents), 64):
            write(to_table(documents[start : start + 64], DOCUMENTS))


def post(number: int, more: str = "") -> Document:
    text = (
        f"Slowdive play hazy guitars on take{number % 50}. My Bloody Valentine are loud and warm on take{number % 30}. "
        f"Ride drift, slow and bright, through Souvlaki Space Station by Slowdive.{more}"
    )
    source = f"blog{number % 3}"
    return document(text, url=f"https://{source}.example/{number}", published_at=None)


def expect_same(alone: Lake, together: Lake, files: int = 6) -> None:
    for dataset, schema in ((Dataset.COUNTS, COUNTS), (Dataset.MENTIONS, MENTIONS)):
        ours, theirs = alone.files(dataset), together.files(dataset)
        assert [path.parts[-2:] for path in ours] == [path.parts[-2:] for path in theirs]
        assert len(ours) == files
        for one, other in zip(ours, theirs, strict=True):
            assert read_table(one, schema).equals(read_table(other, schema))
            assert alone.footer(one).fingerprint == together.footer(other).fingerprint


def test_a_cluster_counts_sums_and_weighs_what_one_machine_does(lakes: tuple[Lake, Lake], engine: Engine) -> None:
    alone, together = lakes
    here = dict(count(alone, settings=COUNT).counts)
    there = dict(count(together, settings=COUNT, engine=engine).counts)
    assert there == here
    assert here["documents counted"] == 655
    expect_same(alone, together)
    weigh(alone, day=DAY, settings=WEIGH)
    weigh(together, day=DAY, settings=WEIGH, engine=engine)
    expect_same_vectors(alone, together)
    expect_same_totals(alone, together, engine)


def expect_same_totals(alone: Lake, together: Lake, engine: Engine) -> None:
    """Compare what is stored of the epoch's first day, and what a later day adds to it."""
    for ours, theirs in zip(alone.files(Dataset.TOTALS), together.files(Dataset.TOTALS), strict=True):
        assert pq.read_table(ours).equals(pq.read_table(theirs))
    day = DAY + timedelta(5)
    with workspace(alone, WEIGH) as place:
        here = totals_of(History(alone, WEIGH), day, place, since=DAY)
        there = totals_of(History(together, WEIGH, engine), day, place, since=DAY)
        assert pq.read_table(here.terms).num_rows > 100
        for ours, theirs in ((here.terms, there.terms), (here.entities, there.entities)):
            assert pq.read_table(theirs).equals(pq.read_table(ours))
    assert here.touched is not None
    assert there.touched is not None
    assert sorted(there.touched.to_pylist()) == sorted(here.touched.to_pylist())


def expect_same_vectors(alone: Lake, together: Lake) -> None:
    for kind in EntityKind:
        ours, theirs = (read_snapshot(lake).vectors[kind] for lake in (alone, together))
        assert theirs.entities.column("id").equals(ours.entities.column("id"))
        assert theirs.terms.column("term").equals(ours.terms.column("term"))
        assert np.array_equal(theirs.indices, ours.indices)
        np.testing.assert_allclose(theirs.weights, ours.weights, atol=1e-6)
        np.testing.assert_allclose(theirs.latent, ours.latent, atol=1e-6)


def test_a_worker_killed_half_way_changes_nothing(
    lakes: tuple[Lake, Lake], engine: Engine, own_spark: SparkCluster
) -> None:
    alone, together = lakes
    for lake in lakes:  # so that there is time to kill one
        put(lake, DAY, "larger", [post(number) for number in range(2000, 6000)])
    count(alone, settings=COUNT)
    progress = killing(own_spark)
    count(together, settings=COUNT, engine=engine, progress=progress)
    assert len(own_spark.workers) == 1
    expect_same(alone, together, files=7)
    own_spark.start_workers(2)


def killing(cluster: SparkCluster) -> Callable[[str, int, int | None], None]:
    """Kill a worker with its executor once a part of the large file was read, and others were not."""

    def hear(stage: str, done: int, total: int | None) -> None:
        if len(cluster.workers) == 2 and 55 < done < (total or 0):
            cluster.kill_worker()

    return hear


def test_a_second_run_does_nothing(lakes: tuple[Lake, Lake], engine: Engine) -> None:
    _, lake = lakes
    count(lake, settings=COUNT)
    before = [path.stat().st_mtime_ns for path in lake.files(Dataset.COUNTS)]
    assert dict(count(lake, settings=COUNT, engine=engine).counts)["documents files counted"] == 0
    assert [path.stat().st_mtime_ns for path in lake.files(Dataset.COUNTS)] == before


def test_a_damaged_documents_file_is_named_and_the_others_are_counted(lakes: tuple[Lake, Lake], engine: Engine) -> None:
    _, lake = lakes
    damaged = lake.files(Dataset.DOCUMENTS)[3]
    content = damaged.read_bytes()
    damaged.write_bytes(bytes(len(content) // 2) + content[len(content) // 2 :])
    with pytest.raises(LakeError, match="cannot be read as Parquet"):
        count(lake, settings=COUNT, engine=engine)


def test_a_task_done_twice_doubles_nothing(lakes: tuple[Lake, Lake]) -> None:
    _, lake = lakes
    count(lake, settings=COUNT)
    path = lake.files(Dataset.COUNTS)[1]
    before = read_table(path, COUNTS)
    for _ in range(2):
        count_file(*task(lake))
    assert read_table(path, COUNTS).equals(before)
    assert len(lake.files(Dataset.COUNTS)) == 6


def task(lake: Lake, **changed: str) -> tuple[Job, Due]:
    path = lake.files(Dataset.DOCUMENTS)[1]
    found = tuple((name, changed.get(name, version)) for name, version in versions())
    job = Job(lake.address, COUNT, lake.footer(lake.catalog).fingerprint, found)
    return job, Due(path, "stamp", lake.footer(path).rows)


def test_a_worker_of_another_version_refuses(lakes: tuple[Lake, Lake]) -> None:
    refused = count_file(*task(lakes[0], numpy="1.0"))
    assert isinstance(refused, ConfigurationError)
    assert "expected 1.0" in str(refused)
    assert lakes[0].files(Dataset.COUNTS) == []


def test_without_workers_a_job_is_given_up(
    lakes: tuple[Lake, Lake], own_spark: SparkCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nlp.engine.spark._WORKER_SECONDS", 1.0)
    while own_spark.workers:
        own_spark.kill_worker()
    idle = open_engine(own_spark.url)
    with pytest.raises(ClusterError, match=r"no worker of spark://.* took the job within 1 s"):
        count(lakes[0], settings=COUNT, engine=idle)
    idle.close()


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="expected 'local', or spark://HOST:PORT"):
        open_engine("spark://nowhere")


def test_a_master_that_does_not_answer_is_told_of_at_once() -> None:
    pytest.importorskip("pyspark")
    with pytest.raises(ClusterError, match=r"no Spark master answers at spark://127\.0\.0\.1:9"):
        open_engine("spark://127.0.0.1:9")


def test_without_java_nothing_begins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(ConfigurationError, match="needs Java 17 or 21"):
        open_engine("spark://127.0.0.1:9")


def test_without_pyspark_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlp.engine.opening.find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match=r"pip install 'topterms\[spark\]'"):
        open_engine("spark://127.0.0.1:7077")
