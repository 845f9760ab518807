"""Runs one stage of a project in a process of its own, which ends itself with SIGKILL in the middle.

python -m tests.service.killed FOLDER DAY STAGE MOMENT

A moment is a word of progress from the stage, or a file about to be renamed into the lake. The process is killed at
the MOMENTth of them; with 0 it runs to its end and prints how many there were.
"""

import os
import signal
import sys
from datetime import date
from pathlib import Path

from service.pipeline import writing
from service.project import open_project


class Reaper:
    """Counts moments of this process, and kills it at one of them."""

    def __init__(self, moment: int) -> None:
        self.moment = moment
        self.passed = 0
        self.process = os.getpid()

    def pass_moment(self) -> None:
        """Count a moment; at the chosen one nothing more happens in this process."""
        if os.getpid() != self.process:  # a forked worker
            return
        self.passed += 1
        if self.passed == self.moment:
            os.kill(self.process, signal.SIGKILL)

    def watch(self, event: str, arguments: tuple[object, ...]) -> None:
        """Listen to what Python does: see `sys.addaudithook`."""
        if event == "os.rename" and ".staging" in str(arguments[0]):
            self.pass_moment()

    def listen(self, stage: str, done: int, total: int | None) -> None:
        """Listen to a stage."""
        self.pass_moment()


def main(folder: str, day: str, stage: str, moment: str) -> None:
    reaper = Reaper(int(moment))
    with writing(open_project(Path(folder)), day=date.fromisoformat(day), progress=reaper.listen) as chain:
        sys.addaudithook(reaper.watch)
        getattr(chain, stage)()
    print(reaper.passed)


if __name__ == "__main__":
    main(*sys.argv[1:])
