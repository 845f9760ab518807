"""A truncated singular value decomposition of a sparse matrix that may lie on disk, in blocks of columns.

It finds what scikit-learn's `randomized_svd` finds from the same random start, to about 1e-12. That one holds several
dense matrices with a row for every column, which of words and pairs grow with all that was ever said; here no more is
held than a block's, and what has a row for every row of the matrix.

Source: Halko, Martinsson and Tropp, Finding Structure with Randomness, 2011, algorithms 4.4 and 5.1.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse

Floats = npt.NDArray[np.float64]

_MORE = 10
"""Directions that are looked at beyond those that are asked for."""
_ITERATIONS = 4
_LEAST = 1e-12
"""Share of the greatest eigenvalue below which a direction is none."""


def right_vectors(blocks: Sequence[sparse.csr_matrix], rank: int) -> tuple[Floats, Iterator[Floats]]:
    """Return the greatest singular values of a matrix, and the right singular vectors, block by block.

    Args:
        blocks: the columns of the matrix, some in each; (rows, columns of the block).
        rank: how many to find, at most as many as the matrix has rows or columns.

    Returns:
        The values, greatest first, and for each block an array (columns of the block, rank). What the matrix lacks in
        rank is 0 in both. Of each left vector the number that is greatest without its sign is above 0.
    """
    rows, columns = blocks[0].shape[0], sum(block.shape[1] for block in blocks)
    basis = np.random.RandomState(0).normal(size=(rows, min(rank + _MORE, rows, columns)))
    for _ in range(_ITERATIONS):
        basis = np.linalg.qr(_squared(blocks, basis))[0]
    image = _squared(blocks, basis)
    sizes, axes = np.linalg.eigh(basis.T @ image)
    is_there = sizes > _LEAST * max(sizes.max(), 0.0)
    axes = axes[:, is_there] / np.sqrt(sizes[is_there])
    left, found, turned = np.linalg.svd(image @ axes, full_matrices=False)
    greatest = left[np.abs(left).argmax(axis=0), np.arange(left.shape[1])]
    kept = min(rank, len(found))
    values, turn = np.zeros(rank), np.zeros((len(sizes), rank))
    values[:kept] = found[:kept]
    turn[:, :kept] = (axes @ (turned.T * np.sign(greatest)))[:, :kept]
    return values, (block.T @ (basis @ turn) for block in blocks)


def _squared(blocks: Sequence[sparse.csr_matrix], vectors: Floats) -> Floats:
    """Return the matrix times its transpose times vectors."""
    product: Floats = np.zeros_like(vectors)
    for block in blocks:
        product += block @ (block.T @ vectors)
    return product
