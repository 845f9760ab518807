"""The catalogue as it lies in the lake."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from records.errors import ConfigurationError
from records.lake import Lake, read_table
from records.schemas import ENTITIES, from_table
from records.types import Entity

MERGED = "merged:"
"""Scheme of the foreign ids by which an entity is known that was merged into another."""
_MERGED = """
SELECT substr(ids, length($scheme) + 1) AS old, id AS new
FROM (SELECT unnest(foreign_ids) AS ids, id FROM read_parquet($file)) WHERE starts_with(ids, $scheme)
"""

NAMES = pa.schema(
    [
        pa.field("key", pa.string(), nullable=False),  # the name folded by nlp.folding
        pa.field("name", pa.string(), nullable=False),  # as it is spelled
        pa.field("entity_id", pa.string(), nullable=False),
        pa.field("type", pa.string(), nullable=False),  # nlp.catalog.lines.NameType
        pa.field("locale", pa.string(), nullable=False),  # empty where nobody said
        pa.field("bearers", pa.int32(), nullable=False),  # artists whose name or alias the key is; at least 0
        pa.field("zipf", pa.float32(), nullable=False),  # how everyday it is: see nlp.everyday
    ]
)


def read_catalog(lake: Lake) -> Iterator[Entity]:
    """Yield the entities of the lake's catalogue, by id.

    Raises:
        ConfigurationError: no catalogue was imported yet.
    """
    expect_catalog(lake)
    return from_table(read_table(lake.catalog, ENTITIES), Entity)


def entities_of(lake: Lake, ids: Iterable[str]) -> dict[str, Entity]:
    """Return the entities of some ids, by id; ids that the catalogue does not know are passed over.

    Raises:
        ConfigurationError: no catalogue was imported yet.
    """
    expect_catalog(lake)
    table = read_table(lake.catalog, ENTITIES)
    wanted = pc.is_in(table.column("id"), pa.array(sorted(set(ids)), pa.string()))
    return {entity.id: entity for entity in from_table(table.filter(wanted), Entity)}


def merged_ids(lake: Lake) -> pa.Table:
    """Return the ids that were given up, each with its successor: columns `old` and `new`.

    Raises:
        ConfigurationError: no catalogue was imported yet.
    """
    expect_catalog(lake)
    with duckdb.connect() as db:
        return db.sql(_MERGED, params={"file": str(lake.catalog), "scheme": MERGED}).to_arrow_table()


def read_names(lake: Lake) -> pa.Table:
    """Return all names of the catalogue's artists, schema NAMES, by key.

    Raises:
        ConfigurationError: no catalogue was imported yet, or by a program that did not write names.
    """
    return read_table(names_file(lake), NAMES)


def names_file(lake: Lake) -> Path:
    """Return where the names lie.

    Raises:
        ConfigurationError: see `read_names`.
    """
    expect_catalog(lake)
    path = names_path(lake)
    lake.fetch(path)
    if not path.exists():
        raise ConfigurationError(
            f"{lake.address} has a catalogue without an index of names; run `topterms catalog FILE`"
        )
    return path


def names_path(lake: Lake) -> Path:
    """Return where the names lie or will lie."""
    return lake.catalog.with_name("names.parquet")


def expect_catalog(lake: Lake) -> None:
    """Expect the lake to have a catalogue, which can be read from then on.

    Raises:
        ConfigurationError: no catalogue was imported yet.
    """
    lake.fetch(lake.catalog)
    if not lake.catalog.exists():
        raise ConfigurationError(f"{lake.address} has no catalogue yet; import one with `topterms catalog FILE`")
