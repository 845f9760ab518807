"""The vectors of one entity kind in each format."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from scipy import sparse

from index.export.layout import WEIGHT_ROWS
from records.snapshot import Vectors

CHUNK = 1 << 18
"""Weights that are laid out at a time: 30 MB as a table."""

Step = Callable[[int], None]
"""Told how many weights were written."""

Rows = npt.NDArray[np.bool_] | None
"""Which entities were added or changed; None where all are written."""


def write_tables(folder: Path, vectors: Vectors) -> None:
    """Write what every export holds: entities, terms and norms."""
    pq.write_table(vectors.entities, folder / "entities.parquet", compression="zstd")
    pq.write_table(vectors.terms, folder / "terms.parquet", compression="zstd")
    np.save(folder / "norms.npy", vectors.norms, allow_pickle=False)


def _write_parquet(folder: Path, vectors: Vectors, _: Rows, step: Step) -> None:
    with pq.ParquetWriter(folder / "weights.parquet", WEIGHT_ROWS, compression="zstd") as writer:
        for table in (table for _, table in _weight_tables(vectors)):
            writer.write_table(table)
            step(table.num_rows)


def _write_npz(folder: Path, vectors: Vectors, _: Rows, step: Step) -> None:
    shape = (vectors.entities.num_rows, vectors.terms.num_rows)
    for name, cells in (("matrix", vectors.weights), ("frequencies", vectors.frequencies)):
        matrix = sparse.csr_matrix((cells, vectors.indices, vectors.indptr), shape=shape, copy=False)
        sparse.save_npz(folder / f"{name}.npz", matrix)
    np.save(folder / "latent.npy", vectors.latent, allow_pickle=False)
    step(len(vectors.indices))


def _write_jsonl(folder: Path, vectors: Vectors, chosen: Rows, step: Step) -> None:
    with (folder / "entities.jsonl").open("w", encoding="utf-8") as stream:
        for rows, table in _weight_tables(vectors):
            said = table.drop_columns("entity_id").to_pylist()
            first = int(vectors.indptr[rows.start])
            for row, entity in zip(rows, _entity_dicts(vectors, rows), strict=True):
                if chosen is not None and not chosen[row]:
                    continue
                terms = said[int(vectors.indptr[row]) - first : int(vectors.indptr[row + 1]) - first]
                entity["terms"] = sorted(terms, key=lambda term: -term["weight"])
                stream.write(json.dumps(entity, ensure_ascii=False) + "\n")
            step(len(said))


WRITERS: Mapping[str, Callable[[Path, Vectors, Rows, Step], None]] = {
    "parquet": _write_parquet,
    "npz": _write_npz,
    "jsonl": _write_jsonl,
}
"""What writes each format of `index.export.layout.FORMATS`."""


def _entity_dicts(vectors: Vectors, rows: range) -> list[dict[str, Any]]:
    entities: list[dict[str, Any]] = vectors.entities.slice(rows.start, len(rows)).to_pylist()
    for entity in entities:
        for name in ("familiarity", "hotttnesss", "leaning"):
            entity[name] = round(entity[name], 6)
    return entities


def _weight_tables(vectors: Vectors) -> Iterator[tuple[range, pa.Table]]:
    """Yield the weights of some rows at a time, as a table of schema WEIGHT_ROWS; rows are not split."""
    ids = vectors.entities.column("id")
    kinds, terms = (vectors.terms.column(name).combine_chunks() for name in ("kind", "term"))
    for rows in _row_ranges(vectors):
        part = slice(int(vectors.indptr[rows.start]), int(vectors.indptr[rows.stop]))
        owners = np.repeat(np.arange(rows.start, rows.stop), np.diff(vectors.indptr[rows.start : rows.stop + 1]))
        columns = pa.array(vectors.indices[part])
        yield (
            rows,
            pa.table(
                [
                    ids.take(pa.array(owners)),
                    kinds.take(columns),
                    terms.take(columns),
                    pa.array(vectors.weights[part]),
                    pa.array(vectors.frequencies[part]),
                ],
                schema=WEIGHT_ROWS,
            ),
        )


def _row_ranges(vectors: Vectors) -> Iterator[range]:
    start, entities = 0, vectors.entities.num_rows
    while start < entities:
        limit = int(vectors.indptr[start]) + CHUNK
        stop = max(int(np.searchsorted(vectors.indptr, limit, "right")) - 1, start + 1)
        yield range(start, min(stop, entities))
        start = stop
