"""How what weighing and publishing take grows with what was said, and what a whole web of music would take.

    python -m bench.scale --sizes 1000 10000 100000 --memory 1GB --record bench/record.md

For every size so many documents are drawn (see `bench.weigh`; a quarter as many artists), all fetched on one day, and a
hundredth as many on the next. Each stage runs in a process of its own, whose processor time, memory and written bytes
are measured: the weighing of the first day, which begins an epoch, that of the ordinary day behind it,
and the publishing of it. Crawling, parsing and counting go document by document, in batches, whatever lies in the lake;
`bench.pages` and `bench.count` measure them.

The same is done of 10 documents, which is what the program takes by itself: its start, the libraries, empty indices.
That is taken off before a power law is fitted, and put on again in what is told of a greater size.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from threading import Event, Thread

import numpy as np

from bench.table import append, machine
from bench.weigh import draw_counts, draw_day
from index.open import open_index
from nlp.settings import WeighSettings
from nlp.weigh import weigh
from records.lake import Dataset, Lake
from records.snapshot import read_snapshot

SMALLEST = 10
"""Documents of which hardly anything but the program itself is measured."""
_WHAT = (("seconds", "cpu-s"), ("memory", "MB"), ("resident", "MB"), ("written", "MB"))
_LOOK_SECONDS = 0.02
_NOISE = 0.1
STAGES = ("weigh, first day", "weigh, ordinary day", "publish")
_SHARE = 0.01
"""Documents of the ordinary day, as a share of those before."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a stage took."""

    seconds: float
    """Of the processor."""
    memory: float
    """Most private memory in MB, looked at all the time: what must be there. Pages of files are not counted."""
    resident: float
    """Most resident memory in MB: with those pages of files that the system had no better use for."""
    written: float
    """MB on disk that were not there before."""


def measure(documents: int, folder: Path, memory: str = "") -> dict[str, Cost]:
    """Draw a lake of so many documents and return what each stage took, with that setting of memory."""
    lake = draw_counts(folder, documents)
    (first,) = lake.days(Dataset.COUNTS)
    costs = {STAGES[0]: _run("weigh", lake, first, memory)}
    rng, later = np.random.default_rng(2), first + timedelta(days=1)
    more = range(documents, documents + max(1, int(documents * _SHARE)))
    draw_day(lake, later, more, max(1, documents // 4), rng)
    costs[STAGES[1]] = _run("weigh", lake, later, memory)
    costs[STAGES[2]] = _run("publish", lake, later, memory)
    return costs


def growth(sizes: Sequence[int], values: Sequence[float], start: float = 0.0) -> float:
    """Return the exponent of the power law through what measurements are above a start; 1 is linear.

    What is within a tenth of the start is left out as noise; not a number if fewer than two are left.
    """
    above = np.array(values) - start
    told = above > _NOISE * start
    if told.sum() < 2:
        return math.nan
    return float(np.polyfit(np.log(np.array(sizes)[told]), np.log(above[told]), 1)[0])


def _run(stage: str, lake: Lake, day: date, memory: str) -> Cost:
    before = _size(lake.root)
    command = [sys.executable, "-m", "bench.scale", "--stage", stage, str(lake.root), day.isoformat()]
    done = subprocess.run([*command, "--memory", memory], check=True, stdout=subprocess.PIPE, text=True)
    told = json.loads(done.stdout.splitlines()[-1])
    return replace(Cost(**told), written=(_size(lake.root) - before) / 1e6)


def _stage(name: str, root: Path, day: date, memory: str) -> Cost:
    """Do one stage in this process and say what that took."""
    ended = Event()
    most = [_kilobytes("RssAnon")]

    def look() -> None:
        while not ended.wait(_LOOK_SECONDS):
            most[0] = max(most[0], _kilobytes("RssAnon"))

    watch = Thread(target=look, daemon=True)  # so that a stage that fails ends
    watch.start()
    lake = Lake(root)
    if name == "weigh":
        weigh(lake, day=day, settings=WeighSettings(memory=memory))
    else:
        open_index(None, lake).publish(read_snapshot(lake, day))
    ended.set()
    watch.join()
    used = getrusage(RUSAGE_SELF)
    # ru_maxrss would be that of the process that started this one, if that was larger
    return Cost(used.ru_utime + used.ru_stime, most[0] / 1024, _kilobytes("VmHWM") / 1024, 0)


def _kilobytes(name: str) -> int:
    """Return a line of what the kernel says of this process."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


def _size(root: Path) -> int:
    return sum(path.stat().st_size for path in root.rglob("*") if path.is_file())


def table(found: dict[int, dict[str, Cost]], target: int, memory: str) -> Iterator[str]:
    """Yield the lines of a table: costs by size, the power law through them, and what it tells of a greater size.

    Args:
        found: costs of each stage by number of documents; the smallest is the start, and no part of the power law.
        target: the greater size.
        memory: the setting.
    """
    start, *sizes = sorted(found)
    yield f"\n## Scale, {datetime.now(UTC):%Y-%m-%d}, {machine()}, memory {memory or 'half of the machine'}\n"
    yield "| stage | start | " + " | ".join(f"{size:,} documents" for size in sizes) + f" | grows as | at {target:,} |"
    yield "|---" * (len(sizes) + 4) + "|"
    for stage in STAGES:
        for what, unit in _WHAT:
            first, *values = (getattr(found[size][stage], what) for size in (start, *sizes))
            shown = " | ".join(f"{value:,.1f}" for value in (first, *values))
            exponent = growth(sizes, values, first)
            far = first + (values[-1] - first) * (target / sizes[-1]) ** exponent
            told = "hardly | not told" if math.isnan(exponent) else f"n^{exponent:.2f} | {far:,.0f}"
            yield f"| {stage}: {what}, {unit} | {shown} | {told} |"


def main() -> None:
    """Run the benchmark as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[1000, 10_000, 50_000], help="documents, two at least (%(default)s)"
    )
    parser.add_argument("--target", type=int, default=10_000_000, help="documents to extrapolate to (%(default)s)")
    parser.add_argument("--memory", default="", help="the setting weigh.memory, such as 1GB")
    parser.add_argument("--record", type=Path, metavar="FILE", help="add the table to the end of a file")
    parser.add_argument("--stage", nargs=3, metavar=("NAME", "LAKE", "DAY"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.stage:
        name, root, day = given.stage
        print(json.dumps(asdict(_stage(name, Path(root), date.fromisoformat(day), given.memory))))
        return
    found = {}
    for size in (SMALLEST, *sorted(given.sizes)):
        with tempfile.TemporaryDirectory() as folder:
            found[size] = measure(size, Path(folder), given.memory)
        print(f"{size:,}: {found[size]}", file=sys.stderr, flush=True)
    lines = list(table(found, given.target, given.memory))
    print("\n".join(lines))
    append(given.record, lines)


if __name__ == "__main__":
    main()
