"""The exact nearest vectors of a query among memory-mapped arrays.

The vectors lie there twice: by entity (rows) and by term (postings). Common terms, the head, make most of the postings
and little of a score, so they are not read at first. What they can add at most is known by Cauchy and Schwarz from the
norms of the head parts of both vectors, per term kind:

    score(v) <= latent + rare terms + sum over k of |query head of k| * |v head of k|

Entities whose bound reaches the n-th best score known are scored whole, by their rows. The answer is exact.
docs/decisions/0010-embedded-engine.md has the figures and what else was tried.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from index.published import Layout, Query

HEAD_SHARE = 0.03
"""A term of more than this share of the entities belongs to the head. At 100,000 artists and 640 terms each the median
query takes 3.0, 3.2, 3.1, 3.2, 3.6 and 4.1 ms of a core at .01, .02, .03, .05, .1 and .2, and 7.5 ms without a head."""
_SLACK = 1e-5
"""Added to bounds: sums of some hundred 32-bit products are off by about 1e-7."""
_BLOCK = 128
_MARGIN = 4
"""How many more entities are returned than asked for, so that ties within the precision are broken in double."""

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Postings:
    """The vectors of one entity kind, to be searched."""

    layout: Layout
    vectors: sparse.csr_array
    """float32 (entities, terms)."""
    postings: sparse.csr_array
    """The same, float32 (terms, entities)."""
    head_norms: Floats
    """Shape (term kinds in the order of the layout, entities): L2 norm of the head part of each kind."""
    latent: Floats
    """Shape (entities, dimensions)."""

    def nearest(self, query: Query, n: int, allowed: npt.NDArray[np.bool_] | None) -> Numbers:
        """Return the n entities of the highest score above 0 (and a few more), best first, ties by number.

        Args:
            query: what to look for.
            n: at least 1.
            allowed: shape (entities): which may be in the answer; None means all.
        """
        head = _sizes(self.postings, query.columns) > HEAD_SHARE * self.layout.entities
        scores = self._latent_scores(query)
        self._add_postings(scores, query, ~head)
        if allowed is not None:
            scores[~allowed] = -np.inf
        if not head.any():
            return _best(scores, n + _MARGIN)
        return self._with_head(scores, query, head, n + _MARGIN)

    def _with_head(self, scores: Floats, query: Query, head: npt.NDArray[np.bool_], n: int) -> Numbers:
        limits = scores + self._head_bounds(query, head)
        first = _best(limits, n)
        least = self._whole_scores(query, first).min() - _SLACK if len(first) == n else 0.0
        able = np.flatnonzero(limits >= max(least, 0.0))
        if _sizes(self.postings, query.columns[head]).sum() < _sizes(self.vectors, able).sum():
            self._add_postings(scores, query, head)
            return _best(scores, n)
        return able[_best(self._whole_scores(query, able), n)]

    def _latent_scores(self, query: Query) -> Floats:
        if not query.has_latent:
            return np.zeros(self.layout.entities, np.float32)
        # einsum runs on one core in 1 ms; BLAS takes between .2 and 15 ms, since its threads wait for busy cores.
        scores: Floats = np.einsum("ij,j->i", self.latent, query.latent.astype(np.float32))
        return scores

    def _head_bounds(self, query: Query, head: npt.NDArray[np.bool_]) -> Floats:
        columns, weights = query.columns[head], query.weights[head]
        edges = [np.searchsorted(columns, bounds) for bounds in self.layout.columns.values()]
        norms = np.array([np.linalg.norm(weights[start:stop]) for start, stop in edges], np.float32)
        bounds: Floats = np.einsum("ij,i->j", self.head_norms, norms) + np.float32(_SLACK)
        return bounds

    def _add_postings(self, scores: Floats, query: Query, chosen: npt.NDArray[np.bool_]) -> None:
        """Add what the chosen columns of the query bring to each score."""
        scores += self.postings[query.columns[chosen]].T @ query.weights[chosen].astype(np.float32)

    def _whole_scores(self, query: Query, entities: Numbers) -> Floats:
        """Return the exact scores of some entities, in their order."""
        dense = np.zeros(self.vectors.shape[1], np.float32)
        dense[query.columns] = query.weights
        scores: Floats = self.vectors[entities] @ dense
        return scores + self.latent[entities] @ query.latent.astype(np.float32) if query.has_latent else scores


def _sizes(matrix: sparse.csr_array, rows: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return how many weights these rows have."""
    sizes: npt.NDArray[Any] = matrix.indptr[rows + 1] - matrix.indptr[rows]
    return sizes


def _best(scores: Floats, n: int) -> Numbers:
    """Return the places of the n highest scores above 0, best first; of equal scores the first place comes first."""
    reach = np.flatnonzero(scores >= _reached(scores, n)) if n < len(scores) else np.arange(len(scores))
    reach = reach[scores[reach] > 0]
    return reach[np.lexsort((reach, -scores[reach]))[:n]]


def _reached(scores: Floats, n: int) -> float:
    """Return what at least n scores reach: the n-th highest of the greatest of each block.

    A twentieth of the time of a partition of all scores, and it leaves few more than n.
    """
    greatest = np.maximum.reduceat(scores, np.arange(0, len(scores), _BLOCK))
    place = len(greatest) - n
    return float(np.partition(greatest, place)[place]) if place >= 0 else -np.inf
