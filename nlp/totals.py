"""What was said of every entity up to a day, faded by age.

Totals are stored for the first day of every epoch; those of another day are the epoch's times a constant, plus what
came since, less the revisions that it replaced. When anything before the day changed (a document was taken back, the
catalogue is another one), the totals are summed anew from all counts.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from nlp.engine.base import FILE_COLUMNS, Engine, Tables
from nlp.engine.local import LocalEngine
from nlp.settings import WeighSettings
from nlp.workspace import Workspace
from records.ids import fingerprint
from records.lake import Dataset, Lake, day_of
from records.schemas import COUNTS, DOCUMENTS

VERSION = 3
"""Raise it when the same counts give other totals."""

GROWTH = 0.1
"""An epoch ends on the day on which there are so many more rows of counts than on its first day, as a share. What is
summed each day grows with it, what the first day of an epoch costs, shared out among the others, falls with it."""

TERM_TOTALS = pa.schema(
    [
        pa.field("entity_id", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("term", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("tf", pa.float64(), nullable=False),  # faded
        pa.field("documents", pa.int64(), nullable=False),  # not faded
    ]
)
ENTITY_TOTALS = pa.schema(
    [
        pa.field("entity_id", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("documents", pa.int64(), nullable=False),  # not faded
        pa.field("faded", pa.float64(), nullable=False),  # documents, faded with the half-life
        pa.field("hot", pa.float64(), nullable=False),  # documents, faded with the half-life of hotttnesss
    ]
)
_LATEST = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("fetched_at", pa.timestamp("us", "UTC"), nullable=False),
        pa.field("said", pa.date32(), nullable=False),  # the day it was published, or else fetched
        pa.field("day", pa.date32(), nullable=False),
        pa.field("file", pa.string(), nullable=False),
    ]
)
"""The latest revision of every document."""
_TABLES = {"terms": TERM_TOTALS, "entities": ENTITY_TOTALS, "documents": _LATEST}
_DOCUMENTS_READ = pa.schema([DOCUMENTS.field(name) for name in ("id", "source", "fetched_at", "published_at")])
_COUNTS_READ = pa.schema([COUNTS.field(name) for name in ("document_id", "entity_id", "kind", "term", "tf")])
_UNITS = pa.field("units", pa.int64(), nullable=False)  # of what came since an epoch began
_BEFORE = pa.field("before", pa.float64(), nullable=False)  # what is left of the totals then
_TERM_UNITS = pa.schema([*list(TERM_TOTALS)[:4], _UNITS, _BEFORE, TERM_TOTALS.field("documents")])
_ENTITY_UNITS = pa.schema(
    [
        *list(ENTITY_TOTALS)[:3],
        *(_UNITS, _UNITS.with_name("hot_units")),
        *(_BEFORE, _BEFORE.with_name("hot_before")),
    ]
)
_FADING = pa.schema([("said", pa.date32()), ("faded", pa.float64()), ("hot", pa.float64())])

_UNIT = float(2**40)
"""Sums run over whole multiples of 1/_UNIT, so that they do not depend on the order of the rows."""
_ROW_GROUP = 1 << 17
"""Rows that are read together: entities that nothing is asked about are passed over by the group."""

_REVISIONS = """
SELECT *, row_number() OVER (PARTITION BY id ORDER BY day DESC, fetched_at DESC, file DESC) AS place
FROM (
    SELECT id, source, fetched_at, CAST(coalesce(published_at, fetched_at) AS DATE) AS said, day, file,
           FALSE AS is_base
    FROM new_documents
    UNION ALL
    SELECT id, source, fetched_at, said, day, file, TRUE AS is_base
    FROM base_documents SEMI JOIN new_documents USING (id)
)
"""
_TOUCHED = """
SELECT DISTINCT entity_id
FROM counts JOIN revision r ON document_id = r.id AND counts.day = r.day AND counts.file = r.file
WHERE r.id IN (SELECT id FROM revision WHERE day > $since)
"""
_CHANGES = """
SELECT id, source, day, file, sign, sign * fading.faded AS faded, sign * fading.hot AS hot
FROM (
    SELECT id, source, day, file, said, 1 AS sign FROM revision WHERE place = 1 AND NOT is_base
    UNION ALL
    SELECT id, source, day, file, said, -1 AS sign FROM revision WHERE place > 1 AND is_base
) JOIN fading USING (said)
"""
_TERMS = """
SELECT entity_id, kind, term, source, CAST(floor(tf * faded * $unit + 0.5) AS BIGINT) AS units,
       CAST(0 AS DOUBLE) AS before, CAST(sign AS BIGINT) AS documents
FROM counts JOIN change ON document_id = id AND counts.day = change.day AND counts.file = change.file {only}
UNION ALL
SELECT entity_id, kind, term, source, CAST(0 AS BIGINT), tf * $factor, documents FROM base_terms {only}
"""
_ENTITIES = """
SELECT entity_id, source, CAST(sign AS BIGINT) AS documents, CAST(floor(faded * $unit + 0.5) AS BIGINT) AS units,
       CAST(floor(hot * $unit + 0.5) AS BIGINT) AS hot_units, CAST(0 AS DOUBLE) AS before,
       CAST(0 AS DOUBLE) AS hot_before
FROM (
    SELECT DISTINCT entity_id, id, source, sign, faded, hot
    FROM counts JOIN change ON document_id = id AND counts.day = change.day AND counts.file = change.file
)
UNION ALL
SELECT entity_id, source, documents, CAST(0 AS BIGINT), CAST(0 AS BIGINT), faded * $factor, hot * $hot_factor
FROM base_entities
"""
_LATEST_DOCUMENTS = """
SELECT id, source, fetched_at, said, day, file FROM revision WHERE place = 1
UNION ALL
SELECT id, source, fetched_at, said, day, file FROM base_documents ANTI JOIN revision USING (id) ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Totals:
    """Totals of a day: Parquet files, since the rows of a large corpus do not fit into memory."""

    terms: Path
    """Schema TERM_TOTALS, sorted; of the touched entities alone if only those were asked for."""
    entities: Path
    """Schema ENTITY_TOTALS, sorted."""
    touched: pa.ChunkedArray | None = None
    """Ids of the entities that anything came in or went for since a day; None if that was not asked for."""


@dataclass(frozen=True, slots=True)
class _Fading:
    """What is left of totals of an earlier day."""

    factor: float
    hot_factor: float


@dataclass(frozen=True, slots=True)
class _Counted:
    """A file of counts."""

    day: date
    path: Path
    fingerprint: str
    rows: int


class History:
    """All counts of a lake as it is now, by day, and the engine that sums them: this machine if silent.

    Raises:
        LakeError: a file of counts cannot be read.
    """

    def __init__(self, lake: Lake, settings: WeighSettings, engine: Engine | None = None) -> None:
        self.lake = lake
        self.settings = settings
        self.engine = engine or LocalEngine()
        self._files = [_Counted(day_of(path), path, *_footer(lake, path)) for path in lake.files(Dataset.COUNTS)]

    def stamp(self, day: date) -> str:
        """Return the fingerprint of the settings and of all counts up to a day."""
        parts = [str(VERSION), str(self.settings.half_life_days), str(self.settings.hot_half_life_days)]
        for counted in self._files:
            if counted.day <= day:
                parts += [counted.path.parent.name, counted.path.name, counted.fingerprint]
        return fingerprint(parts)

    def epoch(self, day: date) -> date | None:
        """Return the first day of the epoch that a day lies in; None if nothing was counted until then.

        It depends on what was fetched when and on nothing else, so that vectors that are built day by day are those
        that are built at once.
        """
        first, grown, rows = None, 0.0, 0
        by_day: dict[date, int] = {}
        for counted in self._files:
            by_day[counted.day] = by_day.get(counted.day, 0) + counted.rows
        for found, number in by_day.items():
            if found > day:
                break
            rows += number
            if first is None or rows >= grown:
                first, grown = found, (1 + GROWTH) * rows
        return first

    def paths(self, after: date | None, until: date) -> list[Path]:
        """Return the files of counts of the days after one (of all days if None) up to another."""
        return [
            counted.path for counted in self._files if (after is None or counted.day > after) and counted.day <= until
        ]


def _footer(lake: Lake, path: Path) -> tuple[str, int]:
    footer = lake.footer(path)
    return footer.fingerprint, footer.rows


def totals_of(history: History, day: date, place: Workspace, *, since: date | None = None) -> Totals:
    """Return the totals as of a day; those of the first day of its epoch are stored on the way.

    Args:
        history: what was counted.
        day: the day.
        place: where those of another day are written; they last as long.
        since: return the terms of those entities alone that something came for after this day of the same epoch.
    """
    epoch = history.epoch(day)
    if epoch is None:
        return Totals(*(place.stored(schema, iter(())) for schema in (TERM_TOTALS, ENTITY_TOTALS)))
    if not _is_current(history, epoch):
        _store(history, epoch)
    if epoch == day:
        files = [_file(history.lake, day, name) for name in ("terms", "entities")]
        history.lake.fetch(*files)
        return Totals(*files)
    with _changes(history, epoch, day) as (tables, fading):
        touched = _touched(tables, since) if since else None
        terms = place.stored(TERM_TOTALS, _terms(tables, fading, is_part=since is not None))
        return Totals(terms, place.stored(ENTITY_TOTALS, _entities(tables, fading)), touched)


def remove_stale_totals(history: History) -> int:
    """Remove the totals that do not come of the counts as they are now; return of how many days."""
    stale = [day for day in history.lake.days(Dataset.TOTALS) if not _is_current(history, day)]
    for day in stale:
        history.lake.remove(history.lake.partition(Dataset.TOTALS, day))
    return len(stale)


def _store(history: History, epoch: date) -> None:
    """Sum and write the totals of the first day of an epoch, upon those of the epoch before if they are there."""
    before = history.epoch(epoch - timedelta(days=1))
    base = before if before and _is_current(history, before) else None
    stamp = history.stamp(epoch)
    with _changes(history, base, epoch) as (tables, fading):
        for name, rows in (
            ("entities", _entities(tables, fading)),
            ("documents", tables.stream(_LATEST_DOCUMENTS, _LATEST)),
            ("terms", _terms(tables, fading)),
        ):
            with history.lake.table_writer(_file(history.lake, epoch, name), _TABLES[name], stamp) as write:
                for part in _grouped(rows, _TABLES[name]):
                    write(part)


def _grouped(rows: Iterator[pa.Table], schema: pa.Schema) -> Iterator[pa.Table]:
    """Yield rows again, so many together as make a row group; once nothing if there are none."""
    held = schema.empty_table()
    for part in rows:
        held = pa.concat_tables([held, part])
        while held.num_rows >= _ROW_GROUP:
            yield held.slice(0, _ROW_GROUP)
            held = held.slice(_ROW_GROUP)
    yield held


@contextmanager
def _changes(history: History, base: date | None, day: date) -> Iterator[tuple[Tables, _Fading]]:
    """Give tables of what came after the base day and what that replaced, and how it fades."""
    new = history.paths(base, day)
    age, settings = (day - base).days if base else 0, history.settings
    with history.engine.tables(history.lake, settings) as tables:
        for name, schema in _TABLES.items():
            tables.files(f"base_{name}", [_file(history.lake, base, name)] if base else [], schema)
        documents = [history.lake.root / Dataset.DOCUMENTS / path.parent.name / path.name for path in new]
        tables.files("new_documents", documents, _DOCUMENTS_READ, placed=True)
        tables.keep("revision", _REVISIONS)
        replaced = tables.fetch("SELECT DISTINCT day, file FROM revision WHERE is_base", FILE_COLUMNS).to_pylist()
        old = [history.lake.partition(Dataset.COUNTS, found["day"]) / found["file"] for found in replaced]
        tables.files("counts", [*old, *new], _COUNTS_READ, placed=True)
        tables.rows("fading", _fading(tables, day, settings))
        tables.keep("change", _CHANGES)
        yield tables, _Fading(0.5 ** (age / settings.half_life_days), 0.5 ** (age / settings.hot_half_life_days))


def _fading(tables: Tables, day: date, settings: WeighSettings) -> pa.Table:
    """Return what is left on a day of what was said on each of the days that documents are of."""
    said = tables.fetch("SELECT DISTINCT said FROM revision", pa.schema([_FADING.field("said")])).column("said")
    ages = [max(0, (day - one).days) for one in said.to_pylist()]
    lives = settings.half_life_days, settings.hot_half_life_days
    return pa.table([said, *([0.5 ** (age / life) for age in ages] for life in lives)], schema=_FADING)


def _touched(tables: Tables, since: date) -> pa.ChunkedArray:
    """Return the entities that something came in or went for since a day, and keep them as a table."""
    tables.keep("touched", _TOUCHED, since=since)
    return tables.fetch("SELECT * FROM touched", pa.schema([ENTITY_TOTALS.field("entity_id")])).column(0)


def _terms(tables: Tables, fading: _Fading, *, is_part: bool = False) -> Iterator[pa.Table]:
    only = "SEMI JOIN touched USING (entity_id)" if is_part else ""
    keys = ["entity_id", "kind", "term", "source"]
    for rows in _said(tables, _TERMS.format(only=only), keys, _TERM_UNITS, factor=fading.factor):
        tf = _faded(rows, "units", "before")
        yield pa.table([*(rows.column(key) for key in keys), tf, rows.column("documents")], schema=TERM_TOTALS)


def _entities(tables: Tables, fading: _Fading) -> Iterator[pa.Table]:
    keys = ["entity_id", "source"]
    factors = {"factor": fading.factor, "hot_factor": fading.hot_factor}
    for rows in _said(tables, _ENTITIES, keys, _ENTITY_UNITS, **factors):
        faded, hot = _faded(rows, "units", "before"), _faded(rows, "hot_units", "hot_before")
        columns = [rows.column(name) for name in (*keys, "documents")]
        yield pa.table([*columns, faded, hot], schema=ENTITY_TOTALS)


def _said(tables: Tables, query: str, keys: Sequence[str], schema: pa.Schema, **values: float) -> Iterator[pa.Table]:
    """Yield the sums of a query by keys, without those of which no document is left."""
    for rows in tables.sums(query, keys, schema, unit=_UNIT, **values):
        yield rows.filter(pc.greater(rows.column("documents"), 0))


def _faded(rows: pa.Table, units: str, before: str) -> pa.Array:
    """Return what came since an epoch began and what is left of that before."""
    return pa.array(rows.column(units).to_numpy() / _UNIT + rows.column(before).to_numpy())


def _is_current(history: History, day: date) -> bool:
    stamp = history.stamp(day)
    return all(history.lake.is_current(_file(history.lake, day, name), stamp) for name in _TABLES)


def _file(lake: Lake, day: date, name: str) -> Path:
    return lake.partition(Dataset.TOTALS, day) / f"{name}.parquet"
