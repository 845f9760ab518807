"""What the ends of a lake's Parquet files say, remembered: files by the thousand are slow to open."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from records.errors import LakeError

FINGERPRINT = b"topterms.fingerprint"
"""Key of a Parquet file's metadata: the fingerprint of the input that the file came of."""


@dataclass(frozen=True, slots=True)
class Footer:
    """What the end of a Parquet file of the lake says of it."""

    fingerprint: str
    """Of the input that the file came of."""
    rows: int


class Footed(Protocol):
    """A lake, as far as its footers go."""

    root: Path

    def noted_footers(self) -> str:
        """Return what was noted earlier."""

    def version(self, path: Path) -> list[int | str]:
        """Return what is another one when the file at a path is."""

    def read_footer(self, path: Path) -> Footer:
        """Read a footer."""

    def has(self, name: str) -> bool:
        """Say whether a file is still there."""


def read_footer(path: Path, stream: IO[bytes] | None = None) -> Footer:
    """Return what the end of a Parquet file says of it.

    Args:
        path: the file.
        stream: what to read in its place.

    Raises:
        LakeError: the file is no Parquet file of a lake.
    """
    try:
        metadata = pq.read_metadata(stream or path)
    except (pa.ArrowException, OSError) as error:
        raise LakeError(f"{path} cannot be read as Parquet ({error}); remove it and run its stage again") from error
    return Footer(str((metadata.metadata or {}).get(FINGERPRINT, b""), "utf-8"), metadata.num_rows)


class Footers:
    """Footers by path, each with the version of its file: another file has another footer."""

    def __init__(self, lake: Footed) -> None:
        self._lake = lake
        self._root = f"{lake.root}/"
        self._known: dict[str, list[Any]] | None = None
        self._is_new = False

    def of(self, path: Path) -> Footer:
        """Return the footer of a file."""
        if self._known is None:
            self._known = self._read()
        name, version = str(path).removeprefix(self._root), self._lake.version(path)
        known = self._known.get(name)
        if known is None or known[:-2] != version:
            footer = self._lake.read_footer(path)
            known = [*version, footer.fingerprint, footer.rows]
            self._known[name], self._is_new = known, True
        return Footer(known[-2], known[-1])

    def news(self) -> str | None:
        """Return all that is known of files that are still there, as JSON; None if there is nothing new."""
        if not self._is_new or self._known is None:
            return None
        self._is_new = False
        return json.dumps({name: known for name, known in self._known.items() if self._lake.has(name)})

    def _read(self) -> dict[str, list[Any]]:
        """Read what was noted; without it, or if it was damaged, files are opened again."""
        try:
            found = json.loads(self._lake.noted_footers())
            return {name: [*version, str(mark), int(rows)] for name, (*version, mark, rows) in found.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}
