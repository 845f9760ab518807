"""What the whole corpus says: who rises, its terms, its clusters."""

from datetime import date

from fastapi import APIRouter, Response

from index.trends import Rising
from records.errors import QueryError
from records.types import EntityKind
from service.http.parameters import Kind
from service.http.state import ServiceOf
from service.http.work import heavy
from service.live import LiveProject, Words
from service.page.entity import chosen_day, earlier_days
from service.page.errors import PageRoute
from service.page.rendering import render

router = APIRouter(route_class=PageRoute)
_RISERS, _TERMS, _WORDS, _MEMBERS, _ALL = 20, 60, 40, 6, 200


@router.get("/rising")
@heavy
def rising(service: ServiceOf, since: date | None = None, kind: Kind = EntityKind.ARTIST) -> Response:
    """Show who is written about more than before."""
    live = service.live
    days = earlier_days(live)
    found = rising_lately(live, kind, _RISERS, since)
    return render("rising.html", day=live.index.live().day, kind=kind, days=days, rising=found)


@router.get("/terms")
@heavy
def terms(service: ServiceOf, kind: Kind = EntityKind.ARTIST) -> Response:
    """Show the most common terms, styles and moods."""
    live = service.live
    return render(
        "terms.html",
        day=live.index.live().day,
        kind=kind,
        terms=live.top_terms(kind)[:_TERMS],
        styles=live.words(Words.STYLE, kind)[:_WORDS],
        moods=live.words(Words.MOOD, kind)[:_WORDS],
    )


@router.get("/clusters")
@heavy
def clusters(service: ServiceOf, kind: Kind = EntityKind.ARTIST) -> Response:
    """Show the groups that are written about alike."""
    live = service.live
    shown = [(cluster, live.known(cluster.members[:_MEMBERS])) for cluster in live.clusters(kind)]
    return render("clusters.html", day=live.index.live().day, kind=kind, clusters=shown)


@router.get("/clusters/{number}")
@heavy
def cluster(service: ServiceOf, number: int, kind: Kind = EntityKind.ARTIST) -> Response:
    """Show who is in a group."""
    live = service.live
    known = live.clusters(kind)
    if not 0 <= number < len(known):
        raise QueryError("There is no such group. Groups are made anew with every day: look at all of them.")
    found = known[number]
    members = live.known(found.members[:_ALL])
    return render("cluster.html", day=live.index.live().day, kind=kind, cluster=found, members=members)


def rising_lately(live: LiveProject, kind: EntityKind, n: int, since: date | None = None) -> Rising | None:
    """Return who rose since a day, or over the last month; None if there is no earlier day to compare with."""
    days = earlier_days(live)
    return live.rising(kind, chosen_day(live, days, since), None, n) if days else None
