"""Tags come in by source and day; what cannot be used is said by line."""

import json
from datetime import date
from pathlib import Path

import pytest

from nlp.catalog import import_catalog
from nlp.settings import WeighSettings
from nlp.tags import import_tags, tag_totals, tags_stamp
from nlp.totals import TERM_TOTALS
from nlp.workspace import workspace
from records.errors import ConfigurationError, InputError
from records.lake import Dataset, Lake

DAY = date(2026, 11, 21)
LATER = date(2026, 11, 25)
CATALOG = """\
id,kind,name,aliases,artist,foreign_ids
slow,artist,Slowdive,,,spotify:abc
n1,artist,Nirvana,,,
n2,artist,Nirvana,,,
s,song,Alison,,slow,musicbrainz-recording:r1
"""


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path / "lake", create=True)
    (tmp_path / "catalog.csv").write_text(CATALOG)
    (tmp_path / "merged.csv").write_text("old_id,new_id\nformer,slow\n")
    import_catalog(lake, tmp_path / "catalog.csv", tmp_path / "merged.csv")
    return lake


def tags_file(folder: Path, *rows: str, name: str = "lastfm.csv", head: str = "entity,tag,count") -> Path:
    path = folder / name
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def totals(lake: Lake, day: date = DAY) -> dict[tuple[str, str, str], float]:
    with workspace(lake, WeighSettings()) as place:
        table = tag_totals(lake, day, place)
    assert table.schema.equals(TERM_TOTALS)
    assert set(table.column("kind").to_pylist()) <= {"tag"}
    return {(row["entity_id"], row["term"], row["source"]): row["tf"] for row in table.to_pylist()}


def test_an_entity_is_told_by_id_foreign_id_merged_id_or_name(lake: Lake, tmp_path: Path) -> None:
    rows = ("slow,Shoegaze,1", "spotify:abc,shoegaze,2", "former,shoe  gaze,3", "SLOWDIVE,shoegaze,4", "s,single,5")
    report = import_tags(lake, tags_file(tmp_path, *rows), DAY)
    assert totals(lake) == {
        ("slow", "shoegaze", "lastfm"): 7,
        ("slow", "shoe gaze", "lastfm"): 3,
        ("s", "single", "lastfm"): 5,
    }
    assert dict(report.counts) == {"tags": 3, "tagged artists and songs": 2}


def test_rows_that_cannot_be_used_are_counted_with_their_lines(lake: Lake, tmp_path: Path) -> None:
    rows = ("slow,dreamy,1", "slow,loud,many", "slow,quiet,-1", "slow,,3", "Nobody,x,1", "Nirvana,grunge,1", "slow")
    report = import_tags(lake, tags_file(tmp_path, *rows), DAY)
    assert totals(lake) == {("slow", "dreamy", "lastfm"): 1}
    assert dict(report.counts) == {
        "tags": 1,
        "tagged artists and songs": 1,
        "tags left out: entity or tag is empty": 2,
        "tags left out: several artists bear the name": 1,
        "tags left out: the catalogue knows no such artist or song": 1,
        "tags left out: the count is no number above 0": 2,
    }
    assert "line 7: several artists bear the name: 'Nirvana'" in report.notes
    assert "line 3: the count is no number above 0: 'many'" in report.notes


def test_an_artists_own_name_is_no_tag_of_it(lake: Lake, tmp_path: Path) -> None:
    report = import_tags(lake, tags_file(tmp_path, "slow,Slowdive,9", "slow,dreamy,1", "n1,slowdive,1"), DAY)
    assert set(totals(lake)) == {("slow", "dreamy", "lastfm"), ("n1", "slowdive", "lastfm")}
    assert dict(report.counts)["tags left out: it is the artist's own name"] == 1
    assert report.notes == ("line 2: it is the artist's own name: 'slowdive'",)


def test_importing_again_changes_nothing_and_a_new_file_of_the_source_replaces_the_old(
    lake: Lake, tmp_path: Path
) -> None:
    path = tags_file(tmp_path, "slow,dreamy,1", "slow,loud,2")
    import_tags(lake, path, DAY)
    stamp = tags_stamp(lake, DAY)
    (file,) = lake.files(Dataset.TAGS, DAY)
    before = file.stat().st_mtime_ns
    import_tags(lake, path, DAY)
    assert file.stat().st_mtime_ns == before
    import_tags(lake, tags_file(tmp_path, "slow,quiet,5", name="other.csv"), DAY)
    import_tags(lake, tags_file(tmp_path, "slow,dreamy,3"), LATER)
    assert totals(lake) == {
        ("slow", "dreamy", "lastfm"): 1,
        ("slow", "loud", "lastfm"): 2,
        ("slow", "quiet", "other"): 5,
    }
    assert totals(lake, LATER) == {("slow", "dreamy", "lastfm"): 3, ("slow", "quiet", "other"): 5}
    assert len({stamp, tags_stamp(lake, DAY), tags_stamp(lake, LATER)}) == 3


def test_tags_of_an_id_that_is_given_up_later_go_to_its_successor(lake: Lake, tmp_path: Path) -> None:
    import_tags(lake, tags_file(tmp_path, "n1,grunge,2", "n2,grunge,3"), DAY)
    (tmp_path / "merged.csv").write_text("old_id,new_id\nn2,n1\n")
    import_catalog(lake, tmp_path / "catalog.csv", tmp_path / "merged.csv")
    assert totals(lake) == {("n1", "grunge", "lastfm"): 5}


def test_a_file_of_headings_alone_takes_the_tags_of_its_source_back(lake: Lake, tmp_path: Path) -> None:
    import_tags(lake, tags_file(tmp_path, "slow,dreamy,1"), DAY)
    import_tags(lake, tags_file(tmp_path), LATER)
    assert totals(lake, LATER) == {}


def test_the_tags_of_a_musicbrainz_dump_are_taken_with_their_votes(lake: Lake, tmp_path: Path) -> None:
    votes = [{"name": "shoegaze", "count": 9}, {"name": "rock", "count": 0}, {"name": "polka", "count": -2}]
    items = [
        {"id": "slow", "name": "Slowdive", "sort-name": "Slowdive", "tags": votes, "genres": votes[:1]},
        {"id": "r1", "title": "Alison", "artist-credit": [], "tags": [{"name": "dream pop", "count": 2}]},
        {"id": "elsewhere", "name": "X", "sort-name": "X", "tags": votes},
    ]
    path = tmp_path / "artist"
    path.write_text("\n".join(map(json.dumps, items)))
    report = import_tags(lake, path, DAY)
    assert totals(lake) == {("slow", "shoegaze", "musicbrainz"): 9, ("s", "dream pop", "musicbrainz"): 2}
    assert dict(report.counts)["tags left out: the catalogue knows no such artist or song"] == 1


@pytest.mark.parametrize("content", [b"", b"name,tag\n", b"entity,tag\n", b"\xff\xfe,tag,count\n", b'{"a": 1}\n'])
def test_a_file_that_holds_no_tags_is_refused(lake: Lake, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"bad\.csv"):
        import_tags(lake, path, DAY)
    assert totals(lake) == {}


def test_without_a_catalogue_or_a_file_there_are_no_tags(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.csv cannot be read"):
        import_tags(lake, tmp_path / "nowhere.csv", DAY)
    empty = Lake(tmp_path / "empty", create=True)
    with pytest.raises(ConfigurationError, match="has no catalogue yet"):
        import_tags(empty, tags_file(tmp_path, "slow,dreamy,1"), DAY)
