"""Where a stage works with more than fits into memory: a DuckDB that goes to disk, and arrays that lie there."""

import errno
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from resource import RLIM_INFINITY, RLIMIT_AS, RLIMIT_DATA, getrlimit
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from nlp.settings import WeighSettings
from records.errors import LakeError, TopTermsError
from records.lake import Lake

if TYPE_CHECKING:
    import duckdb

Rows: TypeAlias = pa.Table | Path
"""Rows that are at hand, or a Parquet file of them."""

BATCH = 1 << 16
"""Rows of a result that are in memory together."""
_OWN_GROUP, _GROUPS = Path("/proc/self/cgroup"), Path("/sys/fs/cgroup")
"""Which control groups this process is in, and where they are."""
_THREAD = 128_000_000
"""Bytes that a thread of the database needs."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder for what does not fit into memory, and how much does."""

    folder: Path
    memory: int
    """Bytes that a stage may take; the database has half of it, the program and its arrays the other."""

    @contextmanager
    def database(self, **tables: Rows) -> Iterator["duckdb.DuckDBPyConnection"]:
        """Give a database that knows tables, keeps to the memory and goes to disk with the rest; gone with the block.

        Raises:
            LakeError: a table's file cannot be read.
            TopTermsError: there is not memory enough, or no space left on disk.
        """
        import duckdb  # as a global it makes every worker process that ends complain of leaks

        limit = self.memory // 2
        with TemporaryDirectory(dir=self.folder) as spilled:
            config = {
                "memory_limit": f"{limit}B",
                "temp_directory": spilled,
                "threads": max(1, min(len(os.sched_getaffinity(0)), limit // _THREAD)),
            }
            try:
                with duckdb.connect(config=config) as db:
                    db.execute("SET TimeZone = 'UTC'")
                    db.execute("SET enable_progress_bar = false")  # it takes some processes for a notebook
                    for name, rows in tables.items():
                        if isinstance(rows, Path):
                            db.read_parquet(str(rows)).create_view(name)
                        else:
                            db.register(name, rows)
                    yield db
            except (duckdb.IOException, duckdb.InvalidInputException) as error:
                raise LakeError(f"a file of the lake cannot be read or written: {error}") from error
            except duckdb.OutOfMemoryException as error:
                raise TopTermsError(
                    f"{self.memory / 1e6:,.0f} MB of memory do not do ({str(error).splitlines()[0]}); set weigh.memory "
                    f"to more, or make room on the disk of {self.folder.parent}"
                ) from error

    def array(self, shape: tuple[int, ...], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        """Return an array of zeros that lies in a file: the system may take its pages out of memory."""
        if not np.prod(shape):
            return np.zeros(shape, dtype)
        path, size = self._path(), int(np.prod(shape)) * np.dtype(dtype).itemsize
        with path.open("wb") as stream:
            os.posix_fallocate(stream.fileno(), 0, size)  # a disk that is full later would kill the process
        return np.memmap(path, dtype, "r+", shape=shape)

    def growing(self, dtype: npt.DTypeLike) -> "Growing":
        """Return an array in a file, of which the length is not known beforehand."""
        return Growing(self._path(), np.dtype(dtype))

    def stored(self, schema: pa.Schema, batches: Iterator[pa.Table]) -> Path:
        """Write a Parquet file that lasts as long as this workspace; return its path."""
        path = self._path()
        with pq.ParquetWriter(path, schema) as writer:
            for batch in batches:
                writer.write_table(batch)
        return path

    def _path(self) -> Path:
        return self.folder / uuid.uuid4().hex


class Growing:
    """An array in a file that is written piece by piece, and then read."""

    def __init__(self, path: Path, dtype: np.dtype[Any]) -> None:
        self._path, self._dtype = path, dtype
        self._stream = path.open("wb")

    def append(self, values: npt.NDArray[Any]) -> None:
        """Put values behind those that are there."""
        values.astype(self._dtype, copy=False).tofile(self._stream)

    def whole(self) -> npt.NDArray[Any]:
        """Return all that was appended; nothing can be from now on, but it may be changed in place."""
        self._stream.close()
        if not self._path.stat().st_size:
            return np.zeros(0, self._dtype)
        return np.memmap(self._path, self._dtype, "r+")


@contextmanager
def workspace(lake: Lake, settings: WeighSettings) -> Iterator[Workspace]:
    """Give a workspace among what is half-written of a lake, with the memory of the settings; gone with the block.

    Raises:
        TopTermsError: what must be in memory does not fit, or there is no space left on disk.
    """
    memory = settings.memory_bytes or allowed_memory() // 2
    with lake.scratch() as folder:
        try:
            yield Workspace(folder, memory)
        except MemoryError as error:
            raise TopTermsError(
                f"memory is used up ({error}); give this process more, or set weigh.memory to less than "
                f"{memory / 1e6:,.0f} MB"
            ) from error
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise LakeError(
                f"no space left for what is weighed in {folder.parent}; make room and run it again"
            ) from error


def allowed_memory() -> int:
    """Return the bytes of memory that this process may have: the machine's, or less if it was given a limit."""
    limits = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    limits += [soft for soft, _ in map(getrlimit, (RLIMIT_AS, RLIMIT_DATA)) if soft != RLIM_INFINITY]
    return min([*limits, *_group_limits()])


def _group_limits() -> Iterator[int]:
    """Yield the limits of the control groups (version 1 and 2) that this process is in, and of those around them."""
    lines = _OWN_GROUP.read_text(encoding="utf-8").splitlines() if _OWN_GROUP.exists() else []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        group = _GROUPS / ("memory" if controllers == "memory" else "") / path.lstrip("/")
        for folder in (group, *group.parents[: -len(_GROUPS.parts)]):
            for name in ("memory.max", "memory.limit_in_bytes"):
                with suppress(OSError, ValueError):  # there is no such file, or it says "max"
                    yield int((folder / name).read_text(encoding="ascii"))
