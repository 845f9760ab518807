"""Several files are one catalogue: merged by id, merged ids followed, names counted."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.catalog import ambiguity, import_catalog, most_shared_names, read_catalog
from records.errors import ConfigurationError
from records.lake import Lake
from records.types import Entity, EntityKind


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake", create=True)


def write(folder: Path, name: str, *rows: str) -> Path:
    path = folder / name
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_the_later_file_wins_field_by_field_and_names_are_united(lake: Lake, tmp_path: Path) -> None:
    one = write(
        tmp_path,
        "one.csv",
        "id,name,aliases,disambiguation,area,begin,foreign_ids",
        "a,Prince,Love Symbol,American singer,Minneapolis,1958,wikidata:Q7542",
    )
    two = write(tmp_path, "two.csv", "id,name,aliases,disambiguation,end,foreign_ids", "a,The Artist,,,2016,spotify:5a")
    import_catalog(lake, one, two)
    assert list(read_catalog(lake)) == [
        Entity(
            "a",
            EntityKind.ARTIST,
            "The Artist",
            ("Love Symbol", "Prince"),
            (),
            "American singer",
            ("spotify:5a", "wikidata:Q7542"),
            "Minneapolis",
            "1958",
            "2016",
        )
    ]


def test_a_merged_id_is_followed_to_the_last_one(lake: Lake, tmp_path: Path) -> None:
    rows = write(tmp_path, "c.csv", "id,kind,name,artist", "old,,Kanye West,", "new,,Ye,", "s,song,Runaway,older")
    merged = write(tmp_path, "merged.csv", "old_id,new_id", "old,new", "older,old")
    import_catalog(lake, rows, merged)
    artist, song = read_catalog(lake)
    assert (artist.id, artist.name, artist.aliases) == ("new", "Ye", ("Kanye West",))
    assert artist.foreign_ids == ("merged:old", "merged:older")
    assert song.artists == ("new",)


def test_ids_that_were_given_up_for_each_other_are_refused(lake: Lake, tmp_path: Path) -> None:
    rows = write(tmp_path, "c.csv", "id,name", "a,Air")
    merged = write(tmp_path, "merged.csv", "old_id,new_id", "a,b", "b,a")
    with pytest.raises(ConfigurationError, match="the ids a, b were given up for each other"):
        import_catalog(lake, rows, merged)


def test_an_id_of_both_an_artist_and_a_song_is_refused_by_file_and_line(lake: Lake, tmp_path: Path) -> None:
    one = write(tmp_path, "one.csv", "id,name", "a,Air")
    two = write(tmp_path, "two.csv", "id,kind,name,artist", "a,song,Sexy Boy,a")
    with pytest.raises(ConfigurationError, match=r"two\.csv cannot be used: line 2: the id 'a' is a song here"):
        import_catalog(lake, one, two)


def test_the_song_of_one_file_may_be_by_an_artist_of_another(lake: Lake, tmp_path: Path) -> None:
    songs = write(tmp_path, "songs.csv", "id,kind,name,artist", "s,song,Sexy Boy,a")
    artists = write(tmp_path, "artists.jsonl", '{"id": "a", "name": "Air"}')
    assert dict(import_catalog(lake, songs, artists).counts) == {"artists": 1, "songs": 1}


def test_another_order_of_files_is_another_import_and_the_same_is_none(lake: Lake, tmp_path: Path) -> None:
    one, two = (write(tmp_path, f"{name}.csv", "id,name", f"a,{name}") for name in ("Air", "Low"))
    for files, name in (((one, two), "Low"), ((two, one), "Air")):
        import_catalog(lake, *files)
        assert [e.name for e in read_catalog(lake)] == [name]
    before = lake.catalog.stat().st_mtime_ns
    import_catalog(lake, two, one)
    assert lake.catalog.stat().st_mtime_ns == before


def test_a_name_says_how_many_bear_it_and_how_everyday_it_is(lake: Lake, tmp_path: Path) -> None:
    rows = ["a,Nirvana,", "b,Nírvana,Nirvana UK", "c,Low,", "d,Slint Zyxqv,nirvana", "e,The Books,"]
    import_catalog(lake, write(tmp_path, "c.csv", "id,name,aliases", *rows))
    nirvana = ambiguity(lake, "NIRVANA")
    assert nirvana.bearers == ("a", "b", "d")
    assert ambiguity(lake, "Low").zipf > 4 > nirvana.zipf > ambiguity(lake, "Slint Zyxqv").zipf == 0
    assert ambiguity(lake, "The Books").zipf == pytest.approx(ambiguity(lake, "books").zipf)
    assert ambiguity(lake, "Nobody At All").bearers == ()
    assert [shared.bearers for shared in most_shared_names(lake, 5)] == [("a", "b", "d")]


WORDS = st.lists(st.sampled_from(["Air", "air", "Low", "Yes", "Ride"]), max_size=3, unique=True)
ROW = st.tuples(st.sampled_from("abc"), st.sampled_from(["Air", "Low", "Yes"]), WORDS)


@settings(max_examples=15, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=8))
def test_no_name_is_lost_and_none_stands_twice(tmp_path_factory: pytest.TempPathFactory, rows: list) -> None:
    folder = tmp_path_factory.mktemp("merge")
    lake = Lake(folder / "lake", create=True)
    written = [f"{id_},{name},{'|'.join(others)}" for id_, name, others in rows]
    import_catalog(lake, *(write(folder, f"{i}.csv", "id,name,aliases", row) for i, row in enumerate(written)))
    for entity in read_catalog(lake):
        spelled = [name.lower() for name in (entity.name, *entity.aliases)]
        said = {n.lower() for id_, name, others in rows if id_ == entity.id for n in (name, *others)}
        assert sorted(spelled) == sorted(said)
        assert entity.name == [name for id_, name, _ in rows if id_ == entity.id][-1]
