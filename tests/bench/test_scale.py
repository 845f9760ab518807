"""The bench of scale draws days, measures each stage in a process of its own and tells how it grows."""

import math
from dataclasses import astuple
from pathlib import Path

import pytest

from bench.scale import STAGES, Cost, growth, measure, table
from records.lake import Dataset, Lake


def test_the_exponent_of_a_power_law_is_found() -> None:
    assert growth([10, 100, 1000], [3 * n**1.5 for n in (10, 100, 1000)]) == pytest.approx(1.5)
    assert growth([10, 100], [7 + 2 * n for n in (10, 100)], start=7) == pytest.approx(1)


def test_what_is_hardly_above_the_start_tells_no_growth() -> None:
    assert growth([1, 10, 100], [6.9, 7 + 20, 7 + 200], start=7) == pytest.approx(1)
    assert math.isnan(growth([10, 100], [6.9, 9], start=7))


def test_every_stage_of_two_days_is_measured_and_told(tmp_path: Path) -> None:
    costs = measure(40, tmp_path)
    assert tuple(costs) == STAGES
    assert all(
        min(cost.seconds, cost.memory, cost.written) > 0 and cost.resident > cost.memory for cost in costs.values()
    )
    lake = Lake(tmp_path / "lake")
    assert len(lake.days(Dataset.VECTORS)) == 2
    assert (lake.index / "live.json").exists()
    none = {stage: Cost(0, 0, 0, 0) for stage in STAGES}
    twice = {stage: Cost(*(2 * value for value in astuple(cost))) for stage, cost in costs.items()}
    told = list(table({10: none, 40: costs, 80: twice}, 160, "1GB"))
    assert sum(line.startswith("| ") for line in told) == 1 + 4 * len(STAGES)
    assert "n^1.00" in told[-1]
