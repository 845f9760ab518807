"""What was said of every entity up to a day, faded by age: the last totals times a constant, plus what came since.

A document that was fetched anew takes the place of its earlier revision. When anything before the day changed (a
document was taken back, the catalogue is another one), the totals are summed anew from all counts.
"""

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from nlp.settings import WeighSettings
from records.ids import fingerprint
from records.lake import Dataset, Lake, read_fingerprint, read_table

VERSION = 1
"""Raise it when the same counts give other totals."""

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

_UNIT = float(2**40)
"""Sums run over whole multiples of 1/_UNIT, so that they do not depend on the order of the rows."""

_REVISIONS = """
CREATE TEMP TABLE revision AS
SELECT *, row_number() OVER (PARTITION BY id ORDER BY day DESC, fetched_at DESC, file DESC) AS place,
          row_number() OVER (PARTITION BY id, day > $base ORDER BY day DESC, fetched_at DESC, file DESC) AS place_then
FROM (
    SELECT id, source, fetched_at, CAST(coalesce(published_at, fetched_at) AS DATE) AS said,
           CAST(regexp_extract(filename, 'date=([0-9-]{10})', 1) AS DATE) AS day, parse_filename(filename) AS file
    FROM read_parquet($documents, filename = true)
)
"""
_CHANGES = """
CREATE TEMP TABLE change AS
WITH signed AS (
    SELECT *, 1 AS sign FROM revision WHERE place = 1 AND day > $base
    UNION ALL
    SELECT *, -1 AS sign FROM revision
    WHERE day <= $base AND place_then = 1 AND id IN (SELECT id FROM revision WHERE day > $base)
)
SELECT id, source, day, file, sign,
       sign * pow(0.5, greatest(0, date_diff('day', said, $today)) / $half_life) AS faded,
       sign * pow(0.5, greatest(0, date_diff('day', said, $today)) / $hot_half_life) AS hot
FROM signed
"""
_COUNTED = """
CREATE TEMP TABLE counted AS
SELECT c.entity_id, c.kind, c.term, c.tf, change.id, change.source, change.sign, change.faded, change.hot
FROM (
    SELECT *, CAST(regexp_extract(filename, 'date=([0-9-]{10})', 1) AS DATE) AS day, parse_filename(filename) AS file
    FROM read_parquet($counts, filename = true)
) AS c JOIN change ON c.document_id = change.id AND c.day = change.day AND c.file = change.file
"""
_TERMS = """
SELECT entity_id, kind, term, source, sum(tf) AS tf, CAST(sum(documents) AS BIGINT) AS documents
FROM (
    SELECT entity_id, kind, term, source, sum(CAST(tf * faded * $unit AS BIGINT)) / $unit AS tf, sum(sign) AS documents
    FROM counted GROUP BY ALL
    UNION ALL
    SELECT entity_id, kind, term, source, tf * $factor, documents FROM base_terms
)
GROUP BY ALL HAVING sum(documents) > 0 ORDER BY ALL
"""
_ENTITIES = """
SELECT entity_id, source, CAST(sum(documents) AS BIGINT) AS documents, sum(faded) AS faded, sum(hot) AS hot
FROM (
    SELECT entity_id, source, sum(sign) AS documents, sum(CAST(faded * $unit AS BIGINT)) / $unit AS faded,
           sum(CAST(hot * $unit AS BIGINT)) / $unit AS hot
    FROM (SELECT DISTINCT entity_id, id, source, sign, faded, hot FROM counted) GROUP BY ALL
    UNION ALL
    SELECT entity_id, source, documents, faded * $factor, hot * $hot_factor FROM base_entities
)
GROUP BY ALL HAVING sum(documents) > 0 ORDER BY ALL
"""


@dataclass(frozen=True, slots=True)
class Totals:
    """Totals of a day, as tables."""

    stamp: str
    """Fingerprint of all that they come of."""
    terms: pa.Table
    """Schema TERM_TOTALS, sorted."""
    entities: pa.Table
    """Schema ENTITY_TOTALS, sorted."""


def totals_of(lake: Lake, day: date, settings: WeighSettings) -> Totals:
    """Return the totals as of a day, from the lake where they are current, else built and written there."""
    inputs = _inputs(lake, day)
    stamp = _stamp(inputs, day, settings)
    ready = _read(lake, day, stamp)
    if ready is None:
        built = (b for b in reversed(lake.days(Dataset.TOTALS)) if b < day)
        base = next((b for b in built if _is_current(lake, b, _stamp(inputs, b, settings))), None)
        ready = _build(lake, day, settings, stamp, base)
        lake.write_table(_file(lake, day, "entities"), ready.entities, stamp)
        lake.write_table(_file(lake, day, "terms"), ready.terms, stamp)
    return ready


def totals_stamp(lake: Lake, day: date, settings: WeighSettings) -> str:
    """Return the fingerprint of the settings and of all counts up to a day."""
    return _stamp(_inputs(lake, day), day, settings)


def remove_stale_totals(lake: Lake, settings: WeighSettings) -> int:
    """Remove the totals that do not come of the counts as they are now; return of how many days."""
    inputs = _inputs(lake, date.max)
    days = lake.days(Dataset.TOTALS)
    stale = [day for day in days if not _is_current(lake, day, _stamp(inputs, day, settings))]
    for day in stale:
        shutil.rmtree(lake.partition(Dataset.TOTALS, day))
    return len(stale)


def _build(lake: Lake, day: date, settings: WeighSettings, stamp: str, base: date | None) -> Totals:
    """Add what came after the base day, and take off what it replaced, to the base's totals faded to the day."""
    counts = [path for d in lake.days(Dataset.COUNTS) if d <= day for path in lake.files(Dataset.COUNTS, d)]
    if not counts:
        return Totals(stamp, TERM_TOTALS.empty_table(), ENTITY_TOTALS.empty_table())
    age = (day - base).days if base else 0
    with duckdb.connect() as db:
        for name, schema in (("terms", TERM_TOTALS), ("entities", ENTITY_TOTALS)):
            before = read_table(_file(lake, base, name), schema) if base else schema.empty_table()
            db.register(f"base_{name}", before)
        since = {"base": base or date.min}
        documents = [str(lake.root / Dataset.DOCUMENTS / path.parent.name / path.name) for path in counts]
        db.execute(_REVISIONS, since | {"documents": documents})
        fading = {"today": day, "half_life": settings.half_life_days, "hot_half_life": settings.hot_half_life_days}
        db.execute(_CHANGES, since | fading)
        touched = {(str(d), f) for d, f in db.execute("SELECT DISTINCT day, file FROM change").fetchall()}
        needed = [str(p) for p in counts if (p.parent.name.removeprefix("date="), p.name) in touched]
        db.execute(_COUNTED, {"counts": needed or [str(counts[0])]})
        factor = {"unit": _UNIT, "factor": 0.5 ** (age / settings.half_life_days)}
        terms = db.sql(_TERMS, params=factor).to_arrow_table().cast(TERM_TOTALS)
        hot = {"hot_factor": 0.5 ** (age / settings.hot_half_life_days)}
        return Totals(stamp, terms, db.sql(_ENTITIES, params=factor | hot).to_arrow_table().cast(ENTITY_TOTALS))


_Inputs = list[tuple[date, str, str]]
"""Of every file of counts, in order: day, name, fingerprint."""


def _inputs(lake: Lake, day: date) -> _Inputs:
    """Read what the stamps of a day and of all earlier ones are made of, once for all: it grows with history."""
    days = (d for d in lake.days(Dataset.COUNTS) if d <= day)
    return [(d, path.name, read_fingerprint(path)) for d in days for path in lake.files(Dataset.COUNTS, d)]


def _stamp(inputs: _Inputs, day: date, settings: WeighSettings) -> str:
    parts = [str(VERSION), str(settings.half_life_days), str(settings.hot_half_life_days)]
    for found, name, mark in inputs:
        if found <= day:
            parts += [f"date={found}", name, mark]
    return fingerprint(parts)


def _is_current(lake: Lake, day: date, stamp: str) -> bool:
    return all(lake.is_current(_file(lake, day, name), stamp) for name in ("terms", "entities"))


def _read(lake: Lake, day: date, stamp: str) -> Totals | None:
    paths = _file(lake, day, "terms"), _file(lake, day, "entities")
    if not all(lake.is_current(path, stamp) for path in paths):
        return None
    return Totals(stamp, read_table(paths[0], TERM_TOTALS), read_table(paths[1], ENTITY_TOTALS))


def _file(lake: Lake, day: date, name: str) -> Path:
    return lake.partition(Dataset.TOTALS, day) / f"{name}.parquet"
