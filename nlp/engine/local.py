"""The engine that needs nothing but this machine: processes that read documents, and DuckDB."""

import atexit
import gc
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from nlp.counting import BATCH, Due, Read, Reader, batches, write_counts
from nlp.engine.base import FILE_COLUMNS, Value
from nlp.name_files import open_names
from nlp.settings import CountSettings, WeighSettings
from nlp.summing import summed
from nlp.workspace import BATCH as ROWS
from nlp.workspace import Workspace, workspace
from records.errors import LakeError
from records.lake import Lake
from records.opening import open_lake
from records.orphans import end_with_parent
from records.types import Document

if TYPE_CHECKING:
    import duckdb

_PLACE = "CAST(regexp_extract(filename, 'date=([0-9-]{10})', 1) AS DATE) AS day, parse_filename(filename) AS file"


class LocalEngine:
    """Processes of this machine, as many as the settings say and as pay, and a DuckDB that keeps to its memory."""

    def count(
        self, lake: Lake, settings: CountSettings, due: Sequence[Due], tell: Callable[[int], None]
    ) -> Counter[str]:
        """See `Engine.count`."""
        tally: Counter[str] = Counter()
        done = 0
        with _reading(lake, settings, sum(file.documents for file in due)) as read:
            for file in due:
                for part in write_counts(lake, file, read(batches(lake, file.path))):
                    tally.update(part.tally)
                    done += part.documents
                    tell(done)
        return tally

    @contextmanager
    def tables(self, lake: Lake, settings: WeighSettings) -> Iterator["_Tables"]:
        """See `Engine.tables`."""
        with workspace(lake, settings) as place, place.database() as db:
            yield _Tables(lake, db, place)

    def close(self) -> None:
        """There is nothing to let go of."""


class _Tables:
    def __init__(self, lake: Lake, db: "duckdb.DuckDBPyConnection", place: Workspace) -> None:
        self._lake, self._db, self._place = lake, db, place

    def files(self, name: str, paths: Sequence[Path], schema: pa.Schema, *, placed: bool = False) -> None:
        if paths:
            self._lake.fetch(*paths)
            found = self._db.read_parquet([str(path) for path in paths], filename=placed)
            found.project(", ".join([*schema.names, *([_PLACE] if placed else [])])).create_view(name)
        else:
            self.rows(name, pa.schema([*schema, *(FILE_COLUMNS if placed else [])]).empty_table())

    def rows(self, name: str, rows: pa.Table) -> None:
        self._db.register(name, rows)

    def keep(self, name: str, query: str, **values: Value) -> None:
        self._db.execute(f"CREATE TEMP TABLE {name} AS {query}", values)

    def fetch(self, query: str, schema: pa.Schema, **values: Value) -> pa.Table:
        return self._db.sql(query, params=values).to_arrow_table().cast(schema)

    def stream(self, query: str, schema: pa.Schema, **values: Value) -> Iterator[pa.Table]:
        for batch in self._db.sql(query, params=values).to_arrow_reader(ROWS):
            yield pa.Table.from_batches([batch]).cast(schema)

    def sums(self, query: str, keys: Sequence[str], schema: pa.Schema, **values: Value) -> Iterator[pa.Table]:
        # a UNION that is ordered does not go to disk (70 million rows, 1 GB), a file that is ordered does
        path = self._place.stored(schema, self.stream(query, schema, **values))
        self._db.read_parquet(str(path)).create_view("unordered", replace=True)
        yield from summed(self.stream(f"FROM unordered ORDER BY {', '.join(keys)}", schema), keys)
        path.unlink()


_Reading = Callable[[Iterable[list[Document]]], Iterator[Read]]


@contextmanager
def _reading(lake: Lake, settings: CountSettings, documents: int) -> Iterator[_Reading]:
    """Give a function that reads batches of documents in their order, on as many processes as pay."""
    workers = min(settings.workers, 1 + documents // (2 * BATCH))
    if workers == 1:
        reader = Reader(lake, settings)
        yield lambda batches: map(reader.read, batches)
        return
    open_names(lake)  # made or fetched here, once, and not by every worker at the same time
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _start_worker, (lake.address, lake.root.parent, settings))
    try:
        yield lambda batches: _windowed(pool, batches, 2 * workers)
    except BrokenProcessPool as error:
        raise LakeError(
            "a process that reads documents was killed, perhaps for want of memory; run it again"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _windowed(pool: ProcessPoolExecutor, batches: Iterable[list[Document]], window: int) -> Iterator[Read]:
    """Map over the pool in order with no more than `window` batches under way, so that memory stays bounded."""
    waiting: deque[Future[Read]] = deque()
    for batch in batches:
        waiting.append(pool.submit(_read_batch, batch))
        if len(waiting) >= window:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


_worker: Reader | None = None


def _start_worker(lake: str, cache: Path, settings: CountSettings) -> None:
    global _worker  # the one thing a pool's process keeps between its tasks
    end_with_parent()
    _worker = Reader(open_lake(lake, cache=cache), settings)
    gc.freeze()  # model and names stay until the end: looking through them for garbage took 7% of the time
    atexit.register(gc.unfreeze)  # or else DuckDB takes what is left for a leak, and says so


def _read_batch(documents: list[Document]) -> Read:
    assert _worker is not None  # noqa: S101  # the pool's initializer ran
    return _worker.read(documents)
