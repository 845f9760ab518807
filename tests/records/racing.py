"""A process that writes partitions into a lake, alone until it is killed or against another.

python -m tests.records.racing ADDRESS CACHE AUTHOR PARTITIONS DIES_AT

It says "ready", waits for a line, then writes each partition: a table, a build of vectors, the manifest that makes it
the live one. Both tables and builds hold the author's name many times over, so that a mixture would show. With DIES_AT
above 0 it kills itself at that many bytes or heads sent to the store; with 0 it prints how many there were.
"""

import json
import os
import signal
import socket
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from records.errors import LakeError
from records.lake import Dataset, Lake
from records.opening import open_lake

FIRST = date(2026, 1, 1)
STAMP = "the same input"
ROWS = 20_000
FILES = ("artist/weights", "artist/terms", "song/weights", "manifest.json")


def write_partition(lake: Lake, author: str, number: int) -> None:
    """Write all that belongs to one day."""
    day = FIRST + timedelta(days=number)
    table = lake.partition(Dataset.COUNTS, day) / "blog.parquet"
    if not lake.is_current(table, STAMP):
        lake.write_table(table, pa.table({"author": [author] * ROWS}), STAMP)
    vectors = lake.partition(Dataset.VECTORS, day)
    if not lake.exists(vectors / "build-1"):
        with lake.staged(vectors / "build-1") as staging:
            for name in FILES:
                (staging / name).parent.mkdir(parents=True, exist_ok=True)
                (staging / name).write_text(author * ROWS)
    try:
        lake.write_text(vectors / "manifest.json", json.dumps({"id": "1"}))
        lake.write_text(vectors / "author.txt", author)
    except LakeError as error:
        print(f"refused {number} {error}", flush=True)


def main(address: str, cache: str, author: str, partitions: str, dies_at: str) -> None:
    """Do what the module says."""
    lake = open_lake(address, cache=Path(cache))
    sent = 0
    whole = socket.socket.sendall

    def send(self: socket.socket, *what: Any) -> None:
        nonlocal sent
        sent += 1
        if sent == int(dies_at):
            whole(self, bytes(what[0])[: len(what[0]) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        whole(self, *what)

    print("ready", flush=True)
    sys.stdin.readline()
    socket.socket.sendall = send  # type: ignore[assignment,method-assign]
    lake.sweep()
    for number in range(int(partitions)):
        write_partition(lake, author, number)
    print(f"sent {sent}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
