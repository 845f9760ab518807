"""Latent semantic indexing: what entities have in common beyond the very same words."""

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.preprocessing import normalize
from sklearn.utils.extmath import randomized_svd

from nlp.weighting import Weighed
from records.types import TermKind

_PARTS = {TermKind.N1: 1.0, TermKind.N2: 1.0, TermKind.ARTIST: 0.5}
"""Weight of the unit vectors of each kind. Source: headline dev split, subject text alone, 60 dimensions, nDCG@10:
words and pairs alone .341; with artists at .3 .358, at .5 .364, at .7 .348, at 1 .314; with names, noun phrases and
adjectives besides .36 at best."""
_POWER = 0.5
"""Exponent of the singular values. Source: as above, words and pairs alone: 0 .325, 0.5 .341, 1 .334."""
_ENTITIES_PER_DIMENSION = 3
"""With fewer entities a dimension would stand for single ones."""


def latent_vectors(weighed: Weighed, dimensions: int) -> npt.NDArray[np.float32]:
    """Return latent vectors, (entities, at most `dimensions`), rows of L2 norm 1, or 0 where nothing is shared.

    Source: Deerwester et al., Indexing by Latent Semantic Analysis, 1990; the SVD is the randomized one of Halko et
    al., 2011, as scikit-learn computes it.
    """
    blocks = [weighed.matrix[:, weighed.block(kind)] * part for kind, part in _PARTS.items()]
    matrix = sparse.hstack(blocks).tocsr()
    matrix = matrix[:, np.bincount(matrix.indices, minlength=matrix.shape[1]) > 1]
    rank = min(dimensions, matrix.shape[0] // _ENTITIES_PER_DIMENSION, matrix.shape[1] - 1)
    if rank < 1:
        return np.zeros((matrix.shape[0], 0), np.float32)
    left, values, _ = randomized_svd(normalize(matrix), rank, n_iter=4, random_state=0)
    vectors: npt.NDArray[np.float32] = normalize(left * values**_POWER).astype(np.float32)
    return vectors
