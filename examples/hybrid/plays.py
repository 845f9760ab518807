"""Plays of listeners, joined with the artists of an export."""

import csv
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from scipy import sparse

from records.errors import InputError

Row = tuple[str, str, float]


@dataclass(frozen=True, slots=True)
class Plays:
    """Who played whom how often."""

    listeners: tuple[str, ...]
    items: tuple[str, ...]
    """Ids of the export where the artist is in it, else the name as it was given."""
    names: tuple[str, ...]
    """Of the items."""
    counts: sparse.csr_array
    """float32 (listeners, items)."""


def read_plays(path: Path, entities: pa.Table) -> Plays:
    """Read plays and join them with the artists of an export, who are all items even where nobody plays them.

    Args:
        path: CSV with the columns user, entity (an id or a name) and plays; or user_artists.dat of hetrec2011-lastfm-2k
            with artists.dat beside it.
        entities: the artists of the export.

    Raises:
        InputError: a file cannot be read or has other columns.
    """
    rows = list(_hetrec(path) if path.suffix == ".dat" else _rows(path, ("user", "entity", "plays"), ","))
    if not rows:
        raise InputError(f"{path} holds no plays")
    known = _handles(entities)
    ids, names = entities.column("id").to_pylist(), entities.column("name").to_pylist()
    items = dict(zip(ids, names, strict=True))
    meant = {given: known.get(_folded(given), given) for given in {row[1] for row in rows}}
    for given, item in sorted(meant.items()):
        items.setdefault(item, given)
    columns = {item: column for column, item in enumerate(items)}
    listeners = {user: row for row, user in enumerate(sorted({row[0] for row in rows}))}
    cells = (
        np.array([plays for _, _, plays in rows], np.float32),
        (np.array([listeners[user] for user, _, _ in rows]), np.array([columns[meant[given]] for _, given, _ in rows])),
    )
    counts = sparse.csr_array(cells, (len(listeners), len(items)))
    return Plays(tuple(listeners), tuple(items), tuple(items.values()), counts)


def _hetrec(path: Path) -> Iterator[Row]:
    names = {cells[0]: cells[1] for cells in _cells(path.parent / "artists.dat", ("id", "name"), "\t")}
    for user, artist, plays in _rows(path, ("userID", "artistID", "weight"), "\t"):
        yield user, names.get(artist, artist), plays


def _rows(path: Path, columns: Sequence[str], delimiter: str) -> Iterator[Row]:
    for number, (user, item, plays) in enumerate(_cells(path, columns, delimiter), 2):
        try:
            yield user, item, float(plays)
        except ValueError:
            raise InputError(f"line {number} of {path} has {plays!r} plays; expected a number") from None


def _cells(path: Path, columns: Sequence[str], delimiter: str) -> Iterator[list[str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            quoted = delimiter == ","
            reader = csv.DictReader(
                stream, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
            )
            if not set(columns) <= set(reader.fieldnames or ()):
                found = ", ".join(reader.fieldnames or ()) or "nothing"
                raise InputError(f"{path} has the columns {found}; expected {', '.join(columns)}")
            for row in reader:
                yield [row[column] or "" for column in columns]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} cannot be read: {error}") from error


def _handles(entities: pa.Table) -> dict[str, str]:
    """Return the id behind every id, and behind every name or alias that one artist alone bears."""
    bearers: dict[str, set[str]] = {}
    columns = (entities.column(name).to_pylist() for name in ("id", "name", "aliases"))
    for own, name, aliases in zip(*columns, strict=True):
        for text in (name, *aliases):
            bearers.setdefault(_folded(text), set()).add(own)
    single = {text: min(ids) for text, ids in bearers.items() if len(ids) == 1 and text}
    return single | {_folded(own): own for own in entities.column("id").to_pylist()}


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold()).replace("&", "and").removeprefix("the ")
    return "".join(letter for letter in plain if letter.isalnum())
