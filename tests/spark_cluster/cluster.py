"""One master and some workers on loopback, each a process of its own that can be killed."""

import os
import re
import shutil
import signal
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

_START_SECONDS = 120
_DEFAULTS = """\
spark.driver.host 127.0.0.1
spark.driver.bindAddress 127.0.0.1
spark.driver.memory 512m
spark.executor.memory 512m
spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
spark.executor.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
spark.sql.shuffle.partitions 2
spark.sql.codegen.wholeStage false
"""
"""Little memory, and what makes small jobs begin sooner."""


def find_java() -> str | None:
    """Return the java that Spark would take, or None."""
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")


class Daemon:
    """A master or a worker; what it says goes into a file."""

    def __init__(self, log: Path, *arguments: str) -> None:
        found = find_spec("pyspark")
        assert found is not None
        assert found.submodule_search_locations
        java = find_java()
        assert java is not None
        home = Path(found.submodule_search_locations[0])
        self._log = log
        command = [java, "-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", f"{home}/jars/*", *arguments]
        spark = {"SPARK_HOME": str(home), "SPARK_SCALA_VERSION": "2.13", "SPARK_LOCAL_IP": "127.0.0.1"}
        with log.open("wb") as out:
            # a session of its own: its executor goes with it when it is killed
            self._process = subprocess.Popen(
                command,
                stdout=out,
                stderr=out,
                env=os.environ | spark,
                start_new_session=True,
            )

    def expect(self, pattern: str) -> str:
        """Wait until it says something, and return that; one that ends first is an error with what it said last."""
        deadline = time.monotonic() + _START_SECONDS
        while not (match := re.search(pattern, self._log.read_text(errors="replace"))):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"did not start:\n{self._log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)
        return match[0]

    def kill(self) -> None:
        """End it and its executor at once (-9), as a power cut would."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


class SparkCluster:
    """A cluster of workers with one core each.

    Args:
        folder: logs and what the workers need go here.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._started = 0
        self._master = Daemon(
            folder / "master.log",
            "org.apache.spark.deploy.master.Master",
            *("--host", "127.0.0.1", "--port", "0", "--webui-port", "0"),
        )
        self.url = self._master.expect(r"spark://127\.0\.0\.1:\d+")
        self.workers: list[Daemon] = []
        (folder / "spark-defaults.conf").write_text(_DEFAULTS)

    def start_workers(self, number: int) -> None:
        """Start workers until there are so many, and wait until the master knows them."""
        fresh = [self._start_worker() for _ in range(number - len(self.workers))]
        for worker in fresh:
            worker.expect("Successfully registered with master")
        self.workers += fresh

    def kill_worker(self) -> None:
        """Kill one worker with its executor."""
        self.workers.pop().kill()

    def end(self) -> None:
        """End all."""
        for daemon in (*self.workers, self._master):
            daemon.kill()

    def _start_worker(self) -> Daemon:
        self._started += 1
        return Daemon(
            self.folder / f"worker-{self._started}.log",
            "org.apache.spark.deploy.worker.Worker",
            *("--host", "127.0.0.1", "--port", "0", "--webui-port", "0", "--cores", "1", "--memory", "1g"),
            *("--work-dir", str(self.folder / f"work-{self._started}"), self.url),
        )
