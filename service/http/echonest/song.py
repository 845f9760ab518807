"""Calls about songs, under /api/v4/song."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from index.published import Filters, Listing
from records.errors import UnknownEntityError
from records.types import EntityKind
from service.http.echonest import entities
from service.http.echonest.answers import INVALID, CallError, succeed
from service.http.echonest.parameters import (
    SONG_BUCKETS,
    Buckets,
    Described,
    Ids,
    OneId,
    Rank,
    Results,
    Share,
    Start,
    check_buckets,
)
from service.http.echonest.searching import DEPTH, described, everybody, named, resolved
from service.http.parameters import Handle, Phrase
from service.http.state import ServiceOf
from service.http.work import heavy, quick
from service.live import LiveProject

router = APIRouter(prefix="/song", tags=["song"])
_WORDS = 12
_SORTS = r"^(song_hotttnesss|artist_familiarity|artist_hotttnesss)-(asc|desc)$"


@router.get("/profile")
@quick
def profile(
    service: ServiceOf,
    *,
    id: Ids,  # noqa: A002  # its name
    bucket: Buckets,
) -> JSONResponse:
    """Return songs by their ids, with what the buckets ask for."""
    check_buckets(bucket, SONG_BUCKETS)
    live = service.live
    found = live.index.listings([resolved(live, handle, EntityKind.SONG).id for handle in id])
    return succeed(songs=[entities.song(live, one, bucket) for one in found])


@router.get("/search")
@heavy
def search(
    service: ServiceOf,
    *,
    title: Handle | None = None,
    artist: Handle | None = None,
    combined: Annotated[Handle | None, Query(description="Title and artist in one.")] = None,
    artist_id: OneId = None,
    description: Phrase | None = None,
    style: Described,
    mood: Described,
    song_min_hotttnesss: Share = None,
    song_max_hotttnesss: Share = None,
    artist_min_hotttnesss: Share = None,
    artist_max_hotttnesss: Share = None,
    artist_min_familiarity: Share = None,
    artist_max_familiarity: Share = None,
    rank_type: Rank = Rank.RELEVANCE,
    sort: Annotated[str | None, Query(pattern=_SORTS, description="What to order by.")] = None,
    bucket: Buckets,
    results: Results = 15,
    start: Start = 0,
) -> JSONResponse:
    """Find songs by title, by artist, by description, or by what they must be."""
    check_buckets(bucket, SONG_BUCKETS)
    live = service.live
    filters = _filters(live, song_min_hotttnesss, song_max_hotttnesss, artist_id, artist)
    found = _found(live, title, combined, description, [*style, *mood], filters)
    shown = [(one, entities.song(live, one, [*SONG_BUCKETS])) for one in found]
    bounds = {
        "artist_hotttnesss": (artist_min_hotttnesss, artist_max_hotttnesss),
        "artist_familiarity": (artist_min_familiarity, artist_max_familiarity),
    }
    shown = [(one, song) for one, song in shown if all(_within(song[key], *bound) for key, bound in bounds.items())]
    order = sort or ("artist_familiarity-desc" if rank_type is Rank.FAMILIARITY else "")
    if order:
        key, _, way = order.partition("-")
        shown.sort(key=lambda pair: pair[1][key], reverse=way == "desc")
    return succeed(songs=[entities.song(live, one, bucket) for one, _ in shown[start : start + results]])


def _filters(
    live: LiveProject, least: float | None, greatest: float | None, artist_id: str | None, artist: str | None
) -> Filters:
    """Return what the index is told: bounds, and the songs of an artist where one is named."""
    only = None
    if artist_id or artist:
        try:
            only = frozenset(live.songs_of(live.resolve(artist_id or artist or "", EntityKind.ARTIST).id))
        except UnknownEntityError:
            only = frozenset()
    return Filters(min_hotttnesss=least or 0.0, max_hotttnesss=1.0 if greatest is None else greatest, only=only)


def _found(
    live: LiveProject,
    title: str | None,
    combined: str | None,
    description: str | None,
    words: list[str],
    filters: Filters,
) -> list[Listing]:
    kind = EntityKind.SONG
    if kind not in live.snapshot().vectors:
        return []
    if description or words:
        if title or combined:
            raise CallError(INVALID, "Invalid parameter: description; it cannot stand beside title or combined")
        return described(live, description or "", words, kind, DEPTH, filters)
    if title:
        return named(live, title, kind, DEPTH, filters)
    if combined:
        return _combined(live, combined, filters)
    return everybody(live, kind, DEPTH, filters)


def _combined(live: LiveProject, combined: str, filters: Filters) -> list[Listing]:
    """Return songs whose title and artist, in either order, make up a text."""
    words = combined.split()[:_WORDS]
    halves = [(" ".join(words[:i]), " ".join(words[i:])) for i in range(1, len(words))]
    found: dict[str, Listing] = {}
    for artist, title in [*halves, *((b, a) for a, b in halves)]:
        theirs = {
            s for one in named(live, artist, EntityKind.ARTIST, 1, Filters()) for s in live.songs_of(one.entity.id)
        }
        if theirs:
            found |= {
                one.entity.id: one
                for one in named(live, title, EntityKind.SONG, DEPTH, filters)
                if one.entity.id in theirs
            }
    return list(found.values()) or named(live, combined, EntityKind.SONG, DEPTH, filters)


def _within(value: float, least: float | None, greatest: float | None) -> bool:
    return (least is None or value >= least) and (greatest is None or value <= greatest)
