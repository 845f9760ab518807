"""Catalogues written by hand or by another program: CSV and JSON lines with the keys of this project."""

import csv
import io
import json
from collections.abc import Iterator
from typing import IO

from nlp.catalog.canonical import CANONICAL, read_canonical
from nlp.catalog.lines import Line, Merged, NameType, OtherName, Problem, Row
from records.errors import InputError
from records.types import Entity, EntityKind

_KEYS = ("id", "kind", "name", "aliases", "artist", "disambiguation", "foreign_ids", "area", "begin", "end")
_WORDS = ("id", "kind", "name", "disambiguation", "area", "begin", "end")
_REQUIRED = ("id", "name")
_MERGED = {"old_id", "new_id"}
_SEPARATOR = "|"

TEMPLATE = """\
id,kind,name,aliases,artist,disambiguation
artist:slowdive,artist,Slowdive,,,
artist:my-bloody-valentine,artist,My Bloody Valentine,MBV,,
artist:low,artist,Low,,,American band from Duluth
song:slowdive/alison,song,Alison,,artist:slowdive,
song:my-bloody-valentine/only-shallow,song,Only Shallow,,artist:my-bloody-valentine,
"""
"""A catalogue to start from."""


def read_csv(stream: IO[bytes]) -> Iterator[Line]:
    """Read CSV: entities, merged ids (columns old_id and new_id) or MusicBrainz's canonical recordings."""
    try:
        rows = csv.DictReader(io.TextIOWrapper(stream, "utf-8-sig", newline=""))
        columns = set(rows.fieldnames or ())
        if columns >= _MERGED:
            yield from _merged(rows)
        elif columns >= CANONICAL:
            yield from read_canonical(rows)
        else:
            yield from _entities(rows)
    except (UnicodeDecodeError, csv.Error) as error:
        yield Problem(1, f"it is not CSV in UTF-8 ({error})")


def read_object(line: int, values: dict[str, object]) -> Row | Problem:
    """Read one object of JSON lines."""
    try:
        entity = _entity(values)
    except InputError as error:
        return Problem(line, str(error))
    others = tuple(OtherName(alias, NameType.ALIAS) for alias in entity.aliases)
    return Row(line, entity, others if entity.kind is EntityKind.ARTIST else (), own=True)


def read_json_line(line: int, text: bytes) -> dict[str, object] | Problem:
    """Parse one line of JSON lines."""
    try:
        values = json.loads(text)
    except ValueError as error:
        return Problem(line, f"it is not JSON ({error})")
    if not isinstance(values, dict):
        return Problem(line, f"expected a JSON object, found {type(values).__name__}")
    return values


def _entities(rows: "csv.DictReader[str]") -> Iterator[Line]:
    columns = rows.fieldnames or ()
    if any(key not in columns for key in _REQUIRED):
        found = ", ".join(columns) or "nothing"
        yield Problem(1, f"the columns are {found}; expected at least {' and '.join(_REQUIRED)} out of {_known()}")
        return
    for row in rows:
        if None in row:
            yield Problem(rows.line_num, f"it has more values than the {len(columns)} columns")
        else:
            yield read_object(rows.line_num, dict(row))


def _merged(rows: "csv.DictReader[str]") -> Iterator[Line]:
    for row in rows:
        old, new = ((row[key] or "").strip() for key in sorted(_MERGED, reverse=True))
        if old and new:
            yield Merged(rows.line_num, old, new)
        else:
            yield Problem(rows.line_num, "old_id or new_id is empty; expected two ids")


def _entity(values: dict[str, object]) -> Entity:
    unknown = sorted(set(values) - set(_KEYS))
    if unknown:
        raise InputError(f"the key {unknown[0]!r} is not known; expected some of {_known()}")
    words = {key: _word(key, values.get(key)) for key in _WORDS}
    kind = words["kind"] or EntityKind.ARTIST
    if kind not in list(EntityKind):
        raise InputError(f"the kind is {kind!r}; expected {' or '.join(EntityKind)}")
    artists = _words("artist", values.get("artist"))
    if (kind == EntityKind.SONG) != bool(artists):
        what = "a song needs the id of its artist" if kind == EntityKind.SONG else "only a song has an artist"
        raise InputError(what)
    return Entity(
        words["id"],
        EntityKind(kind),
        words["name"],
        _words("aliases", values.get("aliases")),
        artists,
        words["disambiguation"],
        tuple(sorted(_words("foreign_ids", values.get("foreign_ids")))),
        words["area"],
        words["begin"],
        words["end"],
    )


def _known() -> str:
    return ", ".join(_KEYS)


def _word(key: str, value: object) -> str:
    if not isinstance(value, str | None):
        raise InputError(f"{key} is {value!r}; expected text")
    word = " ".join((value or "").split())
    if key in _REQUIRED and not word:
        raise InputError(f"{key} is empty; expected text")
    return word


def _words(key: str, value: object) -> tuple[str, ...]:
    items = value.split(_SEPARATOR) if isinstance(value, str) else value or []
    if not isinstance(items, list):
        raise InputError(f"{key} is {value!r}; expected a list of texts")
    return tuple(dict.fromkeys(word for word in (_word(key, item) for item in items) if word))
