"""The daily run can be killed at any moment, and what compares lakes tells when one is not as the other."""

import shutil
from pathlib import Path

import pyarrow.compute as pc
import pytest

from bench.kills import Outcome, differences, kill_and_compare
from records.lake import Dataset, Lake, read_fingerprint, read_table
from records.schemas import COUNTS
from service.project import open_project


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the projects of this file."""
    return tmp_path_factory.mktemp("kills")


@pytest.fixture(scope="module")
def outcome(folder: Path) -> Outcome:
    """Three runs killed."""
    return kill_and_compare(3, 5, folder, lambda _: None)


@pytest.mark.timeout(900)  # whole runs, each of which loads a language model
def test_runs_killed_at_random_moments_and_started_again_give_what_an_undisturbed_run_gives(outcome: Outcome) -> None:
    assert outcome.killed.total() == 3
    assert outcome.differences == []


@pytest.mark.usefixtures("outcome")
def test_a_count_that_differs_and_a_file_that_differs_are_told(folder: Path) -> None:
    lake = open_project(folder / "undisturbed").lake()
    other = Lake(shutil.copytree(lake.root, folder / "other"))
    assert list(differences(other, lake)) == []
    (path,) = other.files(Dataset.COUNTS)
    table = read_table(path, COUNTS)
    other.write_table(path, table.filter(pc.not_equal(table.column("term"), "hazy")), read_fingerprint(path))
    norms = next(other.partition(Dataset.VECTORS, other.days(Dataset.VECTORS)[0]).rglob("artist/norms.npy"))
    norms.write_bytes(norms.read_bytes()[:-4] + b"else")
    told = list(differences(other, lake))
    assert len(told) == 2
    assert "counts differ: 0 too many" in told[0]
    assert "artist/norms.npy of the vectors" in told[1]
