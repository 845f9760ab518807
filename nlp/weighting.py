"""From totals to unit vectors: log tf x smooth idf, source by source, each term kind of L2 norm 1."""

from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from nlp.phrases import phrases
from nlp.totals import Totals
from records.types import EntityKind, TermKind

SELF = 0.4
"""What an artist itself weighs in its vector of kind `artist`, against 1 for those mentioned with it: so Ride is like
those mentioned with Ride. Source: headline dev split, subject text alone, nDCG@10 of the kind .187 without, .240 at .3,
.242 at .5, .233 at 1."""

_ROWS = """
CREATE TEMP TABLE rows AS
SELECT c.id AS entity_id, CAST(coalesce(sum(e.documents), 0) AS INTEGER) AS documents, coalesce(sum(e.hot), 0) AS hot,
       sum(e.documents) / sum(e.faded) AS scale, row_number() OVER (ORDER BY c.id) - 1 AS place
FROM catalog c LEFT JOIN entities e ON e.entity_id = c.id
WHERE c.kind = $kind AND (e.entity_id IS NOT NULL OR c.id IN (SELECT entity_id FROM tags))
GROUP BY c.id
"""
_SUMS = """
CREATE TEMP TABLE said AS
SELECT t.entity_id, t.kind, t.term, sum(ln(1 + t.tf * r.scale)) AS tf, sum(t.documents) AS documents,
       sum(t.documents) / any_value(r.documents) AS frequency
FROM terms t JOIN rows r USING (entity_id) GROUP BY ALL
"""
_TAGS = """
INSERT INTO said
SELECT entity_id, kind, term, sum(ln(1 + tf)), 0, max(tf / greatest)
FROM (SELECT *, max(tf) OVER (PARTITION BY entity_id, source) AS greatest FROM tags) JOIN rows USING (entity_id)
GROUP BY ALL
"""
_SELVES = """
INSERT INTO said
SELECT r.entity_id, 'artist', unnest(CASE WHEN c.kind = 'artist' THEN [c.id] ELSE c.artists END), 0, r.documents, 1
FROM rows r JOIN catalog c ON r.entity_id = c.id WHERE r.documents > 0
"""
_ONCE = """
CREATE TEMP TABLE once AS
SELECT entity_id, kind, term, max(tf) AS tf, max(documents) AS documents, max(frequency) AS frequency
FROM said GROUP BY ALL
"""
_VOCABULARY = """
SELECT kind, term, CAST(count(*) AS INTEGER) AS df, CAST(sum(documents) AS BIGINT) AS documents FROM once
GROUP BY ALL HAVING count(*) > 1 OR kind NOT IN ('n1', 'n2') ORDER BY kind, term
"""
_CELLS = """
SELECT r.place AS row, v.place AS column, o.tf, o.frequency
FROM once o JOIN rows r USING (entity_id) JOIN vocabulary v USING (kind, term) ORDER BY ALL
"""


@dataclass(frozen=True, slots=True)
class Weighed:
    """The weighed terms of all entities of one kind; rows by entity id, columns by (kind, term)."""

    entities: pa.Table
    """entity_id, documents, hot."""
    vocabulary: pa.Table
    """kind, term, df."""
    idf: npt.NDArray[np.float64]
    matrix: sparse.csr_matrix
    """(entities, terms), weights; each term kind of each row of L2 norm 1."""
    frequencies: npt.NDArray[np.float32]
    """In (0, 1], aligned with `matrix.data`: share of documents; of a tag its count by the greatest of the entity's."""
    norms: npt.NDArray[np.float32]
    """(entities, term kinds in the order of TermKind): L2 norms before they were divided out."""

    def block(self, kind: TermKind) -> slice:
        """Return the range of columns of a term kind."""
        return block_of(self.vocabulary, kind)


def block_of(vocabulary: pa.Table, kind: TermKind) -> slice:
    """Return the range of rows of a term kind in a vocabulary that is sorted by kind."""
    kinds = vocabulary.column("kind").to_numpy(zero_copy_only=False).astype(str)
    return slice(int(np.searchsorted(kinds, kind, "left")), int(np.searchsorted(kinds, kind, "right")))


def weigh_terms(totals: Totals, tags: pa.Table, catalog: pa.Table, kind: EntityKind) -> Weighed:
    """Weigh the terms of all entities of a kind that anything was said of, in texts or by tags.

    tf is summed over sources behind the logarithm, so ten sources that say a word once outweigh one that says it ten
    times. Fading counts within an entity alone: an entity of which all is old loses nothing against others. Words and
    pairs that one entity alone has are left out: nobody reads them and they make it like no other. Tags do not fade.

    Args:
        totals: what was said.
        tags: what tags were given, schema `TERM_TOTALS`.
        catalog: the catalogue, schema `ENTITIES`.
        kind: which entities to weigh.
    """
    with duckdb.connect() as db:
        for name, table in (
            ("terms", totals.terms),
            ("entities", totals.entities),
            ("tags", tags),
            ("catalog", catalog),
        ):
            db.register(name, table)
        db.execute(_ROWS, {"kind": str(kind)})
        for statement in (_SUMS, _TAGS, _SELVES, _ONCE):
            db.execute(statement)
        vocabulary = _without_chance(db.sql(_VOCABULARY).to_arrow_table())
        db.register("vocabulary", vocabulary.append_column("place", pa.array(range(vocabulary.num_rows), pa.int32())))
        cells = db.sql(_CELLS).to_arrow_table()
        entities = db.sql("SELECT entity_id, documents, hot FROM rows ORDER BY place").to_arrow_table()
    return _weighed(entities, vocabulary, cells)


def _without_chance(vocabulary: pa.Table) -> pa.Table:
    """Leave out the pairs of words that are no phrases."""
    is_pair = pc.equal(vocabulary.column("kind"), TermKind.N2.value)
    words = vocabulary.filter(pc.equal(vocabulary.column("kind"), TermKind.N1.value))
    counts = dict(zip(words.column("term").to_pylist(), words.column("documents").to_pylist(), strict=True))
    pairs = vocabulary.filter(is_pair)
    keep = is_pair.to_numpy(zero_copy_only=False).astype(bool)
    verdicts = phrases(pairs.column("term").to_pylist(), pairs.column("documents").to_pylist(), counts)
    mask = np.ones(vocabulary.num_rows, bool)
    mask[keep] = verdicts
    return vocabulary.filter(pa.array(mask))


def _weighed(entities: pa.Table, vocabulary: pa.Table, cells: pa.Table) -> Weighed:
    shape = (entities.num_rows, vocabulary.num_rows)
    column = cells.column("column").to_numpy().astype(np.int32)
    starts = np.searchsorted(cells.column("row").to_numpy(), np.arange(shape[0] + 1))
    tf = cells.column("tf").to_numpy().astype(np.float64)
    matrix = sparse.csr_matrix((tf, column, starts.astype(np.int64)), shape=shape)
    idf = _idf(matrix, vocabulary)
    matrix.data = tf * idf[column]
    weighed = Weighed(
        entities,
        vocabulary.select(["kind", "term", "df"]),
        idf,
        matrix,
        cells.column("frequency").to_numpy().astype(np.float32),
        np.zeros((shape[0], len(TermKind)), np.float32),
    )
    for place, kind in enumerate(TermKind):
        weighed.norms[:, place] = _normalize(weighed.matrix, weighed.block(kind), kind)
    return weighed


def _idf(matrix: sparse.csr_matrix, vocabulary: pa.Table) -> npt.NDArray[np.float64]:
    """Return ln((1 + n) / (1 + df)) + 1 of each term, n being the entities that have a term of its kind.

    So tags of many artists that nobody wrote about do not make every word of the others rare.
    """
    idf = np.zeros(matrix.shape[1])
    for kind in TermKind:
        block = block_of(vocabulary, kind)
        n = np.count_nonzero(matrix[:, block].getnnz(axis=1))
        df = vocabulary.column("df").to_numpy()[block]
        idf[block] = np.log((1 + n) / (1 + df)) + 1
    return idf


def _normalize(matrix: sparse.csr_matrix, block: slice, kind: TermKind) -> npt.NDArray[np.float64]:
    """Divide a block of columns by its rows' L2 norms, in place; return the norms.

    In the block of kind `artist` the cells of weight 0 are the entities themselves.
    """
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    inside = (matrix.indices >= block.start) & (matrix.indices < block.stop)
    if kind is TermKind.ARTIST:
        others = _norms(matrix, row, inside)
        own = inside & (matrix.data == 0)
        matrix.data[own] = SELF * np.where(others > 0, others, 1.0)[row[own]]
    norms = _norms(matrix, row, inside)
    matrix.data[inside] /= norms[row[inside]]
    return norms


def _norms(
    matrix: sparse.csr_matrix, row: npt.NDArray[np.int64], inside: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    return np.sqrt(np.bincount(row[inside], matrix.data[inside] ** 2, matrix.shape[0]))
