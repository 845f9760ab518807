"""The bench of calibration finds the probability nearer to what comes again than the frequency."""

from pathlib import Path

import numpy as np
import pytest

from bench.probability import measure
from nlp.catalog import import_catalog
from records.errors import InputError
from records.lake import Lake
from tests.nlp.test_weigh import CATALOG, DAY, Said, add


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    made = Lake(tmp_path / "lake", create=True)
    path = tmp_path / "catalog.csv"
    path.write_text(CATALOG)
    import_catalog(made, path)
    return made


def test_what_is_said_by_chance_is_told_better_by_the_probability(lake: Lake) -> None:
    rng = np.random.default_rng(1)
    documents: dict[str, Said] = {
        f"x/{n}": {(entity, "adj", f"w{word}"): 1.0 for word in rng.choice(400, 20, replace=False)}
        for n in range(12)
        for entity in "abc"[n % 3]
    }
    add(lake, DAY, documents)
    (kind, terms, _, error, peer), total = measure(lake)
    assert (kind, total[0], terms) == ("adj", "all", total[1])
    assert error < peer


def test_a_lake_in_which_nothing_can_be_held_out_is_refused(lake: Lake) -> None:
    add(lake, DAY, {"x/1": {("a", "adj", "hazy"): 1.0}})
    with pytest.raises(InputError, match="expected two about some"):
        measure(lake)
