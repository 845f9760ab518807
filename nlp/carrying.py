"""Vectors of a day out of those of an earlier day of the epoch: what was weighed anew takes the place of what was."""

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from nlp.weighting import Weighed
from records.snapshot import Vectors


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
    rows = _rows(before, weighed, entities)
    lengths = np.concatenate([np.diff(before.indptr), np.diff(weighed.matrix.indptr)])[rows]
    starts = np.concatenate([before.indptr[:-1], before.indptr[-1] + weighed.matrix.indptr[:-1].astype(np.int64)])[rows]
    indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    cells = np.arange(indptr[-1]) + np.repeat(starts - indptr[:-1], lengths)
    found = np.concatenate([before.indices, weighed.matrix.indices + before.terms.num_rows])[cells]
    terms, column = _columns(before.terms, weighed.terms, found)
    return Carried(
        terms,
        indptr,
        column[found],
        np.concatenate([before.weights, weighed.matrix.data.astype(np.float32)])[cells],
        np.concatenate([before.frequencies, weighed.frequencies])[cells],
        np.concatenate([before.norms, weighed.norms])[rows],
        np.concatenate([before.latent, latent])[rows],
        np.concatenate([before.entities.column("leaning").to_numpy(), leaning])[rows],
    )


def _rows(before: Vectors, weighed: Weighed, entities: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """Return where each entity's row is, those before and those weighed anew being one behind the other."""
    old = pc.index_in(entities, before.entities.column("id"))
    new = pc.add(pc.index_in(entities, weighed.entities), before.entities.num_rows)
    rows: npt.NDArray[np.int64] = pc.coalesce(new, old).to_numpy().astype(np.int64)
    return rows


def _columns(
    before: pa.Table, weighed: pa.Table, found: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """Merge terms before with those weighed anew, less those that no entity has any more.

    Args:
        before: sorted by kind and term.
        weighed: sorted by kind and term.
        found: the terms that entities have, as rows of `before` followed by `weighed`.

    Returns:
        The row of each column, and the column of each row.
    """
    keys, new = _keys(before), _keys(weighed)
    rows = np.arange(len(keys) + len(new))
    known = pc.index_in(new, keys).to_numpy(zero_copy_only=False).astype(np.float64)
    is_known = ~np.isnan(known)
    rows[len(keys) :][is_known] = known[is_known].astype(np.int64)
    is_met = np.bincount(rows[np.bincount(found, minlength=len(rows)) > 0], minlength=len(rows)) > 0
    fresh = np.flatnonzero(~is_known)
    # few terms are new on a day: finding their places is cheaper than sorting all of them again
    places = [bisect_left(range(len(keys)), new[i].as_py(), key=lambda at: keys[at].as_py()) for i in fresh.tolist()]
    merged = np.insert(np.arange(len(keys)), np.array(places, np.int64), len(keys) + fresh)
    merged = merged[is_met[merged]]
    column = np.zeros(len(rows), np.int32)
    column[merged] = np.arange(len(merged))
    return merged, column[rows]


def _keys(terms: pa.Table) -> pa.Array:
    """Return one text for each term that sorts as kind and term do."""
    keys = pc.binary_join_element_wise(terms.column("kind"), terms.column("term"), "\0")
    return keys.combine_chunks() if isinstance(keys, pa.ChunkedArray) else keys
