"""Latent semantic indexing: what entities have in common beyond the very same words.

A space is fitted to all entities once an epoch, and entities are folded into it: the dimensions mean the same from day
to day, and an entity of which nothing new was said stays where it is.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc
from scipy import sparse
from sklearn.preprocessing import normalize

from nlp.decomposing import right_vectors
from nlp.weighting import Weighed
from records.spans import spans
from records.types import TermKind

PARTS = {TermKind.N1: 1.0, TermKind.N2: 1.0, TermKind.ARTIST: 0.5}
"""Weight of the unit vectors of each kind. Source: headline dev split, subject text alone, 60 dimensions, nDCG@10:
words and pairs alone .341; with artists at .3 .358, at .5 .364, at .7 .348, at 1 .314; with names, noun phrases and
adjectives besides .36 at best."""
_POWER = 0.5
"""Exponent of the singular values. Source: as above, words and pairs alone: 0 .325, 0.5 .341, 1 .334."""
_ENTITIES_PER_DIMENSION = 3
"""With fewer entities a dimension would stand for single ones."""
_MOST = 100_000
"""Those of whom most was said are enough to fit a space to, and bound what the first day of an epoch costs."""
_COLUMNS = 1 << 18
"""Terms that are worked on together, which takes about 150 MB."""


def fit_space(weighed: Weighed, terms: int, dimensions: int) -> npt.NDArray[np.float32]:
    """Return the space of all entities' terms, (terms of the vocabulary, at most `dimensions`).

    Each row is where a term lies; it is 0 for a term that fewer than two entities have, or that is of another kind.

    Args:
        weighed: all entities of a kind.
        terms: size of the vocabulary that `weighed` was weighed by.
        dimensions: how many dimensions at most.

    Source: Deerwester et al., Indexing by Latent Semantic Analysis, 1990; the SVD is the randomized one of Halko et
    al., 2011.
    """
    fitted = _fitted(weighed)
    met = np.zeros(terms, np.int32)
    for rows, part in _parts(weighed, terms):
        places, entities = np.unique(part[fitted[rows]].indices, return_counts=True)
        met[places] += entities.astype(np.int32)
    shared = np.flatnonzero(met > 1)
    rank = max(0, min(dimensions, int(fitted.sum()) // _ENTITIES_PER_DIMENSION, len(shared) - 1))
    space: npt.NDArray[np.float32] = weighed.place.array((terms, rank), np.float32)
    if rank:
        values, right = right_vectors(_blocks(weighed, terms, fitted, shared), rank)
        factors = np.where(values > 0, values, 1.0) ** (_POWER - 1)
        for start, vectors in zip(range(0, len(shared), _COLUMNS), right, strict=True):
            space[shared[start : start + _COLUMNS]] = vectors * factors
    return space


def fold_in(weighed: Weighed, space: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return latent vectors, (entities, dimensions), rows of L2 norm 1, or 0 where nothing is shared.

    Source: the folding-in of Deerwester et al., 1990: an entity lies where its terms do.
    """
    vectors: npt.NDArray[np.float32] = weighed.place.array((weighed.matrix.shape[0], space.shape[1]), np.float32)
    for rows, part in _parts(weighed, len(space)):
        used, column = np.unique(part.indices, return_inverse=True)
        narrow = sparse.csr_matrix((part.data, column, part.indptr), (part.shape[0], len(used)))
        folded = narrow @ space[used].astype(np.float64)
        vectors[rows] = normalize(folded) if folded.size else folded
    return vectors


def _fitted(weighed: Weighed) -> npt.NDArray[np.bool_]:
    """Say which entities a space is fitted to: those of whom most was said."""
    fitted = np.zeros(len(weighed.words), np.bool_)
    fitted[np.argsort(-weighed.words, kind="stable")[:_MOST]] = True
    return fitted


def _blocks(
    weighed: Weighed, terms: int, fitted: npt.NDArray[np.bool_], shared: npt.NDArray[np.int64]
) -> list[sparse.csr_matrix]:
    """Return what a space is fitted to, rows of L2 norm 1, some of the shared terms in each block, in files."""
    growing = weighed.place.growing
    starts = range(0, len(shared), _COLUMNS)
    files = [(growing(np.float64), growing(np.int32), [np.zeros(1, np.int64)]) for _ in starts]
    for rows, part in _parts(weighed, terms):
        kept = normalize(part[fitted[rows]][:, shared]).tocsc()
        for start, (weights, places, lengths) in zip(starts, files, strict=True):
            block = kept[:, start : start + _COLUMNS].tocsr()
            weights.append(block.data)
            places.append(block.indices)
            lengths.append(np.diff(block.indptr))
    shapes = [(int(fitted.sum()), min(_COLUMNS, len(shared) - start)) for start in starts]
    return [
        sparse.csr_matrix((weights.whole(), places.whole(), np.cumsum(np.concatenate(lengths))), shape)
        for (weights, places, lengths), shape in zip(files, shapes, strict=True)
    ]


def _parts(weighed: Weighed, terms: int) -> Iterator[tuple[slice, sparse.csr_matrix]]:
    """Yield, some rows at a time, the weights of the kinds that count here; columns are places in the vocabulary."""
    place = pc.fill_null(weighed.terms.column("place"), -1).to_numpy()
    factors = np.zeros(len(place))
    for kind, part in PARTS.items():
        factors[weighed.block(kind)] = part
    factors[place < 0] = 0
    for rows in spans(weighed.matrix.indptr):
        some = weighed.matrix[rows]
        kept = factors[some.indices] > 0
        columns = some.indices[kept]
        starts = np.concatenate([[0], np.cumsum(kept)])[some.indptr]
        yield (
            rows,
            sparse.csr_matrix((some.data[kept] * factors[columns], place[columns], starts), (len(starts) - 1, terms)),
        )
