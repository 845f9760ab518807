"""Where the lines of a chart run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 240, 64
_MARGIN = 6


@dataclass(frozen=True, slots=True)
class Line:
    """A line over time, in the coordinates of an SVG of WIDTH by HEIGHT."""

    points: tuple[tuple[float, float], ...]
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def path(self) -> str:
        """The points as the `points` of a polyline."""
        return " ".join(f"{x:g},{y:g}" for x, y in self.points)

    @property
    def area(self) -> str:
        """The same, closed along the ground."""
        return f"{self.points[0][0]:g},{self.height} {self.path} {self.points[-1][0]:g},{self.height}"


def line(days: Sequence[date], values: Sequence[float], top: float) -> Line:
    """Return a line through a value for each day, spaced as the days are.

    Args:
        days: ascending, at least one.
        values: one a day, from 0.
        top: the value that stands at the top; above 0.
    """
    first, span = days[0], max(1, (days[-1] - days[0]).days)
    wide, high = WIDTH - 2 * _MARGIN, HEIGHT - 2 * _MARGIN
    points = (
        (round(_MARGIN + wide * (day - first).days / span, 1), round(_MARGIN + high * (1 - min(value / top, 1)), 1))
        for day, value in zip(days, values, strict=True)
    )
    return Line(tuple(points))
