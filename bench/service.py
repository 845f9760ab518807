"""How fast the HTTP service answers at 100,000 artists, with one client and with many, and beside heavy questions.

    python -m bench.service
    python -m bench.service --artists 10000 --processes 2 --record bench/record.md

The artists are those of `bench.query`. The server is a process of its own, as `topterms serve` starts it; every client
keeps one connection and asks again as soon as it is answered. Clients and server share the machine's cores.
"""

import argparse
import http.client
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import IO
from urllib.parse import urlencode

import numpy as np

from bench import table
from bench.query import ARTISTS, draw_snapshot
from index.embedded import EmbeddedIndex
from records.snapshot import write_snapshot
from records.types import EntityKind
from service.project import create_project

CLIENTS = (1, 8, 32)
QUESTIONS = 1_000
HEAVY_CLIENTS = 8
"""Clients that ask nothing but heavy questions: four times as many as there are threads for those."""
_SCARCE = 0.5
_PATIENCE = 300.0
"""Seconds that a client waits: a busy machine is measured as busy, not given up."""

Ask = Callable[["Client", int], None]


class Client:
    """One connection that is kept.

    Args:
        host: of the server.
        port: of the server.
    """

    def __init__(self, host: str, port: int) -> None:
        self._connection = http.client.HTTPConnection(host, port, timeout=_PATIENCE)

    def get(self, path: str, **parameters: object) -> int:
        """Ask, read the whole answer and return its status."""
        self._connection.request("GET", f"{path}?{urlencode(parameters, doseq=True)}")
        answer = self._connection.getresponse()
        answer.read()
        return answer.status


def measure(artists: int = ARTISTS, questions: int = QUESTIONS, processes: Sequence[int] = (1,)) -> list[table.Row]:
    """Serve drawn artists and ask; all answers but those to heavy questions must be successes.

    Args:
        artists: how many.
        questions: of each kind.
        processes: numbers of processes to serve with; the first answers all questions, the others `similar` alone.
    """
    rows: list[table.Row] = []
    with tempfile.TemporaryDirectory() as folder:
        ids, terms = _project(Path(folder) / "project", artists)
        for number in processes:
            with _serving(Path(folder) / "project", number) as (host, port):
                connect = partial(Client, host, port)
                began = perf_counter()
                while {connect().get("/ready") for _ in range(8 * number)} != {200}:  # of every process, most likely
                    time.sleep(0.2)
                rows.append((f"ready, all worked out, {number} processes", table.OURS, perf_counter() - began, "s"))
                rows += _similar_rows(connect, ids, questions, number)
                if number == processes[0]:
                    rows += _page_rows(connect, ids, terms, questions)
                    rows += _rows(connect, ids, terms, questions)
    return rows


def _similar_rows(connect: Callable[[], Client], ids: list[str], questions: int, processes: int) -> Iterator[table.Row]:
    def similar(client: Client, number: int) -> None:
        _expect(client.get("/v1/similar", like=ids[number * 7919 % len(ids)]))

    _timed(connect, similar, 4 * processes, 100)
    for clients in CLIENTS:
        began = perf_counter()
        seconds = _timed(connect, similar, clients, questions)
        of = f", {processes} processes" if processes > 1 else ""
        what = f"similar over HTTP, {len(ids):,} artists, {clients} clients{of}"
        yield from _latencies(what, seconds)
        yield f"{what}: answered", table.OURS, len(seconds) / (perf_counter() - began), "/s"


def _page_rows(connect: Callable[[], Client], ids: list[str], terms: list[str], questions: int) -> Iterator[table.Row]:
    """Return how long pages take, as somebody waits for them who reads one after the other."""

    def one(number: int) -> str:
        return ids[number * 7919 % len(ids)]

    pages: dict[str, Ask] = {
        "start": lambda client, _: _expect(client.get("/")),
        "artist": lambda client, number: _expect(client.get(f"/artists/{one(number)}")),
        "why": lambda client, number: _expect(client.get("/why", a=one(number), b=one(number + 1))),
        "search": lambda client, number: _expect(client.get("/search", description=terms[number % len(terms)])),
        "taste": lambda client, number: _expect(client.get("/taste", like=[one(number), one(number + 1)])),
        "groups": lambda client, _: _expect(client.get("/clusters")),
    }
    for name, ask in pages.items():
        _timed(connect, ask, 1, 3)
        yield from _latencies(f"page: {name}, {len(ids):,} artists", _timed(connect, ask, 1, max(10, questions // 10)))


def _rows(connect: Callable[[], Client], ids: list[str], terms: list[str], questions: int) -> Iterator[table.Row]:
    def similar(client: Client, number: int) -> None:
        _expect(client.get("/v1/similar", like=ids[number * 7919 % len(ids)]))

    def light(client: Client, number: int) -> None:
        _expect(client.get(f"/v1/artists/{ids[number * 7919 % len(ids)]}"))

    def heavy(client: Client, number: int) -> None:
        client.get("/v1/terms/like", term=terms[number % len(terms)])

    heavy(connect(), 0)  # sums up the columns, once
    yield from _latencies("an artist by id, alone", _timed(connect, light, 1, questions))
    yield from _latencies("a heavy question (terms like a term), alone", _timed(connect, heavy, 1, 20))
    with _pressed(connect, heavy):
        beside = f"beside {HEAVY_CLIENTS} clients with heavy questions"
        yield from _latencies(f"an artist by id, {beside}", _timed(connect, light, 1, questions))
        yield from _latencies(f"similar, {beside}", _timed(connect, similar, 1, questions // 4))


def _project(folder: Path, artists: int) -> tuple[list[str], list[str]]:
    """Make a project of drawn artists; return their ids, and labels of the commonest terms."""
    snapshot = draw_snapshot(artists)
    lake = create_project(folder, settings="", sources="", catalog="id,kind,name\n").lake()
    write_snapshot(lake, snapshot)
    EmbeddedIndex(lake).publish(snapshot)
    vectors = snapshot.vectors[EntityKind.ARTIST]
    dfs = vectors.terms["df"].to_numpy()
    common = np.argsort(-np.where(dfs < _SCARCE * artists, dfs, 0), kind="stable")[:100]
    return vectors.entities["id"].to_pylist(), vectors.terms["label"].take(common).to_pylist()


@contextmanager
def _serving(folder: Path, processes: int) -> Iterator[tuple[str, int]]:
    topterms = Path(sys.executable).with_name("topterms")
    command = [str(topterms), "serve", "-C", str(folder), "--port", "0", "--quiet", "--processes", str(processes)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as run:
        try:
            yield _address(run.stderr)
        finally:
            run.terminate()


def _address(stream: IO[str] | None) -> tuple[str, int]:
    """Read where the server listens from what it says first."""
    said = stream.readline() if stream else ""
    host, _, port = said.partition("http://")[2].partition("/")[0].partition(":")
    assert port, f"the server said {said!r}"
    return host, int(port)


def _timed(connect: Callable[[], Client], ask: Ask, clients: int, questions: int) -> list[float]:
    """Ask so many questions in all with so many clients at a time; return the seconds of each."""
    seconds: list[float] = []

    def run(first: int) -> None:
        client = connect()
        for number in range(first, questions, clients):
            began = perf_counter()
            ask(client, number)
            seconds.append(perf_counter() - began)

    threads = [threading.Thread(target=run, args=(first,)) for first in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seconds) == questions, f"{questions - len(seconds)} questions were not answered"
    return seconds


@contextmanager
def _pressed(connect: Callable[[], Client], ask: Ask) -> Iterator[None]:
    """Let clients ask one question after another until the block ends."""
    ended = threading.Event()

    def press(number: int) -> None:
        client = connect()
        while not ended.is_set():
            ask(client, number)
            number += HEAVY_CLIENTS

    threads = [threading.Thread(target=press, args=(number,)) for number in range(HEAVY_CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def _latencies(what: str, seconds: list[float]) -> Iterator[table.Row]:
    for percent in (50, 95):
        yield f"{what}, p{percent}", table.OURS, float(np.percentile(seconds, percent)) * 1e3, "ms"


def _expect(status: int) -> None:
    assert status == 200, f"answered {status}"


def main() -> None:
    """Measure, print the table, and add it to a record if asked to."""
    parser = argparse.ArgumentParser(
        "bench.service", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--artists", type=int, default=ARTISTS, help=f"artists drawn ({ARTISTS})")
    parser.add_argument("--questions", type=int, default=QUESTIONS, help=f"questions of each kind ({QUESTIONS})")
    parser.add_argument("--processes", type=int, nargs="+", default=[1], help="numbers of processes that serve (1)")
    parser.add_argument("--record", type=Path, metavar="FILE", help="add the table to the end of a file")
    arguments = parser.parse_args()
    head = f"{datetime.now(UTC):%Y-%m-%d}, service, {table.machine()}"
    rows = measure(arguments.artists, arguments.questions, arguments.processes)
    written = "\n".join([head, "", table.HEAD, *table.lines(table.series([rows]))])
    print(written)
    table.append(arguments.record, [f"\n## {written}"])


if __name__ == "__main__":
    main()
