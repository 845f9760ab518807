"""What was said of every entity up to a day, faded by age.

Totals are stored for the first day of every epoch; those of another day are the epoch's times a constant, plus what
came since, less the revisions that it replaced. When anything before the day changed (a document was taken back, the
catalogue is another one), the totals are summed anew from all counts.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

from nlp.settings import WeighSettings
from records.ids import fingerprint
from records.lake import Dataset, Lake, read_table
from records.schemas import COUNTS, DOCUMENTS

VERSION = 2
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

_UNIT = float(2**40)
"""Sums run over whole multiples of 1/_UNIT, so that they do not depend on the order of the rows."""
_ROW_GROUP = 1 << 17
"""Rows that are read together: entities that nothing is asked about are passed over by the group."""

_REVISIONS = """
CREATE TEMP TABLE revision AS
SELECT *, row_number() OVER (PARTITION BY id ORDER BY day DESC, fetched_at DESC, file DESC) AS place
FROM (
    SELECT id, source, fetched_at, CAST(coalesce(published_at, fetched_at) AS DATE) AS said,
           CAST(regexp_extract(filename, 'date=([0-9-]{10})', 1) AS DATE) AS day, parse_filename(filename) AS file,
           FALSE AS is_base
    FROM new_documents
    UNION ALL
    SELECT *, TRUE FROM base_documents WHERE id IN (SELECT id FROM new_documents)
)
"""
_TOUCHED = """
CREATE TEMP TABLE touched AS
SELECT DISTINCT entity_id
FROM counts JOIN revision r ON document_id = r.id AND counts.day = r.day AND counts.file = r.file
WHERE r.id IN (SELECT id FROM revision WHERE day > $since)
"""
_CHANGES = """
CREATE TEMP TABLE change AS
SELECT id, source, day, file, sign,
       sign * pow(0.5, greatest(0, date_diff('day', said, $today)) / $half_life) AS faded,
       sign * pow(0.5, greatest(0, date_diff('day', said, $today)) / $hot_half_life) AS hot
FROM (
    SELECT *, 1 AS sign FROM revision WHERE place = 1 AND NOT is_base
    UNION ALL
    SELECT *, -1 FROM revision WHERE place > 1 AND is_base
)
"""
_COUNTS = """
CREATE TEMP VIEW counts AS
SELECT *, CAST(regexp_extract(filename, 'date=([0-9-]{10})', 1) AS DATE) AS day, parse_filename(filename) AS file
FROM counts_files
"""
_TERMS = """
SELECT entity_id, kind, term, source, sum(tf) AS tf, CAST(sum(documents) AS BIGINT) AS documents
FROM (
    SELECT entity_id, kind, term, source, sum(CAST(tf * faded * $unit AS BIGINT)) / $unit AS tf, sum(sign) AS documents
    FROM counts JOIN change ON document_id = id AND counts.day = change.day AND counts.file = change.file {only}
    GROUP BY ALL
    UNION ALL
    SELECT entity_id, kind, term, source, tf * $factor, documents FROM base_terms {only}
)
GROUP BY ALL HAVING sum(documents) > 0 ORDER BY ALL
"""
_ENTITIES = """
SELECT entity_id, source, CAST(sum(documents) AS BIGINT) AS documents, sum(faded) AS faded, sum(hot) AS hot
FROM (
    SELECT entity_id, source, sum(sign) AS documents, sum(CAST(faded * $unit AS BIGINT)) / $unit AS faded,
           sum(CAST(hot * $unit AS BIGINT)) / $unit AS hot
    FROM (
        SELECT DISTINCT entity_id, id, source, sign, faded, hot
        FROM counts JOIN change ON document_id = id AND counts.day = change.day AND counts.file = change.file
    ) GROUP BY ALL
    UNION ALL
    SELECT entity_id, source, documents, faded * $factor, hot * $hot_factor FROM base_entities
)
GROUP BY ALL HAVING sum(documents) > 0 ORDER BY ALL
"""
_DOCUMENTS = """
SELECT id, source, fetched_at, said, day, file FROM revision WHERE place = 1
UNION ALL
SELECT * FROM base_documents WHERE id NOT IN (SELECT id FROM revision) ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Totals:
    """Totals of a day, as tables."""

    terms: pa.Table
    """Schema TERM_TOTALS, sorted; of the touched entities alone if only those were asked for."""
    entities: pa.Table
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
    """All counts of a lake as it is now, by day.

    Raises:
        LakeError: a file of counts cannot be read.
    """

    def __init__(self, lake: Lake, settings: WeighSettings) -> None:
        self.lake = lake
        self.settings = settings
        self._files = [
            _Counted(day, path, *_footer(lake, path))
            for day in lake.days(Dataset.COUNTS)
            for path in lake.files(Dataset.COUNTS, day)
        ]

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


def totals_of(history: History, day: date, *, since: date | None = None) -> Totals:
    """Return the totals as of a day; those of the first day of its epoch are stored on the way.

    Args:
        history: what was counted.
        day: the day.
        since: return the terms of those entities alone that something came for after this day of the same epoch.
    """
    epoch = history.epoch(day)
    if epoch is None:
        return Totals(TERM_TOTALS.empty_table(), ENTITY_TOTALS.empty_table())
    if not _is_current(history, epoch):
        _store(history, epoch)
    if epoch == day:
        terms, entities = (read_table(_file(history.lake, day, name), _TABLES[name]) for name in ("terms", "entities"))
        return Totals(terms, entities)
    with _changes(history, epoch, day) as (db, fading):
        return _summed(db, fading, since)


def remove_stale_totals(history: History) -> int:
    """Remove the totals that do not come of the counts as they are now; return of how many days."""
    stale = [day for day in history.lake.days(Dataset.TOTALS) if not _is_current(history, day)]
    for day in stale:
        shutil.rmtree(history.lake.partition(Dataset.TOTALS, day))
    return len(stale)


def _store(history: History, epoch: date) -> None:
    """Sum and write the totals of the first day of an epoch, upon those of the epoch before if they are there."""
    before = history.epoch(epoch - timedelta(days=1))
    base = before if before and _is_current(history, before) else None
    stamp = history.stamp(epoch)
    with _changes(history, base, epoch) as (db, fading):
        totals = _summed(db, fading, None)
        documents = db.sql(_DOCUMENTS).to_arrow_table().cast(_LATEST)
    for name, table in (("entities", totals.entities), ("documents", documents), ("terms", totals.terms)):
        with history.lake.table_writer(_file(history.lake, epoch, name), table.schema, stamp) as write:
            for start in range(0, max(1, table.num_rows), _ROW_GROUP):
                write(table.slice(start, _ROW_GROUP))


@contextmanager
def _changes(history: History, base: date | None, day: date) -> Iterator[tuple[duckdb.DuckDBPyConnection, _Fading]]:
    """Give a database that knows what came after the base day and what that replaced, and how it fades."""
    new = history.paths(base, day)
    age, settings = (day - base).days if base else 0, history.settings
    with duckdb.connect() as db:
        for name, schema in _TABLES.items():
            _files(db, f"base_{name}", [_file(history.lake, base, name)] if base else [], schema)
        documents = [history.lake.root / Dataset.DOCUMENTS / path.parent.name / path.name for path in new]
        _files(db, "new_documents", documents, DOCUMENTS, filename=True)
        db.execute(_REVISIONS)
        replaced = db.execute("SELECT DISTINCT day, file FROM revision WHERE is_base").fetchall()
        old = [history.lake.partition(Dataset.COUNTS, found) / file for found, file in replaced]
        _files(db, "counts_files", [*old, *new], COUNTS, filename=True)
        db.execute(_COUNTS)
        fading = {"today": day, "half_life": settings.half_life_days, "hot_half_life": settings.hot_half_life_days}
        db.execute(_CHANGES, fading)
        yield db, _Fading(0.5 ** (age / settings.half_life_days), 0.5 ** (age / settings.hot_half_life_days))


def _files(
    db: duckdb.DuckDBPyConnection, name: str, paths: list[Path], schema: pa.Schema, *, filename: bool = False
) -> None:
    """Let a name stand for the rows of files, or for none, with the path of each row's file if that is wanted."""
    if paths:
        db.read_parquet([str(path) for path in paths], filename=filename).create_view(name)
    else:
        db.register(name, (schema.append(pa.field("filename", pa.string())) if filename else schema).empty_table())


def _summed(db: duckdb.DuckDBPyConnection, fading: _Fading, since: date | None) -> Totals:
    only, touched = "", None
    if since:
        db.execute(_TOUCHED, {"since": since})
        only, touched = "SEMI JOIN touched USING (entity_id)", db.sql("FROM touched").to_arrow_table().column(0)
    factor = {"unit": _UNIT, "factor": fading.factor}
    terms = db.sql(_TERMS.format(only=only), params=factor).to_arrow_table().cast(TERM_TOTALS)
    entities = db.sql(_ENTITIES, params=factor | {"hot_factor": fading.hot_factor}).to_arrow_table()
    return Totals(terms, entities.cast(ENTITY_TOTALS), touched)


def _is_current(history: History, day: date) -> bool:
    stamp = history.stamp(day)
    return all(history.lake.is_current(_file(history.lake, day, name), stamp) for name in _TABLES)


def _file(lake: Lake, day: date, name: str) -> Path:
    return lake.partition(Dataset.TOTALS, day) / f"{name}.parquet"
