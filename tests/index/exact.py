"""Scores worked out in the plainest way, from dense matrices in double precision."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from scipy import sparse

from index.published import Filters
from records.snapshot import LATENT, Snapshot, Vectors
from records.types import EntityKind


def dense(vectors: Vectors) -> npt.NDArray[np.float64]:
    """Return the matrix of all unit vectors, shape (entities, terms)."""
    shape = (vectors.entities.num_rows, vectors.terms.num_rows)
    return sparse.csr_matrix((vectors.weights, vectors.indices, vectors.indptr), shape).toarray().astype(np.float64)


def exact_scores(
    snapshot: Snapshot, kind: EntityKind, seeds: Mapping[str, float], mix: Mapping[str, float] | None = None
) -> dict[str, float]:
    """Return the similarity of every entity but the seeds to the seeds, by id."""
    vectors = snapshot.vectors[kind]
    chosen = snapshot.mix if mix is None else mix
    gains = np.array([chosen.get(k, 0.0) for k in vectors.terms.column("kind").to_pylist()])
    ids = vectors.entities.column("id").to_pylist()
    signs = np.array([seeds.get(i, 0.0) for i in ids])
    signs /= np.abs(signs).sum() * sum(chosen.values())
    terms, latent = dense(vectors), vectors.latent.astype(np.float64)
    scores = terms @ (gains * (signs @ terms)) + latent @ (chosen.get(LATENT, 0.0) * (signs @ latent))
    return {i: float(score) for i, score in zip(ids, scores, strict=True) if i not in seeds}


def passing(snapshot: Snapshot, kind: EntityKind, filters: Filters) -> set[str]:
    """Return the ids that pass the filters."""
    rows = snapshot.vectors[kind].entities.to_pylist()
    return {
        row["id"]
        for row in rows
        if np.float32(filters.min_familiarity) <= row["familiarity"] <= np.float32(filters.max_familiarity)
        and np.float32(filters.min_hotttnesss) <= row["hotttnesss"] <= np.float32(filters.max_hotttnesss)
        and row["leaning"] <= np.float32(filters.max_leaning)
        and (filters.only is None or row["id"] in filters.only)
        and row["id"] not in filters.without
    }
