"""Tags that others gave artists and songs, as terms of kind `tag`.

    tags/date=2026-11-21/lastfm.parquet    one row an entity and tag, schema TAGS; one file a source

A source's later file takes the place of its earlier ones from its day on, so that the vectors of a past day can be
rebuilt, and a file of headings alone takes the source's tags back.
"""

import csv
import io
import json
import math
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO

import duckdb
import pyarrow as pa

from nlp.catalog.musicbrainz import is_musicbrainz, read_tags, tagged_id
from nlp.catalog.opening import open_lines
from nlp.catalog.stored import merged_ids, names_file
from nlp.folding import fold
from nlp.totals import TERM_TOTALS
from nlp.workspace import Workspace
from records.errors import InputError
from records.ids import file_fingerprint, fingerprint
from records.lake import Dataset, Lake, day_of, read_table
from records.types import StageReport, TermKind

VERSION = 2
"""Raise it when the same file gives other tags."""

TAGS = pa.schema(
    [
        pa.field("entity_id", pa.string(), nullable=False),
        pa.field("tag", pa.string(), nullable=False),  # lower case
        pa.field("count", pa.float64(), nullable=False),  # as the source counts; above 0
        pa.field("source", pa.string(), nullable=False),
    ]
)
_COLUMNS = ("entity", "tag", "count")
_GIVEN = pa.schema(
    [
        ("line", pa.int64()),
        ("entity", pa.string()),
        ("key", pa.string()),  # folded
        ("tag", pa.string()),
        ("tag_key", pa.string()),  # folded
        ("count", pa.float64()),
    ]
)
_SHOWN = 5

_KNOWN = """
CREATE TABLE handle AS
SELECT handle, min(id) AS id, count(DISTINCT id) AS meant FROM (
    SELECT id AS handle, id FROM read_parquet($entities)
    UNION ALL
    SELECT regexp_replace(unnest(foreign_ids), '^merged:', ''), id FROM read_parquet($entities)
) WHERE handle IN (SELECT entity FROM given) GROUP BY handle
"""
_NAMED = """
CREATE TABLE named AS
SELECT key, min(entity_id) AS id, count(DISTINCT entity_id) AS meant FROM read_parquet($names)
WHERE type IN ('name', 'alias') AND key IN (SELECT key FROM given) GROUP BY key
"""
_RESOLVED = """
CREATE TABLE resolved AS
SELECT line, entity, tag, tag_key, count, coalesce(h.id, n.id) AS id, coalesce(h.meant, n.meant, 0) AS meant
FROM given LEFT JOIN handle h ON entity = handle LEFT JOIN named n ON given.key = n.key
"""
_OWN = """
CREATE TABLE own AS
SELECT line, tag FROM resolved SEMI JOIN read_parquet($names) n ON n.entity_id = id AND n.key = tag_key
WHERE meant = 1 ORDER BY line, tag
"""
_TAGS = """
SELECT id AS entity_id, tag, sum(count) AS count, CAST($source AS VARCHAR) AS source
FROM resolved ANTI JOIN own USING (line, tag) WHERE meant = 1 GROUP BY ALL ORDER BY ALL
"""
_TOTALS = """
SELECT coalesce(new, entity_id) AS entity_id, CAST($kind AS VARCHAR) AS kind, tag AS term, source, sum(count) AS tf,
       CAST(0 AS BIGINT) AS documents
FROM tags LEFT JOIN merged ON entity_id = old GROUP BY ALL ORDER BY ALL
"""
_LEFT_OUT = """
SELECT meant > 1, line, entity FROM resolved WHERE meant <> 1 ORDER BY line
"""


@dataclass(slots=True)
class _Given:
    """The usable rows of a file, and what was wrong with the others."""

    rows: list[tuple[int, str, str, str, str, float]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def add(self, line: int, entity: str, tag: str, said: str | float) -> None:
        entity, tag, count = " ".join(entity.split()), " ".join(tag.lower().split()), _number(said)
        if not entity or not tag:
            self.leave_out("tags left out: entity or tag is empty", line, "")
        elif not 0 < count < math.inf:
            self.leave_out("tags left out: the count is no number above 0", line, f": {said!r}")
        else:
            self.rows.append((line, entity, fold(entity), tag, fold(tag), count))

    def leave_out(self, why: str, line: int, what: str) -> None:
        self.left_out[why] += 1
        if self.left_out[why] <= _SHOWN:
            self.notes.append(f"line {line}: {why.removeprefix('tags left out: ')}{what}")


def import_tags(lake: Lake, path: Path, day: date) -> StageReport:
    """Put the tags of a file into the lake, in the place of those that its source gave before.

    The file is CSV with the columns entity, tag and count, and the name of the file is its source; or a JSON dump of
    MusicBrainz's (artists or recordings; source `musicbrainz`), whose tags are for non-commercial use alone. An entity
    is named by its id, a foreign id (`spotify:…`), an id that was given up for another, or a name that one artist
    bears. Rows that cannot be used are counted and left out. Done for the same file and catalogue, it does nothing.

    Raises:
        ConfigurationError: there is no catalogue, or the file cannot be unpacked.
        InputError: the file is no CSV with these columns and no dump, or is missing.
    """
    names = names_file(lake)
    try:
        stamp = fingerprint([str(VERSION), file_fingerprint(path), lake.footer(lake.catalog).fingerprint])
    except OSError as error:
        raise InputError(f"the tags {path} cannot be read: {error.strerror}") from error
    with open_lines(path) as stream:
        dumped = stream.peek(1)[:1] == b"{"
        source = "musicbrainz" if dumped else path.name.partition(".")[0]
        target = lake.partition(Dataset.TAGS, day) / f"{source}.parquet"
        given = _Given()
        if not lake.is_current(target, stamp):
            (_read_dump if dumped else _read_csv)(path, stream, given)
            lake.write_table(target, _resolved(lake, names, source, given), stamp)
    lake.fetch(target)
    tags = read_table(target, TAGS)
    counts = [("tags", tags.num_rows), ("tagged artists and songs", len(tags.column("entity_id").unique()))]
    return StageReport("tags", (*counts, *sorted(given.left_out.items())), tuple(given.notes))


def tag_totals(lake: Lake, day: date, place: Workspace) -> pa.Table:
    """Return the tags as of a day, schema TERM_TOTALS: tf is the count, documents is 0.

    Of each source the latest file up to the day counts. Tags do not fade. Those of an id that was given up since go to
    its successor.

    Raises:
        ConfigurationError: there are tags, but no catalogue.
    """
    files = _files(lake, day)
    if not files:
        return TERM_TOTALS.empty_table()
    lake.fetch(*files)
    tags = pa.concat_tables([read_table(path, TAGS) for path in files])
    with place.database(tags=tags, merged=merged_ids(lake)) as db:
        return db.sql(_TOTALS, params={"kind": str(TermKind.TAG)}).to_arrow_table().cast(TERM_TOTALS)


def tags_stamp(lake: Lake, day: date) -> str:
    """Return a fingerprint that changes when the tags as of a day do."""
    return fingerprint([part for path in _files(lake, day) for part in (path.name, lake.footer(path).fingerprint)])


def _files(lake: Lake, day: date) -> list[Path]:
    latest = {path.name: path for path in lake.files(Dataset.TAGS) if day_of(path) <= day}
    return [latest[name] for name in sorted(latest)]


def _read_csv(path: Path, stream: IO[bytes], given: _Given) -> None:
    try:
        rows = csv.DictReader(io.TextIOWrapper(stream, "utf-8-sig", newline=""))
        columns = rows.fieldnames or ()
        if not set(_COLUMNS) <= set(columns):
            raise InputError(
                f"{path} has the columns {', '.join(columns) or 'nothing'}; expected {', '.join(_COLUMNS)}"
            )
        for row in rows:
            entity, tag, count = (row[column] or "" for column in _COLUMNS)
            given.add(rows.line_num, entity, tag, count)
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"the tags {path} are not CSV in UTF-8 ({error})") from error


def _number(said: str | float) -> float:
    try:
        return float(said)
    except ValueError:
        return math.nan


def _read_dump(path: Path, stream: IO[bytes], given: _Given) -> None:
    for line, text in enumerate(stream, 1):
        try:
            item = json.loads(text)
            if not is_musicbrainz(item):
                if line == 1:
                    raise InputError(f"line 1 of {path} is no object of a MusicBrainz dump; expected one, or CSV")
                raise ValueError
            for tag, votes in read_tags(item):
                given.add(line, tagged_id(item), tag, votes)
        except (ValueError, KeyError, TypeError):
            given.leave_out("tags left out: the line cannot be understood", line, "")


def _resolved(lake: Lake, names: Path, source: str, given: _Given) -> pa.Table:
    """Return the tags of known entities, schema TAGS; the others are noted down as left out."""
    with duckdb.connect() as db:
        columns = list(zip(*given.rows, strict=True)) or [()] * len(_GIVEN)
        arrays = [pa.array(column, kind) for column, kind in zip(columns, _GIVEN.types, strict=True)]
        db.register("given", pa.Table.from_arrays(arrays, schema=_GIVEN))
        db.execute(_KNOWN, {"entities": str(lake.catalog)})
        db.execute(_NAMED, {"names": str(names)})
        db.execute(_RESOLVED)
        for shared, line, entity in db.execute(_LEFT_OUT).fetchall():
            why = "several artists bear the name" if shared else "the catalogue knows no such artist or song"
            given.leave_out(f"tags left out: {why}", line, f": {entity!r}")
        db.execute(_OWN, {"names": str(names)})
        for line, tag in db.execute("FROM own").fetchall():
            given.leave_out("tags left out: it is the artist's own name", line, f": {tag!r}")
        return db.sql(_TAGS, params={"source": source}).to_arrow_table().cast(TAGS)
