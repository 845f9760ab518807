"""The names of the catalogue, ready to be looked for in texts."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from nlp.folding import fold
from nlp.name_table import NameTable, Spelling
from records.schemas import ENTITIES, from_table, to_table
from records.types import Entity, EntityKind

_SHORTEST = 2
"""A name of one character ("X") says too little to be looked for."""
_KEPT = 50_000
"""Entities that were read and are kept."""

_JOINED = (" & ", " and "), (" and ", " & "), (" & ", " + "), (" and ", " + ")
_QUOTED = re.compile(r"""(?<!\w)(["'])(?=\w)([^"']+)(?<=\w)\1(?!\w)""")
"""What is in quotes in a name: "Weird Al" Yankovic. Some write it so, some in other quotes, some in none."""

Rows = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where a name stands; whose name it is, and whether a name at all, is not decided yet."""

    start: int
    end: int
    entities: tuple[Entity, ...]
    """Those who bear the name, in the order of the catalogue; never empty."""


class Names:
    """The names and aliases of the catalogue's artists, with its songs by artist.

    Args:
        entities: the catalogue, schema ENTITIES, ascending by id; it may be mapped into memory.
        spellings: the spellings of its artists.
        songs: rows of artists, ascending, and of a song of each.
    """

    def __init__(self, entities: pa.Table, spellings: NameTable, songs: tuple[Rows, Rows]) -> None:
        self._table, self._spellings, self._songs = entities, spellings, songs
        self._ids = entities.column("id")
        self._read: Callable[[int], Entity] = lru_cache(_KEPT)(self._entity)
        self._row: Callable[[str], int] = lru_cache(_KEPT)(self._find_row)

    @classmethod
    def of(cls, entities: Iterable[Entity]) -> "Names":
        """Make the names of entities that are at hand."""
        known = sorted(entities, key=lambda entity: entity.id)
        table = to_table(known, ENTITIES)
        return cls(table, NameTable.of(spellings(known)), songs_of_artists(table))

    def __len__(self) -> int:
        """Return how many entities there are."""
        return len(self._ids)

    def kind(self, entity_id: str) -> EntityKind:
        """Return what the entity of an id of the catalogue is."""
        return self._read(self._row(entity_id)).kind

    def spellings(self, entity_id: str) -> tuple[str, ...]:
        """Return the name and the aliases of an entity, the name first."""
        entity = self._read(self._row(entity_id))
        return (entity.name, *entity.aliases)

    def performers(self, entity_id: str) -> tuple[str, ...]:
        """Return the ids of a song's artists; empty for an artist."""
        return self._read(self._row(entity_id)).artists

    def songs_of(self, artist_id: str) -> list[Entity]:
        """Return the songs that an artist performs, in the order of the catalogue."""
        artists, songs = self._songs
        row = self._row(artist_id)
        first, last = np.searchsorted(artists, row, "left"), np.searchsorted(artists, row, "right")
        return [self._read(song) for song in songs[first:last].tolist()]

    def candidates(self, folded: str) -> list[Candidate]:
        """Return where names stand in a folded text: between word boundaries, longest first taken, none overlapping."""
        found = sorted(self._spellings.find(folded), key=lambda match: (match[0] - match[1], match[0]))
        taken = bytearray(len(folded))
        chosen = []
        for start, end, rows in found:
            if not taken[start] and not taken[end - 1] and (bearers := self._bearers(rows, folded[start:end])):
                taken[start:end] = b"\1" * (end - start)
                chosen.append(Candidate(start, end, bearers))
        return sorted(chosen, key=lambda candidate: candidate.start)

    def _bearers(self, rows: Rows, folded: str) -> tuple[Entity, ...]:
        """Return those of the rows who are spelled so, and did not just get the same hash."""
        entities = map(self._read, rows.tolist())
        return tuple(entity for entity in entities if folded in patterns(entity))

    def _entity(self, row: int) -> Entity:
        return next(from_table(self._table.slice(row, 1), Entity))

    def _find_row(self, entity_id: str) -> int:
        row = bisect_left(range(len(self._ids)), entity_id, key=lambda place: self._ids[place].as_py())
        if row == len(self._ids) or self._ids[row].as_py() != entity_id:
            raise KeyError(entity_id)
        return row


def spellings(entities: Iterable[Entity], first: int = 0) -> Iterable[Spelling]:
    """Yield the folded spellings of artists with their rows; the first entity has the row `first`."""
    for row, entity in enumerate(entities, first):
        if entity.kind is EntityKind.ARTIST:
            for pattern in patterns(entity):
                yield pattern, row


def songs_of_artists(entities: pa.Table) -> tuple[Rows, Rows]:
    """Return the rows of artists, ascending, and beside each the row of a song of theirs."""
    artists = entities.column("artists").combine_chunks()
    songs = pc.list_parent_indices(artists).to_numpy(zero_copy_only=False).astype(np.int32)
    rows = pc.index_in(pc.list_flatten(artists), value_set=entities.column("id")).fill_null(-1)
    performers = rows.to_numpy(zero_copy_only=False).astype(np.int32)
    order = np.lexsort((songs, performers))
    known = order[performers[order] >= 0]
    return performers[known], songs[known]


@lru_cache(_KEPT)
def patterns(entity: Entity) -> Sequence[str]:
    """Return the folded spellings under which an artist is looked for."""
    names = [fold(name) for name in (entity.name, *entity.aliases)]
    names += [name.replace(one, other) for name in names for one, other in _JOINED if one in name]
    names += [_QUOTED.sub(quoted, name) for name in names for quoted in (r'"\2"', r"'\2'", r"\2")]
    return [name for name in dict.fromkeys(names) if len(name) >= _SHORTEST]
