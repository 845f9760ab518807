"""Where people come in: the first page, and finding somebody by name."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse

from records.types import EntityKind
from service.http.parameters import Handle
from service.http.state import ServiceOf
from service.http.work import heavy, quick
from service.page.corpus import rising_lately
from service.page.errors import PageRoute, found
from service.page.rendering import SECURITY, address_of, render

router = APIRouter(route_class=PageRoute)
_RISERS, _TERMS, _KNOWN = 8, 28, 12


@router.get("/")
@heavy
def start(service: ServiceOf) -> Response:
    """Show what can be asked, with something to begin with."""
    live = service.live
    return render(
        "start.html",
        day=live.index.live().day,
        known=live.index.suggest("", EntityKind.ARTIST, _KNOWN),
        rising=rising_lately(live, EntityKind.ARTIST, _RISERS),
        terms=live.top_terms(EntityKind.ARTIST)[:_TERMS],
    )


@router.get("/find")
@quick
def find(service: ServiceOf, name: Annotated[Handle, Query()], kind: EntityKind | None = None) -> Response:
    """Lead to the one that a name means."""
    return RedirectResponse(address_of(found(service, name, kind)), 303, SECURITY)
