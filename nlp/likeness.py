"""What makes two entities alike, down to single terms: what they share, and what their latent vectors come of.

An entity lies where its terms do (`nlp.latent`), so the cosine of two latent vectors is a sum over the terms of either.
A term brings as much as its place is near to the other entity: much if both have it, and something too if the other is
described by words that are used of the same music. The mean of both sides counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from nlp.epoch import Epoch
from nlp.latent import PARTS
from records.snapshot import LATENT, Vectors
from records.types import TermKind

_FIT = 1e-3
"""How far a vector may lie from where its terms lie, where it leans on nobody; further, the epoch is another one."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TermShares:
    """What every term of two entities brings to their score, in the order of columns."""

    columns: npt.NDArray[np.int32]
    shares: Floats
    """By itself where both have it, and by way of the latent vectors; may be below 0, for a term that tells apart."""
    sides: npt.NDArray[np.bool_]
    """(2, columns): which of the two have it."""


def term_shares(
    vectors: Vectors, rows: tuple[int, int], mix: Mapping[str, float], epoch: Epoch | None
) -> TermShares | None:
    """Return the share of every term in the score of two entities.

    The shares sum to the score, less what the latent vectors borrow from others where little was said.

    Args:
        vectors: of a snapshot.
        rows: of the two.
        mix: weight of each term kind and of `latent`; sum 1.
        epoch: the one that the vectors belong to; None leaves the latent part out.

    Returns:
        None if the epoch is not the one that the vectors come of.
    """
    columns = np.unique(np.concatenate([_cells(vectors, row)[0] for row in rows]))
    weights = np.zeros((2, len(columns)))
    for side, row in enumerate(rows):
        found, values = _cells(vectors, row)
        weights[side, np.searchsorted(columns, found)] = values
    shares = _spread(vectors, columns, mix) * weights[0] * weights[1]
    if epoch is not None and mix.get(LATENT, 0.0) > 0:
        places = _spread(vectors, columns, PARTS)[:, None] * _places(vectors, columns, epoch)
        for side, row in enumerate(rows):
            terms = weights[side, :, None] * places
            own = terms.sum(axis=0)
            norm = float(np.linalg.norm(own))
            if not norm:
                continue
            leans = vectors.entities["leaning"][row].as_py() > 0
            if not leans and abs(float(own @ vectors.latent[row]) / norm - 1) > _FIT:
                return None
            shares += mix[LATENT] * (terms @ vectors.latent[rows[1 - side]]) / norm / 2
    return TermShares(columns, shares, weights > 0)


def _cells(vectors: Vectors, row: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    part = slice(int(vectors.indptr[row]), int(vectors.indptr[row + 1]))
    return vectors.indices[part], vectors.weights[part]


def _spread(
    vectors: Vectors, columns: npt.NDArray[np.int32], values: Mapping[TermKind, float] | Mapping[str, float]
) -> Floats:
    """Return for each column the value of its term kind, 0 for a kind without one."""
    by_kind = {str(kind): value for kind, value in values.items()}
    spread = np.zeros(len(columns))
    for kind in TermKind:
        block = vectors.columns_of(kind)
        spread[slice(*np.searchsorted(columns, (block.start, block.stop)))] = by_kind.get(kind, 0.0)
    return spread


def _places(vectors: Vectors, columns: npt.NDArray[np.int32], epoch: Epoch) -> Floats:
    """Return where terms lie in the latent space, (columns, dimensions); 0 for those that it does not know."""
    terms = vectors.terms.select(["kind", "term"]).take(pa.array(columns))
    place = pc.index_in(_keys(terms), _keys(epoch.vocabulary)).to_numpy(zero_copy_only=False)
    known = ~np.isnan(place) if place.dtype.kind == "f" else np.ones(len(place), np.bool_)
    places = np.zeros((len(columns), epoch.space.shape[1]))
    places[known] = epoch.space[place[known].astype(np.int64)]
    return places


def _keys(terms: pa.Table) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(terms["kind"], terms["term"], "\0")
