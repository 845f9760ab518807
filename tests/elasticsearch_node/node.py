"""An assembled node that runs on loopback, in a data folder of its own; it can be killed and started again."""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.elasticsearch_node.assembly import Home

_START_SECONDS = 120


class Node:
    """One node.

    Args:
        home: what to run.
        folder: data, logs and what the node says go here.
        heap: Java heap in MB.
        is_quick: start in half the time, and answer slower in the long run; not for measurements.
        settings: Elasticsearch settings beside the ones every node here has.
    """

    def __init__(self, home: Home, folder: Path, *, heap: int = 512, is_quick: bool = True, **settings: str) -> None:
        self.home, self.folder, self.name = home, folder, folder.name
        self._java = [f"-Xms{heap}m", f"-Xmx{heap}m", f"-Djava.io.tmpdir={folder}"]
        self._java += ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"] if is_quick else []
        self._settings = {"discovery.type": "single-node"} | settings
        self._ports = {"http": "0", "transport": "0"}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Address of the HTTP interface; the same after the node was started again."""
        return f"http://127.0.0.1:{self._ports['http']}"

    @property
    def transport(self) -> str:
        """Address (host:port) at which the nodes of a cluster find this one."""
        return f"127.0.0.1:{self._ports['transport']}"

    @property
    def is_running(self) -> bool:
        """Whether the process was started and did not end."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Process id of the running node."""
        assert self._process is not None
        return self._process.pid

    def start(self, *, wait: bool = True) -> "Node":
        """Start the process and, unless told otherwise, wait until the node answers."""
        logs = self.folder / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        for left in logs.glob("*.ports"):
            left.unlink()
        with (self.folder / "console.log").open("ab") as log:
            self._process = subprocess.Popen(self._command(logs), stdout=log, stderr=log, cwd=self.folder)
        if wait:
            self.wait()
        return self

    def wait(self) -> None:
        """Wait until the node answers; a node that gives up is an error with the end of what it said."""
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if not self.is_running or time.monotonic() > deadline:
                said = (self.folder / "console.log").read_text(errors="replace")[-3000:]
                self.kill()
                raise RuntimeError(f"node {self.name} of Elasticsearch {self.home.version} did not start:\n{said}")
            time.sleep(0.1)

    def find_again(self, others: list["Node"]) -> None:
        """Have the node look for its cluster at these others when it is started the next time."""
        self._settings["discovery.seed_hosts"] = ",".join(node.transport for node in others)

    def kill(self) -> None:
        """End the process at once (-9), as a crash or a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask the process to close, and wait until it did."""
        self._end(signal.SIGTERM)

    def pause(self) -> None:
        """Freeze the process: connections stay open and nothing answers."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let a frozen process go on."""
        os.kill(self.pid, signal.SIGCONT)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None or not self.is_running:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _command(self, logs: Path) -> list[str]:
        home = self.home.path
        settings = {
            "node.name": self.name,
            "path.data": self.folder / "data",
            "path.logs": logs,
            "path.repo": self.folder / "backup",
            "network.host": "127.0.0.1",
            "http.port": self._ports["http"],
            "transport.port": self._ports["transport"],
            "node.portsfile": "true",
            "action.auto_create_index": "false",
            **self._settings,
        }
        run = [
            self.home.jdk / "bin" / "java",
            *self._java,
            "-cp",
            f"{home}/lib/*:{home}/lib",
            "Launcher",
            home,
            *(f"{k}={v}" for k, v in settings.items()),
        ]
        return [str(part) for part in run]

    def _answers(self) -> bool:
        for name in self._ports:
            file = self.folder / "logs" / f"{name}.ports"
            if not file.exists():
                return False
            self._ports[name] = file.read_text().splitlines()[0].rpartition(":")[2]
        try:
            with urllib.request.urlopen(f"{self.url}/_cluster/health?wait_for_status=yellow&timeout=10s", timeout=20):
                return True
        except urllib.error.HTTPError as error:
            return error.code == 408  # it answers that a shard is lost, which some tests want
        except (urllib.error.URLError, OSError):
            return False


def start_cluster(home: Home, folder: Path, *, nodes: int = 3, heap: int = 512) -> list[Node]:
    """Start nodes on loopback that form one cluster; each can be elected."""
    founding: dict[str, Any] = {"discovery.type": "multi-node", "cluster.initial_master_nodes": "node-1"}
    first = Node(home, folder / "node-1", heap=heap, **founding).start()
    joining: dict[str, Any] = {"discovery.type": "multi-node", "discovery.seed_hosts": first.transport}
    others = [Node(home, folder / f"node-{i}", heap=heap, **joining).start(wait=False) for i in range(2, nodes + 1)]
    for node in others:
        node.wait()
    first.find_again(others)
    return [first, *others]
