"""Lines run from left to right as the days do, and stay within their picture."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from service.page.charts import HEIGHT, WIDTH, line
from service.page.entity import spread

DAY = date(2026, 11, 21)


def test_a_line_is_spaced_as_the_days_are_and_rises_with_the_value() -> None:
    drawn = line([DAY, DAY + timedelta(days=1), DAY + timedelta(days=4)], [0.0, 0.5, 1.0], 1.0)
    (left, ground), (second, half), (right, top) = drawn.points
    assert (second - left) * 3 == right - second
    assert (ground + top) / 2 == half
    assert top < half < ground


@given(st.lists(st.tuples(st.integers(0, 5000), st.floats(0, 1)), min_size=1), st.floats(0.01, 1))
def test_a_line_stays_within_its_picture(drawn: list[tuple[int, float]], top: float) -> None:
    days = sorted({DAY + timedelta(days=after) for after, _ in drawn})
    values = [value for _, value in drawn][: len(days)]
    points = line(days, values, top).points
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)
    assert list(points) == sorted(points, key=lambda point: point[0])


@given(st.integers(1, 400), st.integers(2, 40))
def test_days_are_spread_with_the_first_and_the_last_among_them(n: int, most: int) -> None:
    days = [DAY + timedelta(days=after) for after in range(n)]
    chosen = spread(days, most)
    assert (len(chosen), chosen[0], chosen[-1]) == (min(n, most), days[0], days[-1])
    assert chosen == sorted(set(chosen))
