"""The lake: a folder of immutable files, one folder per dataset and day.

A file appears at once and complete, or not at all: it is written under `.staging/`, synced, and renamed
into its place. Its name says which input it came of and its fingerprint what that input was, so that a stage can tell
what it did already.
"""

import errno
import json
import os
import re
import shutil
import socket
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from records.errors import LakeError
from records.footers import FINGERPRINT, Footer, Footers, read_footer
from records.schemas import ADDED, COUNTS, DOCUMENTS, MENTIONS, SCHEMA_VERSION

MARKER = "lake.json"
"""File that makes a folder a lake."""
_STAGING = ".staging"
FOOTERS = ".footers.json"
"""File of the footers that were read before."""
_DAY = re.compile(r"date=\d{4}-\d\d-\d\d")


class Dataset(StrEnum):
    """The folders of the lake that are split by day."""

    PAGES = "pages"
    DOCUMENTS = "documents"
    MENTIONS = "mentions"
    COUNTS = "counts"
    TOTALS = "totals"
    VECTORS = "vectors"
    TAGS = "tags"


SCHEMAS = {Dataset.DOCUMENTS: DOCUMENTS, Dataset.MENTIONS: MENTIONS, Dataset.COUNTS: COUNTS}


class Lake:
    """A lake in a folder of this machine; `records.object_lake` has the same on an object store.

    All that reads a file asks for it first (`fetch`), and all that looks what is there or removes it asks the lake: in
    a folder that costs nothing, on an object store it is what brings the file here.

    Args:
        root: the lake's folder.
        create: make the folder a lake if it is empty or missing.

    Raises:
        LakeError: there is no lake, or one of another schema version.
    """

    def __init__(self, root: Path, *, create: bool = False) -> None:
        self.root = root.absolute()
        self._open(create=create)
        self._footers = Footers(self)

    @property
    def address(self) -> str:
        """What `records.opening.open_lake` opens this lake by."""
        return str(self.root)

    def _open(self, *, create: bool) -> None:
        marker = self.root / MARKER
        if create and not marker.exists():
            self._create(marker)
        check_marker(marker, self.address)

    def _create(self, marker: Path) -> None:
        if self.root.exists() and (not self.root.is_dir() or any(p.name != _STAGING for p in self.root.iterdir())):
            raise LakeError(f"{self.root} is not a lake and not an empty folder; expected one of the two")
        self.root.mkdir(parents=True, exist_ok=True)
        self.write_text(marker, marker_text())

    @property
    def index(self) -> Path:
        """Folder of the embedded index."""
        return self.root / "index"

    @property
    def catalog(self) -> Path:
        """The catalogue as one Parquet file of schema `ENTITIES`; it may not exist yet."""
        return self.root / "catalog" / "entities.parquet"

    @property
    def crawl_state(self) -> Path:
        """SQLite file in which the crawler keeps what it saw; never needed to read the lake."""
        return self.root / "crawl.sqlite"

    def partition(self, dataset: Dataset, day: date) -> Path:
        """Return the folder of one dataset and day, whether it exists or not."""
        return self.root / dataset / f"date={day.isoformat()}"

    def days(self, dataset: Dataset) -> list[date]:
        """Return the days that a dataset has a folder for, oldest first."""
        return [date.fromisoformat(name.removeprefix("date=")) for name in self._folders(dataset)]

    def files(self, dataset: Dataset, day: date | None = None) -> list[Path]:
        """Return a dataset's complete files, of one day or of all, in the order of days and names."""
        names = self._folders(dataset) if day is None else [f"date={day.isoformat()}"]
        return [Path(path) for name in names for path in _files(f"{self.root}/{dataset}/{name}")]

    def _folders(self, dataset: Dataset) -> list[str]:
        """Return the names of a dataset's folders of days, in order; paths by the thousand would be slow to make."""
        try:
            with os.scandir(f"{self.root}/{dataset}") as found:
                return sorted(entry.name for entry in found if _DAY.fullmatch(entry.name))
        except FileNotFoundError:
            return []

    def names(self, folder: Path) -> list[str]:
        """Return the names of the files and folders that lie whole in a folder, in order."""
        return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []

    def exists(self, path: Path) -> bool:
        """Say whether a file or a whole folder is in the lake, be it here to be read or not."""
        return path.exists()

    def size(self, path: Path) -> int:
        """Return the bytes of a file of the lake."""
        return path.stat().st_size

    def fetch(self, *paths: Path) -> None:
        """Let files be read at their paths, as they are in the lake now; those that it lacks are not there then."""

    def fetch_folder(self, path: Path) -> None:
        """Let a folder be read at its path, as it is in the lake now; if the lake lacks it, it is not there then."""

    def remove(self, path: Path) -> None:
        """Remove a file, or a folder and all in it; what is not there is passed over."""
        remove_path(path)

    def hold(self) -> None:
        """Take what is there now for all there is, but for what is changed by this object: there is one writer."""

    @contextmanager
    def borrowed(self, path: Path) -> Iterator[Path]:
        """Give an SQLite file that is changed where it lies; it may not exist yet."""
        yield path

    @contextmanager
    def staged(self, target: Path) -> Iterator[Path]:
        """Give a path to write a file or a folder at; it becomes `target` when the block ends without an error.

        A file replaces what stood at `target`. A folder's target must not exist yet.

        Raises:
            LakeError: there is no space left for it.
        """
        staging = self._staging()
        try:
            yield staging
            _sync(staging)
            target.parent.mkdir(parents=True, exist_ok=True)
            staging.replace(target)
            _sync_folder(target.parent)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise LakeError(f"no space left to write {target}; make room and do the same again") from error
        finally:
            remove_path(staging)

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """Give an empty folder for what a stage needs only until the block ends."""
        folder = self._staging()
        folder.mkdir()
        try:
            yield folder
        finally:
            remove_path(folder)

    def _staging(self) -> Path:
        staging = self.root / _STAGING / f"{socket.gethostname()}.{os.getpid()}.{uuid.uuid4().hex}"
        staging.parent.mkdir(exist_ok=True)
        return staging

    def sweep(self) -> int:
        """Remove what killed processes of this machine left half-written; return how many pieces that were."""
        leftovers = [p for p in (self.root / _STAGING).glob("*") if _is_orphan(p.name)]
        for path in leftovers:
            remove_path(path)
        return len(leftovers)

    def write_table(self, path: Path, table: pa.Table, fingerprint: str) -> None:
        """Write a Parquet file that appears at once, with the fingerprint of the input it came of."""
        with self.table_writer(path, table.schema, fingerprint) as write:
            write(table)

    @contextmanager
    def table_writer(self, path: Path, schema: pa.Schema, fingerprint: str) -> Iterator[Callable[[pa.Table], None]]:
        """Give a function that appends tables to a Parquet file; the file appears when the block ends."""
        stamped = schema.with_metadata({FINGERPRINT: fingerprint.encode()})
        with self.staged(path) as staging, pq.ParquetWriter(staging, stamped, compression="zstd") as writer:
            yield lambda table: writer.write_table(table.cast(stamped))

    def write_text(self, path: Path, text: str) -> None:
        """Write a text file that appears at once."""
        with self.staged(path) as staging:
            staging.write_text(text, encoding="utf-8")

    def is_current(self, path: Path, fingerprint: str) -> bool:
        """Say whether a Parquet file exists and came of the input of that fingerprint."""
        return self.exists(path) and self.footer(path).fingerprint == fingerprint

    def footer(self, path: Path) -> Footer:
        """Return the footer of a Parquet file of the lake; one that was read before is not opened again.

        Raises:
            LakeError: the file is no Parquet file of a lake.
        """
        return self._footers.of(path)

    def keep_footers(self) -> None:
        """Note the footers that were read for those who open the lake later: files by the thousand are slow to open."""
        if (text := self._footers.news()) is not None:
            self.write_text(self.root / FOOTERS, text)

    def noted_footers(self) -> str:
        """Return what `keep_footers` noted; see `records.footers`.

        Raises:
            OSError: nothing was noted.
        """
        return (self.root / FOOTERS).read_text(encoding="utf-8")

    def version(self, path: Path) -> list[int | str]:
        """Return what is another one when the file at a path is: size and time of change."""
        state = path.stat()
        return [state.st_size, state.st_mtime_ns]

    def read_footer(self, path: Path) -> Footer:
        """Read the footer of a file of the lake; `footer` does so at most once."""
        return read_footer(path)

    def has(self, name: str) -> bool:
        """Say whether a file of that path below the root is still there."""
        return os.path.exists(f"{self.root}/{name}")  # noqa: PTH110  # thousands of Path objects would take longer


def read_fingerprint(path: Path) -> str:
    """Return the fingerprint that a file of the lake was written with.

    Raises:
        LakeError: the file is no Parquet file of a lake.
    """
    return read_footer(path).fingerprint


def read_table(path: Path, schema: pa.Schema, groups: range | None = None) -> pa.Table:
    """Read a Parquet file of the lake: whole, or some of its row groups.

    Raises:
        LakeError: it cannot be read, or has other columns than the schema.
    """

    def read() -> pa.Table:
        file = pq.ParquetFile(path)
        return file.read() if groups is None else file.read_row_groups(list(groups))

    return _fitting(path, schema, read)


def read_parts(path: Path, schema: pa.Schema, groups: range | None = None) -> Iterator[pa.Table]:
    """Yield a Parquet file of the lake row group by row group: whole, or some of its row groups.

    Raises:
        LakeError: it cannot be read, or has other columns than the schema.
    """
    for group in groups if groups is not None else range(_read(path, lambda: pq.read_metadata(path).num_row_groups)):
        yield read_table(path, schema, range(group, group + 1))


def read_rows(path: Path, schema: pa.Schema, column: str, values: pa.ChunkedArray) -> pa.Table:
    """Read the rows of a Parquet file of the lake in which a column has one of some values; others are passed over.

    Raises:
        LakeError: it cannot be read, or has other columns than the schema.
    """
    wanted = pc.field(column).isin(values.combine_chunks())
    return _fitting(path, schema, lambda: pq.read_table(path, filters=wanted, partitioning=None))


def _read(path: Path, read: Callable[[], Any]) -> Any:
    try:
        return read()
    except (pa.ArrowException, OSError) as error:
        raise LakeError(f"{path} cannot be read as Parquet ({error}); remove it and run its stage again") from error


def _fitting(path: Path, schema: pa.Schema, read: Callable[[], pa.Table]) -> pa.Table:
    table = _completed(_read(path, read), schema)
    if not table.schema.equals(schema, check_metadata=False):
        found, expected = ", ".join(table.schema.names), ", ".join(schema.names)
        raise LakeError(f"{path} has columns {found}; expected {expected} with the types of schema {SCHEMA_VERSION}")
    return table


def _completed(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Put in the columns, empty or 0, that were added to the schema since the file was written."""
    for place, field in enumerate(schema):
        if field.name in ADDED and field.name not in table.column_names:
            empty: object = [] if pa.types.is_list(field.type) else 0.0 if pa.types.is_floating(field.type) else ""
            table = table.add_column(place, field, pa.array([empty] * table.num_rows, field.type))
    return table


def day_of(path: Path) -> date:
    """Return the day that a file of the lake is filed under."""
    return date.fromisoformat(path.parent.name.removeprefix("date="))


def marker_text() -> str:
    """Return what the file says that makes a folder a lake."""
    return json.dumps({"schema_version": SCHEMA_VERSION})


def check_marker(marker: Path, address: str) -> None:
    """Expect the marker of a lake of this program's schema version.

    Raises:
        LakeError: it is missing, cannot be understood, or is of another version; the message names the address.
    """
    try:
        version = json.loads(marker.read_text(encoding="utf-8"))["schema_version"]
    except FileNotFoundError:
        raise LakeError(f"{address} is not a lake: it has no {MARKER}; `topterms init` makes one") from None
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise LakeError(
            f"{address}/{MARKER} cannot be understood ({error!r}); expected a JSON object with schema_version"
        ) from error
    if version != SCHEMA_VERSION:
        raise LakeError(f"{address} is a lake of schema version {version!r}; this program expects {SCHEMA_VERSION}")


def _is_orphan(name: str) -> bool:
    host, pid, _ = name.rsplit(".", 2)
    if host != socket.gethostname():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _files(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.path for entry in entries if entry.is_file())
    except FileNotFoundError:
        return []


def _sync(path: Path) -> None:
    for file in [path] if path.is_file() else (p for p in path.rglob("*") if p.is_file()):
        with file.open("rb") as stream:
            os.fsync(stream.fileno())


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_path(path: Path) -> None:
    """Remove a file, or a folder and all in it; what is not there is passed over."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
