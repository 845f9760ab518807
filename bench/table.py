"""Rows of measurements, laid beside those of the peers that were measured in the same run."""

import os
import platform
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

Row = tuple[str, str, float, str]
"""What was measured, by which variant, the value and its unit. Two rows that name the same thing and unit are compared
if the variant of one begins with `OURS` and that of the other does not."""

OURS = "topterms"
HEAD = "| what | ours | peer | times as fast |\n|---|---|---|---|"
_TIMES = ("ms", "s")
_PER_TIME = ("/s", "/cpu-s")


@dataclass(frozen=True, slots=True)
class Series:
    """What one variant reached in the runs, in their order."""

    what: str
    variant: str
    unit: str
    values: tuple[float, ...]

    @property
    def is_ours(self) -> bool:
        """Whether it is one of ours."""
        return self.variant.startswith(OURS)

    def __str__(self) -> str:
        """The median with its unit, and whose it is."""
        value = median(self.values)
        return f"{value:,.{0 if value >= 100 else 2}f} {self.unit} ({self.variant})".replace("  ", " ")


def series(runs: Iterable[Sequence[Row]]) -> list[Series]:
    """Gather the rows of several runs of one benchmark, in the order in which they came first."""
    found: dict[tuple[str, str, str], list[float]] = {}
    for rows in runs:
        for what, variant, value, unit in rows:
            found.setdefault((what, variant, unit), []).append(value)
    return [Series(what, variant, unit, tuple(values)) for (what, variant, unit), values in found.items()]


def lines(gathered: Sequence[Series]) -> Iterator[str]:
    """Yield a line of the table for each of ours and each of its peers; one with an empty cell where there is none."""
    for one in gathered:
        rivals = [other for other in gathered if _compare(one, other)]
        if one.is_ours:
            yield from (f"| {one.what} | {one} | {peer} | {_ratio(one, peer)} |" for peer in rivals)
        if not rivals:
            yield f"| {one.what} | {one} | | |"


def append(record: Path | None, written: Iterable[str]) -> None:
    """Add lines to the end of a file, if there is one."""
    if record is not None:
        with record.open("a", encoding="utf-8") as stream:
            stream.write("\n".join(written) + "\n")


def machine() -> str:
    """Say in a line what the figures were measured on, and how busy it was."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    python, load = platform.python_version(), os.getloadavg()[0]
    return f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, Python {python}, load {load:.1f}"


def _compare(one: Series, other: Series) -> bool:
    is_speed = one.unit in _TIMES or one.unit.endswith(_PER_TIME)
    return is_speed and (one.what, one.unit) == (other.what, other.unit) and one.is_ours != other.is_ours


def _ratio(ours: Series, peer: Series) -> str:
    """Return the median of the ratios run by run, the least and the greatest: values waver more than their ratios."""
    pairs = zip(ours.values, peer.values, strict=True)
    ratios = [theirs / mine if ours.unit in _TIMES else mine / theirs for mine, theirs in pairs]
    spread = f" ({min(ratios):.2f} to {max(ratios):.2f})" if len(ratios) > 1 else ""
    return f"{median(ratios):.2f}{spread}"


def _processor() -> str:
    try:
        described = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = (line.partition(":")[2].strip() for line in described if line.startswith("model name"))
    return next(names, platform.machine())
