"""Listening and similarity data that the user has, as factors: a short vector for everyone who is listened to.

Two kinds of CSV with a header are read. Plays have the columns user, entity and plays; pairs have two columns of
entities, and a third with a weight if there is one. An entity is an id, a foreign id, or a name that one entity bears.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy import sparse
from sklearn.preprocessing import normalize
from sklearn.utils.extmath import randomized_svd

from nlp.folding import fold
from records.errors import InputError

_PLAYS = ["user", "entity", "plays"]
_FACTORS = 128
_DAMPING = 20
"""Listeners added to everyone's before popularity is divided out. Source: hetrec's plays, headline dev split, nDCG@10
of text and learned vectors together: 5 .401, 20 .407; factors of `implicit` instead, another library, .412."""

Row = tuple[str, str, float]


@dataclass(frozen=True, slots=True)
class Listening:
    """What the user's data says of the entities."""

    rows: npt.NDArray[np.int64]
    """Shape (known), ascending: rows of the entities that the data speaks of."""
    factors: npt.NDArray[np.float64]
    """Shape (known, factors), rows of L2 norm 1: the nearer, the more often listened to by the same people."""
    lines: int
    """Lines of the file."""
    unknown: tuple[str, ...]
    """Entities of the file that are none of ours, by name."""


def read_listening(path: Path, entities: pa.Table) -> Listening:
    """Read plays or pairs and factorise them.

    Args:
        path: the CSV file.
        entities: those of one kind, with id, name, aliases and foreign_ids.

    Raises:
        InputError: the file cannot be read, or is neither plays nor pairs.
    """
    is_plays, lines = _read(path)
    if not lines:
        raise InputError(f"{path} has a header and nothing below; expected plays or pairs")
    keys = sorted({line[1] for line in lines} | (set() if is_plays else {line[0] for line in lines}))
    known = _known(entities)
    rows = np.array([known.get(_key(key), -1) for key in keys], np.int64)
    factors = _factors_of_plays(lines, keys) if is_plays else _factors_of_pairs(lines, keys)
    places = [int(np.flatnonzero(rows == row)[0]) for row in np.unique(rows[rows >= 0])]
    unknown = tuple(key for key, row in zip(keys, rows, strict=True) if row < 0)
    return Listening(rows[places], factors[places], len(lines), unknown)


def _read(path: Path) -> tuple[bool, list[Row]]:
    """Return whether these are plays, and the lines."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream)
            header = [name.strip().lower() for name in next(reader, [])]
            is_plays = header == _PLAYS
            if not is_plays and len(header) not in (2, 3):
                found = ", ".join(header) or "nothing"
                raise InputError(
                    f"{path} begins with {found}; expected a header: {', '.join(_PLAYS)}, or two entities and a weight"
                )
            return is_plays, list(_lines(path, reader, len(header)))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} cannot be read as CSV in UTF-8: {error}") from error


def _lines(path: Path, reader: Iterator[Sequence[str]], width: int) -> Iterator[Row]:
    for number, cells in enumerate(reader, 2):
        if not cells:
            continue
        try:
            weight = float(cells[2]) if width > 2 else 1.0
            if len(cells) != width or not 0 <= weight < np.inf:
                raise ValueError
        except (ValueError, IndexError):
            raise InputError(
                f"line {number} of {path} is {','.join(cells)!r}; expected {width} cells"
                f"{', the third a number of at least 0' if width > 2 else ''}"
            ) from None
        if weight > 0:
            yield cells[0].strip(), cells[1].strip(), weight


def _known(entities: pa.Table) -> Mapping[str, int]:
    """Return the row of every id, foreign id, and name or alias that one entity alone bears."""
    bearers: dict[str, set[int]] = {}
    handles: dict[str, int] = {}
    columns = (entities.column(name).to_pylist() for name in ("id", "name", "aliases", "foreign_ids"))
    for row, (own, name, aliases, foreign) in enumerate(zip(*columns, strict=True)):
        handles.update({_key(handle): row for handle in (own, *foreign)})
        for text in (name, *aliases):
            bearers.setdefault(_key(text), set()).add(row)
    return {text: min(rows) for text, rows in bearers.items() if len(rows) == 1} | handles


def _key(text: str) -> str:
    return fold(text).replace("&", "and").removeprefix("the ")


def _factors_of_plays(lines: Sequence[Row], keys: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return factors of listeners x entities, whether played at all, popularity divided out.

    How often something was played told less than that it was: log counts .361 and no counts .378 in the measurement of
    _DAMPING, with the factors of alternating least squares alone.
    """
    listeners = {user: row for row, user in enumerate(dict.fromkeys(user for user, _, _ in lines))}
    columns = {key: column for column, key in enumerate(keys)}
    cells = sorted({(listeners[user], columns[key]) for user, key, _ in lines})
    rows, places = np.array(cells).T
    heard = sparse.csr_array((np.ones(len(cells)), (rows, places)), (len(listeners), len(keys)))
    popularity = np.bincount(places, minlength=len(keys))
    return _right_factors(sparse.csr_array(heard @ sparse.diags_array(1 / np.sqrt(popularity + _DAMPING))))


def _factors_of_pairs(lines: Sequence[Row], keys: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return factors of the symmetric matrix of weights, everyone alike to oneself, degrees divided out."""
    columns = {key: column for column, key in enumerate(keys)}
    one = np.array([columns[a] for a, _, _ in lines])
    other = np.array([columns[b] for _, b, _ in lines])
    weights = np.array([weight for _, _, weight in lines])
    shape = (len(keys), len(keys))
    alike = sparse.csr_array((weights / weights.max(), (one, other)), shape)
    alike = alike.maximum(alike.T) + sparse.eye_array(len(keys))
    scale = sparse.diags_array(1 / np.sqrt(alike.sum(axis=1)))
    return _right_factors(sparse.csr_array(scale @ alike @ scale))


def _right_factors(matrix: sparse.csr_array) -> npt.NDArray[np.float64]:
    rank = min(_FACTORS, *matrix.shape)
    _, values, right = randomized_svd(sparse.csr_matrix(matrix), rank, n_iter=4, random_state=0)
    factors: npt.NDArray[np.float64] = normalize(right.T * values)
    return factors
