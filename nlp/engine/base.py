"""What every engine does: count documents files, and answer SQL over Parquet files of the lake.

One SQL text serves all engines: what DuckDB and Spark both understand, and give the same result for. So names are
bound as `$name`; a sum that must not depend on the order of its rows runs over whole numbers; numbers are rounded by
`floor(x + 0.5)`, since a cast rounds on the one and cuts off on the other; powers and dates are worked out beforehand,
in Python.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from nlp.counting import Due
from nlp.settings import CountSettings, WeighSettings
from records.lake import Lake

Value = str | int | float | date
"""What a name in a query can stand for."""

FILE_COLUMNS = pa.schema([pa.field("day", pa.date32(), nullable=False), pa.field("file", pa.string(), nullable=False)])
"""Where a row lies: the day of the folder that its file is in, and the file's name."""


class Tables(Protocol):
    """Tables by name, and SQL over them."""

    def files(self, name: str, paths: Sequence[Path], schema: pa.Schema, *, placed: bool = False) -> None:
        """Let a name stand for the rows of Parquet files of the lake, or for none.

        Args:
            name: the table's name.
            paths: the files; each has at least the columns of the schema.
            schema: the columns that are wanted.
            placed: add the columns `FILE_COLUMNS`.
        """

    def rows(self, name: str, rows: pa.Table) -> None:
        """Let a name stand for rows that are at hand; they should be few."""

    def keep(self, name: str, query: str, **values: Value) -> None:
        """Let a name stand for the result of a query, which is worked out once."""

    def fetch(self, query: str, schema: pa.Schema, **values: Value) -> pa.Table:
        """Return the result of a query, with the columns of the schema; it should be small."""

    def stream(self, query: str, schema: pa.Schema, **values: Value) -> Iterator[pa.Table]:
        """Yield the result of a query part by part; nothing else may be asked until its end."""

    def sums(self, query: str, keys: Sequence[str], schema: pa.Schema, **values: Value) -> Iterator[pa.Table]:
        """Yield the sums of a query's rows by keys, sorted by them, part by part, however many there are.

        Args:
            query: its columns are those of the schema.
            keys: columns; none is null.
            schema: all columns but the keys are 64-bit numbers.
            values: what the names in the query stand for.
        """


class Engine(Protocol):
    """Does the heavy work; closed when the block around it ends."""

    def count(
        self, lake: Lake, settings: CountSettings, due: Sequence[Due], tell: Callable[[int], None]
    ) -> Counter[str]:
        """Write the mentions and counts of documents files, each file whole or not at all; return what became of all.

        Args:
            lake: where the files lie.
            settings: how documents are read.
            due: the documents files.
            tell: told how many documents are done.

        Raises:
            ConfigurationError: there is no catalogue, or the spaCy model cannot be used.
            LakeError: a documents file cannot be read, or a process that reads died.
            ClusterError: the cluster does not answer or cannot do the work.
        """

    def tables(self, lake: Lake, settings: WeighSettings) -> AbstractContextManager[Tables]:
        """Give tables, none at first, over files of a lake; they are gone when the block ends.

        Args:
            lake: where the files lie.
            settings: say how much memory there is on this machine.
        """

    def close(self) -> None:
        """Let go of what the engine holds."""
