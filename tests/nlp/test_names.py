"""Names are found at every place where they stand between word boundaries, whether in memory or in files."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.catalog import import_catalog
from nlp.folding import fold
from nlp.name_files import open_names
from nlp.name_table import NameTable
from nlp.names import Names
from records.errors import ConfigurationError
from records.lake import Lake
from records.types import Entity
from tests.nlp.texts import ARTIST, CATALOG

WORDS = st.text(alphabet="ab1 .&é", max_size=60).map(fold)
SPELLINGS = st.lists(st.text(alphabet="ab1.&", min_size=1, max_size=4), min_size=1, max_size=6)


def is_bounded(text: str, place: int) -> bool:
    return place in (0, len(text)) or not (text[place - 1].isalnum() and text[place].isalnum())


@settings(deadline=None)
@given(WORDS, st.lists(SPELLINGS.map(" ".join), max_size=8, unique=True))
def test_every_stretch_that_is_a_spelling_is_found_and_no_other(text: str, spellings: list[str]) -> None:
    table = NameTable.of((spelling, row) for row, spelling in enumerate(spellings))
    found = {(start, end, int(row)) for start, end, rows in table.find(text) for row in rows}
    expected = {
        (start, start + len(spelling), row)
        for row, spelling in enumerate(spellings)
        for start in range(len(text))
        if text.startswith(spelling, start) and is_bounded(text, start) and is_bounded(text, start + len(spelling))
    }
    assert found == expected


def test_all_bearers_of_a_name_are_told() -> None:
    table = NameTable.of([("air", 3), ("low", 1), ("air", 0), ("air", 3)])
    assert [(s, e, rows.tolist()) for s, e, rows in table.find("air, low")] == [(0, 3, [0, 3]), (5, 8, [1])]


def test_a_hash_that_two_spellings_share_names_only_who_is_spelled_so() -> None:
    slowdive, ride = (Entity(name.lower(), ARTIST, name) for name in ("Slowdive", "Ride"))
    right = Names.of([ride, slowdive])
    right._spellings.rows[:] = right._spellings.rows[::-1].copy()
    assert right.candidates("slowdive and ride") == []


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    made = Lake(tmp_path / "lake", create=True)
    path = tmp_path / "catalog.csv"
    path.write_text(
        "id,name,kind,aliases,artist\n"
        "slowdive,Slowdive,artist,,\nmbv,My Bloody Valentine,artist,MBV,\n"
        "mbv/soon,Soon,song,,mbv\nmbv/when,When You Sleep,song,,mbv\n"
    )
    import_catalog(made, path)
    return made


def test_names_in_files_are_those_in_memory(lake: Lake) -> None:
    for _ in range(2):
        names = open_names(lake)
        assert [c.entities[0].id for c in names.candidates("mbv beside slowdive")] == ["mbv", "slowdive"]
        assert [song.name for song in names.songs_of("mbv")] == ["Soon", "When You Sleep"]
        assert names.songs_of("slowdive") == []
        assert names.performers("mbv/soon") == ("mbv",)
        assert names.spellings("mbv") == ("My Bloody Valentine", "MBV")


def test_another_catalogue_has_other_names_and_leaves_no_files_behind(lake: Lake, tmp_path: Path) -> None:
    open_names(lake)
    path = tmp_path / "other.csv"
    path.write_text("id,name\nride,Ride\n")
    import_catalog(lake, path)
    assert [c.entities[0].id for c in open_names(lake).candidates("mbv beside ride")] == ["ride"]
    assert len(list((lake.catalog.parent / "names").iterdir())) == 1


def test_a_lake_without_a_catalogue_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no catalogue"):
        open_names(Lake(tmp_path / "lake", create=True))


def test_an_id_that_nobody_has_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        Names.of(CATALOG).kind("nobody")
