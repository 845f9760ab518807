"""Writes an export: a folder that appears at once and complete, or not at all."""

import json
import os
import shutil
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import file_digest
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from index.export.changes import TOLERANCE, Changes, changes_between, only_rows
from index.export.layout import EXPORT_VERSION, FORMATS, NEIGHBOR_ROWS, pair_rows
from index.export.neighbors import neighbor_tables
from index.export.pairs import pair_tables
from index.export.tables import WRITERS, write_tables
from records.errors import InputError
from records.progress import Progress, silent
from records.snapshot import Snapshot, Vectors
from records.types import EntityKind, StageReport


@dataclass(frozen=True, slots=True)
class Extras:
    """What an export holds besides the vectors, and what it leaves out."""

    neighbors: int = 0
    """Nearest neighbours of every entity."""
    pairs: pa.Table | None = None
    """Pairs to give features for, as `index.export.pairs.read_pairs` reads them."""
    since: Snapshot | None = None
    """An earlier snapshot: only what was added or changed since is written."""
    tolerance: float = TOLERANCE
    """Weights that moved by no more than this since then have not changed."""

    def __post_init__(self) -> None:
        if self.neighbors < 0:
            raise InputError(f"asked for {self.neighbors} neighbours; expected at least 0")
        if not 0 <= self.tolerance < 1:
            raise InputError(f"the tolerance is {self.tolerance}; expected a number from 0 to less than 1")


@dataclass(slots=True)
class _Counter:
    """Tells how many units of the whole are done: a weight in a format, an entity's neighbours, a pair."""

    total: int
    progress: Progress
    done: int = field(default=0)

    def __call__(self, units: int) -> None:
        self.done += units
        self.progress("export", self.done, self.total)


def export(
    snapshot: Snapshot,
    folder: Path,
    formats: Sequence[str] = FORMATS,
    extras: Extras | None = None,
    progress: Progress = silent,
) -> StageReport:
    """Write a snapshot to a folder that does not exist yet.

    Raises:
        InputError: the folder exists, cannot be made, a format is unknown, or `since` is no earlier day.
    """
    extras = extras or Extras()
    unknown = sorted(set(formats) - set(FORMATS))
    if unknown or not formats:
        raise InputError(f"formats {', '.join(unknown) or 'none'}; expected some of {', '.join(FORMATS)}")
    if folder.exists():
        raise InputError(f"{folder} exists already; expected the name of a folder to make")
    if extras.since and extras.since.day >= snapshot.day:
        raise InputError(f"changes since {extras.since.day} until {snapshot.day}; expected an earlier day and a later")
    staging = folder.absolute().parent / f".{folder.name}.{os.getpid()}.{uuid.uuid4().hex}"
    try:
        staging.mkdir(parents=True)
        manifest = _write(snapshot, staging, [f for f in FORMATS if f in formats], extras, progress)
        staging.replace(folder.absolute())
    except OSError as error:
        raise InputError(f"{folder} cannot be written: {error.strerror or error}; expected a folder to make") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return _report(manifest, folder)


def _write(
    snapshot: Snapshot, folder: Path, formats: Sequence[str], extras: Extras, progress: Progress
) -> dict[str, Any]:
    changes = _changes(snapshot, extras)
    chosen = {k: only_rows(v, changes[k].rows) if k in changes else v for k, v in snapshot.vectors.items()}
    step = _Counter(_units(chosen, formats, extras), progress)
    for kind, vectors in chosen.items():
        (folder / kind).mkdir()
        rows = changes[kind].rows if kind in changes else None
        write_tables(folder / kind, vectors)
        for name in formats:
            WRITERS[name](folder / kind, vectors, rows, step)
        if kind in changes:
            pq.write_table(changes[kind].table, folder / kind / "changes.parquet", compression="zstd")
        if extras.neighbors:
            _write_neighbors(folder / kind, snapshot, kind, extras.neighbors, step)
    if extras.pairs is not None:
        _write_pairs(folder, snapshot, extras.pairs, step)
    manifest = _manifest(snapshot, chosen, folder, formats, extras, changes)
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2), encoding="utf-8")
    for path in (p for p in folder.rglob("*") if p.is_file()):
        with path.open("rb") as stream:
            os.fsync(stream.fileno())
    return manifest


def _changes(snapshot: Snapshot, extras: Extras) -> dict[EntityKind, Changes]:
    if extras.since is None:
        return {}
    before = extras.since.vectors
    return {kind: changes_between(before[kind], v, extras.tolerance) for kind, v in snapshot.vectors.items()}


def _units(chosen: Mapping[EntityKind, Vectors], formats: Sequence[str], extras: Extras) -> int:
    weights = len(formats) * sum(len(v.indices) for v in chosen.values())
    asked = sum(v.entities.num_rows for v in chosen.values()) if extras.neighbors else 0
    return weights + asked + (extras.pairs.num_rows if extras.pairs is not None else 0)


def _write_neighbors(folder: Path, snapshot: Snapshot, kind: EntityKind, n: int, step: _Counter) -> None:
    with pq.ParquetWriter(folder / "neighbors.parquet", NEIGHBOR_ROWS, compression="zstd") as writer:
        for table in neighbor_tables(snapshot.vectors[kind], snapshot.mix, n, step):
            writer.write_table(table)


def _write_pairs(folder: Path, snapshot: Snapshot, pairs: pa.Table, step: _Counter) -> None:
    with pq.ParquetWriter(folder / "pairs.parquet", pair_rows(pairs.schema), compression="zstd") as writer:
        for table in pair_tables(snapshot, pairs):
            writer.write_table(table)
            step(table.num_rows)


def _manifest(
    snapshot: Snapshot,
    chosen: Mapping[EntityKind, Vectors],
    folder: Path,
    formats: Sequence[str],
    extras: Extras,
    changes: Mapping[EntityKind, Changes],
) -> dict[str, Any]:
    since = extras.since
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {
        "schema_version": EXPORT_VERSION,
        "snapshot": snapshot.id,
        "day": snapshot.day.isoformat(),
        "epoch": snapshot.epoch and snapshot.epoch.isoformat(),
        "since": since and {"snapshot": since.id, "day": since.day.isoformat(), "tolerance": extras.tolerance},
        "mix": dict(snapshot.mix),
        "formats": list(formats),
        "neighbors": extras.neighbors,
        "pairs": extras.pairs.num_rows if extras.pairs is not None else 0,
        "kinds": {
            kind: {
                "entities": v.entities.num_rows,
                "terms": v.terms.num_rows,
                "weights": len(v.indices),
                "dimensions": v.latent.shape[1],
            }
            | ({"changes": changes[kind].table.num_rows} if kind in changes else {})
            for kind, v in chosen.items()
        },
        "files": {p.relative_to(folder).as_posix(): {"sha256": sha256(p), "bytes": p.stat().st_size} for p in files},
    }


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits."""
    with path.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()


def _report(manifest: Mapping[str, Any], folder: Path) -> StageReport:
    kinds = manifest["kinds"]
    counts = [(f"{kind}s exported", numbers["entities"]) for kind, numbers in kinds.items()]
    counts += [(f"{kind}s changed", numbers["changes"]) for kind, numbers in kinds.items() if "changes" in numbers]
    counts += [("weights exported", sum(numbers["weights"] for numbers in kinds.values()))]
    counts += [("pairs exported", manifest["pairs"])]
    return StageReport("export", tuple(counts), (f"in {folder}: {', '.join(manifest['formats'])}",))
