"""Why two are alike, who fits a description, and a taste made of likes and dislikes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from records.errors import QueryError
from records.types import Entity, EntityKind
from service.http.parameters import MOST_SEEDS, PRINTABLE, Handle
from service.http.state import Service, ServiceOf
from service.http.work import heavy, quick
from service.page.entity import with_names
from service.page.errors import NobodyError, PageRoute, found
from service.page.rendering import render
from service.page.wording import KINDS
from service.questions import Seed, find_similar
from service.why import explain

router = APIRouter(route_class=PageRoute)
_ANSWERS, _SHARED, _SENTENCES = 20, 8, 1
FULL = 100
"""Where a slider ends."""
Names = Annotated[list[Annotated[str, Query(max_length=200, pattern=PRINTABLE)]], Query(max_length=MOST_SEEDS)]


@dataclass(frozen=True, slots=True)
class Taste:
    """Likes and dislikes as they were understood."""

    likes: list[Entity]
    dislikes: list[Entity]
    nobodies: list[NobodyError]
    """What was typed and is nobody's name for sure."""


@router.get("/why")
@heavy
def why(service: ServiceOf, a: Annotated[Handle, Query()], b: Annotated[Handle, Query()]) -> Response:
    """Say why two are alike."""
    one = found(service, a)
    other = found(service, b, one.kind)
    live = service.live
    answer = explain(live.index, live.lake, (one.id, other.id), one.kind, _SHARED, _SENTENCES, live.snapshot())
    return render("why.html", day=live.index.live().day, why=answer)


@router.get("/search")
@quick
def search(
    service: ServiceOf,
    description: Annotated[str, Query(max_length=500, pattern=PRINTABLE)] = "",
    kind: EntityKind = EntityKind.ARTIST,
) -> Response:
    """Find who fits a description."""
    index, asked = service.live.index, description.strip()
    problem, neighbors, unknown = "", [], []
    if asked:
        try:
            unknown = index.unknown_words(asked, kind)
            neighbors = index.search(asked, kind, _ANSWERS)
        except QueryError as error:
            problem = str(error)
    alike = with_names(service.live, neighbors)
    context: dict[str, Any] = {"description": asked, "kind": kind, "unknown": unknown, "problem": problem}
    return render("search.html", day=index.live().day, neighbors=alike, **context)


@router.get("/taste")
@quick
def taste(service: ServiceOf, request: Request, like: Names = [], unlike: Names = []) -> Response:  # noqa: B006
    """Find what is like all that somebody likes and unlike what they do not, compared by what they care about."""
    index = service.live.index
    understood = _understood(service, like, unlike)
    usual = usual_mix(service)
    mix = {key: _slid(request.query_params.get(key), value) for key, value in usual.items()}
    problem, neighbors = "", []
    if understood.likes:
        seeds = [Seed(e, 1.0) for e in understood.likes] + [Seed(e, -1.0) for e in understood.dislikes]
        try:
            asked: Mapping[str, float] | None = None if mix == usual else mix
            neighbors = list(find_similar(index, seeds, _ANSWERS, asked).neighbors)
        except QueryError as error:
            problem = str(error)
    alike = with_names(service.live, neighbors)
    context: dict[str, Any] = {"taste": understood, "mix": mix, "usual": usual, "problem": problem, "full": FULL}
    return render("taste.html", day=index.live().day, neighbors=alike, **context)


def usual_mix(service: Service) -> dict[str, int]:
    """Return where the sliders stand by themselves: the live mix, its strongest part at FULL."""
    live = service.live.snapshot().mix
    greatest = max(live.values())
    return {key: round(FULL * live.get(key, 0.0) / greatest) for key in KINDS}


def _slid(given: str | None, usual: int) -> int:
    return min(int(given), FULL) if given and given.isdecimal() and len(given) <= 3 else usual


def _understood(service: Service, like: Sequence[str], unlike: Sequence[str]) -> Taste:
    taste = Taste([], [], [])
    for names, entities in ((like, taste.likes), (unlike, taste.dislikes)):
        for name in dict.fromkeys(filter(str.strip, names)):
            try:
                entity = found(service, name, EntityKind.ARTIST)
            except NobodyError as nobody:
                taste.nobodies.append(nobody)
                continue
            if entity not in taste.likes + taste.dislikes:
                entities.append(entity)
    return taste
