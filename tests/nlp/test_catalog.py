"""A catalogue comes in whole or not at all, and says which lines are wrong."""

import json
from pathlib import Path

import pytest

from nlp.catalog import TEMPLATE, import_catalog, read_catalog
from records.errors import ConfigurationError
from records.lake import Lake
from records.types import Entity, EntityKind

HEAD = "id,kind,name,aliases,artist,disambiguation\n"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake", create=True)


def _file(tmp_path: Path, text: str, name: str = "catalog.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_template_is_a_catalogue(lake: Lake, tmp_path: Path) -> None:
    assert dict(import_catalog(lake, _file(tmp_path, TEMPLATE)).counts) == {"artists": 3, "songs": 2}


def test_csv_and_json_lines_say_the_same(lake: Lake, tmp_path: Path) -> None:
    rows = HEAD + 'a,artist,Björk,Bjork Guðmundsdóttir|"Björk, solo",,Icelandic\ns,song,Jóga,,a,\n'
    import_catalog(lake, _file(tmp_path, rows.replace('|"Björk, solo"', "|Björk solo")))
    from_csv = list(read_catalog(lake))
    lines = [
        {
            "id": "a",
            "name": "Björk",
            "aliases": ["Bjork Guðmundsdóttir", "Björk solo"],
            "disambiguation": "Icelandic",
        },
        {"id": "s", "kind": "song", "name": "Jóga", "artist": ["a"]},
    ]
    import_catalog(lake, _file(tmp_path, "\n".join(map(json.dumps, lines)), "catalog.jsonl"))
    assert list(read_catalog(lake)) == from_csv
    assert from_csv[1] == Entity("s", EntityKind.SONG, "Jóga", (), ("a",))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the columns are nothing; expected at least id and name"),
        ("name,genre\nLow,rock\n", "the columns are name, genre; expected at least id and name"),
        (HEAD, "it holds no entity"),
        (HEAD + "a,artist,,,,\n", "line 2: name is empty"),
        (HEAD + "a,artist,Low,,,\na,artist,Ride,,,\n", "line 3: the id 'a' stands there a second time"),
        (HEAD + "a,band,Low,,,\n", "line 2: the kind is 'band'; expected artist or song"),
        (HEAD + "s,song,Alison,,,\n", "line 2: a song needs the id of its artist"),
        (HEAD + "s,song,Alison,,nobody,\n", "the song's artist 'nobody' is no artist of this catalogue"),
        (HEAD + "a,artist,Low,,b,\n", "line 2: only a song has an artist"),
        (HEAD + "a,artist,Low,,,,x,y\n", "line 2: it has more values than the 6 columns"),
        ("id,name,colour\na,Low,blue\n", "the key 'colour' is not known"),
    ],
)
def test_what_is_wrong_is_said_and_the_old_catalogue_stays(lake: Lake, tmp_path: Path, text: str, message: str) -> None:
    import_catalog(lake, _file(tmp_path, TEMPLATE))
    with pytest.raises(ConfigurationError) as error:
        import_catalog(lake, _file(tmp_path, text, "bad.csv"))
    assert message in str(error.value)
    assert len(list(read_catalog(lake))) == 5


def test_no_more_than_five_lines_are_named(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"line 6: .*; and more$"):
        import_catalog(lake, _file(tmp_path, HEAD + "a,band,Low,,,\n" * 9))


@pytest.mark.parametrize("content", [b"\xff\xfe\x00rubbish", b"id,name\na,\xe9\n"])
def test_a_file_that_is_no_text_is_refused(lake: Lake, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "catalog.csv"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"catalog\.csv"):
        import_catalog(lake, path)


def test_a_missing_catalogue_is_named(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nowhere\.csv cannot be read: No such file"):
        import_catalog(lake, tmp_path / "nowhere.csv")
    with pytest.raises(ConfigurationError, match="has no catalogue yet"):
        read_catalog(lake)


def test_the_same_file_twice_changes_nothing(lake: Lake, tmp_path: Path) -> None:
    path = _file(tmp_path, TEMPLATE)
    import_catalog(lake, path)
    before = lake.catalog.stat().st_mtime_ns
    import_catalog(lake, path)
    assert lake.catalog.stat().st_mtime_ns == before
