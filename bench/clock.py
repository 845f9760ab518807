"""Rates on the clock and of the processor: where other programs run, the second says more."""

from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter, process_time

from bench.table import Row


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time."""

    clock: float
    """Seconds."""
    processor: float
    """Seconds of processor time of this process and its threads so far; other processes are not in it."""


def now() -> Moment:
    """Return the present moment."""
    return Moment(perf_counter(), process_time())


def rates(what: str, variant: str, amount: int, unit: str, began: Moment, ended: Moment) -> Iterator[Row]:
    """Yield the row of an amount done by the clock, then that by the processor's time (unit `.../cpu-s`)."""
    yield what, variant, amount / (ended.clock - began.clock), f"{unit}/s"
    yield what, variant, amount / (ended.processor - began.processor), f"{unit}/cpu-s"
