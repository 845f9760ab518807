"""Counts of all sources together, weighed, and the similarity that comes of them: to measure one part at a time."""

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from nlp.latent import fit_space, fold_in
from nlp.leaning import lean_on_neighbors, well_read
from nlp.settings import DEFAULT_MIX, WeighSettings
from nlp.totals import ENTITY_TOTALS, TERM_TOTALS
from nlp.weighting import Weighed, entity_rows, vocabulary_of, weigh_terms
from nlp.workspace import Workspace
from records.snapshot import LATENT
from records.types import EntityKind, TermKind

Fitted = tuple[Weighed, npt.NDArray[np.float32]]
"""Weighed terms of all artists, and the latent space fitted to them."""

_TERMS = """
SELECT entity_id, kind, term, 'all' AS source, sum(tf)::DOUBLE AS tf, count(*) AS documents FROM {table}
GROUP BY ALL ORDER BY ALL
"""
_ENTITIES = """
SELECT entity_id, 'all' AS source, count(DISTINCT document_id) AS documents,
       count(DISTINCT document_id)::DOUBLE AS faded, 0::DOUBLE AS hot
FROM {table} GROUP BY ALL ORDER BY ALL
"""


def fitted(db: duckdb.DuckDBPyConnection, table: str, catalog: pa.Table, place: Workspace) -> Fitted:
    """Weigh the counts of a table, all as if said today in one source.

    Args:
        db: knows the table.
        table: its name; columns as in `COUNTS`.
        catalog: schema `ENTITIES`.
        place: where to work; it must last as long as what is returned.
    """
    terms = db.sql(_TERMS.format(table=table)).to_arrow_table().cast(TERM_TOTALS)
    entities = db.sql(_ENTITIES.format(table=table)).to_arrow_table().cast(ENTITY_TOTALS)
    no_tags = TERM_TOTALS.empty_table()
    rows = entity_rows(entities, no_tags, catalog, EntityKind.ARTIST, place)
    vocabulary = vocabulary_of(rows, terms, catalog, place)
    weighed = weigh_terms(rows, terms, no_tags, catalog, vocabulary, place)
    return weighed, fit_space(weighed, vocabulary.num_rows, WeighSettings().dimensions)


def leaning(found: Fitted) -> npt.NDArray[np.float32]:
    """Return the latent vectors of artists, the thin leaning on their neighbours."""
    return lean_on_neighbors(found[0], fold_in(*found), well_read(*found))[0]


def by_mix(weighed: Weighed, latent: npt.NDArray[np.float32], rows: list[int] | None = None) -> npt.NDArray[np.float64]:
    """Return the similarity, by the default mix, of some artists (of all if None) to all of them."""
    some = list(range(len(latent))) if rows is None else rows
    total: npt.NDArray[np.float64] = DEFAULT_MIX[LATENT] * (latent[some] @ latent.T).astype(np.float64)
    for kind in TermKind:
        block = weighed.matrix[:, weighed.block(kind)]
        total += DEFAULT_MIX[kind] * (block[some] @ block.T).toarray()
    return total
