"""Groups of entities that are written about alike, each with the terms that name it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.cluster import MiniBatchKMeans

from index.base import DISPLAY_KINDS
from index.names import fold
from records.snapshot import Vectors
from records.types import Term, TermKind

MOST = 200
"""Clusters at most: more than anybody reads through."""
_LEAST = 6
"""Entities from which on there are groups to speak of."""
_NAMED_BY = 8


@dataclass(frozen=True, slots=True)
class NamingTerm:
    """A term that the entities of a cluster have more than others do."""

    term: Term
    label: str
    weight: float
    """Mean weight within the cluster less the mean over all entities, times salience; above 0."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A group of entities that are written about alike."""

    number: int
    """From 0, the largest first; holds within one snapshot only."""
    terms: tuple[NamingTerm, ...]
    """What names it, best first."""
    members: tuple[str, ...]
    """Ids, the most typical first."""


def clusters(vectors: Vectors) -> tuple[Cluster, ...]:
    """Group the entities that have a latent vector into about sqrt(n / 2) clusters, the largest first.

    The same vectors give the same clusters. Source: k-means over mini-batches, Sculley, Web-Scale K-Means Clustering,
    2010, as scikit-learn computes it; the number by the rule of thumb of Mardia et al., Multivariate Analysis, 1979.
    """
    rows = np.flatnonzero(np.any(vectors.latent, axis=1))
    if len(rows) < _LEAST:
        return ()
    points = np.asarray(vectors.latent[rows])
    wanted = int(np.clip(round((len(rows) / 2) ** 0.5), 2, MOST))
    means = MiniBatchKMeans(wanted, n_init=3, random_state=0, batch_size=4096).fit(points)
    near = np.einsum("ij,ij->i", points, means.cluster_centers_[means.labels_])
    sizes = np.bincount(means.labels_, minlength=wanted)
    order = [label for label in np.argsort(-sizes, kind="stable").tolist() if sizes[label]]
    names = _names(vectors, rows, means.labels_, order)
    ids = vectors.entities["id"].to_numpy(zero_copy_only=False)
    return tuple(
        Cluster(number, names[number], _members(ids[rows], near, np.flatnonzero(means.labels_ == label)))
        for number, label in enumerate(order)
    )


def _members(
    ids: npt.NDArray[np.object_], near: npt.NDArray[np.float64], places: npt.NDArray[np.int64]
) -> tuple[str, ...]:
    return tuple(ids[places[np.argsort(-near[places], kind="stable")]].tolist())


def _names(
    vectors: Vectors, rows: npt.NDArray[np.int64], labels: npt.NDArray[np.int32], order: list[int]
) -> list[tuple[NamingTerm, ...]]:
    shape = (vectors.entities.num_rows, vectors.terms.num_rows)
    matrix = sparse.csr_array((vectors.weights, vectors.indices, vectors.indptr), shape, copy=False)
    columns = np.concatenate([np.arange(shape[1])[vectors.columns_of(kind)] for kind in DISPLAY_KINDS])
    shown = matrix[:, columns]
    place = np.zeros(max(order) + 1, np.int64)
    place[order] = np.arange(len(order))
    ones = np.ones(len(rows), np.float32)
    sums = sparse.csr_array((ones, (place[labels], rows)), (len(order), shape[0])) @ shown
    sizes = np.bincount(place[labels], minlength=len(order))
    everywhere = np.asarray(shown.sum(axis=0)).ravel() / shape[0]
    salience = vectors.terms["salience"].to_numpy()[columns]
    return [
        _strongest(vectors, columns, (sums[[i]].toarray().ravel() / sizes[i] - everywhere) * salience)
        for i in range(len(order))
    ]


def _strongest(
    vectors: Vectors, columns: npt.NDArray[np.int64], lead: npt.NDArray[np.float64]
) -> tuple[NamingTerm, ...]:
    best = np.argsort(-lead, kind="stable")[: 3 * _NAMED_BY]
    best = best[lead[best] > 0]
    named: dict[str, NamingTerm] = {}
    for row, weight in zip(vectors.terms.take(columns[best]).to_pylist(), lead[best].tolist(), strict=True):
        term = Term(TermKind(row["kind"]), row["term"])
        named.setdefault(fold(row["label"]), NamingTerm(term, row["label"], weight))
    return tuple(named.values())[:_NAMED_BY]
