"""How long a query takes at 100,000 artists x 200,000 terms, against scipy's product with the whole matrix.

The artists are drawn: term popularity falls as 1 / rank, as in language; each artist belongs to one of 400 groups with
a vocabulary of its own, from which 45% of its words come; about 640 terms an artist, and 64 latent dimensions.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy import sparse

from index.embedded import EmbeddedIndex
from index.published import Layout
from records.lake import Lake
from records.snapshot import ENTITY_ROWS, LATENT, TERM_ROWS, Snapshot, Vectors
from records.types import EntityKind, TermKind

ARTISTS = 100_000
QUERIES = 200
PEER_QUERIES = 20
_GROUPS = 400
_OWN_WORDS = 0.45
_DIMENSIONS = 64
_CHUNK = 10_000
_SHAPES = {  # kind: terms, words drawn per artist on average
    TermKind.ADJ: (8_000, 60),
    TermKind.ARTIST: (20_000, 40),
    TermKind.N1: (40_000, 290),
    TermKind.N2: (72_000, 180),
    TermKind.NAME: (30_000, 60),
    TermKind.NP: (30_000, 105),
}
MIX = {TermKind.ADJ: 0.1, TermKind.ARTIST: 0.1, TermKind.N1: 0.25, TermKind.N2: 0.1, TermKind.NAME: 0.1} | {
    TermKind.NP: 0.15,
    LATENT: 0.2,
}

Row = tuple[str, str, float, str]
"""What was measured, by which variant, the value and its unit."""


def measure(artists: int = ARTISTS) -> list[Row]:
    """Publish drawn artists and ask; the peer answers some of the same questions in the same run."""
    snapshot = draw_snapshot(artists)
    vectors = snapshot.vectors[EntityKind.ARTIST]
    ids = vectors.entities.column("id").to_pylist()
    asked = np.random.default_rng(7).choice(artists, min(QUERIES, artists), replace=False).tolist()
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(Path(folder) / "lake", create=True)
        publishing = _seconds(lambda: EmbeddedIndex(lake).publish(snapshot))
        index = EmbeddedIndex(lake)
        opening = _seconds(lambda: index.get([ids[0]]))
        answers: dict[int, list[str]] = {}

        def ask(row: int) -> None:
            answers[row] = [found.entity.id for found in index.similar({ids[row]: 1.0}, EntityKind.ARTIST)]

        ours = [_seconds(lambda row=row: ask(row)) for row in asked]  # type: ignore[misc]  # mypy cannot infer it
        words = [_seconds(lambda row=row: _describe(index, row)) for row in asked]  # type: ignore[misc]
        size = index.status().live
    peer = _Peer(snapshot)
    theirs = [_seconds(lambda row=row: peer.similar(row)) for row in asked[:PEER_QUERIES]]  # type: ignore[misc]
    same = [set(answers[row]) == {ids[i] for i in peer.similar(row)} for row in asked[:PEER_QUERIES]]
    what = f"similar, {artists:,} artists x {vectors.terms.num_rows:,} terms"
    return [
        *_latencies(what, "topterms embedded", ours),
        *_latencies(what, "scipy, whole matrix", theirs),
        (f"{what}: same ten as scipy", "topterms embedded", 100.0 * float(np.mean(same)), "%"),
        *_latencies("search of two words", "topterms embedded", words),
        ("publish", "topterms embedded", artists / publishing, "artists/s"),
        ("open", "topterms embedded", opening * 1e3, "ms"),
        ("index size", "topterms embedded", size.bytes / artists if size else 0.0, "bytes/artist"),
    ]


def draw_snapshot(artists: int, seed: int = 1) -> Snapshot:
    """Draw artists as the module's text says; the same seed draws the same."""
    rng = np.random.default_rng(seed)
    group = rng.integers(0, _GROUPS, artists)
    drawn = {kind: _draw_kind(rng, group, *shape) for kind, shape in _SHAPES.items()}
    counted = {kind: np.bincount(counts.indices, minlength=counts.shape[1]) for kind, counts in drawn.items()}
    norms = np.zeros((artists, len(TermKind)), np.float32)
    for kind, counts in drawn.items():
        idf = np.log((1 + artists) / (1 + counted[kind])) + 1
        counts.data = np.log1p(counts.data) * idf[counts.indices].astype(np.float32)
        norms[:, list(TermKind).index(kind)] = sparse.linalg.norm(counts, axis=1)
        counts.data /= np.repeat(norms[:, list(TermKind).index(kind)], np.diff(counts.indptr))
    matrix = sparse.hstack(list(drawn.values()), format="csr")
    matrix.sort_indices()
    latent = rng.normal(size=(_GROUPS, _DIMENSIONS))[group] + 0.8 * rng.normal(size=(artists, _DIMENSIONS))
    latent /= np.linalg.norm(latent, axis=1, keepdims=True)
    vectors = Vectors(
        _entities(artists, rng),
        _terms(counted, artists),
        matrix.indptr.astype(np.int64),
        matrix.indices.astype(np.int32),
        matrix.data.astype(np.float32),
        np.full(matrix.nnz, 0.5, np.float32),
        norms,
        latent.astype(np.float32),
    )
    mix = {str(key): weight for key, weight in MIX.items()}
    return Snapshot(f"drawn{seed}x{artists}", date(2026, 11, 21), mix, {EntityKind.ARTIST: vectors})


def _draw_kind(rng: np.random.Generator, group: npt.NDArray[np.int64], terms: int, words: int) -> sparse.csr_matrix:
    popularity = np.cumsum(1 / (np.arange(terms) + 3.7))
    popularity /= popularity[-1]
    column_of_rank = rng.permutation(terms)
    shift = rng.integers(0, terms, _GROUPS)

    def draw(members: npt.NDArray[np.int64]) -> sparse.csr_matrix:
        lengths = np.clip(words * rng.lognormal(-0.3, 0.8, len(members)), 3, words * 6).astype(np.int64)
        rows = np.repeat(np.arange(len(members)), lengths)
        ranks = np.searchsorted(popularity, rng.random(len(rows)))
        own = rng.random(len(rows)) < _OWN_WORDS
        ranks[own] = (ranks[own] * 7919 + shift[members[rows[own]]]) % terms
        ones = np.ones(len(rows), np.float32)
        counts = sparse.csr_matrix((ones, (rows, column_of_rank[ranks])), shape=(len(members), terms))
        counts.sum_duplicates()
        return counts

    chunks = (group[start : start + _CHUNK] for start in range(0, len(group), _CHUNK))
    return sparse.csr_matrix(sparse.vstack([draw(chunk) for chunk in chunks]))


def _entities(artists: int, rng: np.random.Generator) -> pa.Table:
    numbers = np.arange(artists)
    columns = {
        "id": [f"artist-{i:07}" for i in numbers],
        "kind": ["artist"] * artists,
        "name": [f"Artist {i}" for i in numbers],
        "aliases": [[]] * artists,
        "artists": [[]] * artists,
        "disambiguation": [""] * artists,
        "foreign_ids": [[]] * artists,
        "area": [""] * artists,
        "begin": [""] * artists,
        "end": [""] * artists,
        "documents": rng.integers(1, 50, artists).astype(np.int32),
        "familiarity": rng.random(artists).astype(np.float32),
        "hotttnesss": rng.random(artists).astype(np.float32),
        "leaning": np.zeros(artists, np.float32),
    }
    return pa.table(columns, schema=ENTITY_ROWS)


def _terms(counted: Mapping[TermKind, npt.NDArray[np.int64]], artists: int) -> pa.Table:
    df = np.concatenate(list(counted.values()))
    texts = [f"{kind}{i:06}" for kind, of_kind in counted.items() for i in range(len(of_kind))]
    columns = {
        "kind": [str(kind) for kind, of_kind in counted.items() for _ in of_kind],
        "term": texts,
        "label": texts,
        "df": df.astype(np.int32),
        "idf": (np.log((1 + artists) / (1 + df)) + 1).astype(np.float32),
        "salience": np.ones(len(df), np.float32),
        "share": (df / artists).astype(np.float32),
    }
    return pa.table(columns, schema=TERM_ROWS)


class _Peer:
    """What one writes with scipy: the matrix times the query, and the best ten of that."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._vectors = snapshot.vectors[EntityKind.ARTIST]
        self._mix = snapshot.mix
        shape = (self._vectors.entities.num_rows, self._vectors.terms.num_rows)
        self._matrix = sparse.csr_matrix(
            (self._vectors.weights, self._vectors.indices, self._vectors.indptr), shape=shape
        )
        self._gains = Layout.of(self._vectors).spread(
            np.arange(shape[1], dtype=np.int32), {kind: self._mix[kind] for kind in _SHAPES}
        )

    def similar(self, row: int) -> list[int]:
        query = self._matrix[row].toarray().ravel() * self._gains.astype(np.float32)
        scores = self._matrix @ query + self._vectors.latent @ (self._vectors.latent[row] * self._mix[LATENT])
        scores[row] = -1
        best = np.argpartition(-scores, 10)[:10]
        return [int(i) for i in best[np.argsort(-scores[best])]]


def _describe(index: EmbeddedIndex, row: int) -> None:
    index.search(f"n1{row % 40_000:06} np{row % 30_000:06} n1000001")


def _latencies(what: str, variant: str, seconds: list[float]) -> Iterator[Row]:
    for percent in (50, 95):
        yield f"{what}, p{percent}", variant, float(np.percentile(seconds, percent)) * 1e3, "ms"


def _seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


if __name__ == "__main__":
    for what, variant, value, unit in measure():
        print(f"{what:60} {variant:24} {value:12.2f} {unit}")
