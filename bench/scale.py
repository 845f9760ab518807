"""How what weighing and publishing take grows with what was said, and what a whole web of music would take.

    python -m bench.scale --sizes 1000 10000 100000 --record bench/record.md

For every size so many documents are drawn (see `bench.weigh`; a quarter as many artists), all fetched on one day, and a
hundredth as many on the next. Each stage runs in a process of its own, whose processor time, greatest memory and
written bytes are measured: the weighing of the first day, which begins an epoch, that of the ordinary day behind it,
and the publishing of it. Crawling, parsing and counting go document by document, in batches, whatever lies in the lake;
`bench.pages` and `bench.count` measure them.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

import numpy as np

from bench.table import append, machine
from bench.weigh import draw_counts, draw_day
from index.open import open_index
from nlp.settings import WeighSettings
from nlp.weigh import weigh
from records.lake import Dataset, Lake
from records.snapshot import read_snapshot

STAGES = ("weigh, first day", "weigh, ordinary day", "publish")
_SHARE = 0.01
"""Documents of the ordinary day, as a share of those before."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a stage took."""

    seconds: float
    """Of the processor."""
    memory: float
    """Greatest resident memory in MB, the program itself included."""
    written: float
    """MB on disk that were not there before."""


def measure(documents: int, folder: Path) -> dict[str, Cost]:
    """Draw a lake of so many documents and return what each stage took."""
    lake = draw_counts(folder, documents)
    (first,) = lake.days(Dataset.COUNTS)
    costs = {STAGES[0]: _run("weigh", lake, first)}
    rng, later = np.random.default_rng(2), first + timedelta(days=1)
    more = range(documents, documents + max(1, int(documents * _SHARE)))
    draw_day(lake, later, more, max(1, documents // 4), rng)
    costs[STAGES[1]] = _run("weigh", lake, later)
    costs[STAGES[2]] = _run("publish", lake, later)
    return costs


def growth(sizes: Sequence[int], values: Sequence[float]) -> float:
    """Return the exponent of the power law through measurements, fitted to their logarithms; 1 is linear."""
    return float(np.polyfit(np.log(sizes), np.log(np.maximum(values, 1e-9)), 1)[0])


def _run(stage: str, lake: Lake, day: date) -> Cost:
    before = _size(lake.root)
    command = [sys.executable, "-m", "bench.scale", "--stage", stage, str(lake.root), day.isoformat()]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    told = json.loads(done.stdout.splitlines()[-1])
    return Cost(told["seconds"], told["memory"], (_size(lake.root) - before) / 1e6)


def _stage(name: str, root: Path, day: date) -> Cost:
    """Do one stage in this process and say what that took."""
    lake = Lake(root)
    if name == "weigh":
        weigh(lake, day=day, settings=WeighSettings())
    else:
        open_index(None, lake).publish(read_snapshot(lake, day))
    used = getrusage(RUSAGE_SELF)
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, 0)


def _size(root: Path) -> int:
    return sum(path.stat().st_size for path in root.rglob("*") if path.is_file())


def table(found: dict[int, dict[str, Cost]], target: int) -> Iterator[str]:
    """Yield the lines of a table: costs by size, the power law through them, and what it tells of a greater size."""
    sizes = list(found)
    yield f"\n## Scale, {datetime.now(UTC):%Y-%m-%d}, {machine()}\n"
    yield "| stage | " + " | ".join(f"{size:,} documents" for size in sizes) + f" | grows as | at {target:,} |"
    yield "|---" * (len(sizes) + 3) + "|"
    for stage in STAGES:
        for what, unit in (("seconds", "cpu-s"), ("memory", "MB"), ("written", "MB")):
            values = [getattr(found[size][stage], what) for size in sizes]
            shown = " | ".join(f"{value:,.1f}" for value in values)
            exponent = growth(sizes, values)
            far = values[-1] * (target / sizes[-1]) ** exponent
            yield f"| {stage}: {what}, {unit} | {shown} | n^{exponent:.2f} | {far:,.0f} |"


def main() -> None:
    """Run the benchmark as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[1000, 10_000, 50_000], help="documents, two at least (%(default)s)"
    )
    parser.add_argument("--target", type=int, default=10_000_000, help="documents to extrapolate to (%(default)s)")
    parser.add_argument("--record", type=Path, metavar="FILE", help="add the table to the end of a file")
    parser.add_argument("--stage", nargs=3, metavar=("NAME", "LAKE", "DAY"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.stage:
        name, root, day = given.stage
        print(json.dumps(asdict(_stage(name, Path(root), date.fromisoformat(day)))))
        return
    found = {}
    for size in sorted(given.sizes):
        with tempfile.TemporaryDirectory() as folder:
            found[size] = measure(size, Path(folder))
        print(f"{size:,}: {found[size]}", file=sys.stderr, flush=True)
    lines = list(table(found, given.target))
    print("\n".join(lines))
    append(given.record, lines)


if __name__ == "__main__":
    main()
