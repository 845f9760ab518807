"""Objects of MusicBrainz's JSON dumps: artists, and recordings, releases and release groups as songs.

Source: musicbrainz.org/doc/Development/JSON_Data_Dumps. The dump of recordings holds only those that are on no release;
the tracks of the dump of releases, or the canonical recordings (`nlp.catalog.canonical`), hold the others.
"""

from collections.abc import Iterator
from typing import Any

from nlp.catalog.canonical import RECORDING, song_row
from nlp.catalog.foreign import foreign_ids
from nlp.catalog.lines import NameType, OtherName, Row, Skipped
from nlp.folding import fold
from records.types import Entity, EntityKind

_VARIOUS = "89ad4ac3-39f7-470e-963a-56509c546377"
_TYPES = {"legal name": NameType.LEGAL, "search hint": NameType.HINT}
_SHORTEST_UNTYPED = 3
"""Editors gave no type to many good aliases and to some of one or two letters ("ae" for Autechre) that are words."""
_GUEST = ("feat", "ft.", "featuring")
_TITLED = {"artist-credit", "media", "primary-type", "iswcs"}
_NOT_ARTISTS = {"label-code", "coordinates", "iso-3166-1-codes"}

Item = dict[str, Any]


def is_musicbrainz(item: Item) -> bool:
    """Tell an object of MusicBrainz's from one with this project's keys."""
    return "sort-name" in item or ("title" in item and not _TITLED.isdisjoint(item))


def read_item(line: int, item: Item) -> Iterator[Row | Skipped]:
    """Read one object as an artist or as songs."""
    if "sort-name" in item and not _NOT_ARTISTS & item.keys():
        yield _artist(line, item)
    elif "media" in item:
        yield from _release(line, item)
    elif "primary-type" in item:
        yield from _single(line, item)
    elif "artist-credit" in item:
        yield _recording(line, item, _main_artists(item))
    else:
        yield Skipped(line, "MusicBrainz objects that are neither artists nor songs by an artist")


def read_tags(item: Item) -> Iterator[tuple[str, float]]:
    """Yield the tags of an object with the votes for each, at least 1; genres are among the tags."""
    for tag in item.get("tags") or ():
        if tag["count"] > 0:
            yield tag["name"], float(tag["count"])


def tagged_id(item: Item) -> str:
    """Return the id or foreign id under which the catalogue knows an object that has tags."""
    return item["id"] if "sort-name" in item else f"{RECORDING}:{item['id']}"


def _artist(line: int, item: Item) -> Row | Skipped:
    name = " ".join(item["name"].split())
    if item["id"] == _VARIOUS or not name or (name[0], name[-1]) == ("[", "]"):
        return Skipped(line, "placeholders such as Various Artists")
    others = tuple(_other_names(item, name))
    aliases = {fold(name): name}
    for other in others:
        if other.type is NameType.ALIAS:
            aliases.setdefault(fold(other.name), other.name)
    span = item.get("life-span") or {}
    entity = Entity(
        item["id"],
        EntityKind.ARTIST,
        name,
        tuple(aliases.values())[1:],
        (),
        item.get("disambiguation") or "",
        _foreign_ids(item),
        _area(item),
        span.get("begin") or "",
        span.get("end") or "",
    )
    return Row(line, entity, others)


def _other_names(item: Item, name: str) -> Iterator[OtherName]:
    sort_name = item["sort-name"] or ""
    if sort_name and sort_name != name:
        yield OtherName(sort_name, NameType.SORT)
    for alias in item.get("aliases") or ():
        other, kind = " ".join(alias["name"].split()), (alias.get("type") or "").lower()
        named = _TYPES.get(kind, NameType.ALIAS)
        if not kind and (len(other) < _SHORTEST_UNTYPED or other == sort_name != name):
            named = NameType.HINT
        if other and other != name:
            yield OtherName(other, named, alias.get("locale") or "")


def _area(item: Item) -> str:
    """Return town and country, or what is known of the two."""
    areas = (item.get("begin-area") or item.get("begin_area"), item.get("area"))
    return ", ".join(dict.fromkeys(area["name"] for area in areas if area))


def _foreign_ids(item: Item) -> tuple[str, ...]:
    relations = item.get("relations") or ()
    found = foreign_ids(r["url"]["resource"] for r in relations if r.get("url") and not r.get("ended"))
    return tuple(sorted({*found, *(f"isni:{isni}" for isni in item.get("isnis") or ())}))


def _recording(line: int, item: Item, artists: tuple[str, ...]) -> Row | Skipped:
    own = [f"{RECORDING}:{item['id']}", *(f"isrc:{isrc}" for isrc in item.get("isrcs") or ()), *_foreign_ids(item)]
    return song_row(line, item["title"], artists, tuple(sorted(own)))


def _release(line: int, item: Item) -> Iterator[Row | Skipped]:
    for medium in item["media"] or ():
        for track in medium.get("tracks") or ():
            if recording := track.get("recording"):
                credited = recording if recording.get("artist-credit") else track
                yield _recording(line, recording, _main_artists(credited) or _main_artists(item))


def _single(line: int, item: Item) -> Iterator[Row | Skipped]:
    """Read a single as the songs that its title names ("Alison / Celia's Dream")."""
    if item["primary-type"] != "Single":
        yield Skipped(line, "release groups that are no singles")
        return
    for title in item["title"].split(" / "):
        yield song_row(line, title, _main_artists(item), _foreign_ids(item))


def _main_artists(item: Item) -> tuple[str, ...]:
    """Return the ids of those credited before any guest: the song is looked for near them."""
    artists = []
    for credit in item.get("artist-credit") or ():
        artists.append(credit["artist"]["id"])
        if credit.get("joinphrase", "").strip(" (").lower().startswith(_GUEST):
            break
    return tuple(dict.fromkeys(artist for artist in artists if artist != _VARIOUS))
