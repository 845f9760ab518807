"""Reads what `index.export.writing` wrote, and refuses what is not whole."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from scipy import sparse

from index.export.changes import merged
from index.export.layout import CHANGE_ROWS, EXPORT_VERSION, REMOVED
from index.export.writing import sha256
from records.errors import InputError
from records.snapshot import Snapshot, Vectors
from records.types import EntityKind


@dataclass(frozen=True, slots=True)
class Export:
    """An export whose files were checked."""

    folder: Path
    snapshot: str
    """Id of the snapshot."""
    day: date
    epoch: date | None
    """First day of the epoch: latent vectors can be compared with those of exports of the same epoch, and no others."""
    since: str | None
    """Id of the snapshot since which it holds changes; None where it is whole."""
    mix: Mapping[str, float]
    """Default weight of each term kind and of `latent` in the similarity."""
    formats: tuple[str, ...]
    kinds: tuple[EntityKind, ...]
    files: frozenset[str]
    """Names of the files that were checked, `artist/matrix.npz` say."""

    def entities(self, kind: EntityKind) -> pa.Table:
        """Return the table of entities, row = row of the matrices."""
        return self._table(f"{kind}/entities.parquet")

    def terms(self, kind: EntityKind) -> pa.Table:
        """Return the table of terms, row = column of the matrices."""
        return self._table(f"{kind}/terms.parquet")

    def weights(self, kind: EntityKind) -> Iterator[pa.RecordBatch]:
        """Yield the rows (entity_id, kind, term, weight, frequency) in batches; of format parquet."""
        yield from pq.ParquetFile(self._file(f"{kind}/weights.parquet")).iter_batches()

    def matrix(self, kind: EntityKind, name: str = "matrix") -> sparse.csr_matrix:
        """Return the unit weights (or name="frequencies"), float32 (entities, terms); of format npz."""
        return sparse.csr_matrix(sparse.load_npz(self._file(f"{kind}/{name}.npz")))

    def latent(self, kind: EntityKind) -> npt.NDArray[np.float32]:
        """Return the latent vectors, float32 (entities, dimensions); of format npz."""
        return self._array(f"{kind}/latent.npy")

    def lines(self, kind: EntityKind) -> Iterator[dict[str, Any]]:
        """Yield one entity a time with its terms, the strongest first; of format jsonl."""
        with self._file(f"{kind}/entities.jsonl").open(encoding="utf-8") as stream:
            yield from map(json.loads, stream)

    def neighbors(self, kind: EntityKind) -> pa.Table:
        """Return the nearest neighbours: entity_id, rank, neighbor_id, score."""
        return self._table(f"{kind}/neighbors.parquet")

    def pairs(self) -> pa.Table:
        """Return the pairs that were asked for with their features."""
        return self._table("pairs.parquet")

    def changes(self, kind: EntityKind) -> pa.Table:
        """Return what was added, changed and removed; of an export of changes."""
        return self._table(f"{kind}/changes.parquet")

    def whole(self, base: "Export | None" = None) -> Snapshot:
        """Return the snapshot that was exported; of format npz.

        Args:
            base: for an export of changes the whole export of the snapshot since which they are. What the changes
                left out, since it moved by no more than the tolerance, is as it was in the base.

        Raises:
            InputError: the base is missing, or is not the one.
        """
        if self.since != (base.snapshot if base else None) or (base and base.since):
            expected = f"a whole export of snapshot {self.since} as its base" if self.since else "no base"
            found = f"{'changes of ' if base.since else ''}{base.snapshot}" if base else "none"
            raise InputError(f"{self.folder} needs {expected}; found {found}")
        vectors = {kind: self._vectors(kind) for kind in self.kinds}
        if base:
            earlier = base.whole().vectors
            vectors = {kind: merged(earlier[kind], v, self._changed(kind)) for kind, v in vectors.items()}
        return Snapshot(self.snapshot, self.day, self.mix, vectors, self.epoch)

    def _vectors(self, kind: EntityKind) -> Vectors:
        weights, frequencies = self.matrix(kind), self.matrix(kind, "frequencies")
        return Vectors(
            self.entities(kind),
            self.terms(kind),
            weights.indptr.astype(np.int64),
            weights.indices.astype(np.int32),
            weights.data,
            frequencies.data,
            self._array(f"{kind}/norms.npy"),
            self.latent(kind),
        )

    def _changed(self, kind: EntityKind) -> npt.NDArray[np.bool_]:
        changes = self.changes(kind).cast(CHANGE_ROWS)
        kept = changes.filter(pc.not_equal(changes.column("change"), REMOVED))
        changed: npt.NDArray[np.bool_] = pc.is_in(
            self.entities(kind).column("id"), kept.column("entity_id").combine_chunks()
        ).to_numpy()
        return changed

    def _table(self, name: str) -> pa.Table:
        return pq.ParquetFile(self._file(name)).read()

    def _array(self, name: str) -> npt.NDArray[np.float32]:
        array: npt.NDArray[np.float32] = np.load(self._file(name), allow_pickle=False)
        return array

    def _file(self, name: str) -> Path:
        if name not in self.files:
            raise InputError(
                f"{self.folder} has no {name}; it was exported as {', '.join(self.formats)} "
                f"for {', '.join(self.kinds) or 'nothing'}: {', '.join(sorted(self.files)) or 'no files'}"
            )
        return self.folder / name


def read_export(folder: Path) -> Export:
    """Open an export after checking its version, and the size and SHA-256 of every file.

    Raises:
        InputError: there is no export, it is of another version, or a file is missing, cut short or altered.
    """
    path = folder / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        version = manifest["schema_version"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{folder} is no export: its manifest.json cannot be read ({error!r})") from error
    if version != EXPORT_VERSION:
        raise InputError(f"{folder} is an export of schema version {version!r}; this program expects {EXPORT_VERSION}")
    try:
        for name, expected in manifest["files"].items():
            _check(folder, name, expected["sha256"], expected["bytes"])
        return Export(
            folder,
            manifest["snapshot"],
            date.fromisoformat(manifest["day"]),
            manifest["epoch"] and date.fromisoformat(manifest["epoch"]),
            manifest["since"] and manifest["since"]["snapshot"],
            manifest["mix"],
            tuple(manifest["formats"]),
            tuple(map(EntityKind, manifest["kinds"])),
            frozenset(manifest["files"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{path} is not the manifest of an export ({error!r})") from error


def _check(folder: Path, name: str, digest: str, size: int) -> None:
    if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
        raise InputError(f"the manifest of {folder} names {name!r}; expected a file within the folder")
    path = folder / name
    if not path.is_file():
        raise InputError(f"{path} is missing; the manifest of the export names it")
    found = path.stat().st_size
    if found != size:
        raise InputError(f"{path} has {found} bytes; the manifest says {size}: it was cut short or altered")
    if (actual := sha256(path)) != digest:
        raise InputError(f"{path} was altered: its SHA-256 is {actual}; the manifest says {digest}")
