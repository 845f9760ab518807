"""Many artists drawn from few real ones, so that engines can be measured at a size nobody wrote reviews for.

Each is a mixture: most terms from one real artist, some from two of its neighbours, a few from the background, with
weights that waver. So they have what real texts have and vectors drawn at random lack: structure that neighbours share.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy import sparse

from records.snapshot import ENTITY_ROWS, TERM_ROWS, Snapshot, Vectors
from records.types import EntityKind, TermKind

OWN, NEIGHBOURS, BACKGROUND = 0.3, 0.05, 40
"""Shares of the terms taken from the artist and from each of two neighbours; background terms per artist."""
_NEAREST = 10


def draw_mixtures(base: Snapshot, count: int, seed: int = 0) -> Snapshot:
    """Draw a snapshot of that many artists from the artists of another one."""
    rng = np.random.default_rng(seed)
    vectors = base.vectors[EntityKind.ARTIST]
    matrix = sparse.csr_matrix(
        (vectors.weights, vectors.indices, vectors.indptr), (vectors.entities.num_rows, vectors.terms.num_rows)
    )
    nearest = _nearest(matrix)
    popularity = np.asarray(vectors.terms.column("df"), dtype=np.float64)
    background = rng.choice(matrix.shape[1], (count, BACKGROUND), p=popularity / popularity.sum())
    parents = np.stack([_parents(rng, i % matrix.shape[0], nearest) for i in range(count)])
    rows = [_row(rng, matrix, trio, background[i]) for i, trio in enumerate(parents)]
    drawn = _stack(rows, vectors)
    latent = _latent(rng, np.asarray(vectors.latent), parents)
    mixed = _vectors(drawn, latent, vectors.terms, rng)
    return Snapshot(f"{base.id}-{count}x{seed}", base.day, base.mix, {EntityKind.ARTIST: mixed})


def _nearest(matrix: sparse.csr_matrix) -> npt.NDArray[np.int64]:
    scores = (matrix @ matrix.T).toarray()
    np.fill_diagonal(scores, -1)
    return np.asarray(np.argsort(-scores, axis=1)[:, :_NEAREST])


def _parents(rng: np.random.Generator, own: int, nearest: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return np.concatenate([[own], rng.choice(nearest[own], 2, replace=False)])


def _row(
    rng: np.random.Generator,
    matrix: sparse.csr_matrix,
    parents: npt.NDArray[np.int64],
    background: npt.NDArray[np.int64],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    columns, weights = [background], [np.full(len(background), 0.5 * matrix.data.mean())]
    for parent, share in zip(parents, (OWN, NEIGHBOURS, NEIGHBOURS), strict=True):
        span = slice(matrix.indptr[parent], matrix.indptr[parent + 1])
        taken = rng.random(span.stop - span.start) < share
        columns.append(matrix.indices[span][taken])
        weights.append(matrix.data[span][taken])
    values = np.concatenate(weights) * rng.lognormal(0, 0.3, sum(map(len, weights)))
    unique, first = np.unique(np.concatenate(columns)[::-1], return_index=True)
    return unique, values[::-1][first]


def _stack(rows: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]], vectors: Vectors) -> sparse.csr_matrix:
    indptr = np.concatenate([[0], np.cumsum([len(columns) for columns, _ in rows])])
    indices = np.concatenate([columns for columns, _ in rows])
    values = np.concatenate([weights for _, weights in rows])
    owner = np.repeat(np.arange(len(rows)), np.diff(indptr))
    for kind in TermKind:
        block = vectors.columns_of(kind)
        inside = (indices >= block.start) & (indices < block.stop)
        squares = np.bincount(owner[inside], values[inside] ** 2, len(rows))
        values[inside] /= np.sqrt(squares)[owner[inside]]
    return sparse.csr_matrix((values.astype(np.float32), indices, indptr), (len(rows), vectors.terms.num_rows))


def _latent(
    rng: np.random.Generator, latent: npt.NDArray[np.float32], parents: npt.NDArray[np.int64]
) -> npt.NDArray[np.float32]:
    mixed = np.einsum("p,npd->nd", np.array([0.7, 0.15, 0.15]), latent[parents])
    mixed += rng.normal(0, 0.15 / np.sqrt(latent.shape[1]), mixed.shape)
    mixed /= np.maximum(np.linalg.norm(mixed, axis=1, keepdims=True), 1e-9)
    return np.asarray(mixed, dtype=np.float32)


def _vectors(
    matrix: sparse.csr_matrix, latent: npt.NDArray[np.float32], terms: pa.Table, rng: np.random.Generator
) -> Vectors:
    count = matrix.shape[0]
    df = np.bincount(matrix.indices, minlength=matrix.shape[1])
    idf = np.log((1 + count) / (1 + df)) + 1
    entities = {
        "id": [f"drawn-{i:07}" for i in range(count)],
        "kind": [str(EntityKind.ARTIST)] * count,
        "name": [f"Drawn {i}" for i in range(count)],
        "aliases": [[]] * count,
        "artists": [[]] * count,
        "disambiguation": [""] * count,
        "foreign_ids": [[]] * count,
        "area": [""] * count,
        "begin": [""] * count,
        "end": [""] * count,
        "documents": rng.integers(1, 50, count),
        "familiarity": rng.random(count),
        "hotttnesss": rng.random(count),
        "leaning": np.zeros(count),
    }
    table = terms.set_column(3, "df", pa.array(df, pa.int32())).set_column(4, "idf", pa.array(idf, pa.float32()))
    return Vectors(
        pa.table(entities, schema=ENTITY_ROWS),
        table.cast(TERM_ROWS),
        matrix.indptr.astype(np.int64),
        matrix.indices.astype(np.int32),
        matrix.data.astype(np.float32),
        (rng.integers(1, 11, matrix.nnz) / 10).astype(np.float32),
        np.full((count, len(TermKind)), 20.0, np.float32),
        latent,
    )
