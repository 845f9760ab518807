"""Arrow schemas of the lake's tables, and the way between them and the types."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from enum import StrEnum
from operator import attrgetter
from typing import Any, TypeVar

import pyarrow as pa

from records.types import Document, DocumentKind, Entity, EntityKind, TermCount, TermKind

SCHEMA_VERSION = 1
"""Version of everything under a lake; a lake of another version is refused."""

_TIME = pa.timestamp("us", tz="UTC")

DOCUMENTS = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("url", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("title", pa.string(), nullable=False),
        pa.field("text", pa.string(), nullable=False),
        pa.field("fetched_at", _TIME, nullable=False),
        pa.field("author", pa.string(), nullable=False),
        pa.field("published_at", _TIME),
        pa.field("lang", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("about", pa.list_(pa.string()), nullable=False),
        pa.field("rating", pa.float32()),
        pa.field("license", pa.string(), nullable=False),
        pa.field("duplicate_of", pa.string(), nullable=False),
        pa.field("minhash", pa.list_(pa.uint32()), nullable=False),
    ]
)

ENTITIES = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("name", pa.string(), nullable=False),
        pa.field("aliases", pa.list_(pa.string()), nullable=False),
        pa.field("artists", pa.list_(pa.string()), nullable=False),
        pa.field("disambiguation", pa.string(), nullable=False),
        pa.field("foreign_ids", pa.list_(pa.string()), nullable=False),
        pa.field("area", pa.string(), nullable=False),
        pa.field("begin", pa.string(), nullable=False),
        pa.field("end", pa.string(), nullable=False),
    ]
)

MENTIONS = pa.schema(
    [
        pa.field("document_id", pa.string(), nullable=False),
        pa.field("entity_id", pa.string(), nullable=False),
        pa.field("start", pa.int32(), nullable=False),
        pa.field("end", pa.int32(), nullable=False),
        pa.field("confidence", pa.float32(), nullable=False),
        pa.field("is_subject", pa.bool_(), nullable=False),
    ]
)

COUNTS = pa.schema(
    [
        pa.field("document_id", pa.string(), nullable=False),
        pa.field("entity_id", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("term", pa.string(), nullable=False),
        pa.field("tf", pa.float32(), nullable=False),
        pa.field("start", pa.int32(), nullable=False),
        pa.field("end", pa.int32(), nullable=False),
        pa.field("polarity", pa.float32(), nullable=False),
    ]
)

ADDED = frozenset({"foreign_ids", "area", "begin", "end", "leaning", "polarity"})
"""Columns that files of an earlier program lack; such files are read as if the columns were empty, or 0."""

Record = TypeVar("Record")


def to_table(records: Iterable[object], schema: pa.Schema) -> pa.Table:
    """Lay records (dataclasses whose fields are the schema's columns) out as a table, in their order."""
    rows = list(records)
    return pa.table({name: list(map(attrgetter(name), rows)) for name in schema.names}, schema=schema)


def from_table(table: pa.Table, record: type[Record]) -> Iterator[Record]:
    """Yield one record of the given dataclass per row; columns that it does not know are passed over."""
    names = [f.name for f in fields(record)]  # type: ignore[arg-type]  # any dataclass of records.types
    casts: dict[str, Callable[[Any], Any]] = dict.fromkeys(_TUPLES.intersection(names), tuple)
    if record in _KINDS:
        casts["kind"] = _KINDS[record]
    for batch in table.select(names).to_batches(max_chunksize=4096):
        for row in batch.to_pylist():
            row.update({name: cast(row[name]) for name, cast in casts.items()})
            yield record(**row)


_KINDS: dict[type[Any], type[StrEnum]] = {Document: DocumentKind, Entity: EntityKind, TermCount: TermKind}
_TUPLES = frozenset({"about", "minhash", "aliases", "artists", "foreign_ids"})
