"""The nearest neighbours of every entity, the same that the index answers."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy import sparse

from index.building import head_norms
from index.export.layout import NEIGHBOR_ROWS
from index.postings import Postings
from index.published import Layout, Vector
from index.scoring import LEAST_SCORE, seeds_query, shares_of
from records.snapshot import Vectors

_ENTITIES = 1024
"""Entities whose neighbours are written at a time."""

Step = Callable[[int], None]
"""Told how many units were done."""


def neighbor_tables(vectors: Vectors, mix: Mapping[str, float], n: int, step: Step) -> Iterator[pa.Table]:
    """Yield the n nearest neighbours of every entity under a mix that sums to 1, as tables of schema NEIGHBOR_ROWS."""
    entities = vectors.entities.num_rows
    ids = vectors.entities.column("id").combine_chunks()
    postings = _postings(vectors)
    for start in range(0, entities, _ENTITIES):
        rows = range(start, min(start + _ENTITIES, entities))
        found = [_nearest(vectors, postings, mix, row, n) for row in rows]
        places, scores = (np.concatenate(column) for column in zip(*found, strict=True))
        lengths = [len(nearest) for nearest, _ in found]
        columns = [
            ids.take(pa.array(np.repeat(rows, lengths))),
            pa.array(np.concatenate([np.arange(1, length + 1) for length in lengths]), pa.int32()),
            ids.take(pa.array(places)),
            pa.array(scores, pa.float32()),
        ]
        yield pa.table(columns, schema=NEIGHBOR_ROWS)
        step(len(rows))


def _postings(vectors: Vectors) -> Postings:
    layout = Layout.of(vectors)
    shape = (layout.entities, vectors.terms.num_rows)
    matrix = sparse.csr_array((vectors.weights, vectors.indices, vectors.indptr), shape)
    by_term = matrix.tocsc()
    transposed = sparse.csr_array((by_term.data, by_term.indices, by_term.indptr), shape[::-1])
    norms = head_norms(vectors, layout, np.diff(by_term.indptr))
    return Postings(layout, matrix, transposed, norms, np.asarray(vectors.latent))


def _nearest(
    vectors: Vectors, postings: Postings, mix: Mapping[str, float], row: int, n: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    query = seeds_query([_vector(vectors, row)], [1.0], postings.layout, mix)
    candidates = postings.nearest(query, n + 1, None)
    candidates = candidates[candidates != row]
    scores = np.array([shares_of(query, _vector(vectors, place)).score for place in candidates.tolist()], np.float64)
    order = np.lexsort((candidates, -scores))[:n]  # rows are sorted by id, as the index breaks ties
    order = order[scores[order] > LEAST_SCORE]
    return candidates[order], scores[order]


def _vector(vectors: Vectors, row: int) -> Vector:
    part = slice(int(vectors.indptr[row]), int(vectors.indptr[row + 1]))
    return Vector(
        vectors.indices[part], vectors.weights[part], vectors.frequencies[part], vectors.norms[row], vectors.latent[row]
    )
