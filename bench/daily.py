"""A daily chain against a build from scratch: dated posts replayed day by day, and what a day costs as history grows.

    python -m bench.daily --documents posts.jsonl --catalog catalog.csv [--lake DIR] [--days 200]

The documents (JSON lines as for `topterms import`, all with published_at) are filed under the day they were published
on and counted once; then day after day arrives in a second lake, and totals and vectors are made of it. At little
history and at ten times as much, whole days are run (import, count, weigh, publish) and timed stage by stage.
"""

import argparse
import json
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from statistics import fmean, median
from time import perf_counter, process_time

import numpy as np

from crawler.import_documents import import_documents
from index.open import open_index
from nlp.catalog import import_catalog
from nlp.count import count
from nlp.settings import CountSettings, WeighSettings
from nlp.weigh import weigh
from records.lake import Dataset, Lake
from records.snapshot import Snapshot, read_snapshot

GROWTH = 10
"""How many times as much history the late days have as the early ones."""
_TIMED = 7
"""Days that are timed at each end."""

Row = tuple[str, str, float, str]
"""What, variant, value, unit."""


def measure(documents: Path, catalog: Path, folder: Path, days: int) -> list[Row]:
    """Replay the documents in a folder (what is there already is used again); return the figures."""
    by_day = _by_day(documents)
    source = _counted(by_day, catalog, folder / "counted", folder / "scratch")
    replayed = sorted(by_day)
    if days:
        replayed = replayed[:days]
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        lake = empty_copy(source, Path(scratch) / "daily")
        seconds = [_replay_day(source, lake, day) for day in replayed]
        at_once = empty_copy(source, Path(scratch) / "at_once")
        for day in replayed:
            copy_day(source, at_once, day)
        weigh(at_once, day=replayed[-1], settings=WeighSettings())
        gap = largest_difference(read_snapshot(lake), read_snapshot(at_once))
    few, many = _ends(by_day, replayed)
    variant = f"{len(replayed)} publishing days, {sum(len(by_day[day]) for day in replayed)} documents"
    return [
        ("daily: largest difference of a weight from a build from scratch", variant, gap, ""),
        *_ratio("daily: weigh", "cpu-s", seconds[few.start : few.stop], seconds[many.start :]),
        *_whole_days(source, by_day, replayed, (few, many), folder),
    ]


def largest_difference(one: Snapshot, other: Snapshot) -> float:
    """Return the largest difference of two snapshots' weights, frequencies, norms and latent vectors.

    It is infinite if their rows or columns differ.
    """
    largest = 0.0
    for kind, mine in one.vectors.items():
        theirs = other.vectors[kind]
        keys = ("kind", "term")
        is_alike = mine.entities.column("id").equals(theirs.entities.column("id"))
        is_alike = is_alike and mine.terms.select(keys).equals(theirs.terms.select(keys))
        is_alike = is_alike and mine.latent.shape == theirs.latent.shape
        if not is_alike or not np.array_equal(mine.indices, theirs.indices):
            return float("inf")
        for name in ("weights", "frequencies", "norms", "latent"):
            gap = np.abs(getattr(mine, name) - getattr(theirs, name))
            largest = max(largest, float(gap.max(initial=0.0)))
    return largest


def _by_day(documents: Path) -> dict[date, list[str]]:
    found: dict[date, list[str]] = defaultdict(list)
    with documents.open(encoding="utf-8") as lines:
        for line in lines:
            found[date.fromisoformat(json.loads(line)["published_at"][:10])].append(line)
    return found


def _counted(by_day: Mapping[date, Sequence[str]], catalog: Path, root: Path, scratch: Path) -> Lake:
    """Return a lake with the counts of all days."""
    lake = Lake(root, create=True)
    import_catalog(lake, catalog)
    for day in sorted(by_day):
        _import(lake, by_day[day], day, scratch)
    count(lake, settings=CountSettings())
    return lake


def _import(lake: Lake, lines: Iterable[str], day: date, scratch: Path) -> None:
    scratch.mkdir(exist_ok=True)
    path = scratch / "day.jsonl"
    path.write_text("".join(lines), encoding="utf-8")
    import_documents(lake, path, day=day)


def empty_copy(source: Lake, root: Path) -> Lake:
    """Make a lake that has only the catalogue of another one."""
    lake = Lake(root, create=True)
    shutil.copytree(source.catalog.parent, lake.catalog.parent)
    return lake


def copy_day(source: Lake, lake: Lake, day: date) -> None:
    """Copy the documents of a day, with mentions and counts, from one lake into another."""
    for dataset in (Dataset.DOCUMENTS, Dataset.MENTIONS, Dataset.COUNTS):
        shutil.copytree(source.partition(dataset, day), lake.partition(dataset, day))


def _replay_day(source: Lake, lake: Lake, day: date) -> float:
    """Return the seconds of processor time of weigh: it holds still where other programs run."""
    copy_day(source, lake, day)
    began = process_time()
    weigh(lake, day=day, settings=WeighSettings())
    return process_time() - began


def _ends(by_day: Mapping[date, Sequence[str]], days: Sequence[date]) -> tuple[range, range]:
    """Return the positions of days with little history and of those with GROWTH times as many documents before."""
    before = np.cumsum([len(by_day[day]) for day in days])
    few = int(np.searchsorted(before, before[-1] / GROWTH))
    return range(max(0, few - _TIMED // 2), few + _TIMED // 2 + 1), range(len(days) - _TIMED, len(days))


def _ratio(what: str, unit: str, few: Sequence[float], many: Sequence[float]) -> list[Row]:
    """Tell the usual day by the median, and by the mean what a day costs with its part of the first days of epochs."""
    grown = f"{GROWTH} times the history"
    rows: list[Row] = []
    averages: tuple[tuple[str, Callable[[Sequence[float]], float]], ...] = (("median", median), ("mean", fmean))
    for name, average in averages:
        little, much = average(few), average(many)
        rows += [
            (f"{what}, {name}", "little history", little, unit),
            (f"{what}, {name}", grown, much, unit),
            (f"{what}, {name}, ratio", grown, much / little, ""),
        ]
    return rows


def _whole_days(
    source: Lake, by_day: Mapping[date, Sequence[str]], days: Sequence[date], ends: tuple[range, range], folder: Path
) -> list[Row]:
    """Time whole days by the clock and by the processor: documents come in, are counted, weighed and published."""
    rows: list[Row] = []
    clock: list[list[float]] = []
    processor: list[list[float]] = []
    for end, history in zip(ends, ("little history", f"{GROWTH} times the history"), strict=True):
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            lake = empty_copy(source, Path(scratch) / "lake")
            for day in days[: end.start]:
                copy_day(source, lake, day)
            count(lake, settings=CountSettings())
            weigh(lake, day=days[end.start - 1], settings=WeighSettings())
            timed = [_whole_day(lake, by_day[days[i]], days[i], Path(scratch)) for i in end]
        rows += [(f"daily: whole day, {s}", history, median(t[s][1] for t in timed), "cpu-s") for s in timed[0]]
        clock.append([sum(seconds for seconds, _ in t.values()) for t in timed])
        processor.append([sum(seconds for _, seconds in t.values()) for t in timed])
    whole = "daily: whole day"
    return [*rows, *_ratio(whole, "s", clock[0], clock[1]), *_ratio(whole, "cpu-s", processor[0], processor[1])]


def _whole_day(lake: Lake, lines: Sequence[str], day: date, scratch: Path) -> dict[str, tuple[float, float]]:
    """Return the seconds of each stage by the clock and by the processor."""
    stages: dict[str, Callable[[], object]] = {
        "import": lambda: _import(lake, lines, day, scratch / "in"),
        "count": lambda: count(lake, settings=CountSettings()),
        "weigh": lambda: weigh(lake, day=day, settings=WeighSettings()),
        "publish": lambda: open_index(None, lake).publish(read_snapshot(lake, day)),
    }
    seconds = {}
    for name, stage in stages.items():
        began = perf_counter(), process_time()
        stage()
        seconds[name] = perf_counter() - began[0], process_time() - began[1]
    return seconds


def main() -> None:
    """Run the benchmark as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=Path, required=True, help="JSON lines, all with published_at")
    parser.add_argument("--catalog", type=Path, required=True, help="artists to look for")
    parser.add_argument("--lake", type=Path, help="folder to keep the counts in for a second run")
    parser.add_argument("--days", type=int, default=0, help="publishing days to replay; all if silent")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.lake or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        for what, variant, value, unit in measure(given.documents, given.catalog, folder, given.days):
            print(f"{what:<70} {variant:<45} {value:>12.4g} {unit}")


if __name__ == "__main__":
    main()
