"""Writes the files that the embedded index answers from.

    <snapshot id>/manifest.json
    <snapshot id>/names.arrow         sorted by key: every name key of every entity, and the entity's rank
    <snapshot id>/ranked.arrow        by rank (the best known is 0): kind (position in the manifest) and row
    <snapshot id>/artist/…            one folder per entity kind
        entities.arrow, terms.arrow   the snapshot's tables, row = entity, row = column
        keys.arrow                    sorted by key: the term key of every column
        columns, weights, frequencies, row_starts, norms, latent    .npy: the snapshot's arrays
        term_starts, entities, posting_weights, head_norms          .npy: see `index.postings`

Arrow files are uncompressed and of one batch, so that they are read where they lie.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numpy.lib.format import open_memmap
from scipy import sparse

from index.names import name_keys, term_keys
from index.postings import HEAD_SHARE
from index.published import Layout
from records.progress import Progress
from records.schemas import from_table
from records.snapshot import ENTITY_ROWS, Snapshot, Vectors
from records.spans import spans
from records.types import Entity, EntityKind

VERSION = 4
"""Of these files; an index of another version is not opened, but built again by the next publish."""
_ALPHABET = 128
_CELLS = 1 << 22
"""Weights that are in memory together, if no row and no number of terms is greater."""


def build(folder: Path, snapshot: Snapshot, published_at: datetime, progress: Progress) -> None:
    """Write all files of a snapshot into a folder that does not exist yet."""
    folder.mkdir()
    layouts = {kind: Layout.of(vectors) for kind, vectors in snapshot.vectors.items()}
    total = 2 * len(layouts) + 1
    for done, (kind, vectors) in enumerate(snapshot.vectors.items()):
        (folder / kind).mkdir()
        progress("publish", 2 * done, total)
        _write_vectors(folder / kind, vectors)
        progress("publish", 2 * done + 1, total)
        _write_postings(folder / kind, vectors, layouts[kind])
        _write_terms(folder / kind, vectors)
    progress("publish", total - 1, total)
    alphabet = _write_names(folder, snapshot.vectors)
    manifest = _manifest(snapshot, layouts, published_at) | {"alphabet": alphabet}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2), encoding="utf-8")
    progress("publish", total, total)


def _manifest(snapshot: Snapshot, layouts: Mapping[EntityKind, Layout], published_at: datetime) -> dict[str, Any]:
    return {
        "version": VERSION,
        "id": snapshot.id,
        "day": snapshot.day.isoformat(),
        "published_at": published_at.isoformat(),
        "mix": dict(snapshot.mix),
        "kinds": {
            kind: {"entities": layout.entities, "dimensions": layout.dimensions, "columns": dict(layout.columns)}
            for kind, layout in layouts.items()
        },
    }


def _write_vectors(folder: Path, vectors: Vectors) -> None:
    integers = _integer_type(vectors)
    arrays = {
        "row_starts": vectors.indptr.astype(integers),
        "columns": vectors.indices.astype(integers, copy=False),
        "weights": vectors.weights,
        "frequencies": vectors.frequencies,
        "norms": vectors.norms,
        "latent": vectors.latent,
    }
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    _write_arrow(folder / "entities.arrow", vectors.entities)
    _write_arrow(folder / "terms.arrow", vectors.terms)


def _write_postings(folder: Path, vectors: Vectors, layout: Layout) -> None:
    """Write the matrix by terms, and the norms of the heads, some rows at a time."""
    rows = np.load(folder / "row_starts.npy")
    starts = np.concatenate([[0], np.cumsum(_document_frequencies(vectors))])
    np.save(folder / "term_starts.npy", starts.astype(rows.dtype), allow_pickle=False)
    np.save(folder / "head_norms.npy", head_norms(vectors, layout, np.diff(starts)), allow_pickle=False)
    entities = _array_in_file(folder / "entities.npy", rows.dtype, len(vectors.indices))
    weights = _array_in_file(folder / "posting_weights.npy", np.float32, len(vectors.indices))
    filled = starts[:-1].copy()
    for some in _spans(vectors):
        cells = slice(rows[some.start], rows[some.stop])
        part = vectors.weights[cells], vectors.indices[cells], rows[some.start : some.stop + 1] - cells.start
        block = sparse.csr_array(part, (some.stop - some.start, len(filled))).tocsc()
        of_term = np.diff(block.indptr)
        places = np.repeat(filled - block.indptr[:-1], of_term) + np.arange(block.nnz)
        entities[places] = block.indices + some.start
        weights[places] = block.data
        filled += of_term


def _array_in_file(path: Path, dtype: npt.DTypeLike, length: int) -> npt.NDArray[Any]:
    """Return an array of a file, to be filled."""
    if not length:  # no file is mapped that has nothing in it
        np.save(path, np.zeros(0, dtype), allow_pickle=False)
        return np.zeros(0, dtype)
    array = open_memmap(path, "w+", dtype, (length,))
    with path.open("r+b") as stream:
        os.posix_fallocate(stream.fileno(), 0, path.stat().st_size)  # a disk that is full later would kill the process
    return array


def _document_frequencies(vectors: Vectors) -> npt.NDArray[np.int64]:
    """Return how many entities have each term."""
    df = np.zeros(vectors.terms.num_rows, np.int64)
    for rows in _spans(vectors):
        df += np.bincount(vectors.indices[vectors.indptr[rows.start] : vectors.indptr[rows.stop]], minlength=len(df))
    return df


def head_norms(vectors: Vectors, layout: Layout, df: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Return the L2 norm of the head part of each vector, (term kinds, entities); `df` counts entities a column."""
    is_head = df > HEAD_SHARE * layout.entities
    kind_of = np.zeros(len(df), np.int64)
    for position, (start, stop) in enumerate(layout.columns.values()):
        kind_of[start:stop] = position
    kinds = len(layout.columns)
    norms = np.zeros((kinds, layout.entities), np.float32)
    for rows in _spans(vectors):
        part, number = slice(vectors.indptr[rows.start], vectors.indptr[rows.stop]), rows.stop - rows.start
        columns, lengths = vectors.indices[part], np.diff(vectors.indptr[rows.start : rows.stop + 1])
        cells = np.repeat(np.arange(number) * kinds, lengths) + kind_of[columns]
        squares = np.where(is_head[columns], vectors.weights[part].astype(np.float64) ** 2, 0.0)
        norms[:, rows] = np.sqrt(np.bincount(cells, squares, number * kinds).reshape(-1, kinds)).T
    return norms


def _spans(vectors: Vectors) -> Iterator[slice]:
    """Yield rows that are read together; all terms are seen each time, so as many weights as terms are, if they may."""
    return spans(vectors.indptr, max(_CELLS, vectors.terms.num_rows))


def _write_terms(folder: Path, vectors: Vectors) -> None:
    numbers = pa.array(np.arange(vectors.terms.num_rows, dtype=np.int32))
    table = pa.table({"key": term_keys(vectors.terms), "column": numbers})
    _write_arrow(folder / "keys.arrow", table.sort_by([("key", "ascending"), ("column", "ascending")]))


def _write_names(folder: Path, vectors: Mapping[EntityKind, Vectors]) -> str:
    """Write the lookup of names; return the characters that are most frequent in them."""
    ranks = _write_ranks(folder, vectors)
    keys, owners, letters = [], [], Counter[str]()
    for kind, of_kind in vectors.items():
        for row, entity in enumerate(from_table(of_kind.entities, Entity)):
            for key in name_keys(entity):
                keys.append(key)
                owners.append(ranks[kind][row])
                letters.update(key)
    table = pa.table({"key": pa.array(keys, pa.string()), "rank": pa.array(owners, pa.int32())})
    _write_arrow(folder / "names.arrow", table.sort_by([("key", "ascending"), ("rank", "ascending")]))
    return "".join(sorted(letter for letter, _ in letters.most_common(_ALPHABET)))


def _write_ranks(folder: Path, vectors: Mapping[EntityKind, Vectors]) -> dict[EntityKind, npt.NDArray[np.int32]]:
    kinds = np.repeat(np.arange(len(vectors)), [v.entities.num_rows for v in vectors.values()])
    rows = np.concatenate([np.arange(v.entities.num_rows) for v in vectors.values()] or [np.zeros(0, int)])
    table = pa.concat_tables([ENTITY_ROWS.empty_table(), *(v.entities for v in vectors.values())])
    order = (
        table.select(["familiarity", "documents", "id"])
        .add_column(0, "position", pa.array(range(len(rows)), pa.int64()))
        .sort_by([("familiarity", "descending"), ("documents", "descending"), ("id", "ascending")])
    )
    positions = order.column("position").to_numpy()
    ranked = pa.table({"kind": pa.array(kinds[positions], pa.int8()), "row": pa.array(rows[positions], pa.int32())})
    _write_arrow(folder / "ranked.arrow", ranked)
    ranks = np.empty(len(rows), np.int32)
    ranks[positions] = np.arange(len(rows))
    return {kind: ranks[kinds == i] for i, kind in enumerate(vectors)}


def _integer_type(vectors: Vectors) -> type[np.int32] | type[np.int64]:
    return np.int32 if len(vectors.indices) < 2**31 else np.int64


def _write_arrow(path: Path, table: pa.Table) -> None:
    whole = table.combine_chunks()
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, whole.schema) as writer:
        writer.write_table(whole)
