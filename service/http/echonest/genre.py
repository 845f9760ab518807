"""Calls about genres, under /api/v4/genre. A genre is a style that artists are described by."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from index.names import fold
from index.published import Filters
from nlp.lexicon import STYLES
from records.types import EntityKind
from service.http.echonest import entities
from service.http.echonest.answers import INVALID, CallError, succeed
from service.http.echonest.parameters import ARTIST_BUCKETS, Buckets, Results, Start, check_buckets
from service.http.echonest.searching import described
from service.http.parameters import Handle
from service.http.state import ServiceOf
from service.http.work import heavy
from service.live import DESCRIBING, LiveProject, Words

router = APIRouter(prefix="/genre", tags=["genre"])
Genre = Annotated[Handle, Query(description="Name of a genre, as genre/list has it.")]
_STYLES = frozenset(fold(word) for word in STYLES)


@router.get("/list")
@heavy
def list_(service: ServiceOf, results: Results = 15, start: Start = 0) -> JSONResponse:
    """Return all genres, those of most artists first."""
    found = _genres(service.live)
    return succeed(start=start, total=len(found), genres=_named(found[start : start + results]))


@router.get("/search")
@heavy
def search(
    service: ServiceOf,
    *,
    name: Annotated[Handle | None, Query(description="Part of a genre's name.")] = None,
    results: Results = 15,
    start: Start = 0,
) -> JSONResponse:
    """Find genres whose name has a text in it."""
    found = [genre for genre in _genres(service.live) if fold(name or "") in fold(genre)]
    return succeed(start=start, total=len(found), genres=_named(found[start : start + results]))


@router.get("/profile")
@heavy
def profile(service: ServiceOf, name: Genre) -> JSONResponse:
    """Return a genre; nothing but the name is known of it."""
    return succeed(genres=_named([_known(service.live, name)]))


@router.get("/artists")
@heavy
def artists(
    service: ServiceOf,
    *,
    name: Genre,
    bucket: Buckets,
    results: Results = 15,
    start: Start = 0,
) -> JSONResponse:
    """Return the artists that a genre describes best."""
    check_buckets(bucket, ARTIST_BUCKETS)
    live = service.live
    found = described(live, "", [_known(live, name)], EntityKind.ARTIST, start + max(1, results), Filters())
    return succeed(artists=[entities.artist(live, one, bucket) for one in found[start : start + results]])


@router.get("/similar")
@heavy
def similar(service: ServiceOf, name: Genre, results: Results = 15, start: Start = 0) -> JSONResponse:
    """Return the genres that the same artists are described by, the most alike first."""
    live = service.live
    found = live.corpus(EntityKind.ARTIST).like_term(_known(live, name), DESCRIBING, len(_STYLES), _STYLES)
    shown = [{"name": term.label, "similarity": term.weight} for term in found[start : start + results]]
    return succeed(start=start, total=len(found), genres=shown)


def _genres(live: LiveProject) -> list[str]:
    return [term.label for term in live.words(Words.STYLE, EntityKind.ARTIST)]


def _known(live: LiveProject, name: str) -> str:
    for genre in _genres(live):
        if fold(genre) == fold(name):
            return genre
    raise CallError(INVALID, f"Invalid parameter: name; no artist is described as {name!r}: see genre/list")


def _named(names: list[str]) -> list[dict[str, str]]:
    return [{"name": name} for name in names]
