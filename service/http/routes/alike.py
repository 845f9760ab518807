"""What is alike, and why; what fits a description."""

from dataclasses import replace
from datetime import date
from typing import Annotated

from annotated_types import MaxLen
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from index.base import Index
from index.published import Filters
from records.errors import UnknownEntityError
from records.lake import Lake
from records.types import EntityKind
from service.http.parameters import (
    MOST_HANDLES,
    MOST_SEEDS,
    AnyKind,
    Day,
    Handle,
    Kind,
    Limit,
    Offset,
    Phrase,
    Sentences,
    Share,
    none_given,
)
from service.http.problems import ANY_REQUEST
from service.http.shapes import Neighbors, paged
from service.http.state import NOT_MODIFIED, Changing, ServiceOf
from service.http.work import heavy, quick
from service.questions import Seed, find_entity, find_seeds, find_similar, read_mix
from service.why import Why, explain

router = APIRouter(prefix="/v1", tags=["likeness"], responses=ANY_REQUEST)
Seeds = Annotated[list[Handle], MaxLen(MOST_SEEDS)]
Mix = Annotated[
    list[Annotated[str, Field(max_length=40)]],
    Query(
        default_factory=none_given,
        max_length=8,
        description="Weight of a term kind or of `latent`, such as adj=2; may be given again.",
    ),
]


class WeightedSeed(BaseModel):
    """Somebody that the answer shall be like, or unlike."""

    model_config = ConfigDict(extra="forbid")

    handle: Handle
    weight: float = Field(default=1.0, ge=-1_000, le=1_000, allow_inf_nan=False)


class SimilarQuery(BaseModel):
    """What `similar` is asked for."""

    model_config = ConfigDict(extra="forbid")

    seeds: list[WeightedSeed] = Field(min_length=1, max_length=MOST_SEEDS)
    kind: EntityKind | None = None
    mix: dict[Annotated[str, Field(max_length=20)], Annotated[float, Field(ge=0, le=1_000)]] | None = Field(
        default=None, max_length=8
    )
    min_familiarity: float = Field(default=0.0, ge=0, le=1)
    max_familiarity: float = Field(default=1.0, ge=0, le=1)
    min_hotttnesss: float = Field(default=0.0, ge=0, le=1)
    max_hotttnesss: float = Field(default=1.0, ge=0, le=1)
    only: list[Handle] | None = Field(default=None, max_length=MOST_HANDLES)
    without: list[Handle] = Field(default=[], max_length=MOST_HANDLES)
    reverse: bool = False
    day: date | None = None
    limit: int = Field(default=10, ge=1, le=100)
    offset: int = Field(default=0, ge=0, le=1_000)


@router.get("/similar", dependencies=[Changing], responses=NOT_MODIFIED)
@quick
def similar(
    service: ServiceOf,
    *,
    like: Annotated[Seeds, Query(min_length=1, description="Names or ids; NAME^2 weighs twice. May be given again.")],
    unlike: Annotated[Seeds, Query(default_factory=none_given, description="Not like these.")],
    kind: AnyKind = None,
    mix: Mix,
    min_familiarity: Share = 0.0,
    max_familiarity: Share = 1.0,
    min_hotttnesss: Share = 0.0,
    max_hotttnesss: Share = 1.0,
    only: Annotated[Seeds, Query(default_factory=none_given, description="Only these; may be given again.")],
    without: Annotated[Seeds, Query(default_factory=none_given, description="None of these.")],
    reverse: Annotated[bool, Query(description="The least alike of the thousand most alike come first.")] = False,
    day: Day = None,
    limit: Limit = 10,
    offset: Offset = 0,
) -> Neighbors:
    """Find what is most alike to one artist or several, or to songs, with the terms that each shares with them."""
    asked = service.live.as_of(day), service.live.lake
    seeds = find_seeds(*asked, like, unlike, kind)
    filters = Filters(min_familiarity, max_familiarity, min_hotttnesss, max_hotttnesss)
    return similar_to(*asked, seeds, read_mix(mix), filters, only or None, without, reverse, limit, offset)


@router.post("/similar")
@heavy
def similar_by_body(service: ServiceOf, query: SimilarQuery) -> Neighbors:
    """Find what is most alike to many seeds, each with its weight; unlike where the weight is below 0."""
    index, lake = service.live.as_of(query.day), service.live.lake
    kind, seeds = query.kind, []
    for asked in query.seeds:
        entity = find_entity(index, lake, asked.handle, kind)
        kind = entity.kind
        seeds.append(Seed(entity, asked.weight))
    filters = Filters(query.min_familiarity, query.max_familiarity, query.min_hotttnesss, query.max_hotttnesss)
    places = query.reverse, query.limit, query.offset
    return similar_to(index, lake, tuple(seeds), query.mix, filters, query.only, query.without, *places)


@router.get("/explain")
@heavy
def why(
    service: ServiceOf,
    *,
    a: Annotated[Handle, Query(description="Name or id of the one.")],
    b: Annotated[Handle, Query(description="Name or id of the other.")],
    kind: AnyKind = None,
    sentences: Sentences = 1,
    day: Day = None,
    limit: Limit = 10,
) -> Why:
    """Say why two are alike: by which bonds, with the terms that make each and sentences with source and date."""
    live = service.live
    return explain(live.as_of(day), live.lake, (a, b), kind, limit, sentences, live.snapshot(day), day)


@router.get("/search", dependencies=[Changing], responses=NOT_MODIFIED)
@quick
def search(
    service: ServiceOf,
    *,
    description: Annotated[
        Phrase, Query(description='Words; shoegaze^2 weighs twice, -metal is unwanted, "a phrase".')
    ],
    kind: Kind = EntityKind.ARTIST,
    min_familiarity: Share = 0.0,
    max_familiarity: Share = 1.0,
    min_hotttnesss: Share = 0.0,
    max_hotttnesss: Share = 1.0,
    day: Day = None,
    limit: Limit = 10,
    offset: Offset = 0,
) -> Neighbors:
    """Find artists or songs by a description."""
    index = service.live.as_of(day)
    filters = Filters(min_familiarity, max_familiarity, min_hotttnesss, max_hotttnesss)
    found = index.search(description, kind, offset + limit + 1, filters)
    shown, page = paged(found, limit, offset)
    return Neighbors([], shown, index.unknown_words(description, kind), page)


def similar_to(
    index: Index,
    lake: Lake,
    seeds: tuple[Seed, ...],
    mix: dict[str, float] | None,
    filters: Filters,
    only: list[str] | None,
    without: list[str],
    reverse: bool,
    limit: int,
    offset: int,
) -> Neighbors:
    """Answer `similar`; whoever is to be kept in or left out and is unknown is passed over and told of."""
    kind = seeds[0].entity.kind
    unknown: list[str] = []
    kept = None if only is None else _known(index, lake, only, kind, unknown)
    narrowed = replace(filters, only=kept, without=_known(index, lake, without, kind, unknown))
    found = find_similar(index, seeds, offset + limit + 1, mix, narrowed, reverse=reverse)
    shown, page = paged(found.neighbors, limit, offset)
    return Neighbors(list(seeds), shown, unknown, page)


def _known(index: Index, lake: Lake, handles: list[str], kind: EntityKind, unknown: list[str]) -> frozenset[str]:
    found = set()
    for handle in handles:
        try:
            found.add(find_entity(index, lake, handle, kind).id)
        except UnknownEntityError:
            unknown.append(handle)
    return frozenset(found)
