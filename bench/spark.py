"""One machine against a Spark cluster on the same documents: the same result, and the time of each.

    python -m bench.spark --documents posts.jsonl --catalog catalog.csv --numbers 50 200

The cluster is real, a master and two workers of one core each, but all of it is on this machine: so what is told is
what Spark costs, not what it brings. Both count with two processes. A line fitted to the sizes (a start, and seconds a
document) tells from how many documents on more machines would pay.
"""

import argparse
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from time import perf_counter

import numpy as np

from crawler.import_documents import import_documents
from nlp.catalog import import_catalog
from nlp.count import count
from nlp.engine.base import Engine
from nlp.engine.local import LocalEngine
from nlp.engine.opening import open_engine
from nlp.settings import CountSettings, WeighSettings
from nlp.weigh import weigh
from records.lake import Dataset, Lake, read_table
from records.schemas import COUNTS
from records.snapshot import read_snapshot
from records.types import EntityKind
from tests.spark_cluster.cluster import SparkCluster

PROCESSES = 2
FILES = 8
"""That the documents are put into, so that a few are work for several workers, too."""
MACHINES = (10, 100)


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds that each stage took."""

    count: float
    weigh: float


def measure(documents: Path, catalog: Path, numbers: list[int]) -> dict[int, tuple[Took, Took]]:
    """Return what each number of documents took here and on the cluster.

    Raises:
        AssertionError: the two results differ.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        cluster = SparkCluster(root)
        try:
            cluster.start_workers(PROCESSES)
            os.environ |= {"SPARK_CONF_DIR": str(root), "SPARK_LOCAL_IP": "127.0.0.1"}
            return {number: _both(root, documents, catalog, number, cluster.url) for number in numbers}
        finally:
            cluster.end()


def _both(root: Path, documents: Path, catalog: Path, number: int, url: str) -> tuple[Took, Took]:
    day = datetime.now(UTC).date()
    lakes = [_lake(root / f"{number}-{name}", documents, catalog, number, day) for name in ("alone", "together")]
    alone = _timed(lakes[0], day, LocalEngine)
    together = _timed(lakes[1], day, lambda: open_engine(url))
    _expect_same(*lakes)
    return alone, together


def _lake(folder: Path, documents: Path, catalog: Path, number: int, day: date) -> Lake:
    """Return a lake with the first documents of a file, catalogue included."""
    lake = Lake(folder / "lake", create=True)
    import_catalog(lake, catalog)
    with documents.open(encoding="utf-8") as lines:
        taken = list(islice(lines, number))
    for place in range(FILES):
        some = folder / f"some-{place}.jsonl"
        some.write_text("".join(taken[place::FILES]), encoding="utf-8")
        import_documents(lake, some, day=day)
    return lake


def _timed(lake: Lake, day: date, opened: Callable[[], Engine]) -> Took:
    """Count and weigh on an engine, which is opened and closed as by a command."""
    began = perf_counter()
    engine = opened()
    count(lake, settings=CountSettings(workers=PROCESSES), engine=engine)
    counted = perf_counter()
    weigh(lake, day=day, settings=WeighSettings(), engine=engine)
    engine.close()
    return Took(counted - began, perf_counter() - counted)


def _expect_same(alone: Lake, together: Lake) -> None:
    for ours, theirs in zip(alone.files(Dataset.COUNTS), together.files(Dataset.COUNTS), strict=True):
        assert read_table(ours, COUNTS).equals(read_table(theirs, COUNTS)), "the counts differ"
    for kind in EntityKind:
        one, other = (read_snapshot(lake).vectors[kind] for lake in (alone, together))
        assert np.array_equal(one.indices, other.indices), "the vectors have other terms"
        assert np.allclose(one.weights, other.weights, rtol=0, atol=1e-6), "the weights differ"
        assert np.allclose(one.latent, other.latent, rtol=0, atol=1e-6), "the latent vectors differ"


def pays_from(here: dict[int, float], there: dict[int, float], times: float) -> float:
    """Return from how many documents on a cluster of so many times the processes is faster; infinite if never.

    Args:
        here: seconds by number of documents on this machine.
        there: the same on the cluster of as many processes.
        times: by how much the cluster's share that grows with the documents is divided.
    """
    (here_each, here_start), (there_each, there_start) = (
        np.polyfit(list(found), list(found.values()), 1) for found in (here, there)
    )
    gain = float(here_each - there_each / times)
    return max(0.0, float(there_start - here_start) / gain) if gain > 0 else float("inf")


def main() -> None:
    """Measure, and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=Path, required=True, help="JSON lines, as `topterms import` reads them")
    parser.add_argument("--catalog", type=Path, required=True, help="as `topterms catalog` reads it")
    parser.add_argument(
        "--numbers", type=int, nargs="+", default=[100, 400], help="of documents, from the file's first"
    )
    asked = parser.parse_args()
    _print(measure(asked.documents, asked.catalog, asked.numbers))


def _print(found: dict[int, tuple[Took, Took]]) -> None:
    print(
        "| documents | count here, s | count on Spark, s | weigh here, s | weigh on Spark, s |\n|---|---|---|---|---|"
    )
    for number, (alone, together) in found.items():
        print(f"| {number:,} | {alone.count:.1f} | {together.count:.1f} | {alone.weigh:.1f} | {together.weigh:.1f} |")
    here, there = ({number: took[place].count for number, took in found.items()} for place in (0, 1))
    for machines in MACHINES if len(found) > 1 else ():
        print(f"count pays on {machines} such machines from {pays_from(here, there, machines):,.0f} documents on")
    print(f"load: {', '.join(f'{load:.1f}' for load in os.getloadavg())}")


if __name__ == "__main__":
    main()
