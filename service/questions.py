"""What is asked of the index, by names or ids as people type them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from records.errors import QueryError, UnknownEntityError
from records.types import Entity, EntityKind, Evidence, Neighbor, SharedTerm, Term

if TYPE_CHECKING:
    from index.base import Index
    from index.published import Filters
    from records.lake import Lake

FARTHEST = 1_000
"""How far an answer in reverse reaches: beyond, next to nothing is shared and the order means nothing."""
MAX_LEANING = 0.75
"""Of a neighbour's place at most so much is borrowed: from seven words on that were said of it, less is."""
_WEIGHTED = re.compile(r"(?P<name>.+)\^(?P<weight>\d+(\.\d+)?|\.\d+)")


@dataclass(frozen=True, slots=True)
class Seed:
    """An entity that an answer shall be like, or unlike."""

    entity: Entity
    weight: float
    """Above 0 for like, below for unlike."""


@dataclass(frozen=True, slots=True)
class Similar:
    """An answer of `similar`."""

    seeds: tuple[Seed, ...]
    neighbors: tuple[Neighbor, ...]


def find_entity(index: "Index", lake: "Lake", handle: str, kind: EntityKind | None = None) -> Entity:
    """Find the entity of a name, an alias, an id or a foreign id (`spotify:artist:…`).

    Raises:
        UnknownEntityError: there is none.
        QueryError: a name means several.
    """
    from nlp.catalog.handles import find_foreign

    try:
        return index.resolve(handle, kind)
    except UnknownEntityError:
        scheme, _, bare = handle.rpartition(":")
        own = bare if scheme.startswith("musicbrainz") else ""  # whose ids are ours, where known
        known = find_foreign(lake, [handle]).get(handle, own)
        if not known:
            raise
        return index.resolve(known, kind)


def find_seeds(
    index: "Index", lake: "Lake", like: Sequence[str], unlike: Sequence[str], kind: EntityKind | None
) -> tuple[Seed, ...]:
    """Find the entities of seeds as typed: a name or an id, with `^2` behind it to weigh twice.

    The first seed decides the kind of all where none is given.

    Raises:
        UnknownEntityError: there is none of a name.
        QueryError: a name means several.
    """
    seeds: list[Seed] = []
    for typed, sign in [*((name, 1.0) for name in like), *((name, -1.0) for name in unlike)]:
        match = _WEIGHTED.fullmatch(typed)
        name, weight = (match["name"], float(match["weight"])) if match else (typed, 1.0)
        entity = find_entity(index, lake, name, kind)
        kind = entity.kind
        seeds.append(Seed(entity, sign * weight))
    return tuple(seeds)


def find_similar(
    index: "Index",
    seeds: Sequence[Seed],
    n: int,
    mix: Mapping[str, float] | None = None,
    filters: "Filters | None" = None,
    *,
    reverse: bool = False,
) -> Similar:
    """Find what is most alike to the seeds; in reverse, the least alike of the FARTHEST most alike come first.

    Those of whom hardly a word was said are left out, unless the filters name them: where they stand is borrowed.

    Raises:
        QueryError: no seed has a weight above 0, or the mix makes no sense.
    """
    from index.published import Filters

    weights: dict[str, float] = {}
    for seed in seeds:
        weights[seed.entity.id] = weights.get(seed.entity.id, 0.0) + seed.weight
    allowed = filters or Filters()
    spoken_of = allowed if allowed.only else replace(allowed, max_leaning=MAX_LEANING)
    neighbors = index.similar(weights, seeds[0].entity.kind, FARTHEST if reverse else n, mix, spoken_of)
    return Similar(tuple(seeds), tuple(neighbors[::-1][:n] if reverse else neighbors))


def find_sentences(
    lake: "Lake", entity_id: str, terms: Sequence[Term], n: int, until: date | None = None
) -> list[Evidence]:
    """Find up to n sentences, fetched by a day, for each term that say it of an entity; none if n is 0."""
    if n == 0:
        return []
    from index.evidence import evidence

    return evidence(lake, entity_id, terms, n, until)


def read_mix(typed: Iterable[str]) -> dict[str, float] | None:
    """Read a mix from parts such as `adj=2`; None if there are none.

    Raises:
        QueryError: a part is not a name, "=" and a number.
    """
    mix: dict[str, float] = {}
    for part in typed:
        key, _, weight = part.partition("=")
        try:
            mix[key.strip()] = float(weight)
        except ValueError:
            raise QueryError(f"the mix has {part!r}; expected a term kind and its weight such as adj=2") from None
    return mix or None


def full_name(index: "Index", entity: Entity) -> str:
    """Return the name of an entity as people would say it: a song with its artists."""
    return full_names(index, [entity])[0]


def full_names(index: "Index", entities: Sequence[Entity]) -> list[str]:
    """Return the names of entities as people would say them, with one question to the index for all."""
    return [
        f"{entity.name} ({', '.join(names)})" if names else entity.name
        for entity, names in zip(entities, performers_of(index, entities), strict=True)
    ]


def performers_of(index: "Index", entities: Sequence[Entity]) -> list[tuple[str, ...]]:
    """Return the names of the artists of each; the id of one whom the snapshot does not know: nobody writes of them."""
    ids = sorted({artist for entity in entities for artist in entity.artists})
    names = {found.entity.id: found.entity.name for found in index.known(ids)} if ids else {}
    return [tuple(names.get(artist, artist) for artist in entity.artists) for entity in entities]


def listed(shared: Iterable[SharedTerm]) -> str:
    """Return shared terms on one line."""
    return ", ".join(term.label for term in shared)
