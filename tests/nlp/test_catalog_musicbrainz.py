"""MusicBrainz's dumps become artists and songs."""

import bz2
import csv
import gzip
import io
import json
import lzma
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nlp.catalog import import_catalog, read_catalog, read_names
from nlp.catalog.foreign import foreign_ids
from nlp.catalog.titles import song_title, title_key
from records.errors import ConfigurationError
from records.lake import Lake
from records.types import Entity, EntityKind

COHEN = "65314b12-0e08-43fa-ba33-baaa7b874c15"
BOWIE = "5441c29d-3602-4898-b1a1-b77fa23b8e50"
QUEEN = "0383dadf-2a4e-4d10-a46a-e9e041da8eb3"
Item = dict[str, Any]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake", create=True)


def alias(name: str, type_: str | None = None, locale: str | None = None) -> Item:
    return {"name": name, "sort-name": name, "type": type_, "locale": locale, "primary": None, "ended": False}


def artist(id_: str, name: str, **more: object) -> Item:
    given = {key.replace("_", "-"): value for key, value in more.items()}
    return {
        "id": id_,
        "name": name,
        "sort-name": name,
        "type": "Person",
        "gender": None,
        "disambiguation": "",
        "country": None,
        "area": None,
        "begin-area": None,
        "life-span": {"begin": None, "end": None, "ended": False},
        "aliases": [],
        "relations": [],
        "tags": [],
        "isnis": [],
    } | given


def link(address: str, *, ended: bool = False) -> Item:
    return {"type": "x", "target-type": "url", "ended": ended, "url": {"id": "u", "resource": address}}


def credit(*artists: str, joined: str = " & ") -> list[Item]:
    return [{"name": a, "joinphrase": joined, "artist": {"id": a, "name": a}} for a in artists]


def recording(id_: str, title: str, *artists: str, **more: object) -> Item:
    return {"id": id_, "title": title, "artist-credit": credit(*artists), "length": 1, "video": False} | more


def lines(*items: Item) -> bytes:
    return "\n".join(map(json.dumps, items)).encode()


def dump(content: bytes, name: str = "artist") -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:xz") as archive:
        for member, data in (("COPYING", b"CC0\n"), ("TIMESTAMP", b"2026\n"), (f"mbdump/{name}", content)):
            info = tarfile.TarInfo(member)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return packed.getvalue()


def write(folder: Path, content: bytes, name: str = "artist") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def imported(lake: Lake, *paths: Path) -> dict[str, Entity]:
    import_catalog(lake, *paths)
    return {entity.name: entity for entity in read_catalog(lake)}


def test_an_artist_comes_with_all_that_is_known_of_it(lake: Lake, tmp_path: Path) -> None:
    item = artist(
        COHEN,
        "Leonard Cohen",
        sort_name="Cohen, Leonard",
        disambiguation="Canadian poet",
        area={"name": "Canada"},
        begin_area={"name": "Westmount"},
        life_span={"begin": "1934-09-21", "end": "2016-11-07", "ended": True},
        isnis=["0000000114472346"],
        relations=[
            link("https://www.wikidata.org/wiki/Q1276"),
            link("https://open.spotify.com/artist/5l8VQNuIg0turYE1VtM9zV"),
            link("https://www.discogs.com/artist/1", ended=True),
            {"type": "member of band", "target-type": "artist", "artist": {"id": "x", "name": "y"}},
        ],
    )
    found = imported(lake, write(tmp_path, dump(lines(item)), "artist.tar.xz"))["Leonard Cohen"]
    known = ("isni:0000000114472346", "spotify:5l8VQNuIg0turYE1VtM9zV", "wikidata:Q1276")
    area = "Westmount, Canada"
    assert found == Entity(
        COHEN, EntityKind.ARTIST, "Leonard Cohen", (), (), "Canadian poet", known, area, "1934-09-21", "2016-11-07"
    )


def test_only_aliases_that_people_write_are_looked_for_and_all_are_kept_as_names(lake: Lake, tmp_path: Path) -> None:
    names = [
        alias("デヴィッド・ボウイ", "Artist name", "ja"),
        alias("Ziggy Stardust"),
        alias("David Robert Jones", "Legal name"),
        alias("Dave Bowie", "Search hint"),
        alias("DB"),
        alias("Bowie, David"),
        alias("DAVID BOWIE", "Artist name"),
    ]
    item = artist(BOWIE, "David Bowie", sort_name="Bowie, David", aliases=names)
    found = imported(lake, write(tmp_path, lines(item)))["David Bowie"]
    assert found.aliases == ("デヴィッド・ボウイ", "Ziggy Stardust")
    rows = {row["name"]: (row["type"], row["locale"], row["bearers"]) for row in read_names(lake).to_pylist()}
    assert rows == {
        "David Bowie": ("name", "", 1),
        "デヴィッド・ボウイ": ("alias", "ja", 1),
        "Ziggy Stardust": ("alias", "", 1),
        "David Robert Jones": ("legal name", "", 0),
        "Dave Bowie": ("search hint", "", 0),
        "DB": ("search hint", "", 0),
        "Bowie, David": ("sort name", "", 0),
    }


def test_recordings_of_one_title_by_the_same_artists_are_one_song(lake: Lake, tmp_path: Path) -> None:
    artists = write(tmp_path, lines(artist(QUEEN, "Queen"), artist(BOWIE, "David Bowie")))
    recordings = [
        recording("r1", "Under Pressure", QUEEN, BOWIE, isrcs=["GBUM71029605"]),
        recording("r2", "Under Pressure (live at Wembley)", BOWIE, QUEEN),
        recording("r3", "Under pressure - 2011 Remaster", QUEEN, BOWIE),
        recording("r4", "Under Pressure", QUEEN),
        recording("r5", "Heroes", "somebody else"),
        recording("r6", "[untitled]", QUEEN),
    ]
    report = import_catalog(lake, artists, write(tmp_path, lines(*recordings), "recording"))
    songs = {e.artists: e for e in read_catalog(lake) if e.kind is EntityKind.SONG}
    assert songs.keys() == {(QUEEN, BOWIE), (QUEEN,)}
    duet = songs[QUEEN, BOWIE]
    assert (duet.name, duet.aliases) == ("Under Pressure", ())
    assert duet.foreign_ids == (
        "isrc:GBUM71029605",
        *(f"musicbrainz-recording:{r}" for r in ("r1", "r2", "r3")),
    )
    assert dict(report.counts) == {
        "artists": 2,
        "songs": 2,
        "recordings without a title": 1,
        "songs of artists who are not in the catalogue": 1,
    }


def test_a_song_keeps_its_id_when_recordings_come_or_go(lake: Lake, tmp_path: Path) -> None:
    artists = write(tmp_path, lines(artist(QUEEN, "Queen")))
    few = write(tmp_path, lines(recording("r9", "Flash", QUEEN)), "few")
    many = write(tmp_path, lines(recording("r1", "Flash (demo)", QUEEN), recording("r9", "Flash!", QUEEN)), "many")
    ids = {next(e.id for e in read_catalog(lake) if e.artists) for f in (few, many) if import_catalog(lake, artists, f)}
    assert len(ids) == 1


def test_tracks_singles_and_canonical_recordings_are_songs_too(lake: Lake, tmp_path: Path) -> None:
    guest = [*credit(QUEEN, joined=" feat. "), *credit(BOWIE, joined="")]
    tracks = [{"title": "x", "recording": recording("r1", "Innuendo", QUEEN)}]
    release = {"id": "l", "title": "Innuendo", "media": [{"tracks": tracks}, {"tracks": None}], "artist-credit": guest}
    single = {"id": "g", "title": "Delilah / Ride (edit)", "primary-type": "Single", "artist-credit": guest}
    album = {"id": "h", "title": "The Game", "primary-type": "Album", "artist-credit": credit(QUEEN)}
    table = io.StringIO()
    sheet = csv.writer(table)
    sheet.writerow(["id", "artist_mbids", "artist_credit_name", "recording_mbid", "recording_name"])
    sheet.writerow([1, f"{{{QUEEN},{BOWIE}}}", "x", "r7", "Cool Cat (original version)"])
    files = [
        write(tmp_path, lines(artist(QUEEN, "Queen"), artist(BOWIE, "David Bowie"))),
        write(tmp_path, dump(lines(release), "release"), "release.tar.xz"),
        write(tmp_path, lines(single, album), "release-group"),
        write(tmp_path, table.getvalue().encode(), "canonical.csv"),
    ]
    songs = {name: e.artists for name, e in imported(lake, *files).items() if e.artists}
    assert songs == {"Innuendo": (QUEEN,), "Delilah": (QUEEN,), "Ride": (QUEEN,), "Cool Cat": (QUEEN, BOWIE)}


PACKERS: list[Callable[[bytes], bytes]] = [bytes, gzip.compress, bz2.compress, lzma.compress, dump]


@pytest.mark.parametrize("pack", PACKERS)
def test_a_dump_is_read_packed_or_not_whatever_its_name(
    lake: Lake, tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    assert imported(lake, write(tmp_path, pack(lines(artist(COHEN, "Leonard Cohen"))), "x")).keys() == {"Leonard Cohen"}


def test_a_dump_cut_short_is_refused_and_the_old_catalogue_stays(lake: Lake, tmp_path: Path) -> None:
    import_catalog(lake, write(tmp_path, lines(artist(COHEN, "Leonard Cohen"))))
    many = lines(*(artist(f"{i:08}", f"Artist {i * 7919:x}") for i in range(3000)))
    with pytest.raises(ConfigurationError, match=r"cut\.tar\.xz cannot be unpacked"):
        import_catalog(lake, write(tmp_path, dump(many)[:-2000], "cut.tar.xz"))
    assert [e.id for e in read_catalog(lake)] == [COHEN]
    assert not list((lake.root / ".staging").iterdir())


def test_lines_that_make_no_sense_and_placeholders_are_counted_and_left_out(lake: Lake, tmp_path: Path) -> None:
    bad = [b'{"id": "x", "name"', b"[]", json.dumps({"id": "y", "sort-name": "Y", "name": None}).encode()]
    placeholders = lines(
        artist("125ec42a-7229-4250-afc5-e057484327fe", "[unknown]"),
        artist("89ad4ac3-39f7-470e-963a-56509c546377", "Various Artists"),
    )
    path = write(tmp_path, b"\n".join([lines(artist(COHEN, "Leonard Cohen")), *bad, placeholders]))
    report = import_catalog(lake, path)
    assert dict(report.counts) == {
        "artists": 1,
        "songs": 0,
        "lines that cannot be understood": 3,
        "placeholders such as Various Artists": 2,
    }
    assert report.notes == (
        "left out: lines that cannot be understood, first in line 2 of artist",
        "left out: placeholders such as Various Artists, first in line 5 of artist",
    )


@pytest.mark.parametrize(
    ("title", "song"),
    [
        ("Alison", "Alison"),
        ("Alison (live at the Roxy)", "Alison"),
        ("Alison [demo] (2005 remaster)", "Alison"),
        ("Alison - Radio Edit", "Alison"),
        ("Umbrella (feat. Jay-Z)", "Umbrella"),
        ("(I Can't Get No) Satisfaction", "(I Can't Get No) Satisfaction"),
        ("Don't You (Forget About Me)", "Don't You (Forget About Me)"),
        ("Alison (Live)", "Alison"),
        ("Alison (1993)", "Alison"),
        ("Stay (Live Your Life)", "Stay (Live Your Life)"),
        ("Stuck in the Middle (With You)", "Stuck in the Middle (With You)"),
        ("(Live)", "(Live)"),
        ("1999", "1999"),
        ("Live Forever", "Live Forever"),
    ],
)
def test_what_tells_versions_apart_is_no_part_of_a_songs_title(title: str, song: str) -> None:
    assert song_title(title) == song


def test_titles_meet_without_case_accents_and_punctuation() -> None:
    assert title_key("Don't  Stop–Me, Now") == title_key("Dont stop me now")
    assert title_key("???") != title_key("!!!")


@pytest.mark.parametrize(
    ("address", "known"),
    [
        ("https://www.wikidata.org/wiki/Q1276", "wikidata:Q1276"),
        ("http://open.spotify.com/intl-de/artist/5l8VQNuIg0turYE1VtM9zV", "spotify:5l8VQNuIg0turYE1VtM9zV"),
        ("https://music.apple.com/us/artist/leonard-cohen/213324", "apple:213324"),
        ("https://itunes.apple.com/gb/artist/id213324", "apple:213324"),
        ("https://slowdive.bandcamp.com/", "bandcamp:slowdive"),
        ("https://www.last.fm/music/My+Bloody+Valentine", "lastfm:My+Bloody+Valentine"),
        ("https://www.youtube.com/channel/UCabc-1", "youtube:UCabc-1"),
        ("https://www.imdb.com/name/nm0169552/", "imdb:nm0169552"),
        ("https://en.wikipedia.org/wiki/Leonard_Cohen", None),
        ("https://wikidata.example/wiki/Q1", None),
        ("https://www.discogs.com/label/1", None),
        ("not an address", None),
    ],
)
def test_addresses_of_known_services_are_ids(address: str, known: str | None) -> None:
    assert foreign_ids([address]) == ((known,) if known else ())
