"""The table lays each of ours beside each of its peers and quotes ratios run by run."""

import pytest

from bench.table import Row, lines, machine, series


def table(*runs: list[Row]) -> list[list[str]]:
    """Return the cells of each line."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines(series(runs))]


def test_a_rate_is_better_the_higher_and_a_time_the_lower() -> None:
    rates = table([("read", "topterms", 300.0, "words/s"), ("read", "peer", 100.0, "words/s")])
    times = table([("ask", "topterms", 2.0, "ms"), ("ask", "peer", 50.0, "ms")])
    assert rates == [["read", "300 words/s (topterms)", "100 words/s (peer)", "3.00"]]
    assert times == [["ask", "2.00 ms (topterms)", "50.00 ms (peer)", "25.00"]]


def test_values_are_medians_and_ratios_are_taken_run_by_run() -> None:
    runs: list[list[Row]] = [
        [("read", "peer", peer, "words/s"), ("read", "topterms", ours, "words/s")]
        for ours, peer in ((200.0, 100.0), (1200.0, 400.0), (1000.0, 1000.0))
    ]
    assert table(*runs) == [["read", "1,000 words/s (topterms)", "400 words/s (peer)", "2.00 (1.00 to 3.00)"]]


def test_each_of_ours_meets_each_peer() -> None:
    rows: list[Row] = [
        ("read", variant, 1.0, "words/s") for variant in ("topterms, one", "topterms, two", "this", "that")
    ]
    assert [(ours[-4:-1], peer[-5:-1]) for _, ours, peer, _ in table(rows)] == [
        ("one", "this"),
        ("one", "that"),
        ("two", "this"),
        ("two", "that"),
    ]


@pytest.mark.parametrize("unit", ["%", "bytes/artist", ""])
def test_what_is_no_speed_is_not_compared(unit: str) -> None:
    rows: list[Row] = [("size", "topterms", 1.0, unit), ("size", "peer", 2.0, unit)]
    assert [cells[2:] for cells in table(rows)] == [["", ""], ["", ""]]


def test_the_machine_is_told_with_its_load() -> None:
    assert " cores, " in machine()
    assert ", load " in machine()
