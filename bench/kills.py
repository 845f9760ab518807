"""Kills (-9) at random moments of the whole daily run on the sample blog, against a run that nobody disturbed.

    python -m bench.kills --kills 100 --seed 1

`topterms run` is killed with its whole process group after a random part of the time that the undisturbed run took,
then started again on the same lake, and so on until it comes to its end or was killed five times, when it is left to
come to it: then everything in the lake is compared, and the next lake begins.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from time import monotonic
from typing import TypeVar

from crawler.archive import read_pages
from index.open import open_index
from records.lake import SCHEMAS, Dataset, Lake, read_table
from records.snapshot import read_snapshot
from sample.server import serving
from service.demo import create_demo
from service.project import Project
from service.schedule import run_command

_STAGES = ("catalog", "crawl", "parse", "count", "weigh", "publish")
_KILLS_A_LAKE = 5
"""Kills of one lake, at most: on a busy machine all of a hundred fell before its counts were done, none later."""
_PATIENCE = 20
"""How many times as long as the undisturbed run one may take before it counts as stuck."""


Row = TypeVar("Row")


@dataclass(slots=True)
class Outcome:
    """What came of killing."""

    seconds: float
    """Of the undisturbed run."""
    lakes: int = 0
    """How many came to their end."""
    killed: Counter[str] = field(default_factory=Counter)
    """How many kills hit each stage."""
    differences: list[str] = field(default_factory=list)
    """From the undisturbed lake, each as a sentence; empty if there are none."""


def kill_and_compare(kills: int, seed: int, folder: Path, tell: Callable[[str], None] = print) -> Outcome:
    """Kill the daily run so many times at moments drawn by a seed, and compare every lake that came to its end.

    Args:
        kills: how many runs are killed in all; the lake of the last of them is brought to its end, too.
        seed: of the moments.
        folder: where the projects are made; one that gave the same as the undisturbed one is removed.
        tell: told of every lake.

    Raises:
        RuntimeError: a run that was not killed failed, or was stuck.
    """
    day = datetime.now(UTC).date()
    moments = random.Random(seed)
    with serving() as url:
        whole = create_demo(folder / "undisturbed", url)
        outcome = Outcome(_finish(whole, day, 600.0))
        while outcome.killed.total() < kills:
            project = create_demo(folder / f"killed-{outcome.lakes + 1}", url)
            for _ in range(min(_KILLS_A_LAKE, kills - outcome.killed.total())):
                stage = _strike(project, day, moments.uniform(0, outcome.seconds))
                if not stage:
                    break
                outcome.killed[stage] += 1
            _finish(project, day, _PATIENCE * outcome.seconds)
            outcome.lakes += 1
            found = list(differences(project.lake(), whole.lake()))
            outcome.differences += [f"lake {outcome.lakes}: {difference}" for difference in found]
            if not found:
                shutil.rmtree(project.folder)
            tell(f"lake {outcome.lakes}, {outcome.killed.total()} kills so far: {len(found)} differences")
    return outcome


def differences(lake: Lake, other: Lake) -> Iterator[str]:
    """Yield what differs in two lakes, each as a sentence; nothing if they hold the same.

    Pages, documents, mentions and counts are compared without their order, the time of fetching and the names of files,
    which are those of a run of the crawl; catalogue, vectors, and what the index answers from, byte for byte. (The id
    of a snapshot comes of the names of files, so what says the id is passed over.)
    """
    yield from _different_rows("pages", _pages(lake), _pages(other))
    for dataset in SCHEMAS:
        yield from _different_rows(dataset, _rows(lake, dataset), _rows(other, dataset))
    for part, mine, theirs in zip(("catalog", "vectors", "index"), _folders(lake), _folders(other), strict=True):
        for name in sorted(mine.keys() | theirs.keys()):
            if mine.get(name) != theirs.get(name):
                yield f"{name} of the {part} is not the same file"
    if left := list((lake.root / ".staging").glob("*")):
        yield f"{len(left)} half-written files are left, such as {left[0].name}"


def _different_rows(what: str, mine: Counter[Row], theirs: Counter[Row]) -> Iterator[str]:
    if more_or_less := (mine - theirs or theirs - mine):
        yield (
            f"{what} differ: {(mine - theirs).total()} too many, {(theirs - mine).total()} missing, "
            f"such as {next(iter(more_or_less))!r:.200}"
        )
    if not mine:
        yield f"there are no {what}"


def _strike(project: Project, day: date, seconds: float) -> str:
    """Start a run and kill it after so many seconds; return the stage it was at, empty if it had come to its end."""
    with tempfile.TemporaryFile() as said:
        run = _start(project, day, said.fileno())
        try:
            run.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()
        said.seek(0)
        words = {line.split()[0] for line in said.read().decode().splitlines() if line[:1].strip()}
    if run.returncode not in (0, -signal.SIGKILL):
        raise RuntimeError(f"a run of {project.folder} ended with code {run.returncode}; expected 0 or a kill")
    done = [number for number, stage in enumerate(_STAGES, 1) if stage in words]
    return (*_STAGES, "end")[max(done, default=0)] if run.returncode else ""


def _finish(project: Project, day: date, patience: float) -> float:
    """Run to the end; return the seconds that took."""
    began = monotonic()
    try:
        code = _start(project, day, subprocess.DEVNULL).wait(patience)
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"a run of {project.folder} is stuck after {patience:.0f} s") from None
    if code:
        raise RuntimeError(f"a run of {project.folder} that nobody killed ended with code {code}; expected 0")
    return monotonic() - began


def _start(project: Project, day: date, out: int) -> "subprocess.Popen[bytes]":
    command = (*run_command(project.folder, as_json=False), "--day", day.isoformat())
    return subprocess.Popen(
        command, stdout=out, start_new_session=True, env={**os.environ, "PYTHONUNBUFFERED": "1", "COLUMNS": "200"}
    )


def _pages(lake: Lake) -> Counter[tuple[str, int, bytes]]:
    pages = (archived.page for path in lake.files(Dataset.PAGES) for archived in read_pages(path))
    return Counter((page.url, page.status, page.body) for page in pages)


def _rows(lake: Lake, dataset: Dataset) -> Counter[str]:
    columns = [name for name in SCHEMAS[dataset].names if name != "fetched_at"]
    tables = [read_table(path, SCHEMAS[dataset]).select(columns) for path in lake.files(dataset)]
    return Counter(json.dumps(row, default=str) for table in tables for row in table.to_pylist())


def _folders(lake: Lake) -> Iterator[dict[str, bytes]]:
    """Yield the files of the catalogue, of the latest snapshot and of what the index has live, by name."""
    live = open_index(None, lake).status().live
    snapshot = read_snapshot(lake)
    build = lake.partition(Dataset.VECTORS, snapshot.day) / f"build-{snapshot.id}"
    for folder in (lake.catalog.parent, build, lake.index / (live.id if live else "nothing is live")):
        files = (path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json")
        yield {str(path.relative_to(folder)): path.read_bytes() for path in files}


def main() -> int:
    """Run the benchmark as the arguments say; return 1 if anything differed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100, help="how many runs are killed (100)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments (1)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = kill_and_compare(given.kills, given.seed, Path(folder), lambda line: print(line, flush=True))
    print(f"undisturbed run: {outcome.seconds:.1f} s; {outcome.killed.total()} kills over {outcome.lakes} lakes")
    print("killed in " + ", ".join(f"{stage} {outcome.killed[stage]}" for stage in (*_STAGES, "end")))
    print("\n".join(outcome.differences) or "no difference")
    return bool(outcome.differences)


if __name__ == "__main__":
    sys.exit(main())
