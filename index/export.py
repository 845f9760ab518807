"""A snapshot as files that other programs read.

    export/manifest.json            schema version, snapshot, day, mix, counts, and the SHA-256 of every file
    export/artist/entities.parquet  one row an entity
    export/artist/weights.parquet   one row a weight: entity_id, kind, term, weight, frequency
    export/artist/matrix.npz        for `scipy.sparse.load_npz`: CSR, rows as in entities.parquet, columns as in
                                    terms.parquet
    export/artist/latent.npy        float32 (entities, dimensions), rows as in entities.parquet
    export/artist/terms.parquet     one row a column: kind, term, label, df, idf
    export/artist/entities.jsonl    one entity a line, with all its terms

The folder appears at once and complete. `weight` is the unit weight: each term kind of an entity is of L2 norm 1.
"""

import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Sequence
from hashlib import file_digest
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from scipy import sparse

from records.errors import InputError
from records.progress import Progress, silent
from records.schemas import SCHEMA_VERSION
from records.snapshot import Snapshot, Vectors
from records.types import StageReport

FORMATS = ("parquet", "npz", "jsonl")
WEIGHT_ROWS = pa.schema(
    [
        pa.field("entity_id", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("term", pa.string(), nullable=False),
        pa.field("weight", pa.float32(), nullable=False),
        pa.field("frequency", pa.float32(), nullable=False),
    ]
)
_CHUNK = 1 << 18
"""Weights that are laid out at a time: 30 MB as a table."""

Step = Callable[[int], None]
"""Told how many weights were written."""


def export(
    snapshot: Snapshot, folder: Path, formats: Sequence[str] = FORMATS, progress: Progress = silent
) -> StageReport:
    """Write a snapshot to a folder that does not exist yet.

    Raises:
        InputError: the folder exists, cannot be made, or a format is unknown.
    """
    unknown = sorted(set(formats) - set(FORMATS))
    if unknown or not formats:
        raise InputError(f"formats {', '.join(unknown) or 'none'}; expected some of {', '.join(FORMATS)}")
    if folder.exists():
        raise InputError(f"{folder} exists already; expected the name of a folder to make")
    staging = folder.absolute().parent / f".{folder.name}.{os.getpid()}.{uuid.uuid4().hex}"
    try:
        staging.mkdir(parents=True)
        _write(snapshot, staging, [f for f in FORMATS if f in formats], progress)
        staging.replace(folder.absolute())
    except OSError as error:
        raise InputError(f"{folder} cannot be written: {error.strerror or error}; expected a folder to make") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    counts = [(f"{kind}s exported", v.entities.num_rows) for kind, v in snapshot.vectors.items()]
    weights = sum(len(v.indices) for v in snapshot.vectors.values())
    return StageReport("export", (*counts, ("weights exported", weights)), (f"in {folder}: {', '.join(formats)}",))


def _write(snapshot: Snapshot, folder: Path, formats: Sequence[str], progress: Progress) -> None:
    writers = {"parquet": _write_parquet, "npz": _write_npz, "jsonl": _write_jsonl}
    total = len(formats) * sum(len(v.indices) for v in snapshot.vectors.values())
    done = 0

    def step(weights: int) -> None:
        nonlocal done
        done += weights
        progress("export", done, total)

    for kind, vectors in snapshot.vectors.items():
        (folder / kind).mkdir()
        for chosen in formats:
            writers[chosen](folder / kind, vectors, step)
    manifest = folder / "manifest.json"
    manifest.write_text(json.dumps(_manifest(snapshot, folder, formats), indent=2), encoding="utf-8")
    for path in (p for p in folder.rglob("*") if p.is_file()):
        with path.open("rb") as stream:
            os.fsync(stream.fileno())


def _manifest(snapshot: Snapshot, folder: Path, formats: Sequence[str]) -> dict[str, Any]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {
        "schema_version": SCHEMA_VERSION,
        "snapshot": snapshot.id,
        "day": snapshot.day.isoformat(),
        "mix": dict(snapshot.mix),
        "formats": list(formats),
        "kinds": {
            kind: {"entities": v.entities.num_rows, "terms": v.terms.num_rows, "weights": len(v.indices)}
            for kind, v in snapshot.vectors.items()
        },
        "files": {str(p.relative_to(folder)): {"sha256": sha256(p), "bytes": p.stat().st_size} for p in files},
    }


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits."""
    with path.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()


def _write_parquet(folder: Path, vectors: Vectors, step: Step) -> None:
    pq.write_table(vectors.entities, folder / "entities.parquet", compression="zstd")
    with pq.ParquetWriter(folder / "weights.parquet", WEIGHT_ROWS, compression="zstd") as writer:
        for _, table in _weight_tables(vectors):
            writer.write_table(table)
            step(table.num_rows)


def _write_npz(folder: Path, vectors: Vectors, step: Step) -> None:
    shape = (vectors.entities.num_rows, vectors.terms.num_rows)
    matrix = sparse.csr_matrix((vectors.weights, vectors.indices, vectors.indptr), shape=shape, copy=False)
    sparse.save_npz(folder / "matrix.npz", matrix)
    np.save(folder / "latent.npy", vectors.latent, allow_pickle=False)
    pq.write_table(vectors.entities, folder / "entities.parquet", compression="zstd")
    pq.write_table(vectors.terms, folder / "terms.parquet", compression="zstd")
    step(len(vectors.indices))


def _write_jsonl(folder: Path, vectors: Vectors, step: Step) -> None:
    with (folder / "entities.jsonl").open("w", encoding="utf-8") as stream:
        for rows, table in _weight_tables(vectors):
            said = table.drop_columns("entity_id").to_pylist()
            first = int(vectors.indptr[rows.start])
            for row, entity in zip(rows, _entity_dicts(vectors, rows), strict=True):
                terms = said[int(vectors.indptr[row]) - first : int(vectors.indptr[row + 1]) - first]
                entity["terms"] = sorted(terms, key=lambda term: -term["weight"])
                stream.write(json.dumps(entity, ensure_ascii=False) + "\n")
            step(len(said))


def _entity_dicts(vectors: Vectors, rows: range) -> list[dict[str, Any]]:
    entities: list[dict[str, Any]] = vectors.entities.slice(rows.start, len(rows)).to_pylist()
    for entity in entities:
        for name in ("familiarity", "hotttnesss"):
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
        limit = int(vectors.indptr[start]) + _CHUNK
        stop = max(int(np.searchsorted(vectors.indptr, limit, "right")) - 1, start + 1)
        yield range(start, min(stop, entities))
        start = stop
