"""The bench of leaning takes sentences away and tells how many neighbours stay."""

from pathlib import Path

import pytest

from bench.leaning import measure
from nlp.catalog import import_catalog
from records.errors import InputError
from records.lake import Lake
from tests.nlp.test_leaning import SCENES
from tests.nlp.test_weigh import DAY, add


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Return a lake with two scenes; of each artist four documents of one word each."""
    made = Lake(tmp_path / "lake", create=True)
    artists = [f"{scene}{n}" for scene in SCENES for n in range(12)]
    path = tmp_path / "catalog.csv"
    path.write_text("\n".join(["id,kind,name", *(f"{artist},artist,{artist}" for artist in artists)]))
    import_catalog(made, path)
    said = {
        f"x/{scene}{n}/{word}": {(f"{scene}{n}", "n1", word): 100.0}
        for scene, words in SCENES.items()
        for n in range(12)
        for place, word in enumerate(words)
        if place != n % len(words)
    }
    add(made, DAY, said)
    return made


def test_both_ways_are_measured_and_most_neighbours_come_of_the_same_scene(lake: Lake) -> None:
    found = measure(lake, artists=4, words=300)
    assert set(found) == {"alone", "leaning"}
    assert all(0.5 < share <= 1 for share in found.values())


def test_a_lake_of_little_text_is_refused(lake: Lake) -> None:
    with pytest.raises(InputError, match="no artist has 1000 words"):
        measure(lake)
