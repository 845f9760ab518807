"""Which entity a name means."""

from collections.abc import Sequence

from index.names import fold_name
from records.errors import QueryError
from records.types import Entity, EntityKind

_LISTED = 10


def choose(name: str, named: Sequence[Entity]) -> Entity:
    """Return the entity that a name means best, of those (at least one) that it may mean.

    A name goes before an alias, an artist before a song, the very characters before a folded match.

    Raises:
        QueryError: several entities are equally good; the message lists them.
    """
    ranks = [_rank(name, entity) for entity in named]
    best = [entity for entity, rank in zip(named, ranks, strict=True) if rank == min(ranks)]
    if len(best) == 1:
        return best[0]
    listed = "; ".join(_described(entity) for entity in sorted(best, key=lambda e: e.id)[:_LISTED])
    more = f" and {len(best) - _LISTED} more" if len(best) > _LISTED else ""
    raise QueryError(f"{name!r} is the name of {len(best)} {best[0].kind}s: {listed}{more}; expected one of these ids")


def _rank(name: str, entity: Entity) -> tuple[bool, bool, bool]:
    is_alias = fold_name(entity.name) != fold_name(name)
    return is_alias, entity.kind is not EntityKind.ARTIST, name not in (entity.name, *entity.aliases)


def _described(entity: Entity) -> str:
    details = entity.disambiguation or (f"by {', '.join(entity.artists)}" if entity.artists else entity.name)
    return f"{entity.id} ({details})"
