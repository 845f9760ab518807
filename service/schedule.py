"""Keeps doing the daily run: once a day at a time of day, each run in a process of its own."""

import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, time
from pathlib import Path
from threading import Thread
from types import FrameType

from apscheduler.events import EVENT_JOB_MAX_INSTANCES, EVENT_SCHEDULER_STARTED
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger

from service.exits import ExitCode

_PROGRAM = (sys.executable, "-c", "import sys; from service.cli import main; sys.exit(main())")


class Schedule:
    """A scheduler that runs a command at every time of a trigger, never two at once, until it is told to end.

    Args:
        command: what to run.
        trigger: when.
        tell: told in a sentence what happens.
    """

    def __init__(self, command: Sequence[str], trigger: BaseTrigger, tell: Callable[[str], None]) -> None:
        self._command = command
        self._tell = tell
        self._running: subprocess.Popen[bytes] | None = None
        self._shutting: Thread | None = None
        self._is_ending = False
        # a run that is late, since the machine slept or another run took long, is done late and once
        self._scheduler = BlockingScheduler(timezone=UTC)
        self._scheduler.add_job(self._run, trigger, max_instances=1, coalesce=True, misfire_grace_time=None)
        self._scheduler.add_listener(
            lambda _: tell("skipped: the run before is still under way"), EVENT_JOB_MAX_INSTANCES
        )
        self._scheduler.add_listener(lambda _: self._shut_down() if self._is_ending else None, EVENT_SCHEDULER_STARTED)

    def keep(self, greeting: str) -> None:
        """Say the greeting, then run at every time of the trigger.

        Returns after SIGTERM or SIGINT, once the run under way has ended. A run that fails is told of, and the next one
        comes at its time.
        """
        earlier = {number: signal.signal(number, self._end) for number in (signal.SIGTERM, signal.SIGINT)}
        self._tell(greeting)
        try:
            self._scheduler.start()
        finally:
            if self._shutting:
                self._shutting.join()
            for number, handler in earlier.items():
                signal.signal(number, handler)
        self._tell("ended")

    def _run(self) -> None:
        # a session of its own: Ctrl-C reaches the run once, through us
        self._running = subprocess.Popen(self._command, start_new_session=True)
        if self._is_ending:
            self._running.send_signal(signal.SIGINT)
        code = self._running.wait()
        self._running = None
        self._tell(_told(code))

    def _end(self, number: int, frame: FrameType | None) -> None:
        """Tell the run under way to end (what was fetched so far is kept), and the scheduler after it."""
        del number, frame
        self._is_ending = True
        if (running := self._running) is not None:
            running.send_signal(signal.SIGINT)
        if self._scheduler.running:
            self._shut_down()

    def _shut_down(self) -> None:
        # in a thread of its own: a signal may come while this one holds a lock that the end of a run needs
        if self._shutting is None:
            self._shutting = Thread(target=self._scheduler.shutdown)
            self._shutting.start()


def _told(code: int) -> str:
    if code == ExitCode.OK:
        return "the run is done"
    if code == ExitCode.STOPPED:
        return "the run was told to end; what it has done is kept"
    return f"the run ended with code {code}; the next one comes at its time"


def daily(at: time) -> CronTrigger:
    """Return the trigger of every day at a time of UTC."""
    return CronTrigger(hour=at.hour, minute=at.minute, timezone=UTC)


def run_command(folder: Path, *, as_json: bool) -> tuple[str, ...]:
    """Return the command of a daily run of a project."""
    return (*_PROGRAM, "run", "-C", str(folder), *(["--json"] if as_json else []))
