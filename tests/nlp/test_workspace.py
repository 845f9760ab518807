"""A day is weighed in the memory that there is: what does not fit lies on disk, and nothing else comes of it."""

import errno
import os
import subprocess
import sys
from pathlib import Path
from resource import RLIMIT_AS, setrlimit
from shutil import copytree

import numpy as np
import pytest

from bench.weigh import draw_counts
from nlp.settings import WeighSettings
from nlp.weigh import weigh
from nlp.workspace import Workspace, allowed_memory, workspace
from records.errors import LakeError, TopTermsError
from records.lake import Dataset, Lake
from records.snapshot import read_snapshot
from records.types import EntityKind

DOCUMENTS = 5000
"""Of 2.9 million rows of totals."""
LIMIT = 1800 << 20
"""Bytes of address space that a process may have, as by `ulimit -v`; 1,500 MB were used. Those rows as one table, which
is how they were weighed before there was a setting, do not fit: it ended with `Out of Memory Error`."""
PLAIN = {"ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "2"}
"""So that allocators reserve no address space that they do not use: Arrow's takes a gigabyte at once."""
_WEIGH = """
import sys
from datetime import date
from pathlib import Path
from nlp.settings import WeighSettings
from nlp.weigh import weigh
from records.lake import Lake
weigh(Lake(Path(sys.argv[1])), day=date.fromisoformat(sys.argv[2]), settings=WeighSettings(memory="512MB"))
"""


@pytest.mark.timeout(900)  # on a busy machine
def test_a_day_is_weighed_under_a_hard_limit_with_the_result_of_one_without(tmp_path: Path) -> None:
    free = draw_counts(tmp_path, DOCUMENTS)
    limited = Lake(copytree(free.root, tmp_path / "limited"))
    (day,) = free.days(Dataset.COUNTS)
    child = subprocess.run(
        [sys.executable, "-c", _WEIGH, str(limited.root), day.isoformat()],
        preexec_fn=lambda: setrlimit(RLIMIT_AS, (LIMIT, LIMIT)),
        env=os.environ | PLAIN,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.returncode == 0, child.stderr
    weigh(free, day=day, settings=WeighSettings(memory="4GB"))
    mine, theirs = (read_snapshot(lake).vectors[EntityKind.ARTIST] for lake in (limited, free))
    assert mine.terms.equals(theirs.terms)
    for name in ("indptr", "indices", "weights", "frequencies", "norms"):
        assert np.array_equal(getattr(mine, name), getattr(theirs, name)), name
    np.testing.assert_allclose(mine.latent, theirs.latent, atol=1e-6)
    assert list((limited.root / ".staging").iterdir()) == []


def test_a_limit_of_the_process_is_what_it_may_have(tmp_path: Path) -> None:
    limit = f"ulimit -v {2 << 20}; exec {sys.executable} -c 'from nlp.workspace import *; print(allowed_memory())'"
    told = subprocess.run(["sh", "-c", limit], check=True, stdout=subprocess.PIPE, text=True)
    assert int(told.stdout) == 2 << 30
    assert allowed_memory() > 2 << 30


@pytest.mark.parametrize("line", ["0::/system.slice/topterms.service", "4:memory:/system.slice/topterms.service"])
def test_a_limit_of_the_control_group_or_one_around_it_is_what_it_may_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    is_second = line.startswith("0::")
    group = tmp_path / ("" if is_second else "memory") / "system.slice" / "topterms.service"
    group.mkdir(parents=True)
    name = "memory.max" if is_second else "memory.limit_in_bytes"
    (group / name).write_text("max\n")
    (group.parent / name).write_text(f"{1 << 30}\n")
    own = tmp_path / "own"
    own.write_text(f"9:cpu:/\n{line}\n")
    monkeypatch.setattr("nlp.workspace._OWN_GROUP", own)
    monkeypatch.setattr("nlp.workspace._GROUPS", tmp_path)
    assert allowed_memory() == 1 << 30


def test_a_database_that_cannot_do_with_its_memory_says_what_to_set(tmp_path: Path) -> None:
    place = Workspace(tmp_path, 4_000_000)
    with pytest.raises(TopTermsError, match=r"4 MB of memory do not do .*set weigh\.memory"), place.database() as db:
        db.execute("SELECT list(range) FROM range(10000000)").fetchall()


@pytest.mark.parametrize(
    ("error", "told"),
    [(MemoryError("78 MB"), r"used up \(78 MB\).*weigh\.memory"), (OSError(errno.ENOSPC, "full"), "no space left")],
)
def test_what_is_used_up_is_told(tmp_path: Path, error: Exception, told: str) -> None:
    lake = Lake(tmp_path / "lake", create=True)
    with pytest.raises(TopTermsError, match=told), workspace(lake, WeighSettings()):
        raise error
    assert list((lake.root / ".staging").iterdir()) == []


def test_a_damaged_file_is_told_as_such(tmp_path: Path) -> None:
    damaged = tmp_path / "terms.parquet"
    damaged.write_bytes(bytes(100))
    with pytest.raises(LakeError, match=r"terms\.parquet"), Workspace(tmp_path, 10**9).database(terms=damaged) as db:
        db.sql("FROM terms").fetchall()


def test_a_growing_array_gives_what_was_appended_and_may_be_empty(tmp_path: Path) -> None:
    place = Workspace(tmp_path, 10**9)
    growing, empty = place.growing(np.int32), place.growing(np.int32)
    growing.append(np.arange(3))
    growing.append(np.arange(2, dtype=np.int64))
    assert growing.whole().tolist() == [0, 1, 2, 0, 1]
    assert empty.whole().tolist() == []
