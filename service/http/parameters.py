"""What questions take: every parameter with its bounds, said once."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import StringConstraints

from index.base import DISPLAY_KINDS
from records.types import DocumentKind, EntityKind, TermKind

MOST_SEEDS = 50
MOST_HANDLES = 1_000
MOST_BATCH = 100
PRINTABLE = r"^[^\x00-\x1f\x7f-\x9f]*$"

Handle = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=PRINTABLE)]
"""A name, an alias, an id or a foreign id, without control characters."""
Phrase = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=PRINTABLE)]


def none_given() -> list[Any]:
    """Return no values; pydantic inspects the signature of `list` itself anew for every request, in 0.2 ms."""
    return []


class Collection(StrEnum):
    """The entities of one kind, as they stand in an address."""

    ARTISTS = "artists"
    SONGS = "songs"

    @property
    def kind(self) -> EntityKind:
        """The kind of its entities."""
        return EntityKind.ARTIST if self is Collection.ARTISTS else EntityKind.SONG


class Sort(StrEnum):
    """The order of an entity's terms."""

    WEIGHT = "weight"
    FREQUENCY = "frequency"


EntityId = Annotated[
    str,
    Path(
        min_length=1, max_length=200, pattern=PRINTABLE, description="Id, or a foreign id such as `spotify:artist:…`."
    ),
]
Kind = Annotated[EntityKind, Query(description="What is asked for.")]
AnyKind = Annotated[EntityKind | None, Query(description="What is meant; an artist goes before a song if silent.")]
TermKinds = Annotated[
    list[TermKind],
    Query(alias="term_kind", max_length=len(TermKind), description="Kinds of terms; may be given again."),
]
SHOWN_KINDS = list(DISPLAY_KINDS)
DocumentKinds = Annotated[
    list[DocumentKind],
    Query(alias="document_kind", max_length=len(DocumentKind), description="Kinds of documents; all if silent."),
]
Limit = Annotated[int, Query(ge=1, le=100, description="How many at most.")]
Offset = Annotated[int, Query(ge=0, le=1_000, description="How many to pass over.")]
Day = Annotated[date | None, Query(description="By all that was fetched until that day, for which vectors must exist.")]
Since = Annotated[date, Query(description="The earlier day; vectors must exist for it.")]
Until = Annotated[date | None, Query(description="The later day; the live one if silent.")]
Sentences = Annotated[int, Query(ge=0, le=5, description="Sentences to show a term with, at most.")]
Share = Annotated[float, Query(ge=0, le=1, allow_inf_nan=False)]
