"""One artist or song: who it is, its terms, its documents, what changes."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from index.documents import documents_of
from index.trends import TermTrends
from records.types import DocumentKind
from service.http.parameters import (
    SHOWN_KINDS,
    AnyKind,
    Collection,
    Day,
    DocumentKinds,
    EntityId,
    Handle,
    Limit,
    Offset,
    Sentences,
    Since,
    Sort,
    TermKinds,
    Until,
)
from service.http.problems import ANY_REQUEST
from service.http.shapes import DocumentPage, Page, Profile, Profiles, Suggestion, Terms, paged
from service.http.state import NOT_MODIFIED, Changing, Service, ServiceOf, expect_change
from service.http.work import heavy, quick
from service.questions import find_sentences

router = APIRouter(prefix="/v1", tags=["artists and songs"], responses=ANY_REQUEST)
LIVE = {"dependencies": [Changing], "responses": NOT_MODIFIED}


@router.get("/suggest", **LIVE)  # type: ignore[arg-type]  # a dictionary of different things
@quick
def suggest(
    service: ServiceOf,
    prefix: Annotated[Handle, Query(description="How a name or an alias begins.")],
    kind: AnyKind = None,
    limit: Limit = 10,
) -> list[Suggestion]:
    """List names that begin so, the best known first; a typo is forgiven where none does."""
    index = service.live.index
    return Suggestion.of(index, index.suggest(prefix, kind, limit))


@router.get("/{collection}", **LIVE)  # type: ignore[arg-type]  # see above
@quick
def find(
    service: ServiceOf,
    collection: Collection,
    name: Annotated[Handle, Query(description="Name, alias, id or foreign id.")],
) -> Profile:
    """Find the one artist or song that a name means."""
    entity = service.live.resolve(name, collection.kind)
    return Profile.of(service.live.index.listings([entity.id])[0])


@router.get("/{collection}/{entity_id:path}/terms", responses=NOT_MODIFIED)
async def terms(
    request: Request,
    response: Response,
    service: ServiceOf,
    collection: Collection,
    entity_id: EntityId,
    term_kind: TermKinds = SHOWN_KINDS,
    sort: Sort = Sort.WEIGHT,
    sentences: Sentences = 0,
    day: Day = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Terms:
    """Return the terms of an artist or a song, with sentences that say them on demand.

    The weight is 1 for the strongest; the frequency is the share of the documents about it that use the term.
    """
    if not sentences:
        await expect_change(request, response)
    pool = service.workers.heavy if sentences or day else service.workers.quick
    return await pool.answer(
        lambda: _terms(service, collection, entity_id, term_kind, sort, sentences, day, limit, offset)
    )


@router.get("/{collection}/{entity_id:path}/documents")
@heavy
def documents(
    service: ServiceOf,
    collection: Collection,
    entity_id: EntityId,
    document_kind: DocumentKinds = list(DocumentKind),  # noqa: B006  # FastAPI copies a default
    only_subject: Annotated[bool, Query(description="Only what is about it as a whole.")] = True,
    limit: Limit = 10,
    offset: Offset = 0,
) -> DocumentPage:
    """List the documents about an artist or a song, the newest first, each with a snippet."""
    entity = service.live.resolve(entity_id, collection.kind)
    found = documents_of(service.live.lake, entity.id, limit, offset, document_kind, only_subject=only_subject)
    more = offset + limit if found.total > offset + limit else None
    return DocumentPage(entity, found.total, list(found.documents), Page(limit, offset, more))


@router.get("/{collection}/{entity_id:path}/songs", **LIVE)  # type: ignore[arg-type]  # see above
@heavy
def songs(
    service: ServiceOf, collection: Collection, entity_id: EntityId, limit: Limit = 20, offset: Offset = 0
) -> Profiles:
    """List the songs of an artist that are written about, the best known first; a song has none."""
    entity = service.live.resolve(entity_id, collection.kind)
    ids = service.live.songs_of(entity.id)
    shown, page = paged(ids, limit, offset)
    return Profiles([Profile.of(found) for found in service.live.index.listings(shown)], page)


@router.get("/{collection}/{entity_id:path}/trends", **LIVE)  # type: ignore[arg-type]  # see above
@heavy
def trends_of(
    service: ServiceOf,
    collection: Collection,
    entity_id: EntityId,
    since: Since,
    until: Until = None,
    limit: Limit = 10,
) -> TermTrends:
    """Say which terms of an artist or a song rose and fell between two days."""
    entity = service.live.resolve(entity_id, collection.kind)
    return service.live.trends_of(entity, since, until, limit)


@router.get("/{collection}/{entity_id:path}", **LIVE)  # type: ignore[arg-type]  # see above
@quick
def profile(service: ServiceOf, collection: Collection, entity_id: EntityId) -> Profile:
    """Return an artist or a song by its id or a foreign id, with how much is written about it."""
    entity = service.live.resolve(entity_id, collection.kind)
    return Profile.of(service.live.index.listings([entity.id])[0])


def _terms(
    service: Service,
    collection: Collection,
    entity_id: str,
    kinds: TermKinds,
    sort: Sort,
    sentences: int,
    day: Day,
    limit: int,
    offset: int,
) -> Terms:
    live = service.live
    entity = live.resolve(entity_id, collection.kind, day)
    wanted = offset + limit + 1
    found = live.as_of(day).terms(entity.id, kinds, wanted)
    shown, page = paged(found, limit, offset)
    if sort is Sort.FREQUENCY:
        shown.sort(key=lambda term: (-term.frequency, -term.weight))
    said = find_sentences(live.lake, entity.id, [term.term for term in shown], sentences, day)
    return Terms(entity, day or live.index.live().day, shown, said, page)
