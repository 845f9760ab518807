"""What all lines say of one id, put together: DuckDB sorts the rows on disk, and one id at a time is merged."""

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import pyarrow as pa

from nlp.folding import fold
from records.errors import ConfigurationError
from records.schemas import ENTITIES
from records.types import Entity, EntityKind

STAGED = pa.schema(
    [
        pa.field("seq", pa.int64()),  # place among the rows of all files
        pa.field("file", pa.int32()),
        pa.field("line", pa.int64()),
        pa.field("own", pa.bool_()),
        pa.field("title", pa.string()),
        *ENTITIES,
    ]
)
STAGED_NAMES = pa.schema([pa.field(name, pa.string()) for name in ("key", "name", "entity_id", "type", "locale")])
MEMORY = "400MB"
"""What DuckDB may hold before it goes to disk."""
_BATCH = 10_000

_ARTISTS = """
CREATE TABLE artist AS
SELECT DISTINCT coalesce(new, id) AS id FROM staged LEFT JOIN merged ON id = old WHERE kind = 'artist'
"""
_PERFORMERS = """
CREATE TABLE performer AS
SELECT seq, place, coalesce(new, named) AS artist, artist.id IS NOT NULL AS known
FROM (SELECT seq, unnest(artists) AS named, generate_subscripts(artists, 1) AS place FROM staged WHERE kind = 'song')
LEFT JOIN merged ON named = old LEFT JOIN artist ON artist.id = coalesce(new, named)
"""
_SONGS = """
CREATE TABLE song AS
SELECT seq, list(artist ORDER BY place) AS artists FROM performer WHERE known GROUP BY seq
"""
_PROBLEMS = """
SELECT file, line, id, what FROM (
    SELECT seq, file, line, id, 'the id {} stands there a second time' AS what
    FROM (SELECT *, row_number() OVER (PARTITION BY file, id ORDER BY seq) AS time FROM staged WHERE own) WHERE time > 1
    UNION ALL
    SELECT seq, file, line, artist, 'the song''s artist {} is no artist of this catalogue'
    FROM performer JOIN staged USING (seq) WHERE own AND NOT known
    UNION ALL
    SELECT seq, file, line, id, 'the id {} is a song here and an artist elsewhere'
    FROM staged SEMI JOIN artist USING (id) WHERE kind = 'song'
)
ORDER BY seq LIMIT $number
"""
_LOST = "SELECT count(*) FROM staged ANTI JOIN song USING (seq) WHERE kind = 'song'"
_ORDERED = """
SELECT CASE WHEN title = '' THEN coalesce(new, staged.id)
            ELSE 'song:' || substr(sha256(array_to_string(list_sort(list_distinct(song.artists)), ' ') || title), 1, 32)
       END AS id,
       title, kind, name, aliases, coalesce(song.artists, []) AS artists, disambiguation, foreign_ids, area,
       begin, "end", seq, former.ids AS former
FROM staged LEFT JOIN merged ON staged.id = old LEFT JOIN song USING (seq)
     LEFT JOIN (SELECT new AS id, list('merged:' || old) AS ids FROM merged GROUP BY new) former
     ON former.id = coalesce(merged.new, staged.id)
WHERE kind = 'artist' OR song.seq IS NOT NULL
ORDER BY 1, merged.new IS NULL, seq
"""
_NAMES = """
WITH named AS (
    SELECT key, name, coalesce(new, entity_id) AS id, locale, list_position($types, type) AS rank
    FROM read_parquet($file) LEFT JOIN merged ON entity_id = old
), borne AS (
    SELECT key, id, arg_min(name, rank) AS name, arg_min(locale, rank) AS locale, min(rank) AS rank
    FROM named GROUP BY key, id
), shared AS (SELECT key, count(*) AS bearers FROM borne WHERE rank <= $bearing GROUP BY key)
SELECT key, name, id AS entity_id, $types[rank] AS type, locale, CAST(coalesce(bearers, 0) AS INTEGER) AS bearers
FROM borne LEFT JOIN shared USING (key) ORDER BY key, entity_id
"""
_OVERWRITTEN = ("disambiguation", "area", "begin", "end")


class Merger:
    """The staged rows and names of all files, ready to be checked and merged.

    Args:
        folder: where `rows.parquet` and `names.parquet` are; it takes what does not fit into memory.
        merged: ids that were given up, each with its successor.

    Raises:
        ConfigurationError: ids were given up for each other.
    """

    def __init__(self, folder: Path, merged: Mapping[str, str]) -> None:
        self._names = str(folder / "names.parquet")
        self._db = duckdb.connect(
            str(folder / "catalog.duckdb"),
            config={"memory_limit": MEMORY, "threads": 2, "preserve_insertion_order": False},
        )
        final = _followed(merged)
        pairs = pa.table({"old": pa.array(final, pa.string()), "new": pa.array(final.values(), pa.string())})
        self._db.register("pairs", pairs)
        self._db.execute("CREATE TABLE merged AS FROM pairs")
        self._db.read_parquet(str(folder / "rows.parquet")).create_view("staged")
        for step in (_ARTISTS, _PERFORMERS, _SONGS):
            self._db.execute(step)

    def __enter__(self) -> "Merger":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._db.close()

    def problems(self, number: int) -> list[tuple[int, int, str]]:
        """Return the first lines of the user's own that contradict others: file, line, what is wrong."""
        found = self._db.execute(_PROBLEMS, {"number": number}).fetchall()
        return [(file, line, what.format(repr(entity))) for file, line, entity, what in found]

    def songs_lost(self) -> int:
        """Return how many rows name songs of none but unknown artists; they are left out."""
        return int(self._db.execute(_LOST).fetchall()[0][0])

    def entities(self) -> Iterator[Entity]:
        """Yield the merged entities, by id."""
        rows = (row for batch in self._db.sql(_ORDERED).to_arrow_reader(_BATCH) for row in batch.to_pylist())
        for _, group in itertools.groupby(rows, lambda row: row["id"]):
            yield merge(list(group))

    def names(self, types: Sequence[str], bearing: int) -> Iterator[pa.RecordBatch]:
        """Yield the names of artists by key, each once for each artist, with how many artists bear it.

        Args:
            types: the types of names, the most telling first: an artist's name of several types is of the first one.
            bearing: how many of the first types make an artist a bearer.
        """
        params = {"types": list(types), "bearing": bearing, "file": self._names}
        yield from self._db.sql(_NAMES, params=params).to_arrow_reader(_BATCH)


def merge(rows: Sequence[Mapping[str, Any]]) -> Entity:
    """Put together what all rows, at least one, say of one entity: the later row wins, names and ids are united."""
    last = rows[-1]
    name = last["name"]
    if last["title"]:
        name = Counter(row["name"] for row in rows).most_common(1)[0][0]
    said = {key: next((row[key] for row in reversed(rows) if row[key]), "") for key in _OVERWRITTEN}
    return Entity(
        last["id"],
        EntityKind(last["kind"]),
        name,
        _other_names(name, rows),
        tuple(last["artists"]),
        foreign_ids=tuple(sorted({found for row in rows for found in (*row["foreign_ids"], *(row["former"] or ()))})),
        **said,
    )


def _other_names(name: str, rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return all aliases, and the names that a later row replaced, without those that fold to the same."""
    if len(rows) == 1 and not rows[0]["aliases"]:
        return ()
    names = {fold(name): name}
    for row in rows:
        for other in (*row["aliases"], *(() if row["title"] else (row["name"],))):
            names.setdefault(fold(other), other)
    return tuple(names.values())[1:]


def _followed(merged: Mapping[str, str]) -> dict[str, str]:
    """Follow every id that was given up to the last one that was not."""
    final = {}
    for old in merged:
        seen, new = {old}, merged[old]
        while new in merged and new not in seen:
            seen.add(new)
            new = merged[new]
        if new in seen:
            raise ConfigurationError(f"the ids {', '.join(sorted(seen))} were given up for each other; expected an end")
        final[old] = new
    return final
