"""What a worker of a cluster does with documents files; it knows nothing of the cluster.

A task can be done twice, and by two workers at once: what it writes appears whole and is the same each time. An error
that would come again is handed back as a result, since a cluster tries again whatever raises.
"""

import platform
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.metadata import version

import pyarrow as pa

from nlp.count import VERSION
from nlp.counting import Due, Read, Reader, batches, write_counts
from nlp.settings import CountSettings
from records.errors import ConfigurationError, TopTermsError
from records.lake import Dataset, Lake
from records.opening import open_lake

_COMPARED = ("topterms", "spacy", "numpy", "pyarrow", "wordfreq")
"""Distributions of which another version may count otherwise."""
_OPTIONS = pa.ipc.IpcWriteOptions(compression="zstd")


@dataclass(frozen=True, slots=True)
class Job:
    """What all tasks of a job have in common."""

    lake: str
    """Address."""
    settings: CountSettings
    catalog: str
    """Fingerprint of the catalogue."""
    versions: tuple[tuple[str, str], ...]
    """Of the one who gave the job."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A part of a file, read and packed to be carried to whoever writes the file."""

    documents: int
    mentions: bytes
    counts: bytes
    tally: Counter[str]


Outcome = Counter[str] | TopTermsError
"""What became of the documents of a file, or why it could not be counted."""


def versions() -> tuple[tuple[str, str], ...]:
    """Return the versions that must be the same on all machines."""
    programs = ("Python", platform.python_version()), ("counts of version", str(VERSION))
    return *programs, *((name, version(name)) for name in _COMPARED)


def count_file(job: Job, due: Due) -> Outcome:
    """Count a documents file."""
    try:
        lake, reader = _opened(job)
        here = _here(lake, due)
        return _tallied(write_counts(lake, here, map(reader.read, batches(lake, here.path))))
    except TopTermsError as error:
        return error


def read_slice(job: Job, due: Due, part: tuple[int, range]) -> tuple[int, Packed | TopTermsError]:
    """Read some row groups of a documents file; the part's number comes back with what was read."""
    number, groups = part
    try:
        lake, reader = _opened(job)
        return number, _pack([reader.read(batch) for batch in batches(lake, _here(lake, due).path, groups)])
    except TopTermsError as error:
        return number, error


def write_slices(job: Job, due: Due, parts: Iterable[tuple[int, Packed | TopTermsError]]) -> Iterator[Outcome]:
    """Write the counts of a documents file of its parts, which come in their order."""
    try:
        lake, _ = _opened(job)
        yield _tallied(write_counts(lake, _here(lake, due), (_unpack(part) for _, part in parts)))
    except TopTermsError as error:
        yield error


def _opened(job: Job) -> tuple[Lake, Reader]:
    _expect_versions(job)
    return _reader(job)


def _expect_versions(job: Job) -> None:
    found = dict(versions())
    for name, expected in job.versions:
        if found[name] != expected:
            raise ConfigurationError(
                f"a worker ({platform.node()}) has {name} {found[name]}; expected {expected}, as on the machine that "
                "gave the job: other versions may count otherwise"
            )


@lru_cache(maxsize=1)
def _reader(job: Job) -> tuple[Lake, Reader]:
    """Return what a process keeps between its tasks: the model is costly."""
    lake = open_lake(job.lake)
    lake.sweep()
    return lake, Reader(lake, job.settings)


def _here(lake: Lake, due: Due) -> Due:
    """Return a documents file as it is found from here; every machine may see the lake in another folder."""
    return replace(due, path=lake.root.joinpath(Dataset.DOCUMENTS, *due.path.parts[-2:]))


def _tallied(parts: Iterable[Read]) -> Counter[str]:
    tally: Counter[str] = Counter()
    for part in parts:
        tally.update(part.tally)
    return tally


def _pack(parts: list[Read]) -> Packed:
    tables = (pa.concat_tables(tables) for tables in zip(*((p.mentions, p.counts) for p in parts), strict=True))
    mentions, counts = (_packed(table) for table in tables)
    return Packed(sum(part.documents for part in parts), mentions, counts, _tallied(parts))


def _packed(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=_OPTIONS) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def _unpack(part: Packed | TopTermsError) -> Read:
    if isinstance(part, TopTermsError):
        raise part
    mentions, counts = (pa.ipc.open_stream(packed).read_all() for packed in (part.mentions, part.counts))
    return Read(part.documents, mentions, counts, part.tally)
