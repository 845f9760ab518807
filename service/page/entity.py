"""The pages of one artist or song: its terms, its neighbours, sentences, documents and how it changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from index.documents import documents_of
from records.errors import QueryError
from records.lake import Dataset
from records.types import Entity, Neighbor, Term, TermKind, WeightedTerm
from service.http.parameters import Collection, EntityId, Offset, Phrase
from service.http.shapes import Profile
from service.http.state import Service, ServiceOf
from service.http.work import heavy, quick
from service.live import LiveProject
from service.page.errors import PageRoute, found
from service.page.rendering import render
from service.page.wording import KINDS
from service.questions import Seed, find_sentences, find_similar, full_names

router = APIRouter(route_class=PageRoute)
_TERMS, _FEW_TERMS = 12, 6
_NEIGHBORS, _DOCUMENTS, _SENTENCES, _SONGS = 12, 10, 5, 100
_LINES, _DAYS = 8, 12
_READ_FIRST = (TermKind.TAG, TermKind.NP, TermKind.ADJ)
_SPOKEN = (TermKind.NP, TermKind.ADJ)


@dataclass(frozen=True, slots=True)
class TermsOfKind:
    """The strongest terms of one kind."""

    kind: TermKind
    terms: tuple[WeightedTerm, ...]

    @property
    def is_plain(self) -> bool:
        """Whether its terms are words as they stand, grammar and all, which tell a reader little."""
        return self.kind in (TermKind.N1, TermKind.N2)


@dataclass(frozen=True, slots=True)
class Alike:
    """A neighbour as it is shown."""

    neighbor: Neighbor
    name: str
    """Its name; a song with its artists."""


@router.get("/{collection}/{entity_id:path}/said")
@heavy
def said(
    service: ServiceOf,
    collection: Collection,
    entity_id: EntityId,
    term_kind: TermKind,
    term: Annotated[Phrase, Query()],
) -> Response:
    """Show the sentences that say a term."""
    about = _about(service, collection, entity_id)
    entity = about["entity"]
    asked = Term(term_kind, term)
    sentences = find_sentences(service.live.lake, entity.id, [asked], _SENTENCES)
    named = service.live.known([term]) if term_kind is TermKind.ARTIST else []
    label = named[0].entity.name if named else term
    return render("said.html", **about, label=label, sentences=sentences)


@router.get("/{collection}/{entity_id:path}/documents")
@heavy
def documents(
    service: ServiceOf, collection: Collection, entity_id: EntityId, whole: bool = False, offset: Offset = 0
) -> Response:
    """List what was written about it: all that names it, or only what is about it as a whole."""
    about = _about(service, collection, entity_id)
    listed = documents_of(service.live.lake, about["entity"].id, _DOCUMENTS, offset, only_subject=whole)
    return render("documents.html", **about, listed=listed, whole=whole, offset=offset, step=_DOCUMENTS)


@router.get("/{collection}/{entity_id:path}/songs")
@heavy
def songs(service: ServiceOf, collection: Collection, entity_id: EntityId) -> Response:
    """List its songs that are written about."""
    about = _about(service, collection, entity_id)
    known = service.live.songs_of(about["entity"].id)[:_SONGS]
    return render("songs.html", **about, songs=service.live.index.listings(known))


@router.get("/{collection}/{entity_id:path}/time")
@heavy
def over_time(service: ServiceOf, collection: Collection, entity_id: EntityId, since: date | None = None) -> Response:
    """Show how its terms changed."""
    live = service.live
    about = _about(service, collection, entity_id)
    entity = about["entity"]
    days = earlier_days(live)
    if not days:
        return render("time.html", **about, days=[], since=None, trends=None, histories=[])
    begin = chosen_day(live, days, since)
    trends = live.trends_of(entity, begin, None, _LINES)
    terms = [t.term for t in (*trends.rising[: _LINES // 2], *trends.falling[: _LINES // 2])]
    terms += [t.term for t in live.index.terms(entity.id, _SPOKEN, _LINES)]
    drawn = spread([day for day in days if day >= begin] + [about["day"]], _DAYS)
    histories = live.histories(entity, list(dict.fromkeys(terms)), drawn)
    return render("time.html", **about, days=days, since=begin, trends=trends, histories=histories)


@router.get("/{collection}/{entity_id:path}")
@quick
def profile(service: ServiceOf, collection: Collection, entity_id: EntityId) -> Response:
    """Show who it is: its terms by kind and its neighbours."""
    about = _about(service, collection, entity_id)
    index, entity = service.live.index, about["entity"]
    kinds = [kind for kind in TermKind if kind in KINDS]
    by_kind = [
        TermsOfKind(kind, tuple(index.terms(entity.id, [kind], _TERMS if kind in _READ_FIRST else _FEW_TERMS)))
        for kind in sorted(kinds, key=list(KINDS).index)
    ]
    similar = find_similar(index, [Seed(entity, 1.0)], _NEIGHBORS)
    return render(
        "entity.html",
        **about,
        best=index.terms(entity.id, n=3),
        by_kind=[found for found in by_kind if found.terms],
        neighbors=with_names(service.live, similar.neighbors),
    )


def with_names(live: LiveProject, neighbors: Sequence[Neighbor]) -> list[Alike]:
    """Return neighbours with their names as people would say them."""
    names = full_names(live.index, [neighbor.entity for neighbor in neighbors])
    return [Alike(neighbor, name) for neighbor, name in zip(neighbors, names, strict=True)]


def earlier_days(live: LiveProject) -> list[date]:
    """Return the days before the live one that there are vectors of, oldest first."""
    last = live.index.live().day
    return [day for day in live.lake.days(Dataset.VECTORS) if day < last]


def chosen_day(live: LiveProject, days: Sequence[date], asked: date | None) -> date:
    """Return the day that was asked for; if none was, the last one that is a month before the live one.

    Args:
        live: the project.
        days: the days to choose from, ascending, at least one.
        asked: what was asked for.

    Raises:
        QueryError: it is none of the days.
    """
    if asked is None:
        a_month_ago = live.index.live().day - timedelta(days=30)
        return max((day for day in days if day <= a_month_ago), default=days[0])
    if asked not in days:
        raise QueryError(f"there are no vectors of {asked} before the live ones; there are those of {days[-1]}, say")
    return asked


def spread(days: Sequence[date], n: int) -> list[date]:
    """Return at most n of these days, evenly spread, the first and the last among them."""
    if len(days) <= n:
        return list(days)
    return [days[round(place * (len(days) - 1) / (n - 1))] for place in range(n)]


def _about(service: Service, collection: Collection, entity_id: str) -> dict[str, Any]:
    """Return what every page of an entity shows at its head."""
    entity: Entity = found(service, entity_id, collection.kind)
    index = service.live.index
    artists = service.live.known(entity.artists)
    return {
        "entity": entity,
        "artists": [listing.entity for listing in artists],
        "profile": Profile.of(index.listings([entity.id])[0]),
        "day": index.live().day,
    }
