"""A day is weighed of what came since the last totals: of what was counted before them not a byte is read."""

import os
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from nlp.settings import WeighSettings
from nlp.totals import History
from nlp.weigh import weigh
from records.lake import Dataset, Lake
from records.snapshot import Vectors, read_snapshot
from records.types import EntityKind
from tests.nlp.test_weigh import Said, add, catalogued

DAY = date(2026, 11, 1)
SETTINGS = WeighSettings(half_life_days=100, hot_half_life_days=10, dimensions=2)


def said(day: int, name: int) -> Said:
    return {
        (entity, "adj", f"{entity}{(day * 7 + name * place) % 11}"): 1.0 + name
        for place, entity in enumerate(("a", "b", "c"), 1)
    }


def fill(lake: Lake, first: int, last: int) -> None:
    for day in range(first, last):
        add(lake, DAY + timedelta(day), {f"blog{n}/{day}-{n}": said(day, n) for n in range(40 if day == 0 else 3)})


def spoil(lake: Lake, until: date) -> int:
    """Put zeros in the place of all counts up to a day, as if nothing had changed; return how many files that were."""
    spoiled = [path for day in lake.days(Dataset.COUNTS) if day <= until for path in lake.files(Dataset.COUNTS, day)]
    for path in spoiled:
        state = path.stat()
        path.write_bytes(bytes(state.st_size))
        os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    return len(spoiled)


def artists(lake: Lake) -> Vectors:
    return read_snapshot(lake).vectors[EntityKind.ARTIST]


@pytest.mark.parametrize("new_epoch", [False, True], ids=["ordinary day", "first day of an epoch"])
def test_a_day_needs_the_last_totals_and_what_came_since(tmp_path: Path, new_epoch: bool) -> None:
    whole, spoiled = (catalogued(tmp_path / name) for name in ("whole", "spoiled"))
    later = 2 if new_epoch else 1
    today = DAY + timedelta(later)
    for lake in (whole, spoiled):
        fill(lake, 0, 1)
        weigh(lake, day=DAY, settings=SETTINGS)
        fill(lake, 1, later + 1)
    assert History(whole, SETTINGS).epoch(today) == (today if new_epoch else DAY)
    assert spoil(spoiled, DAY) == 1
    for lake in (whole, spoiled):
        weigh(lake, day=today, settings=SETTINGS)
    assert artists(spoiled).terms.equals(artists(whole).terms)
    assert np.array_equal(artists(spoiled).weights, artists(whole).weights)
