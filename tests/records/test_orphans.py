"""Workers end with the process they work for."""

import os
import signal
import subprocess
import sys

SCRIPT = """
import os, signal
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from records.orphans import end_with_parent

if __name__ == "__main__":
    pool = ProcessPoolExecutor(2, get_context("spawn"), end_with_parent)
    list(pool.map(abs, range(8)))
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_workers_of_a_killed_process_end() -> None:
    """Standard output is closed once the last of them is gone: before, this waited until the test timed out."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, check=False, timeout=60, env=environment)
    assert done.returncode == -signal.SIGKILL
    assert done.stdout == b""
