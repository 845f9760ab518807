"""The catalogue: the artists and songs that are looked for, from a file of the user's into the lake."""

import csv
import itertools
import json
from collections.abc import Iterator
from pathlib import Path

from records.errors import ConfigurationError, InputError
from records.ids import file_fingerprint
from records.lake import Lake, read_table
from records.schemas import ENTITIES, from_table, to_table
from records.types import Entity, EntityKind, StageReport

_KEYS = ("id", "kind", "name", "aliases", "artist", "disambiguation")
_REQUIRED = ("id", "name")
_SEPARATOR = "|"
_BATCH = 20_000
_SHOWN = 5

TEMPLATE = """\
id,kind,name,aliases,artist,disambiguation
artist:slowdive,artist,Slowdive,,,
artist:my-bloody-valentine,artist,My Bloody Valentine,MBV,,
artist:low,artist,Low,,,American band from Duluth
song:slowdive/alison,song,Alison,,artist:slowdive,
song:my-bloody-valentine/only-shallow,song,Only Shallow,,artist:my-bloody-valentine,
"""
"""A catalogue to start from."""


def import_catalog(lake: Lake, path: Path) -> StageReport:
    """Put a catalogue file (CSV, or JSON lines if its name ends in .jsonl) in the place of the lake's catalogue.

    Columns or keys: `id` and `name`; where there is something to say also `kind` (artist or song; artist if silent),
    `aliases`, `artist` (ids of a song's artists) and `disambiguation`. In CSV several values are separated by `|`.

    Raises:
        ConfigurationError: the file is missing or malformed; the message names up to five lines and what is wrong
            with each. The lake's catalogue then stays as it was.
    """
    try:
        stamp = file_fingerprint(path)
    except OSError as error:
        raise ConfigurationError(f"the catalogue {path} cannot be read: {error.strerror}") from error
    if not lake.is_current(lake.catalog, stamp):
        _check(path)
        with lake.table_writer(lake.catalog, ENTITIES, stamp) as write:
            rows = (entity for _, entity in _rows(path) if isinstance(entity, Entity))
            while batch := list(itertools.islice(rows, _BATCH)):
                write(to_table(batch, ENTITIES))
    kinds = read_table(lake.catalog, ENTITIES).column("kind").to_pylist()
    return StageReport("catalog", tuple((f"{kind}s", kinds.count(kind)) for kind in EntityKind))


def read_catalog(lake: Lake) -> Iterator[Entity]:
    """Yield the entities of the lake's catalogue.

    Raises:
        ConfigurationError: no catalogue was imported yet.
    """
    if not lake.catalog.exists():
        raise ConfigurationError(f"{lake.root} has no catalogue yet; import one with `topterms catalog FILE`")
    return from_table(read_table(lake.catalog, ENTITIES), Entity)


def _check(path: Path) -> None:
    problems = list(itertools.islice(_problems(path), _SHOWN + 1))
    if problems:
        more = "; and more" if len(problems) > _SHOWN else ""
        raise ConfigurationError(f"the catalogue {path} cannot be used: " + "; ".join(problems[:_SHOWN]) + more)


def _problems(path: Path) -> Iterator[str]:
    kinds: dict[str, EntityKind] = {}
    performers: list[tuple[int, str]] = []
    for line, row in _rows(path):
        if isinstance(row, str):
            yield f"line {line}: {row}"
        elif row.id in kinds:
            yield f"line {line}: the id {row.id!r} stands there a second time"
        else:
            kinds[row.id] = row.kind
            performers.extend((line, artist) for artist in row.artists)
    for line, artist in performers:
        if kinds.get(artist) is not EntityKind.ARTIST:
            yield f"line {line}: the song's artist {artist!r} is no artist of this catalogue"
    if not kinds:
        yield "it holds no entity"


def _rows(path: Path) -> Iterator[tuple[int, Entity | str]]:
    """Yield (line number, entity or what is wrong with the line)."""
    read = _json_rows if path.suffix == ".jsonl" else _csv_rows
    for line, values in read(path):
        try:
            yield line, values if isinstance(values, str) else _entity(values)
        except InputError as error:
            yield line, str(error)


def _csv_rows(path: Path) -> Iterator[tuple[int, dict[str, object] | str]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            rows = csv.DictReader(stream)
            missing = [key for key in _REQUIRED if key not in (rows.fieldnames or ())]
            if missing:
                found = ", ".join(rows.fieldnames or ()) or "nothing"
                yield 1, f"the columns are {found}; expected at least id and name out of {', '.join(_KEYS)}"
                return
            for row in rows:
                if None in row:
                    yield rows.line_num, f"it has more values than the {len(rows.fieldnames or ())} columns"
                else:
                    yield rows.line_num, dict(row)
    except (UnicodeDecodeError, csv.Error) as error:
        yield 1, f"it is not CSV in UTF-8 ({error})"


def _json_rows(path: Path) -> Iterator[tuple[int, dict[str, object] | str]]:
    with path.open("rb") as stream:
        for line, text in enumerate(stream, 1):
            try:
                row = json.loads(text)
            except ValueError as error:
                yield line, f"it is not JSON ({error})"
                continue
            yield line, row if isinstance(row, dict) else f"expected a JSON object, found {type(row).__name__}"


def _entity(values: dict[str, object]) -> Entity:
    unknown = sorted(set(values) - set(_KEYS))
    if unknown:
        raise InputError(f"the key {unknown[0]!r} is not known; expected some of {', '.join(_KEYS)}")
    words = {key: _word(key, values.get(key)) for key in ("id", "kind", "name", "disambiguation")}
    kind = words["kind"] or EntityKind.ARTIST
    if kind not in list(EntityKind):
        raise InputError(f"the kind is {kind!r}; expected {' or '.join(EntityKind)}")
    artists = _words("artist", values.get("artist"))
    if (kind == EntityKind.SONG) != bool(artists):
        what = "a song needs the id of its artist" if kind == EntityKind.SONG else "only a song has an artist"
        raise InputError(what)
    aliases = tuple(dict.fromkeys(_words("aliases", values.get("aliases"))))
    return Entity(words["id"], EntityKind(kind), words["name"], aliases, artists, words["disambiguation"])


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
    return tuple(word for word in (_word(key, item) for item in items) if word)
