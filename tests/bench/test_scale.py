"""The bench of scale draws days, measures each stage in a process of its own and tells how it grows."""

from pathlib import Path

import pytest

from bench.scale import STAGES, growth, measure, table
from records.lake import Dataset, Lake


def test_the_exponent_of_a_power_law_is_found() -> None:
    assert growth([10, 100, 1000], [3 * n**1.5 for n in (10, 100, 1000)]) == pytest.approx(1.5)


def test_every_stage_of_two_days_is_measured_and_told(tmp_path: Path) -> None:
    costs = measure(40, tmp_path)
    assert tuple(costs) == STAGES
    assert all(min(cost.seconds, cost.memory, cost.written) > 0 for cost in costs.values())
    lake = Lake(tmp_path / "lake")
    assert len(lake.days(Dataset.VECTORS)) == 2
    assert (lake.index / "live.json").exists()
    told = list(table({40: costs, 80: costs}, 160))
    assert sum(line.startswith("| ") for line in told) == 1 + 3 * len(STAGES)
    assert "n^0.00" in told[-1]
