"""What is posted: texts to find artists in, and many questions at once."""

import re
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from index.base import DISPLAY_KINDS
from records.errors import QueryError, TopTermsError
from records.types import Document, EntityKind
from service.http.parameters import MOST_BATCH, Handle
from service.http.problems import ANY_REQUEST, Problem, detail_of, status_of
from service.http.shapes import Batch, BatchItem, Extracted, Place, Profile
from service.http.state import Service, ServiceOf
from service.http.work import heavy
from service.live import LiveProject
from service.questions import Seed, find_similar

router = APIRouter(prefix="/v1", tags=["posted"], responses=ANY_REQUEST)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class PostedText(BaseModel):
    """A text that may name artists and songs."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=100_000)]
    title: Annotated[str, Field(max_length=500)] = ""
    """Of the text, where it has one; it helps to tell who is meant."""


class BatchQuery(BaseModel):
    """Questions about many artists or songs."""

    model_config = ConfigDict(extra="forbid")

    handles: list[Handle] = Field(min_length=1, max_length=MOST_BATCH)
    kind: EntityKind | None = None
    terms: int = Field(default=0, ge=0, le=50)
    """How many terms of each."""
    similar: int = Field(default=0, ge=0, le=50)
    """How many neighbours of each."""


@router.post("/extract")
@heavy
def extract(service: ServiceOf, posted: PostedText) -> Extracted:
    """Find the artists and songs that a text names, with where, and how sure it is that they are meant.

    Of those that the catalogue has, whether anything is written about them yet or not.
    """
    return extracted(service, posted.text, posted.title)


@router.post("/batch")
@heavy
def batch(service: ServiceOf, query: BatchQuery) -> Batch:
    """Answer for many artists or songs at once; one that cannot be answered for has its problem in its place."""
    return Batch([_answered(service.live, handle, query) for handle in query.handles])


def extracted(service: Service, text: str, title: str = "") -> Extracted:
    """Find the artists and songs that a text names.

    Raises:
        QueryError: the text is longer than this service takes.
    """
    most = service.settings.max_text
    if len(text) > most:
        raise QueryError(f"the text has {len(text)} characters; expected at most {most}")
    plain = _CONTROLS.sub(" ", text)  # one for one, so that offsets stay
    linked = service.live.link(Document("", "", "", _CONTROLS.sub(" ", title), plain, datetime.now(UTC)))
    known = service.live.catalogued({mention.entity_id for mention in linked.mentions})
    places = [
        Place(m.start, m.end, m.confidence, known[m.entity_id])
        for m in linked.mentions
        if m.end and m.entity_id in known
    ]
    return Extracted(places, dict(linked.dropped))


def _answered(live: LiveProject, handle: str, query: BatchQuery) -> BatchItem:
    try:
        entity = live.resolve(handle, query.kind)
        profile = Profile.of(live.index.listings([entity.id])[0])
        terms = live.index.terms(entity.id, DISPLAY_KINDS, query.terms) if query.terms else []
        neighbors = find_similar(live.index, [Seed(entity, 1.0)], query.similar).neighbors if query.similar else ()
    except TopTermsError as error:
        status = status_of(error)
        return BatchItem(handle, None, [], [], Problem(title=status.phrase, status=status, detail=detail_of(error)))
    return BatchItem(handle, profile, terms, list(neighbors), None)
