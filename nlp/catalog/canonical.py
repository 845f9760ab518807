"""MusicBrainz's list of canonical recordings: by far the smallest file that names nearly all songs."""

import csv
from collections.abc import Iterator

from nlp.catalog.lines import Row, Skipped
from nlp.catalog.titles import song_title, title_key
from records.types import Entity, EntityKind

CANONICAL = frozenset({"artist_mbids", "recording_mbid", "recording_name"})
"""Columns by which the file is told. Source: musicbrainz.org/doc/Canonical_MusicBrainz_data."""
RECORDING = "musicbrainz-recording"
"""Scheme of the foreign ids by which a song is found by any of its recordings."""


def read_canonical(rows: "csv.DictReader[str]") -> Iterator[Row | Skipped]:
    """Read the file's rows as songs."""
    for row in rows:
        artists = tuple((row["artist_mbids"] or "").strip("{}").replace(",", " ").split())
        found = song_row(rows.line_num, row["recording_name"] or "", artists, (f"{RECORDING}:{row['recording_mbid']}",))
        yield found


def song_row(
    line: int, title: str, artists: tuple[str, ...], foreign_ids: tuple[str, ...], disambiguation: str = ""
) -> Row | Skipped:
    """Return a recording as a row of the song that its artists and its title make it one of."""
    name = song_title(title)
    if not name or name.startswith("["):
        return Skipped(line, "recordings without a title")
    if not artists:
        return Skipped(line, "recordings without an artist")
    entity = Entity("", EntityKind.SONG, name, (), artists, disambiguation, foreign_ids)
    return Row(line, entity, title=title_key(name))
