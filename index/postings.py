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
from scipy.sparse import _sparsetools  # the loops behind scipy.sparse; its classes copy or read whole matrices

from index.published import Layout, Query

HEAD_SHARE = 0.05
"""A term of more than this share of the entities belongs to the head. At 100,000 artists and 640 terms each a query
reads .3 million of its 3.6 million postings and scores 121 entities whole; at .1 it reads .5 and scores 50, at .02
it reads .16 and scores 241."""
_SLACK = 1e-5
"""Added to bounds: sums of some hundred 32-bit products are off by about 1e-7."""
_BLOCK = 128
_MARGIN = 4
"""How many more entities are returned than asked for, so that ties within the precision are broken in double."""

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[Any]
"""int32, or int64 where there are 2^31 weights or more."""


@dataclass(frozen=True, slots=True)
class Postings:
    """The vectors of one entity kind, to be searched."""

    layout: Layout
    row_starts: Integers
    """Shape (entities + 1): where the weights of an entity begin."""
    columns: Integers
    """Shape (nonzeros), ascending within an entity."""
    weights: Floats
    """Shape (nonzeros)."""
    term_starts: Integers
    """Shape (terms + 1): where the postings of a term begin."""
    entities: Integers
    """Shape (nonzeros), by term."""
    posting_weights: Floats
    """Shape (nonzeros), by term."""
    head_norms: Floats
    """Shape (term kinds in the order of the layout, entities): L2 norm of the head part of each kind."""
    latent: Floats
    """Shape (entities, dimensions)."""

    def nearest(self, query: Query, n: int, allowed: npt.NDArray[np.bool_] | None) -> npt.NDArray[np.int64]:
        """Return the n entities of the highest score above 0 (and a few more), best first, ties by number.

        Args:
            query: what to look for.
            n: at least 1.
            allowed: shape (entities): which may be in the answer; None means all.
        """
        head = self._sizes(query.columns) > HEAD_SHARE * self.layout.entities
        scores = self._latent_scores(query)
        self._add_postings(scores, query, ~head)
        if allowed is not None:
            scores[~allowed] = -np.inf
        if not head.any():
            return _best(scores, n + _MARGIN)
        return self._with_head(scores, query, head, n + _MARGIN)

    def _with_head(self, scores: Floats, query: Query, head: npt.NDArray[np.bool_], n: int) -> npt.NDArray[np.int64]:
        limits = scores + self._head_bounds(query, head)
        first = _best(limits, n)
        least = self._whole_scores(query, first).min() - _SLACK if len(first) == n else 0.0
        able = np.flatnonzero(limits >= max(least, 0.0))
        if self._sizes(query.columns[head]).sum() < (self.row_starts[able + 1] - self.row_starts[able]).sum():
            self._add_postings(scores, query, head)
            return _best(scores, n)
        return able[_best(self._whole_scores(query, able), n)]

    def _sizes(self, columns: Integers) -> Integers:
        sizes: Integers = self.term_starts[columns + 1] - self.term_starts[columns]
        return sizes

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
        """Add what the chosen columns of the query bring to each score, in one call that copies nothing."""
        starts, factors = _pieces(self.term_starts, query.columns[chosen], query.weights[chosen])
        _sparsetools.csc_matvec(len(scores), len(factors), starts, self.entities, self.posting_weights, factors, scores)

    def _whole_scores(self, query: Query, entities: npt.NDArray[np.int64]) -> Floats:
        """Return the exact scores of some entities, in their order."""
        order = np.argsort(entities)
        starts, factors = _pieces(self.row_starts, entities[order])
        dense = np.zeros(len(self.term_starts) - 1, np.float32)
        dense[query.columns] = query.weights
        sums = np.zeros_like(factors)
        _sparsetools.csr_matvec(len(sums), len(dense), starts, self.columns, self.weights, dense, sums)
        scores = np.empty(len(entities), np.float32)
        scores[order] = sums[::2][::-1]
        return scores + self.latent[entities] @ query.latent.astype(np.float32) if query.has_latent else scores


def _pieces(
    starts: Integers, ascending: npt.NDArray[Any], factors: npt.NDArray[Any] | None = None
) -> tuple[Integers, Floats]:
    """Return pointers and factors that lead scipy's loops through some pieces of an array and through nothing else.

    The pieces come in descending order: start, stop, start, stop... Between the stop of one and the start of the next
    lower one the loop finds an end before its beginning and does nothing. Every second factor belongs to such a gap.
    """
    pointers = np.empty(2 * len(ascending), starts.dtype)
    pointers[0::2] = starts[ascending[::-1]]
    pointers[1::2] = starts[ascending[::-1] + 1]
    spread = np.zeros(max(2 * len(ascending) - 1, 0), np.float32)
    if factors is not None:
        spread[::2] = factors[::-1]
    return pointers, spread


def _best(scores: Floats, n: int) -> npt.NDArray[np.int64]:
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
