"""Which entities changed between two snapshots, and the later one put together again from the earlier and the changes.

The weight of nearly every term moves a little every day, since idf and fading move; that is told from change by a
tolerance. Changes are always told against a whole export, so what was left out never adds up.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from index.export.layout import ADDED, CHANGE_ROWS, CHANGED, REMOVED
from records.snapshot import Vectors

TOLERANCE = 0.01
"""Weights and frequencies that moved by no more than this are left out. Terms of artists of whom nothing new was
written moved by .0002 in the median over a month of a blog's posts, 99 of 100 by less than .0137 (docs/time.md)."""
_ROWS = 1 << 12

Rows = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened to the entities of one kind."""

    table: pa.Table
    """Of schema CHANGE_ROWS, sorted by id."""
    rows: Rows
    """Shape (entities of the later snapshot): which were added or changed."""


def changes_between(before: Vectors, after: Vectors, tolerance: float) -> Changes:
    """Find the entities that came, went, or have a weight or frequency that moved by more than the tolerance."""
    places = _places(before.entities.column("id"), after.entities.column("id"))
    added = places < 0
    rows = added.copy()
    for earlier, later in zip(_matrices(before), _matrices(after), strict=True):
        moved = _padded(_in_columns_of(earlier, before, after))
        for start in range(0, len(rows), _ROWS):
            part = slice(start, start + _ROWS)
            rows[part] |= _greatest(later[part] - moved[places[part]]) > tolerance
        lost = np.append(_lost(earlier, before, after, tolerance), False)
        rows |= lost[places]
    gone = _places(after.entities.column("id"), before.entities.column("id")) < 0
    moved_ids = after.entities.column("id").filter(pa.array(rows))
    kinds = np.where(added[rows], ADDED, CHANGED)
    removed = before.entities.column("id").filter(pa.array(gone))
    table = pa.table(
        [
            pa.chunked_array([*moved_ids.chunks, *removed.chunks], pa.string()),
            pa.array([*kinds.tolist(), *[REMOVED] * len(removed)], pa.string()),
        ],
        schema=CHANGE_ROWS,
    )
    return Changes(table.sort_by("entity_id"), rows)


def only_rows(vectors: Vectors, rows: Rows) -> Vectors:
    """Return vectors in which only the chosen rows have terms; entities, terms, norms and latent vectors stay whole."""
    weights, frequencies = (_kept(matrix, rows) for matrix in _matrices(vectors))
    return _with_cells(vectors, weights, frequencies)


def merged(base: Vectors, changes: Vectors, rows: Rows) -> Vectors:
    """Return the later vectors: the chosen rows from the changes, the others from the earlier vectors.

    Args:
        base: the earlier vectors, whole.
        changes: tables, norms and latent vectors of the later ones, and the weights of what was added or changed.
        rows: shape (entities of `changes`): which were added or changed.
    """
    places = np.where(rows, -1, _places(base.entities.column("id"), changes.entities.column("id")))
    weights, frequencies = (
        sparse.csr_array(_padded(_in_columns_of(old, base, changes))[places] + new)
        for old, new in zip(_matrices(base), _matrices(changes), strict=True)
    )
    return _with_cells(changes, weights, frequencies)


def _with_cells(vectors: Vectors, weights: sparse.csr_array, frequencies: sparse.csr_array) -> Vectors:
    return Vectors(
        vectors.entities,
        vectors.terms,
        weights.indptr.astype(np.int64),
        weights.indices.astype(np.int32),
        weights.data,
        frequencies.data,
        vectors.norms,
        vectors.latent,
    )


def _matrices(vectors: Vectors) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Return weights and frequencies, each float32 (entities, terms)."""
    shape = (vectors.entities.num_rows, vectors.terms.num_rows)
    weights, frequencies = (
        sparse.csr_array((cells, vectors.indices, vectors.indptr), shape)
        for cells in (vectors.weights, vectors.frequencies)
    )
    return weights, frequencies


def _in_columns_of(matrix: sparse.csr_array, own: Vectors, other: Vectors) -> sparse.csr_array:
    """Return a matrix in the columns of other vectors; terms that those lack are dropped."""
    columns = _places(_keys(own), _keys(other))  # for each column of the other: where it is in ours
    return sparse.csr_array(_padded(matrix.T.tocsr())[columns].T.tocsr())


def _lost(matrix: sparse.csr_array, before: Vectors, after: Vectors, tolerance: float) -> Rows:
    """Say which rows have a cell above the tolerance in a column that the later vectors lack."""
    gone = _places(_keys(after), _keys(before)) < 0
    return _greatest(matrix[:, gone]) > tolerance


def _padded(matrix: sparse.csr_array) -> sparse.csr_array:
    """Return a matrix with an empty last row, so that place -1 is one without cells."""
    return sparse.csr_array(sparse.vstack([matrix, sparse.csr_array((1, matrix.shape[1]), dtype=matrix.dtype)]))


def _kept(matrix: sparse.csr_array, rows: Rows) -> sparse.csr_array:
    return sparse.csr_array(_padded(matrix)[np.where(rows, np.arange(len(rows)), -1)])


def _greatest(matrix: sparse.csr_array) -> npt.NDArray[np.float64]:
    """Return the greatest absolute value of each row, 0 for an empty one."""
    cells = np.append(np.abs(matrix.data), 0.0)
    greatest = np.maximum.reduceat(cells, matrix.indptr[:-1]) if matrix.shape[0] else np.zeros(0)
    return np.where(np.diff(matrix.indptr) > 0, greatest, 0.0)


def _keys(vectors: Vectors) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(vectors.terms.column("kind"), vectors.terms.column("term"), "\t")


def _places(values: pa.ChunkedArray, wanted: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """Return where each wanted value stands among the values, -1 where it does not."""
    found = pc.fill_null(pc.index_in(wanted, values), -1)
    places: npt.NDArray[np.int64] = found.to_numpy().astype(np.int64)
    return places
