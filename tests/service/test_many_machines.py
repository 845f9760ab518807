"""`--engine` and `--part`: what is wrong is told before any work, and a crawl in parts is left to the parts."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from records.lake import Dataset, Lake
from sample.server import serving
from service.demo import create_demo
from service.pipeline import writing
from service.project import open_project
from tests.service.conftest import Ask
from tests.spark_cluster.cluster import SparkCluster


@pytest.mark.parametrize("command", ["run", "count", "weigh"])
def test_an_engine_that_is_none_is_refused_before_any_work(fresh: Path, ask: Ask, command: str) -> None:
    answer = ask(command, "-C", fresh, "--engine", "hadoop")
    assert answer.code == 2
    assert "expected 'local', or spark://HOST:PORT" in answer.err
    assert not (fresh / "lake" / "catalog").exists()


def test_the_engine_of_the_settings_is_taken(fresh: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOPTERMS_ENGINE", "spark://127.0.0.1:9")
    answer = ask("run", "-C", fresh)
    assert answer.code == 1
    assert "no Spark master answers at spark://127.0.0.1:9" in answer.err


@pytest.mark.timeout(900)
def test_a_run_on_spark_does_what_a_run_does(tmp_path: Path, ask: Ask, spark_cluster: SparkCluster) -> None:
    """The sample blog from the web to an answer, counted and summed by two workers; run again, nothing is done."""
    with serving() as url:
        folder = create_demo(tmp_path / "project", url).folder
        answer = ask("run", "-C", folder, "--engine", spark_cluster.url, "--json")
        assert answer.code == 0, answer.err
        report = json.loads(answer.out)
        again = ask("count", "-C", folder, "--engine", spark_cluster.url, "--json")
    counts = {stage["stage"]: stage["counts"] for stage in report["stages"]}
    assert counts["count"]["documents counted"] > 50
    assert json.loads(again.out)["counts"]["documents files counted"] == 0
    assert "Beach House" in ask("similar", "Slowdive", "-C", folder).out


@pytest.mark.parametrize("part", ["9/8", "0/2", "half"])
def test_a_part_that_is_none_is_refused(fresh: Path, ask: Ask, part: str) -> None:
    answer = ask("crawl", "-C", fresh, "--part", part)
    assert answer.code == 2
    assert "the part is" in answer.err


def test_a_run_leaves_the_crawl_to_the_parts(tmp_path: Path, ask: Ask) -> None:
    """Parts are crawled while another command writes; the run tells how many are done, and crawls nothing itself."""
    with serving() as url:
        folder = create_demo(tmp_path / "project", url).folder
        project = open_project(folder)
        with project.locked():
            answers = [ask("crawl", "-C", folder, "--part", f"{number}/2", "--json") for number in (1, 2)]
    assert [answer.code for answer in answers] == [0, 0]
    stored = [json.loads(answer.out)["counts"]["pages stored"] for answer in answers]
    assert sorted(stored)[0] == 0
    assert sorted(stored)[1] > 50
    with writing(project) as chain:
        report = chain.crawl_once()
    assert report.notes == ("crawled in parts: 2 of 2 were crawled to the end today",)
    assert Lake(folder / "lake").days(Dataset.PAGES) == [datetime.now(UTC).date()]
