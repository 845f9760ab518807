"""The documents that name an entity, each with a snippet around the first place where it does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from records.errors import LakeError
from records.lake import Dataset, Lake
from records.types import DocumentKind

SNIPPET = 240
"""Characters of a document that are shown: enough to see what it is about, too few to stand for it."""
_BEFORE = 60

# A file of mentions lies at the same place in its dataset as the documents file it came of; see index.evidence.
_LATEST = r"""
WITH named AS (
    SELECT document_id, min(start) AS start, bool_or(is_subject) AS is_subject, max(confidence) AS confidence,
           regexp_extract(filename, '[^/]+/[^/]+$') AS file
    FROM read_parquet($mentions, filename = true) WHERE entity_id = $entity GROUP BY document_id, file
),
latest AS (
    SELECT *, regexp_extract(filename, '[^/]+/[^/]+$') AS file
    FROM read_parquet($documents, filename = true)
    WHERE id IN (SELECT document_id FROM named)
    QUALIFY row_number() OVER (PARTITION BY id ORDER BY fetched_at DESC, file DESC) = 1
),
found AS (
    SELECT latest.*, named.start, named.is_subject, named.confidence
    FROM named JOIN latest ON latest.id = named.document_id AND latest.file = named.file
    WHERE latest.duplicate_of = '' AND (named.is_subject OR NOT $only_subject)
)
"""
_PAGE = r"""
SELECT id, url, source, title, author, published_at, fetched_at, kind, license, rating, is_subject, confidence,
       trim(regexp_replace(substring(text, greatest(start - $before, 0) + 1, $length), '\s+', ' ', 'g')) AS snippet,
       count(*) OVER () AS total
FROM found WHERE list_contains($kinds, kind)
ORDER BY coalesce(published_at, fetched_at) DESC, id LIMIT $n OFFSET $skipped
"""
_COUNT = "SELECT kind, count(*) FROM found GROUP BY kind"


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """A document that names an entity."""

    id: str
    url: str
    source: str
    title: str
    author: str
    published_at: datetime | None
    fetched_at: datetime
    kind: DocumentKind
    license: str
    rating: float | None
    """In [0, 1]; None where it has none."""
    is_subject: bool
    """Whether the document as a whole is about the entity."""
    confidence: float
    """In [0, 1]: how sure it is that the entity is meant."""
    snippet: str
    """At most SNIPPET characters around the first place that names the entity, on one line."""


@dataclass(frozen=True, slots=True)
class Documents:
    """A page of the documents that name an entity."""

    total: int
    """How many there are in all."""
    documents: tuple[FoundDocument, ...]
    """The newest first."""


def documents_of(
    lake: Lake,
    entity_id: str,
    n: int = 10,
    skipped: int = 0,
    kinds: Sequence[DocumentKind] = tuple(DocumentKind),
    *,
    only_subject: bool = True,
) -> Documents:
    """Return n documents that are about an entity, or just name it, the newest first; near-copies are passed over.

    Raises:
        LakeError: a file of mentions or documents cannot be read.
    """
    asked = {"kinds": [str(kind) for kind in kinds], "n": n, "skipped": skipped, "before": _BEFORE, "length": SNIPPET}
    rows = _ask(lake, _PAGE, entity_id, only_subject=only_subject, **asked)
    total = rows[0][-1] if rows else 0
    if skipped and not rows:
        counts = count_documents(lake, entity_id, only_subject=only_subject)
        total = sum(counts[kind] for kind in kinds)
    return Documents(total, tuple(_document(row[:-1]) for row in rows))


def count_documents(lake: Lake, entity_id: str, *, only_subject: bool = True) -> dict[DocumentKind, int]:
    """Return how many documents of each kind are about an entity, or just name it.

    Raises:
        LakeError: see `documents_of`.
    """
    counted = dict(_ask(lake, _COUNT, entity_id, only_subject=only_subject))
    return {kind: counted.get(str(kind), 0) for kind in DocumentKind}


def _ask(lake: Lake, query: str, entity_id: str, **parameters: object) -> list[Any]:
    mentions, documents = (lake.files(dataset) for dataset in (Dataset.MENTIONS, Dataset.DOCUMENTS))
    if not (mentions and documents):
        return []
    lake.fetch(*mentions, *documents)
    files = {"mentions": [*map(str, mentions)], "documents": [*map(str, documents)], "entity": entity_id}
    try:
        with duckdb.connect() as db:
            db.execute("SET TimeZone = 'UTC'")
            return db.execute(_LATEST + query, files | parameters).fetchall()  # type: ignore[no-any-return]
    except duckdb.Error as error:
        raise LakeError(
            f"the documents cannot be read: {error}; remove the damaged file and run its stage again"
        ) from error


def _document(row: tuple[Any, ...]) -> FoundDocument:
    values = dict(zip(FoundDocument.__dataclass_fields__, row, strict=True))
    return FoundDocument(**(values | {"kind": DocumentKind(values["kind"])}))
