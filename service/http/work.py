"""Where questions are worked on: two pools of threads, so that heavy questions never hold up quick ones."""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Any, TypeVar

from service.settings import ServeSettings

Answer = TypeVar("Answer")


class BusyError(Exception):
    """Too many questions wait for a thread, or the answer took too long; the caller should come back later."""


class Pool:
    """Threads with a bounded queue.

    Args:
        name: of its threads.
        threads: how many questions are worked on at a time.
        waiting: how many more may wait.
        deadline: seconds from asking to answering.
    """

    def __init__(self, name: str, threads: int, waiting: int, deadline: float) -> None:
        self._executor = ThreadPoolExecutor(threads, name)
        self._most = threads + waiting
        self._deadline = deadline
        self._lock = Lock()
        self._taken = 0

    @property
    def taken(self) -> int:
        """Questions that are worked on or wait."""
        return self._taken

    async def answer(self, question: Callable[[], Answer]) -> Answer:
        """Work on a question.

        A question that takes too long is given up by its caller, but holds its thread until it ends.

        Raises:
            BusyError: too many wait, or it took too long.
        """
        with self._lock:
            if self._taken >= self._most:
                raise BusyError("too many questions are waiting")
            self._taken += 1
        future = self._executor.submit(question)
        future.add_done_callback(self._release)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), self._deadline)
        except TimeoutError:
            raise BusyError(f"the answer took longer than {self._deadline:g} s") from None

    def close(self) -> None:
        """Take no more questions, and wait for none that have not begun."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _release(self, _: Future[Any]) -> None:
        with self._lock:
            self._taken -= 1


class Workers:
    """The pools of a service.

    Args:
        settings: how many threads there are, and how long an answer may take.
    """

    def __init__(self, settings: ServeSettings) -> None:
        self.quick = Pool("quick", settings.threads, settings.waiting, settings.deadline)
        self.heavy = Pool("heavy", settings.heavy_threads, settings.waiting, settings.deadline)

    def close(self) -> None:
        """Close both."""
        self.quick.close()
        self.heavy.close()


def quick(question: Callable[..., Answer]) -> Callable[..., Awaitable[Answer]]:
    """Make an endpoint of a function that answers within milliseconds, but for a past `day`; it takes the `service`."""
    return _in_pool(question, "quick")


def heavy(question: Callable[..., Answer]) -> Callable[..., Awaitable[Answer]]:
    """Make an endpoint of a function that reads documents or a whole snapshot; it takes the `service` by name."""
    return _in_pool(question, "heavy")


def _in_pool(question: Callable[..., Answer], pool: str) -> Callable[..., Awaitable[Answer]]:
    @functools.wraps(question)
    async def endpoint(**parameters: Any) -> Answer:
        is_of_a_day = parameters.get("day") is not None  # whose vectors are read where they lie
        chosen: Pool = getattr(parameters["service"].workers, "heavy" if is_of_a_day else pool)
        return await chosen.answer(functools.partial(question, **parameters))

    return endpoint
