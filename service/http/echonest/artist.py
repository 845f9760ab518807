"""Calls about artists, under /api/v4/artist."""

import functools
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse

from index.published import Filters, Listing
from records.types import EntityKind
from service.http.echonest import entities
from service.http.echonest.answers import INVALID, MISSING, CallError, succeed
from service.http.echonest.parameters import (
    ARTIST_BUCKETS,
    HEAVY_BUCKETS,
    Buckets,
    Constraints,
    Described,
    Ids,
    Names,
    OneId,
    OneName,
    Rank,
    Results,
    Sort,
    Start,
    TermSort,
    TermType,
    check_buckets,
    check_size,
    passes,
)
from service.http.echonest.searching import DEPTH, described, everybody, named, one
from service.http.parameters import SHOWN_KINDS, Handle, Phrase
from service.http.routes.posted import extracted
from service.http.state import Service, ServiceOf
from service.http.work import heavy, quick
from service.live import Words
from service.questions import find_seeds, find_similar

router = APIRouter(prefix="/artist", tags=["artist"])
Wanted = Annotated[Constraints, Depends()]


def bucketed(question: Callable[..., JSONResponse]) -> Callable[..., Awaitable[JSONResponse]]:
    """Make an endpoint of a function with `constraints`: a heavy question where its buckets take long."""

    @functools.wraps(question)
    async def endpoint(**parameters: Any) -> JSONResponse:
        service: Service = parameters["service"]
        takes_long = HEAVY_BUCKETS.intersection(parameters["constraints"].bucket)
        pool = service.workers.heavy if takes_long else service.workers.quick
        return await pool.answer(functools.partial(question, **parameters))

    return endpoint


@router.get("/profile")
@heavy
def profile(
    service: ServiceOf,
    *,
    id: OneId = None,  # noqa: A002  # its name
    name: OneName = None,
    bucket: Buckets,
) -> JSONResponse:
    """Return an artist, with what the buckets ask for."""
    check_buckets(bucket, ARTIST_BUCKETS)
    return succeed(artist=entities.artist(service.live, one(service.live, id, name), bucket))


@router.get("/terms")
@quick
def terms(
    service: ServiceOf,
    *,
    id: OneId = None,  # noqa: A002  # its name
    name: OneName = None,
    sort: TermSort = TermSort.WEIGHT,
) -> JSONResponse:
    """Return the terms of an artist with weight and frequency."""
    found = entities.terms(service.live, one(service.live, id, name).entity.id)
    return succeed(terms=sorted(found, key=lambda term: -term[sort.value]))


@router.get("/similar")
@bucketed
def similar(
    service: ServiceOf,
    *,
    constraints: Wanted,
    id: Ids,  # noqa: A002  # its name
    name: Names,
    reverse: bool = False,
    seed_catalog: Annotated[str | None, Query(max_length=200)] = None,
) -> JSONResponse:
    """Return the artists most alike to one or several; NAME^2 weighs twice."""
    if seed_catalog:
        raise CallError(
            INVALID, "Invalid parameter: seed_catalog; there are no taste profiles here, see docs/echonest.md"
        )
    if not (id or name):
        raise CallError(MISSING, "Missing parameter: id or name")
    live = service.live
    seeds = find_seeds(live.index, live.lake, [*id, *name], (), EntityKind.ARTIST)
    filters = constraints.filters(live.corpus(EntityKind.ARTIST))
    found = find_similar(live.index, seeds, constraints.depth, None, filters, reverse=reverse).neighbors
    return _artists(service, constraints, live.index.listings([neighbor.entity.id for neighbor in found]))


@router.get("/search")
@bucketed
def search(
    service: ServiceOf,
    *,
    constraints: Wanted,
    name: OneName = None,
    description: Annotated[Phrase | None, Query(description="Words and phrases, separated by commas.")] = None,
    style: Described,
    mood: Described,
    genre: Described,
    fuzzy_match: Annotated[bool, Query(description="Without effect: a typo is always forgiven.")] = False,
    sort: Sort | None = None,
    rank_type: Rank = Rank.RELEVANCE,
) -> JSONResponse:
    """Find artists by name, by description, or by what they must be."""
    del fuzzy_match
    live, kind = service.live, EntityKind.ARTIST
    filters = constraints.filters(live.corpus(kind))
    depth = DEPTH if sort or rank_type is Rank.FAMILIARITY else constraints.depth
    if name:
        found = named(live, name, kind, depth, filters)
    elif description or style or mood or genre:
        found = described(live, description or "", [*style, *mood, *genre], kind, depth, filters)
    else:
        found = everybody(live, kind, depth, filters)
    if rank_type is Rank.FAMILIARITY:
        found.sort(key=Sort.FAMILIARITY_DESC.key)
    if sort:
        found.sort(key=sort.key)
    return _artists(service, constraints, found)


@router.get("/suggest")
@bucketed
def suggest(
    service: ServiceOf,
    *,
    constraints: Wanted,
    q: Annotated[Handle | None, Query(description="How a name begins.")] = None,
    name: OneName = None,
) -> JSONResponse:
    """Suggest artists whose names begin so."""
    prefix = q or name
    if not prefix:
        raise CallError(MISSING, "Missing parameter: q or name")
    filters = constraints.filters(service.live.corpus(EntityKind.ARTIST))
    depth = constraints.depth if filters == Filters() else DEPTH
    ids = [entity.id for entity in service.live.index.suggest(prefix, EntityKind.ARTIST, depth)]
    found = [listing for listing in service.live.index.listings(ids) if passes(listing, filters)]
    return _artists(service, constraints, found)


@router.get("/extract")
@heavy
def extract(
    service: ServiceOf,
    *,
    constraints: Wanted,
    text: Annotated[str, Query(min_length=1, max_length=20_000, description="A text that may name artists.")],
) -> JSONResponse:
    """Return the artists that a text names, in the order of the text."""
    live = service.live
    places = extracted(service, text).places
    ids = dict.fromkeys(place.entity.id for place in places if place.entity.kind is EntityKind.ARTIST)
    filters = constraints.filters(live.corpus(EntityKind.ARTIST))
    return _artists(service, constraints, [found for found in live.known(ids) if passes(found, filters)])


@router.get("/top_hottt")
@bucketed
def top_hottt(service: ServiceOf, constraints: Wanted) -> JSONResponse:
    """Return the artists that are talked about most."""
    filters = constraints.filters(service.live.corpus(EntityKind.ARTIST))
    return _artists(service, constraints, everybody(service.live, EntityKind.ARTIST, constraints.depth, filters))


@router.get("/top_terms")
@heavy
def top_terms(service: ServiceOf, results: Results = 15) -> JSONResponse:
    """Return the terms that most artists have; the first has frequency 1."""
    found = service.live.corpus(EntityKind.ARTIST).top_terms(SHOWN_KINDS)[:results]
    return succeed(terms=[{"name": term.label, "frequency": term.weight} for term in found])


@router.get("/list_terms")
@heavy
def list_terms(service: ServiceOf, type: TermType = TermType.STYLE) -> JSONResponse:  # noqa: A002  # its name
    """Return the styles or moods that artists can be searched by."""
    found = service.live.words(Words(type.value), EntityKind.ARTIST)
    return succeed(type=type.value, terms=[{"name": term.label} for term in found])


@router.get("/list_genres")
@heavy
def list_genres(service: ServiceOf) -> JSONResponse:
    """Return the styles that artists are described by."""
    found = service.live.words(Words.STYLE, EntityKind.ARTIST)
    return succeed(genres=[{"name": term.label} for term in found])


@router.get("/urls")
@quick
def urls(service: ServiceOf, id: OneId = None, name: OneName = None) -> JSONResponse:  # noqa: A002  # its name
    """Return addresses of an artist at services whose ids the catalogue has."""
    return succeed(urls=entities.urls(one(service.live, id, name).entity))


@router.get("/songs")
@heavy
def songs(
    service: ServiceOf,
    *,
    id: OneId = None,  # noqa: A002  # its name
    name: OneName = None,
    results: Results = 15,
    start: Start = 0,
) -> JSONResponse:
    """Return the songs of an artist that are written about."""
    found = one(service.live, id, name)
    return succeed(**entities.songs(service.live, found.entity.id, results, start))


def _list_documents(kind: str) -> None:
    @heavy
    def documents(
        service: ServiceOf,
        id: OneId = None,  # noqa: A002  # its name
        name: OneName = None,
        results: Results = 15,
        start: Start = 0,
    ) -> JSONResponse:
        found = one(service.live, id, name)
        return succeed(**entities.documents(service.live, found.entity.id, kind, results, start))

    router.get(f"/{kind}", name=kind, description=f"Return {kind} about an artist, the newest first.")(documents)


def _give_figure(figure: str) -> None:
    @quick
    def one_figure(service: ServiceOf, id: OneId = None, name: OneName = None) -> JSONResponse:  # noqa: A002  # its name
        found = one(service.live, id, name)
        return succeed(artist=entities.artist(service.live, found, [figure]))

    router.get(f"/{figure}", name=figure, description=f"Return the {figure} of an artist, 0 to 1.")(one_figure)


for _kind in entities.DOCUMENT_KINDS:
    _list_documents(_kind)
for _figure in ("familiarity", "hotttnesss"):
    _give_figure(_figure)


def _artists(service: Service, constraints: Constraints, found: list[Listing]) -> JSONResponse:
    check_buckets(constraints.bucket, ARTIST_BUCKETS)
    check_size(constraints)
    shown = [entities.artist(service.live, one, constraints.bucket) for one in found[constraints.page]]
    return succeed(artists=shown)
