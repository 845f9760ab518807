"""Vectors of a day out of those of an earlier day of the epoch: what was weighed anew takes the place of what was."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from nlp.weighting import Weighed
from records.snapshot import Vectors
from records.spans import spans

_ROWS = 1 << 16


@dataclass(frozen=True, slots=True)
class Carried:
    """The vectors of all entities, but for what is to be shown of entities and terms."""

    terms: npt.NDArray[np.int64]
    """For each column its row in the terms before, followed by the terms weighed anew."""
    indptr: npt.NDArray[np.int64]
    indices: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float32]
    frequencies: npt.NDArray[np.float32]
    norms: npt.NDArray[np.float32]
    latent: npt.NDArray[np.float32]
    leaning: npt.NDArray[np.float32]


def carry(
    before: Vectors,
    weighed: Weighed,
    latent: npt.NDArray[np.float32],
    leaning: npt.NDArray[np.float32],
    entities: pa.ChunkedArray,
) -> Carried:
    """Return the vectors of entities: those weighed anew, and of the others those they had.

    Args:
        before: the vectors of an earlier day.
        weighed: entities weighed anew.
        latent: their latent vectors.
        leaning: the share of each of these that is borrowed.
        entities: ids of all entities of the day, sorted; each of them is in `before` or `weighed`.
    """
    rows, matrix = _rows(before, weighed, entities), weighed.matrix
    lengths = np.concatenate([np.diff(before.indptr), np.diff(matrix.indptr)])[rows]
    starts = np.concatenate([before.indptr[:-1], before.indptr[-1] + matrix.indptr[:-1].astype(np.int64)])[rows]
    indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)

    def cells() -> Iterator[tuple[slice, npt.NDArray[np.int64], npt.NDArray[np.int32]]]:
        """Yield for some rows at a time which cells they are, where these come from, and their terms."""
        for some in spans(indptr):
            part = slice(int(indptr[some.start]), int(indptr[some.stop]))
            source = np.arange(part.start, part.stop) + np.repeat(starts[some] - indptr[:-1][some], lengths[some])
            found = _taken(before.indices, matrix.indices, source)
            found[source >= len(before.indices)] += before.terms.num_rows
            yield part, source, found

    met = np.zeros(before.terms.num_rows + weighed.terms.num_rows, np.bool_)
    for _, _, found in cells():
        met[found] = True
    terms, column = _columns(before.terms, weighed.terms, met)
    indices, weights, frequencies = (
        weighed.place.array((int(indptr[-1]),), kind) for kind in (np.int32, np.float32, np.float32)
    )
    for part, source, found in cells():
        indices[part] = column[found]
        weights[part] = _taken(before.weights, matrix.data, source)
        frequencies[part] = _taken(before.frequencies, weighed.frequencies, source)
    latents = weighed.place.array((len(rows), latent.shape[1]), np.float32)
    for start in range(0, len(rows), _ROWS):
        latents[start : start + _ROWS] = _taken(before.latent, latent, rows[start : start + _ROWS])
    norms = _taken(before.norms, weighed.norms, rows)
    borrowed = _taken(before.entities.column("leaning").to_numpy(), leaning, rows)
    return Carried(terms, indptr, indices, weights, frequencies, norms, latents, borrowed)


def _taken(one: npt.NDArray[Any], other: npt.NDArray[Any], places: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    """Return what lies at places in an array that is followed by another; it has the type of the first."""
    is_other = places >= len(one)
    found = np.empty((len(places), *one.shape[1:]), one.dtype)
    found[~is_other] = one[places[~is_other]]
    found[is_other] = other[places[is_other] - len(one)]
    return found


def _rows(before: Vectors, weighed: Weighed, entities: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """Return where each entity's row is, those before and those weighed anew being one behind the other."""
    old = pc.index_in(entities, before.entities.column("id"))
    new = pc.add(pc.index_in(entities, weighed.entities), before.entities.num_rows)
    rows: npt.NDArray[np.int64] = pc.coalesce(new, old).to_numpy().astype(np.int64)
    return rows


def _columns(
    before: pa.Table, weighed: pa.Table, met: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """Merge terms before with those weighed anew, less those that no entity has any more.

    Args:
        before: sorted by kind and term.
        weighed: sorted by kind and term.
        met: which terms entities have, as rows of `before` followed by `weighed`.

    Returns:
        The row of each column, and the column of each row.
    """
    keys, new = _keys(before), _keys(weighed)
    rows = np.arange(len(keys) + len(new))
    known = pc.index_in(new, keys).to_numpy(zero_copy_only=False).astype(np.float64)
    is_known = ~np.isnan(known)
    rows[len(keys) :][is_known] = known[is_known].astype(np.int64)
    is_met = np.zeros(len(rows), np.bool_)
    is_met[rows[met]] = True
    fresh = np.flatnonzero(~is_known)
    # few terms are new on a day: finding their places is cheaper than sorting all of them again
    places = np.zeros(len(fresh), np.int64)
    if len(keys):
        places[:] = [bisect_left(range(len(keys)), new[i].as_py(), key=lambda at: keys[at].as_py()) for i in fresh]
    merged = np.insert(np.arange(len(keys)), places, len(keys) + fresh)
    merged = merged[is_met[merged]]
    column = np.zeros(len(rows), np.int32)
    column[merged] = np.arange(len(merged))
    return merged, column[rows]


def _keys(terms: pa.Table) -> pa.Array:
    """Return one text for each term that sorts as kind and term do."""
    kind, term = (terms.column(name).cast(pa.large_string()) for name in ("kind", "term"))  # in all more than 2 GB
    keys = pc.binary_join_element_wise(kind, term, pa.scalar("\0", pa.large_string()))
    return keys.combine_chunks() if isinstance(keys, pa.ChunkedArray) else keys
