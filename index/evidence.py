"""The sentences that say a term of an entity."""

from collections.abc import Sequence
from datetime import date

import duckdb
import pyarrow as pa

from records.errors import LakeError
from records.lake import Dataset, Lake, day_of
from records.schemas import COUNTS
from records.types import Evidence, Term

# A file of counts lies at the same place in its dataset as the documents file it came of, and its offsets hold for
# that revision of the document only. SQL's substring counts code points, as Python's offsets do.
_QUERY = r"""
WITH said AS (
    SELECT wanted.place, counts.document_id, counts.start, counts."end", coalesce(counts.polarity, 0) AS polarity,
           regexp_extract(counts.filename, '[^/]+/[^/]+$') AS file
    FROM (
        FROM read_parquet($counts, filename = true, union_by_name = true) UNION ALL BY NAME FROM no_counts
    ) AS counts
    JOIN wanted ON counts.kind = wanted.kind AND counts.term = wanted.term
    WHERE counts.entity_id = $entity
),
latest AS (
    SELECT id, url, source, text, published_at, coalesce(published_at, fetched_at) AS said_at, duplicate_of,
           regexp_extract(filename, '[^/]+/[^/]+$') AS file
    FROM read_parquet($documents, filename = true)
    WHERE id IN (SELECT document_id FROM said)
    QUALIFY row_number() OVER (PARTITION BY id ORDER BY fetched_at DESC, file DESC) = 1
),
found AS (
    SELECT DISTINCT said.place, latest.url, latest.source, latest.published_at, latest.said_at, said.polarity,
           trim(regexp_replace(substring(latest.text, said.start + 1, said."end" - said.start), '\s+', ' ', 'g'))
               AS sentence
    FROM said JOIN latest ON latest.id = said.document_id AND latest.file = said.file
    WHERE latest.duplicate_of = ''
),
ranked AS (
    SELECT *, row_number() OVER (PARTITION BY place, source ORDER BY said_at DESC, url) AS nth_of_source
    FROM found WHERE sentence <> ''
)
SELECT place, sentence, url, source, published_at, polarity
FROM ranked
QUALIFY row_number() OVER (PARTITION BY place ORDER BY nth_of_source, said_at DESC, url) <= $n
ORDER BY place, said_at DESC, url
"""


def evidence(
    lake: Lake, entity_id: str, terms: Sequence[Term], n: int = 3, until: date | None = None
) -> list[Evidence]:
    """Return sentences that say the terms of an entity: in the order of the terms, the newest first.

    At most n a term; a second one of a source only where other sources say nothing. Near-copies and earlier revisions
    of a document are passed over, and so is what was fetched after the day `until`. White space is made single spaces.
    Nothing was counted yet: nothing comes back.

    Raises:
        LakeError: a file of counts or documents cannot be read.
    """
    counts, documents = (_files(lake, dataset, until) for dataset in (Dataset.COUNTS, Dataset.DOCUMENTS))
    if not (counts and documents and terms):
        return []
    asked = list(dict.fromkeys(terms))
    wanted = pa.table(
        {"place": range(len(asked)), "kind": [str(t.kind) for t in asked], "term": [t.text for t in asked]}
    )
    parameters = {"counts": counts, "documents": documents, "entity": entity_id, "n": n}
    try:
        with duckdb.connect() as db:
            db.execute("SET TimeZone = 'UTC'")
            db.register("wanted", wanted)
            db.register("no_counts", COUNTS.empty_table())  # files of an earlier program lack columns
            rows = db.sql(_QUERY, params=parameters).to_arrow_table().to_pylist()
    except duckdb.Error as error:
        raise LakeError(
            f"the sentences cannot be read: {error}; remove the damaged file and run its stage again"
        ) from error
    return [Evidence(entity_id, asked[row.pop("place")], **row) for row in rows]


def _files(lake: Lake, dataset: Dataset, until: date | None) -> list[str]:
    files = [path for path in lake.files(dataset) if until is None or day_of(path) <= until]
    lake.fetch(*files)
    return [str(path) for path in files]
