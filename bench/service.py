"""How fast the HTTP service answers at 100,000 artists, with one client and with many, and beside heavy questions.

    python -m bench.service
    python -m bench.service --artists 10000 --record bench/record.md

The artists are those of `bench.query`. The server is a process of its own, as `topterms serve` starts it; every client
keeps one connection and asks again as soon as it is answered. Clients and server share the machine's cores.
"""

import argparse
import http.client
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
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

Ask = Callable[["Client", int], None]


class Client:
    """One connection that is kept.

    Args:
        host: of the server.
        port: of the server.
    """

    def __init__(self, host: str, port: int) -> None:
        self._connection = http.client.HTTPConnection(host, port, timeout=60)

    def get(self, path: str, **parameters: object) -> int:
        """Ask, read the whole answer and return its status."""
        self._connection.request("GET", f"{path}?{urlencode(parameters, doseq=True)}")
        answer = self._connection.getresponse()
        answer.read()
        return answer.status


def measure(artists: int = ARTISTS, questions: int = QUESTIONS) -> list[table.Row]:
    """Serve drawn artists and ask; all answers but those to heavy questions must be successes."""
    with tempfile.TemporaryDirectory() as folder:
        ids, terms = _project(Path(folder) / "project", artists)
        with _serving(Path(folder) / "project") as (host, port):
            return list(_rows(lambda: Client(host, port), ids, terms, questions))


def _rows(connect: Callable[[], Client], ids: list[str], terms: list[str], questions: int) -> Iterator[table.Row]:
    def similar(client: Client, number: int) -> None:
        _expect(client.get("/v1/similar", like=ids[number * 7919 % len(ids)]))

    def light(client: Client, number: int) -> None:
        _expect(client.get(f"/v1/artists/{ids[number * 7919 % len(ids)]}"))

    def heavy(client: Client, number: int) -> None:
        client.get("/v1/terms/like", term=terms[number % len(terms)])

    heavy(connect(), 0)  # reads the snapshot, once
    _timed(connect, similar, 1, 100)
    for clients in CLIENTS:
        began = perf_counter()
        seconds = _timed(connect, similar, clients, questions)
        what = f"similar over HTTP, {len(ids):,} artists, {clients} clients"
        yield from _latencies(what, seconds)
        yield f"{what}: answered", table.OURS, len(seconds) / (perf_counter() - began), "/s"
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
def _serving(folder: Path) -> Iterator[tuple[str, int]]:
    topterms = Path(sys.executable).with_name("topterms")
    command = [str(topterms), "serve", "-C", str(folder), "--port", "0", "--quiet"]
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
    parser.add_argument("--record", type=Path, metavar="FILE", help="add the table to the end of a file")
    arguments = parser.parse_args()
    head = f"{datetime.now(UTC):%Y-%m-%d}, service, {table.machine()}"
    rows = measure(arguments.artists, arguments.questions)
    written = "\n".join([head, "", table.HEAD, *table.lines(table.series([rows]))])
    print(written)
    if arguments.record:
        with arguments.record.open("a", encoding="utf-8") as stream:
            stream.write(f"\n## {written}\n")


if __name__ == "__main__":
    main()
