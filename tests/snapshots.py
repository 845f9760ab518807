"""Snapshots drawn at random, for tests of what reads them."""

from datetime import date

import numpy as np
import pyarrow as pa
from scipy import sparse

from records.snapshot import ENTITY_ROWS, LATENT, TERM_ROWS, Snapshot, Vectors
from records.types import EntityKind, TermKind

MIX = {
    TermKind.N1: 0.2,
    TermKind.N2: 0.1,
    TermKind.NP: 0.15,
    TermKind.ADJ: 0.1,
    TermKind.NAME: 0.1,
    TermKind.ARTIST: 0.1,
    TermKind.TAG: 0.05,
    LATENT: 0.2,
}


def assert_alike(one: Snapshot, other: Snapshot, tolerance: float = 1e-6) -> None:
    """Hold that two snapshots have the same entities and terms, and numbers that differ by no more than a tolerance."""
    for kind, mine in one.vectors.items():
        theirs = other.vectors[kind]
        for name in ("entities", "terms"):
            table, expected_table = getattr(mine, name), getattr(theirs, name)
            for column in table.column_names:
                found, expected = table.column(column), expected_table.column(column)
                if pa.types.is_floating(found.type):
                    np.testing.assert_allclose(found.to_numpy(), expected.to_numpy(), atol=tolerance, err_msg=column)
                else:
                    assert found.to_pylist() == expected.to_pylist(), column
        for name in ("indptr", "indices", "weights", "frequencies", "norms", "latent"):
            found, expected = getattr(mine, name), getattr(theirs, name)
            assert found.dtype == expected.dtype
            np.testing.assert_allclose(found, expected, atol=tolerance, rtol=tolerance, err_msg=name)


def random_snapshot(*, entities: int, terms: int, seed: int, dimensions: int = 8) -> Snapshot:
    """Draw a snapshot of that many artists and half as many songs, with terms of every kind but tags."""
    rng = np.random.default_rng(seed)
    artists = random_vectors(EntityKind.ARTIST, entities, terms, dimensions, rng)
    songs = random_vectors(EntityKind.SONG, entities // 2, terms, dimensions, rng)
    mix = {str(kind): weight for kind, weight in MIX.items()}
    vectors = {EntityKind.ARTIST: artists, EntityKind.SONG: songs}
    return Snapshot(f"random{seed}x{entities}x{terms}", date(2026, 11, 21), mix, vectors)


def random_vectors(kind: EntityKind, entities: int, terms: int, dimensions: int, rng: np.random.Generator) -> Vectors:
    """Draw vectors whose terms are of skewed popularity, as words are."""
    kinds = sorted(rng.choice([str(k) for k in TermKind if k is not TermKind.TAG], terms).tolist())
    popularity = rng.permutation(1 / np.arange(1, terms + 1)) if terms else np.zeros(0)
    counts = rng.poisson(np.outer(rng.uniform(1, 8, entities), popularity * 4)).astype(np.float32)
    df = (counts > 0).sum(axis=0) if entities else np.zeros(terms)
    idf = np.log((1 + entities) / (1 + df)) + 1
    matrix = np.log1p(counts) * idf
    norms = np.zeros((entities, len(TermKind)), np.float32)
    for position, term_kind in enumerate(TermKind):
        block = np.array([k == term_kind for k in kinds], bool)
        norm = np.sqrt((matrix[:, block] ** 2).sum(axis=1))
        norms[:, position] = norm
        matrix[:, block] /= np.where(norm > 0, norm, 1)[:, None]
    csr = sparse.csr_matrix(matrix.astype(np.float32))
    csr.sort_indices()
    latent = rng.normal(size=(entities, dimensions)).astype(np.float32)
    latent /= np.linalg.norm(latent, axis=1, keepdims=True) if entities else 1
    rows = [
        {
            "id": f"{kind}-{i:06}",
            "kind": str(kind),
            "name": f"{kind.title()} {i}",
            "aliases": [f"The {kind.title()} {i}"],
            "artists": [f"artist-{i:06}"] if kind is EntityKind.SONG else [],
            "disambiguation": "",
            "foreign_ids": [f"made:{kind}{i}"],
            "area": "Reykjavík" if i % 2 else "",
            "begin": str(1950 + i % 70),
            "end": "",
            "documents": int(rng.integers(1, 50)),
            "familiarity": float(rng.uniform()),
            "hotttnesss": float(rng.uniform()),
            "leaning": float(rng.uniform()),
        }
        for i in range(entities)
    ]
    columns = [
        {
            "kind": k,
            "term": f"{k} term {j:06}",
            "label": f"{k} term {j:06}",
            "df": int(df[j]),
            "idf": float(idf[j]),
            "salience": 1.0,
            "share": 0.1,
        }
        for j, k in enumerate(kinds)
    ]
    return Vectors(
        pa.Table.from_pylist(rows, ENTITY_ROWS),
        pa.Table.from_pylist(columns, TERM_ROWS),
        csr.indptr.astype(np.int64),
        csr.indices.astype(np.int32),
        csr.data.astype(np.float32),
        rng.uniform(0.1, 1, csr.nnz).astype(np.float32),
        norms,
        latent,
    )
