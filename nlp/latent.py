"""Latent semantic indexing: what entities have in common beyond the very same words.

A space is fitted to all entities once an epoch, and entities are folded into it: the dimensions mean the same from day
to day, and an entity of which nothing new was said stays where it is.
"""

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.preprocessing import normalize
from sklearn.utils.extmath import randomized_svd

from nlp.weighting import Weighed
from records.types import TermKind

PARTS = {TermKind.N1: 1.0, TermKind.N2: 1.0, TermKind.ARTIST: 0.5}
"""Weight of the unit vectors of each kind. Source: headline dev split, subject text alone, 60 dimensions, nDCG@10:
words and pairs alone .341; with artists at .3 .358, at .5 .364, at .7 .348, at 1 .314; with names, noun phrases and
adjectives besides .36 at best."""
_POWER = 0.5
"""Exponent of the singular values. Source: as above, words and pairs alone: 0 .325, 0.5 .341, 1 .334."""
_ENTITIES_PER_DIMENSION = 3
"""With fewer entities a dimension would stand for single ones."""


def fit_space(weighed: Weighed, terms: int, dimensions: int) -> npt.NDArray[np.float32]:
    """Return the space of all entities' terms, (terms of the vocabulary, at most `dimensions`).

    Each row is where a term lies; it is 0 for a term that fewer than two entities have, or that is of another kind.

    Args:
        weighed: all entities of a kind.
        terms: size of the vocabulary that `weighed` was weighed by.
        dimensions: how many dimensions at most.

    Source: Deerwester et al., Indexing by Latent Semantic Analysis, 1990; the SVD is the randomized one of Halko et
    al., 2011, as scikit-learn computes it.
    """
    matrix, place = _parts(weighed)
    is_shared = np.bincount(matrix.indices, minlength=matrix.shape[1]) > 1
    matrix, place = matrix[:, is_shared], place[is_shared]
    rank = max(0, min(dimensions, matrix.shape[0] // _ENTITIES_PER_DIMENSION, matrix.shape[1] - 1))
    space = np.zeros((terms, rank), np.float32)
    if rank:
        _, values, right = randomized_svd(normalize(matrix), rank, n_iter=4, random_state=0)
        space[place] = right.T * np.where(values > 0, values, 1.0) ** (_POWER - 1)
    return space


def fold_in(weighed: Weighed, space: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return latent vectors, (entities, dimensions), rows of L2 norm 1, or 0 where nothing is shared.

    Source: the folding-in of Deerwester et al., 1990: an entity lies where its terms do.
    """
    matrix, place = _parts(weighed)
    folded = matrix @ space[place].astype(np.float64)
    vectors: npt.NDArray[np.float32] = (normalize(folded) if folded.size else folded).astype(np.float32)
    return vectors


def _parts(weighed: Weighed) -> tuple[sparse.csr_matrix, npt.NDArray[np.int64]]:
    """Return the weights of the kinds that count here, of terms of the vocabulary; and these terms' places in it."""
    blocks = [weighed.block(kind) for kind in PARTS]
    matrix = sparse.hstack(
        [weighed.matrix[:, block] * part for block, part in zip(blocks, PARTS.values(), strict=True)]
    ).tocsr()
    column = weighed.terms.column("place").to_numpy()
    place = np.concatenate([column[block] for block in blocks]).astype(np.float64)
    is_known = ~np.isnan(place)
    return matrix[:, is_known], place[is_known].astype(np.int64)
