"""All names of the catalogue in one automaton, which finds every place in a text where one of them stands."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick, Implementation

from nlp.folding import fold
from records.types import Entity, EntityKind

_SHORTEST = 2
"""A name of one character ("X") says too little to be looked for."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where a name stands; whose name it is, and whether a name at all, is not decided yet."""

    start: int
    end: int
    entities: tuple[Entity, ...]
    """Those who bear the name, in the order of the catalogue; never empty."""


class Names:
    """The names and aliases of the catalogue's artists, ready to be looked for.

    It cannot be pickled: build it once in every process.
    """

    def __init__(self, entities: Iterable[Entity]) -> None:
        self._entities: dict[str, Entity] = {}
        self._songs: defaultdict[str, list[Entity]] = defaultdict(list)
        bearers: defaultdict[str, dict[str, Entity]] = defaultdict(dict)
        for entity in entities:
            self._entities[entity.id] = entity
            if entity.kind is EntityKind.SONG:
                for artist in entity.artists:
                    self._songs[artist].append(entity)
            else:
                for pattern in _patterns(entity):
                    bearers[pattern][entity.id] = entity
        self._bearers = [tuple(found.values()) for found in bearers.values()]
        self._automaton = AhoCorasick(list(bearers), implementation=Implementation.ContiguousNFA)

    def kind(self, entity_id: str) -> EntityKind:
        """Return what the entity of an id of the catalogue is."""
        return self._entities[entity_id].kind

    def spellings(self, entity_id: str) -> tuple[str, ...]:
        """Return the name and the aliases of an entity, the name first."""
        entity = self._entities[entity_id]
        return (entity.name, *entity.aliases)

    def performers(self, entity_id: str) -> tuple[str, ...]:
        """Return the ids of a song's artists; empty for an artist."""
        return self._entities[entity_id].artists

    def songs_of(self, artist_id: str) -> list[Entity]:
        """Return the songs that an artist performs, in the order of the catalogue."""
        return self._songs.get(artist_id, [])

    def candidates(self, folded: str) -> list[Candidate]:
        """Return where names stand in a folded text: between word boundaries, longest first taken, none overlapping.

        The automaton must report overlapping matches: asked for the leftmost longest it loses a valid name that starts
        inside an invalid longer one.
        """
        found = self._automaton.find_matches_as_indexes(folded, overlapping=True)
        whole = [(start, end, name) for name, start, end in found if _is_bounded(folded, start, end)]
        whole.sort(key=lambda match: (match[0] - match[1], match[0]))
        taken = bytearray(len(folded))
        chosen = []
        for start, end, name in whole:
            if not taken[start] and not taken[end - 1]:
                taken[start:end] = b"\1" * (end - start)
                chosen.append(Candidate(start, end, self._bearers[name]))
        return sorted(chosen, key=lambda candidate: candidate.start)


def _patterns(entity: Entity) -> list[str]:
    """Return the folded spellings under which an artist is looked for."""
    names = [fold(name) for name in (entity.name, *entity.aliases)]
    spellings = (
        names + [name.replace(" & ", " and ") for name in names] + [name.replace(" and ", " & ") for name in names]
    )
    return [name for name in dict.fromkeys(spellings) if len(name) >= _SHORTEST]


def _is_bounded(folded: str, start: int, end: int) -> bool:
    """Say whether a match neither starts nor ends inside a word ("Air" not in "Fair", "AC/DC" in "AC/DC's")."""
    before = start > 0 and folded[start].isalnum() and folded[start - 1].isalnum()
    after = end < len(folded) and folded[end - 1].isalnum() and folded[end].isalnum()
    return not before and not after
