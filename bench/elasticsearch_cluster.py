"""Three nodes on loopback, one killed (-9) during queries and one during a publish: what it costs.

python -m bench.elasticsearch_cluster [--artists 3000] [--queries 600]
"""

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, sleep

import numpy as np

from index.elasticsearch import ElasticsearchIndex
from records.errors import EngineError
from records.snapshot import Snapshot
from records.types import EntityKind
from tests.elasticsearch_node.assembly import DEFAULT, assemble
from tests.elasticsearch_node.node import start_cluster
from tests.snapshots import random_snapshot

ARTIST = EntityKind.ARTIST
_PAUSE = 0.5


@dataclass(slots=True)
class Tally:
    """What became of the questions."""

    right: int = 0
    wrong: int = 0
    failed: int = 0
    times: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        slow = f"p50 {np.median(self.times):.0f} ms, slowest {max(self.times):.0f} ms" if self.times else "none asked"
        return f"{self.right} right, {self.wrong} wrong, {self.failed} without an answer; {slow}"


class Questions:
    """Asks for neighbours, and knows the answers from when all was well."""

    def __init__(self, index: ElasticsearchIndex, artists: int) -> None:
        self._index = index
        self._seeds = [f"artist-{i:06}" for i in range(0, artists, max(artists // 50, 1))]
        self._expected = {seed: self._ask(seed) for seed in self._seeds}

    def ask(self, number: int, tally: Tally) -> None:
        """Ask a question by its number."""
        seed = self._seeds[number % len(self._seeds)]
        start = perf_counter()
        try:
            found = self._ask(seed)
        except EngineError:
            tally.failed += 1
        else:
            tally.right += found == self._expected[seed]
            tally.wrong += found != self._expected[seed]
        tally.times.append((perf_counter() - start) * 1000)

    def _ask(self, seed: str) -> list[tuple[str, float]]:
        return [(n.entity.id, n.score) for n in self._index.similar({seed: 1.0}, ARTIST)]


def kill_during_queries(questions: Questions, count: int, kill: Callable[[], None]) -> None:
    """Kill a node after a third of the questions."""
    before, after = Tally(), Tally()
    for number in range(count):
        if number == count // 3:
            kill()
        questions.ask(number, before if number < count // 3 else after)
    print(f"before the kill: {before}\nafter the kill of the elected master: {after}")


def kill_during_publish(
    index: ElasticsearchIndex, questions: Questions, new: Snapshot, kill: Callable[[], None]
) -> None:
    """Kill a node when a publish has begun to write, ask at every step, and publish again until it is done."""
    tally, killed = Tally(), False

    def listen(stage: str, done: int, total: int | None) -> None:  # noqa: ARG001  # the names are the contract's
        nonlocal killed
        if done and not killed:
            kill()
            killed = True
        questions.ask(done, tally)

    for attempt in range(1, 6):
        start = perf_counter()
        try:
            index.publish(new, listen)
        except EngineError as error:
            print(f"publish {attempt} failed after {perf_counter() - start:.1f} s: {error}")
            questions.ask(attempt, tally)
            sleep(_PAUSE)
        else:
            print(f"publish {attempt} completed in {perf_counter() - start:.1f} s")
            break
    live = index.status().live
    print(f"questions meanwhile: {tally}\nlive now: {live.id if live else 'nothing'} (expected {new.id})")


def main() -> None:
    """Start the nodes, and kill two of them one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--artists", type=int, default=3000)
    parser.add_argument("--queries", type=int, default=600)
    given = parser.parse_args()
    first, second = (random_snapshot(entities=given.artists, terms=1000, seed=seed) for seed in (1, 2))
    with tempfile.TemporaryDirectory() as folder:
        nodes = start_cluster(assemble(DEFAULT), Path(folder))
        try:
            index = ElasticsearchIndex(",".join(node.url for node in nodes), deadline=60, shards=2)
            index.publish(first)
            questions = Questions(index, given.artists)
            kill_during_queries(questions, given.queries, nodes[0].kill)
            nodes[0].start()
            kill_during_publish(index, questions, second, nodes[1].kill)
        finally:
            for node in nodes:
                node.kill()


if __name__ == "__main__":
    main()
