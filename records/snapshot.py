"""A snapshot: the vectors of every artist and song as of one day, as files that any tool can read.

    vectors/date=2026-11-21/manifest.json            names the build that is live for the day; written last
    vectors/date=2026-11-21/build-<id>/artist/…      one folder per entity kind
        entities.parquet   schema ENTITY_ROWS, sorted by id; row i is row i of the matrices
        terms.parquet      schema TERM_ROWS, sorted by (kind, term); row j is column j
        indptr.npy         int64 (entities + 1): CSR row pointers
        indices.npy        int32 (nnz): columns, ascending within a row
        weights.npy        float32 (nnz): log tf x idf, each term kind of each row of L2 norm 1
        frequencies.npy    float32 (nnz), in (0, 1]: share of the documents about the entity that use the term; of a
                           tag its count by the greatest count of the entity's tags
        norms.npy          float32 (entities, term kinds in the order of TermKind): L2 norm of each kind before
                           it was divided out; 0 where the entity has no term of the kind
        latent.npy         float32 (entities, dimensions): latent vectors of L2 norm 1, or 0 where there is none; where
                           little was said of an entity it leans on its neighbours, and on its artists if it is a song

The similarity of two entities of one kind is `sum over k of mix[k] * cos_k + mix["latent"] * cos_latent`, where cos_k
is the dot product of their unit vectors of term kind k. The mix sums to 1, so a score is at most 1; it can be chosen
anew for every query, and every term's share of it is known.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from records.errors import LakeError, NoSnapshotError
from records.ids import file_fingerprint
from records.lake import Dataset, Lake, read_table
from records.schemas import ENTITIES, SCHEMA_VERSION
from records.types import EntityKind, TermKind

LATENT = "latent"
"""Key of the latent vectors in a mix."""

ENTITY_ROWS = pa.schema(
    [
        *ENTITIES,
        pa.field("documents", pa.int32(), nullable=False),  # documents about the entity
        pa.field("familiarity", pa.float32(), nullable=False),  # in [0, 1]: how much was ever written about it
        pa.field("hotttnesss", pa.float32(), nullable=False),  # in [0, 1]: how much is written about it now
        pa.field("leaning", pa.float32(), nullable=False),  # in [0, 1]: share of the latent vector that is borrowed
    ]
)
TERM_ROWS = pa.schema(
    [
        pa.field("kind", pa.string(), nullable=False),
        pa.field("term", pa.string(), nullable=False),
        pa.field("label", pa.string(), nullable=False),  # what to show
        pa.field("df", pa.int32(), nullable=False),  # entities that have the term
        pa.field("idf", pa.float32(), nullable=False),
        pa.field("salience", pa.float32(), nullable=False),  # in (0, 1]: how much it tells a reader
        pa.field("share", pa.float32(), nullable=False),  # in [0, 1]: documents that use it, of those about anybody
    ]
)
_SHOWN_DAYS = 8
_ARRAYS = ("indptr", "indices", "weights", "frequencies", "norms", "latent")


@dataclass(frozen=True, slots=True)
class Vectors:
    """The vectors of all entities of one kind; shapes and units as in the module's text."""

    entities: pa.Table
    terms: pa.Table
    indptr: npt.NDArray[np.int64]
    indices: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float32]
    frequencies: npt.NDArray[np.float32]
    norms: npt.NDArray[np.float32]
    latent: npt.NDArray[np.float32]

    def columns_of(self, kind: TermKind) -> slice:
        """Return the range of columns that holds the terms of a kind."""
        return block_of(self.terms, kind)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The vectors of one day."""

    id: str
    """Changes when anything in the snapshot changes."""
    day: date
    mix: Mapping[str, float]
    """Default weight of each term kind and of `latent` in the similarity; all at least 0, sum 1."""
    vectors: Mapping[EntityKind, Vectors]
    epoch: date | None = None
    """First day of the epoch that the vectors belong to: latent vectors of one epoch can be compared; None: unknown."""


def block_of(terms: pa.Table, kind: TermKind) -> slice:
    """Return the range of rows that holds the terms of a kind, of terms that are sorted by (kind, term)."""
    kinds = terms.column("kind")
    start, stop = (pc.sum(compare(kinds, str(kind))).as_py() or 0 for compare in (pc.less, pc.less_equal))
    return slice(start, stop)


def write_snapshot(lake: Lake, snapshot: Snapshot) -> Path:
    """Write a snapshot and make it the live one of its day; return its folder.

    A reader sees the earlier snapshot of that day or the new one, never a part of either.
    """
    day = lake.partition(Dataset.VECTORS, snapshot.day)
    folder = day / f"build-{snapshot.id}"
    if not lake.exists(folder):
        with lake.staged(folder) as staging:
            for kind, vectors in snapshot.vectors.items():
                _write_vectors(staging / kind, vectors)
            (staging / "manifest.json").write_text(json.dumps(_manifest(snapshot, staging), indent=2), encoding="utf-8")
    lake.fetch_folder(folder)
    lake.write_text(day / "manifest.json", (folder / "manifest.json").read_text(encoding="utf-8"))
    return folder


def read_snapshot(lake: Lake, day: date | None = None) -> Snapshot:
    """Open the snapshot of a day (the latest if None), its arrays memory-mapped.

    Raises:
        NoSnapshotError: there is none.
        LakeError: it was written by another schema version, or is damaged.
    """
    days = lake.days(Dataset.VECTORS)
    chosen = next((d for d in reversed(days) if _has(lake, d)), None) if day is None else day
    if chosen is None or chosen not in days or not _has(lake, chosen):
        days = [d for d in days if _has(lake, d)]
        available = _listed(days) if days else "none was built yet; run `topterms weigh`"
        available += f"; `topterms weigh --day {day}` builds them from the counts" if days and day else ""
        raise NoSnapshotError(f"no vectors for {day or 'any day'}: {available}")
    folder = lake.partition(Dataset.VECTORS, chosen)
    manifest = read_manifest(folder / "manifest.json")
    build = folder / f"build-{manifest['id']}"
    lake.fetch_folder(build)
    vectors = {EntityKind(kind): read_vectors(build / kind) for kind in manifest["kinds"]}
    epoch = manifest.get("epoch")
    return Snapshot(manifest["id"], chosen, manifest["mix"], vectors, epoch and date.fromisoformat(epoch))


def _has(lake: Lake, day: date) -> bool:
    manifest = lake.partition(Dataset.VECTORS, day) / "manifest.json"
    lake.fetch(manifest)
    return manifest.exists()


def _listed(days: Sequence[date]) -> str:
    """Say which days there are; of many the first and the last few."""
    shown = [*days[:2], "…", *days[-5:]] if len(days) > _SHOWN_DAYS else days
    return f"there are those of {', '.join(map(str, shown))}"


def read_manifest(path: Path) -> dict[str, Any]:
    """Read the manifest of a snapshot.

    Raises:
        LakeError: it is no manifest, or one of another schema version.
    """
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        version = manifest["schema_version"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LakeError(f"{path} is not the manifest of a snapshot ({error!r})") from error
    if version != SCHEMA_VERSION:
        raise LakeError(f"{path} is of schema version {version!r}; this program expects {SCHEMA_VERSION}")
    return manifest


def read_vectors(folder: Path) -> Vectors:
    """Open the vectors of one entity kind, arrays memory-mapped and read-only.

    Raises:
        LakeError: a file is missing or damaged.
    """
    try:
        arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in _ARRAYS}
    except (OSError, EOFError, ValueError) as error:
        raise LakeError(f"{folder} holds no complete vectors ({error}); run `topterms weigh` again") from error
    entities = read_table(folder / "entities.parquet", ENTITY_ROWS)
    return Vectors(entities, read_table(folder / "terms.parquet", TERM_ROWS), **arrays)


def _write_vectors(folder: Path, vectors: Vectors) -> None:
    folder.mkdir(parents=True)
    pq.write_table(vectors.entities.cast(ENTITY_ROWS), folder / "entities.parquet", compression="zstd")
    pq.write_table(vectors.terms.cast(TERM_ROWS), folder / "terms.parquet", compression="zstd")
    for name in _ARRAYS:
        np.save(folder / f"{name}.npy", getattr(vectors, name), allow_pickle=False)


def _manifest(snapshot: Snapshot, folder: Path) -> dict[str, Any]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {
        "schema_version": SCHEMA_VERSION,
        "id": snapshot.id,
        "day": snapshot.day.isoformat(),
        "epoch": snapshot.epoch and snapshot.epoch.isoformat(),
        "mix": dict(snapshot.mix),
        "kinds": {
            kind: {"entities": v.entities.num_rows, "terms": v.terms.num_rows, "nonzeros": len(v.indices)}
            for kind, v in snapshot.vectors.items()
        },
        "sha256_128": {str(p.relative_to(folder)): file_fingerprint(p) for p in files},
    }
