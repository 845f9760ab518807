"""Answers of version 1, where they are not the types of the records themselves."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import TypeVar

from index.base import Index
from index.clusters import NamingTerm
from index.corpus import CorpusTerm
from index.documents import FoundDocument
from index.published import Listing
from index.trends import discovery
from records.types import Entity, EntityKind, Evidence, Neighbor, WeightedTerm
from service.http.problems import Problem
from service.questions import Seed, performers_of

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page:
    """Where an answer stands in the whole list."""

    limit: int
    offset: int
    next_offset: int | None
    """What to ask for next; null at the end."""


@dataclass(frozen=True, slots=True)
class Suggestion(Entity):
    """An entity that a name may mean; a song with the names of its artists."""

    performers: tuple[str, ...] = ()

    @classmethod
    def of(cls, index: Index, entities: Sequence[Entity]) -> "list[Suggestion]":
        """Return entities as suggestions."""
        known = ({field.name: getattr(entity, field.name) for field in fields(entity)} for entity in entities)
        return [cls(**one, performers=names) for one, names in zip(known, performers_of(index, entities), strict=True)]


@dataclass(frozen=True, slots=True)
class Profile:
    """An entity with how much is written about it."""

    entity: Entity
    documents: int
    familiarity: float
    hotttnesss: float
    discovery: float
    leaning: float

    @classmethod
    def of(cls, found: Listing) -> "Profile":
        """Return the profile of what the index lists."""
        known = found.familiarity, found.hotttnesss, discovery(found.hotttnesss, found.familiarity)
        return cls(found.entity, found.documents, *known, found.leaning)


@dataclass(frozen=True, slots=True)
class Profiles:
    """Entities, and the page they are of."""

    items: list[Profile]
    page: Page


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of an entity."""

    entity: Entity
    day: date
    terms: list[WeightedTerm]
    evidence: list[Evidence]
    page: Page


@dataclass(frozen=True, slots=True)
class CorpusTerms:
    """Terms of the whole corpus."""

    kind: EntityKind
    terms: list[CorpusTerm]
    page: Page


@dataclass(frozen=True, slots=True)
class Neighbors:
    """What is alike, and the seeds as they were understood."""

    seeds: list[Seed]
    neighbors: list[Neighbor]
    unknown: list[str]
    """What was asked for and passed over, since nobody is called or described so."""
    page: Page


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """Documents that name an entity."""

    entity: Entity
    total: int
    documents: list[FoundDocument]
    page: Page


@dataclass(frozen=True, slots=True)
class ClusterShown:
    """A cluster, with some of its members."""

    number: int
    size: int
    terms: list[NamingTerm]
    members: list[Entity]


@dataclass(frozen=True, slots=True)
class Clusters:
    """Clusters, the largest first; their numbers hold until another snapshot is published."""

    kind: EntityKind
    clusters: list[ClusterShown]
    page: Page


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text names an entity."""

    start: int
    """Half-open range of characters (Unicode code points) of the text."""
    end: int
    confidence: float
    entity: Entity


@dataclass(frozen=True, slots=True)
class Extracted:
    """The artists and songs that a text names."""

    places: list[Place]
    left_out: dict[str, int]
    """Places that could be names and were left out, by reason."""


@dataclass(frozen=True, slots=True)
class BatchItem:
    """What is known of one handle of a batch."""

    handle: str
    profile: Profile | None
    terms: list[WeightedTerm]
    neighbors: list[Neighbor]
    problem: Problem | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Answers in the order of what was asked."""

    items: list[BatchItem]


def paged(found: Sequence[Item], limit: int, offset: int) -> tuple[list[Item], Page]:
    """Cut a page out of a list that reaches at least one item beyond it, if there is one."""
    more = offset + limit if len(found) > offset + limit else None
    return list(found[offset : offset + limit]), Page(limit, offset, more)
