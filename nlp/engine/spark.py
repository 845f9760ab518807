"""The engine that is a Spark cluster: tasks over documents files, and Spark SQL."""

import os
import re
import shutil
import signal
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
from py4j.protocol import Py4JError
from pyspark import RDD, SparkConf, SparkContext
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import spark_partition_id

from nlp.counting import Due, row_groups
from nlp.engine.base import FILE_COLUMNS, Value
from nlp.engine.tasks import Job, Outcome, count_file, read_slice, versions, write_slices
from nlp.name_files import open_names
from nlp.settings import CountSettings, WeighSettings
from records.errors import ClusterError, ConfigurationError, TopTermsError
from records.lake import Lake
from records.opening import OBJECTS, is_remote

SLICE = 256
"""Documents, at least, of a file that a task reads; a file of no more is one task's."""
_TASKS = 10_000
"""Tasks of a job at most."""
_ANSWER_SECONDS = 5.0
"""For a master to answer."""
_WORKER_SECONDS = 60.0
"""For which a job waits while no worker has room for it, before it is given up."""
_BEAT = 0.2
_ROWS = 1 << 20
"""Rows of a result that come home together, about."""
_PART = "_part"
"""Column of the partition that a row of a result lies in."""
_NEEDED = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",  # a sum that grows too large is an error
    "spark.python.worker.reuse": "true",  # the model is loaded once
    "spark.ui.showConsoleProgress": "false",
}
_PREFERRED = {
    "spark.driver.maxResultSize": "0",  # totals are meant to come home
    "spark.ui.enabled": "false",  # it would listen on every interface
}
_PLACE = (
    "CAST(regexp_extract(_metadata.file_path, 'date=([0-9-]{10})', 1) AS DATE) AS day",
    "url_decode(replace(_metadata.file_name, '+', '%2B')) AS file",
)
_TYPES = {
    pa.string(): "STRING",
    pa.float32(): "FLOAT",
    pa.float64(): "DOUBLE",
    pa.int64(): "BIGINT",
    pa.date32(): "DATE",
    pa.timestamp("us", "UTC"): "TIMESTAMP",
}
_ADVICE = (
    (
        r"PYTHON_VERSION_MISMATCH",
        "the workers' Python is of another version than this one; name the same by PYSPARK_PYTHON",
    ),
    (r'Cannot run program "([^"]*)"', "a worker cannot start Python; name the one with topterms by PYSPARK_PYTHON"),
    (r"No module named '[\w.]+'", "the workers lack a package; install the same topterms there as here"),
)

Result = TypeVar("Result")


class SparkEngine:
    """A standalone Spark cluster whose workers see the lake and have this version of topterms.

    A job begins when there is something to do. What Spark itself is to know (memory, cores) stands in the
    `spark-defaults.conf` of SPARK_CONF_DIR.

    Args:
        master: `spark://HOST:PORT`; several masters, one for the other, are parted by commas.

    Raises:
        ConfigurationError: there is no Java.
        ClusterError: no master answers.
    """

    def __init__(self, master: str) -> None:
        self._master = master
        self._session: SparkSession | None = None
        self._lonely_since: float | None = None
        self._told = 0
        _expect_java(master)
        _expect_answer(master)

    def count(
        self, lake: Lake, settings: CountSettings, due: Sequence[Due], tell: Callable[[int], None]
    ) -> Counter[str]:
        """See `Engine.count`."""
        open_names(lake)  # made here, once, and not by every worker at the same time
        job = Job(lake.address, settings, lake.footer(lake.catalog).fingerprint, versions())
        large = self._sliceable(lake, [file for file in due if file.documents > SLICE])
        whole = [file for file in due if file not in large]
        steps = [(sum(file.documents for file in whole), partial(self._whole, job, whole))] if whole else []
        steps += [(file.documents, partial(self._sliced, job, file, parts)) for file, parts in large.items()]
        tally: Counter[str] = Counter()
        done = self._told = 0
        for documents, step in steps:
            tasks = step()
            for outcome in self._wait(tasks.collect, partial(self._tell, tell, done, documents)):
                if isinstance(outcome, TopTermsError):
                    raise outcome
                tally.update(outcome)
            done += documents
            tell(done)
        return tally

    @contextmanager
    def tables(self, lake: Lake, settings: WeighSettings) -> Iterator["_Tables"]:
        """See `Engine.tables`."""
        del settings  # memory is the cluster's own concern
        tables = _Tables(lake, self._spark().newSession(), self._wait)
        try:
            yield tables
        finally:
            tables.close()

    def close(self) -> None:
        """End the application on the cluster; one that has ended already is let be."""
        if self._session is not None:
            with suppress(Py4JError, OSError):
                self._session.stop()
            self._session = None

    def _sliceable(self, lake: Lake, files: list[Due]) -> dict[Due, list[range]]:
        """Return the files that have several slices, with the row groups of each slice."""
        lake.fetch(*(file.path for file in files))
        found = {file: row_groups(file.path, SLICE) for file in files}
        return {file: parts for file, parts in found.items() if len(parts) > 1}

    def _whole(self, job: Job, files: list[Due]) -> "RDD[Outcome]":
        longest_first = sorted(files, key=lambda file: -file.documents)
        return self._context().parallelize(longest_first, min(len(files), _TASKS)).map(partial(count_file, job))

    def _sliced(self, job: Job, file: Due, parts: list[range]) -> "RDD[Outcome]":
        """Read a file in parts, which are carried to one task that writes them in their order."""
        read = self._context().parallelize(list(enumerate(parts)), min(len(parts), _TASKS))
        read = read.map(partial(read_slice, job, file))
        return read.repartitionAndSortWithinPartitions(1).mapPartitions(partial(write_slices, job, file))

    def _tell(self, tell: Callable[[int], None], done: int, documents: int) -> None:
        """Tell how many documents are done: so many before, and of the job's a share as of its tasks."""
        tracker = self._context().statusTracker()
        stages = [stage for name in tracker.getActiveStageIds() if (stage := tracker.getStageInfo(name))]
        if tasks := sum(stage.numTasks for stage in stages):
            found = done + documents * sum(stage.numCompletedTasks for stage in stages) // tasks
            self._told = max(found, self._told)  # of a stage that follows another nothing is done at first
            tell(self._told)

    def _context(self) -> SparkContext:
        return self._spark().sparkContext

    def _spark(self) -> SparkSession:
        if self._session is None:
            try:
                with _own_interrupt():
                    self._session = SparkSession.builder.config(conf=_configured(self._master)).getOrCreate()
            except (Py4JError, PySparkException, OSError) as error:
                raise _explained(self._master, error) from error
            self._session.sparkContext.setLogLevel("FATAL")  # what fails is told by what it raises
        return self._session

    def _wait(self, work: Callable[[], Result], beat: Callable[[], None] = lambda: None) -> Result:
        """Return the result of a job; if this is interrupted, or nobody works on it, the job is cancelled."""
        context = self._context()
        self._lonely_since = None
        with ThreadPoolExecutor(1) as thread:
            future = thread.submit(work)
            try:
                while True:
                    try:
                        return future.result(timeout=_BEAT)
                    except TimeoutError:
                        self._expect_workers(context)
                        beat()
            except (Py4JError, PySparkException) as error:
                raise _explained(self._master, error) from error
            finally:
                if not future.done():
                    context.cancelAllJobs()

    def _expect_workers(self, context: Any) -> None:
        """Give up once there has been no executor for a while; Spark itself would wait for ever."""
        if context._jsc.sc().getExecutorMemoryStatus().size() > 1:  # the driver is one of them
            self._lonely_since = None
            return
        now = time.monotonic()
        self._lonely_since = self._lonely_since or now
        if now - self._lonely_since > _WORKER_SECONDS:
            asked = context.getConf().get("spark.executor.memory", "1g")
            raise ClusterError(
                f"no worker of {self._master} took the job within {_WORKER_SECONDS:.0f} s; expected one with a free "
                f"core and {asked} of free memory (spark.executor.memory)"
            )


class _Tables:
    def __init__(self, lake: Lake, spark: SparkSession, wait: Callable[[Callable[[], Any]], Any]) -> None:
        self._lake, self._spark, self._wait = lake, spark, wait
        self._kept: list[DataFrame] = []

    def files(self, name: str, paths: Sequence[Path], schema: pa.Schema, *, placed: bool = False) -> None:
        if not paths:
            self.rows(name, pa.schema([*schema, *(FILE_COLUMNS if placed else [])]).empty_table())
            return
        reader = self._spark.read.schema(_spark_schema(schema)).option("recursiveFileLookup", "true")
        found = self._wait(partial(reader.parquet, *(_escaped(self._lake, path) for path in paths)))
        found.selectExpr(*schema.names, *(_PLACE if placed else ())).createOrReplaceTempView(name)

    def rows(self, name: str, rows: pa.Table) -> None:
        values = [tuple(row.values()) for row in rows.to_pylist()]
        self._spark.createDataFrame(values, _spark_schema(rows.schema)).createOrReplaceTempView(name)

    def keep(self, name: str, query: str, **values: Value) -> None:
        found = self._sql(query, values).persist()
        self._kept.append(found)
        found.createOrReplaceTempView(name)

    def fetch(self, query: str, schema: pa.Schema, **values: Value) -> pa.Table:
        return self._wait(self._sql(query, values).toArrow).cast(schema)

    def stream(self, query: str, schema: pa.Schema, **values: Value) -> Iterator[pa.Table]:
        found = self._sql(query, values).withColumn(_PART, spark_partition_id()).persist()
        self._kept.append(found)
        sizes = self._wait(found.groupBy(_PART).count().toArrow).sort_by(_PART).to_pylist()
        while sizes:  # some partitions at a time, in the order of the query
            taken = 1 + sum(rows <= _ROWS for rows in accumulate(size["count"] for size in sizes[1:]))
            some = found.where(found[_PART].between(sizes[0][_PART], sizes[taken - 1][_PART])).drop(_PART)
            yield self._wait(some.toArrow).cast(schema)
            del sizes[:taken]

    def sums(self, query: str, keys: Sequence[str], schema: pa.Schema, **values: Value) -> Iterator[pa.Table]:
        by = ", ".join(keys)
        sums = ", ".join(f"sum({name}) AS {name}" for name in schema.names if name not in keys)
        yield from self.stream(f"SELECT {by}, {sums} FROM ({query}) GROUP BY {by} ORDER BY {by}", schema, **values)  # noqa: S608  # our own

    def close(self) -> None:
        for frame in self._kept:
            frame.unpersist()

    def _sql(self, query: str, values: dict[str, Value]) -> DataFrame:
        asked = re.sub(r"\$(\w+)", r":\1", query)
        return self._wait(partial(self._spark.sql, asked, args=dict(values)))


def _spark_schema(schema: pa.Schema) -> str:
    return ", ".join(f"`{field.name}` {_TYPES[field.type]}" for field in schema)


def _escaped(lake: Lake, path: Path) -> str:
    """Return the address of a file as Spark reads it, in which no character stands for others."""
    where = str(path)
    if is_remote(lake.address):
        where = f"s3a://{lake.address.removeprefix(OBJECTS)}/{path.relative_to(lake.root)}"
    return re.sub(r"([\\*?\[\]{},])", r"\\\1", where)


def _expect_java(master: str) -> None:
    home = os.environ.get("JAVA_HOME")
    if not (shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")):
        where = f"in JAVA_HOME ({home})" if home else "on the PATH"
        raise ConfigurationError(f"the engine {master} needs Java 17 or 21, and there is no java {where}")


def _expect_answer(master: str) -> None:
    """Expect one of the masters to answer; Spark itself would try for a minute, and say less."""
    problems = []
    for address in master.removeprefix("spark://").split(","):
        host, _, port = address.rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), _ANSWER_SECONDS).close()
            return
        except (OSError, OverflowError) as error:
            problems.append(f"{address}: {error}")
    raise ClusterError(f"no Spark master answers at {master} ({'; '.join(problems)}); expected one to run there")


def _configured(master: str) -> SparkConf:
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    SparkContext._ensure_initialized()  # so that what spark-defaults.conf says is known
    conf = SparkConf().setMaster(master).setAppName("topterms")
    for key, value in _PREFERRED.items():
        conf.setIfMissing(key, value)
    return conf.setAll(list(_NEEDED.items()))


@contextmanager
def _own_interrupt() -> Iterator[None]:
    """Keep what Ctrl-C does: a new context would put its own way in the place."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    mine = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, mine)


def _explained(master: str, error: Exception) -> TopTermsError:
    """Return what a failed job means to a user."""
    said = str(error)
    for pattern, advice in _ADVICE:
        if match := re.search(pattern, said):
            return ConfigurationError(f"{advice} (Spark says: {match[0]})")
    causes = re.findall(r"^(?:: |Caused by: )(.+)", said, re.MULTILINE) or [said.partition("\n")[0] or repr(error)]
    return ClusterError(f"the Spark cluster {master} could not do the work: {causes[-1]}")
