"""Reads what `index.export` wrote, and refuses what is not whole."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from scipy import sparse

from index.export import sha256
from records.errors import InputError
from records.schemas import SCHEMA_VERSION
from records.types import EntityKind


@dataclass(frozen=True, slots=True)
class Export:
    """An export whose files were checked."""

    folder: Path
    snapshot: str
    """Id of the snapshot."""
    day: date
    mix: Mapping[str, float]
    """Default weight of each term kind and of `latent` in the similarity."""
    formats: tuple[str, ...]
    kinds: tuple[EntityKind, ...]

    def entities(self, kind: EntityKind) -> pa.Table:
        """Return the table of entities; of formats parquet and npz."""
        return self._table(kind, "entities.parquet")

    def terms(self, kind: EntityKind) -> pa.Table:
        """Return the table of terms, row = column of the matrix; of format npz."""
        return self._table(kind, "terms.parquet")

    def weights(self, kind: EntityKind) -> Iterator[pa.RecordBatch]:
        """Yield the rows (entity_id, kind, term, weight, frequency) in batches; of format parquet."""
        yield from pq.ParquetFile(self._file(kind, "weights.parquet")).iter_batches()

    def matrix(self, kind: EntityKind) -> sparse.csr_matrix:
        """Return the matrix of unit weights, float32 (entities, terms); of format npz."""
        return sparse.csr_matrix(sparse.load_npz(self._file(kind, "matrix.npz")))

    def latent(self, kind: EntityKind) -> npt.NDArray[np.float32]:
        """Return the latent vectors, float32 (entities, dimensions); of format npz."""
        vectors: npt.NDArray[np.float32] = np.load(self._file(kind, "latent.npy"), allow_pickle=False)
        return vectors

    def lines(self, kind: EntityKind) -> Iterator[dict[str, Any]]:
        """Yield one entity a time with its terms, the strongest first; of format jsonl."""
        with self._file(kind, "entities.jsonl").open(encoding="utf-8") as stream:
            yield from map(json.loads, stream)

    def _table(self, kind: EntityKind, name: str) -> pa.Table:
        return pq.ParquetFile(self._file(kind, name)).read()

    def _file(self, kind: EntityKind, name: str) -> Path:
        path = self.folder / kind / name
        if kind not in self.kinds or not path.exists():
            raise InputError(
                f"{self.folder} has no {kind}/{name}; it was exported as {', '.join(self.formats)} "
                f"for {', '.join(self.kinds) or 'nothing'}"
            )
        return path


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
    if version != SCHEMA_VERSION:
        raise InputError(f"{folder} is an export of schema version {version!r}; this program expects {SCHEMA_VERSION}")
    try:
        for name, expected in manifest["files"].items():
            _check(folder / name, expected["sha256"], expected["bytes"])
        kinds = tuple(map(EntityKind, manifest["kinds"]))
        day = date.fromisoformat(manifest["day"])
        return Export(folder, manifest["snapshot"], day, manifest["mix"], tuple(manifest["formats"]), kinds)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{path} is not the manifest of an export ({error!r})") from error


def _check(path: Path, digest: str, size: int) -> None:
    if not path.is_file():
        raise InputError(f"{path} is missing; the manifest of the export names it")
    found = path.stat().st_size
    if found != size:
        raise InputError(f"{path} has {found} bytes; the manifest says {size}: it was cut short or altered")
    if (actual := sha256(path)) != digest:
        raise InputError(f"{path} was altered: its SHA-256 is {actual}; the manifest says {digest}")
