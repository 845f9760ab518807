"""The decomposition that works in blocks is that of scikit-learn, whatever the blocks and the rank."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.utils.extmath import randomized_svd

from nlp.decomposing import right_vectors


@pytest.mark.parametrize("width", [1000, 90, 37])
@pytest.mark.parametrize("rank", [1, 12])
def test_values_and_vectors_are_those_of_scikit_learn(rank: int, width: int) -> None:
    matrix = sparse.random_array((60, 100), density=0.2, rng=np.random.default_rng(3)).tocsr()
    _, expected, vectors = randomized_svd(matrix, rank, n_iter=4, random_state=0)
    blocks = [sparse.csr_matrix(matrix[:, start : start + width]) for start in range(0, 100, width)]
    values, right = right_vectors(blocks, rank)
    np.testing.assert_allclose(values, expected, rtol=1e-10)
    np.testing.assert_allclose(np.concatenate(list(right)), vectors.T, atol=1e-9)


def test_what_a_matrix_lacks_in_rank_is_zero() -> None:
    same = sparse.csr_matrix(np.outer(np.ones(6), [1.0, 0, 2, 0, 2]))
    values, right = right_vectors([same], 2)
    np.testing.assert_allclose(values, [3 * np.sqrt(6), 0], atol=1e-6)
    np.testing.assert_allclose(next(right), np.stack([[1, 0, 2, 0, 2], np.zeros(5)], axis=1) / 3, atol=1e-6)
