"""The daily run of the sample blog on a lake in a folder and on one on an object store: time, and what it asks for.

    python -m bench.object_store

The store is the S3 server of the tests, on loopback, so what a request takes is not what it takes over a network; how
many there are is the same. Every run is a process of its own: the first from nothing, the second with nothing to do,
the third with nothing to do on another machine, whose cache is empty.
"""

import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter

from sample.server import serving
from service.demo import create_demo
from tests.object_store.server import BUCKET, Server

_TOPTERMS = Path(sys.executable).with_name("topterms")


def main() -> None:
    """Run it and print a table."""
    with tempfile.TemporaryDirectory() as name, serving() as url:
        root = Path(name)
        server = Server(root / "server")
        there = {**server.environment, "TOPTERMS_LAKE": f"s3://{BUCKET}/lake"}
        folder, remote, other = (create_demo(root / name, url).folder for name in ("folder", "remote", "other"))
        first, second = ({**there, "TOPTERMS_LAKE_CACHE": str(root / cache)} for cache in ("first", "second"))
        make = "from service.project import *; open_project(Path(sys.argv[1])).lake(create=True)"
        subprocess.run([sys.executable, "-c", f"import sys; {make}", str(remote)], env=os.environ | first, check=True)
        print("| run | seconds | processor | requests | put, MB |\n|---|---|---|---|---|")
        for what, project, environment in (
            ("folder, from nothing", folder, {}),
            ("folder, nothing to do", folder, {}),
            ("object store, from nothing", remote, first),
            ("object store, nothing to do", remote, first),
            ("object store, nothing to do, empty cache", other, second),
        ):
            list(server.requests())
            seconds, processor = _run(project, environment)
            asked, put = _requests(server)
            print(f"| {what} | {seconds:.1f} | {processor:.1f} | {_told(asked)} | {put:.1f} |", flush=True)
        server.stop()


def _run(project: Path, environment: Mapping[str, str]) -> tuple[float, float]:
    began, used = perf_counter(), os.times()
    command = [str(_TOPTERMS), "run", "-C", str(project), "--json"]
    subprocess.run(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, check=True)
    now = os.times()
    processor = now.children_user + now.children_system - used.children_user - used.children_system
    return perf_counter() - began, processor


def _requests(server: Server) -> tuple[Counter[str], float]:
    asked: Counter[str] = Counter()
    put = 0
    for operation, size in server.requests():
        asked[operation] += 1
        put += size
    return asked, put / 1e6


def _told(asked: Counter[str]) -> str:
    return (
        f"{asked.total()}: " + ", ".join(f"{number} {what}" for what, number in asked.most_common()) if asked else "0"
    )


if __name__ == "__main__":
    main()
