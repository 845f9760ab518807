"""From totals to unit vectors: log tf x smooth idf, source by source, each term kind of L2 norm 1."""

from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from nlp.phrases import phrases
from records.types import EntityKind, TermKind

SELF = 0.4
"""What an artist itself weighs in its vector of kind `artist`, against 1 for those mentioned with it: so Ride is like
those mentioned with Ride. Source: headline dev split, subject text alone, nDCG@10 of the kind .187 without, .240 at .3,
.242 at .5, .233 at 1."""

FAINTEST = 2.0**-20
"""What is left of a document after 20 half-lives. An entity of which no more than that is left in all has faded from
the vectors: totals are kept in steps of 2^-40, so its terms would be so many roundings."""

VOCABULARY = pa.schema(
    [
        pa.field("kind", pa.string(), nullable=False),
        pa.field("term", pa.string(), nullable=False),
        pa.field("df", pa.int32(), nullable=False),  # entities that have the term
        pa.field("of", pa.int32(), nullable=False),  # entities that have any term of the kind
    ]
)
"""How rare every term is, sorted by (kind, term)."""

_ROWS = """
SELECT c.id AS entity_id, CAST(coalesce(sum(e.documents), 0) AS INTEGER) AS documents, coalesce(sum(e.hot), 0) AS hot,
       CASE WHEN sum(e.faded) > $least THEN sum(e.documents) / sum(e.faded) ELSE 0 END AS scale
FROM catalog c LEFT JOIN entities e ON e.entity_id = c.id
WHERE c.kind = $kind
GROUP BY c.id HAVING sum(e.faded) > $least OR c.id IN (SELECT entity_id FROM tags) ORDER BY c.id
"""
_TAG_VOCABULARY = """
SELECT kind, term, count(DISTINCT entity_id) AS df, (SELECT count(DISTINCT entity_id) FROM own) AS of FROM own
GROUP BY kind, term
"""
_SUMS = """
CREATE TEMP TABLE said AS
SELECT t.entity_id, t.kind, t.term, sum(ln(1 + t.tf * r.scale)) AS tf, sum(t.documents) AS documents,
       sum(t.documents) / any_value(r.documents) AS frequency
FROM terms t JOIN rows r USING (entity_id) WHERE r.scale > 0 GROUP BY ALL
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
FROM rows r JOIN catalog c ON r.entity_id = c.id WHERE r.scale > 0
"""
_ONCE = """
CREATE TEMP TABLE once AS
SELECT entity_id, kind, term, max(tf) AS tf, max(documents) AS documents, max(frequency) AS frequency
FROM said GROUP BY ALL
"""
_MET = """
SELECT kind, term, CAST(count(*) AS INTEGER) AS df, CAST(sum(documents) AS BIGINT) AS documents FROM once
GROUP BY ALL HAVING count(*) > 1 OR kind NOT IN ('n1', 'n2') ORDER BY kind, term
"""
_OF = """
SELECT m.kind, m.term, m.df, o.of
FROM met m JOIN (
    SELECT kind, count(DISTINCT entity_id) AS of FROM once JOIN met USING (kind, term) GROUP BY kind
) o USING (kind) ORDER BY m.kind, m.term
"""
_WEIGHED = """
CREATE TEMP TABLE cell AS
SELECT r.place AS row, o.kind, o.term, o.tf, o.frequency, v.place,
       ln((1 + coalesce(v.of, k.of, 0)) / (1 + coalesce(v.df, 1))) + 1 AS idf
FROM once o JOIN rows r USING (entity_id)
LEFT JOIN vocabulary v USING (kind, term)
LEFT JOIN (SELECT kind, max(of) AS of FROM vocabulary GROUP BY kind) k USING (kind)
WHERE v.df IS NOT NULL OR o.kind NOT IN ('n1', 'n2')
"""
_AXIS = """
CREATE TEMP TABLE axis AS
SELECT *, row_number() OVER (ORDER BY kind, term) - 1 AS number
FROM (SELECT kind, term, any_value(idf) AS idf, any_value(place) AS place FROM cell GROUP BY kind, term)
"""
_WORDS = """
SELECT r.place, sum(t.tf * r.scale) AS words FROM terms t JOIN rows r USING (entity_id)
WHERE t.kind = 'n1' AND r.scale > 0 GROUP BY ALL
"""
_CELLS = """
SELECT row, number, tf, cell.idf, frequency FROM cell JOIN axis USING (kind, term) ORDER BY row, number
"""


@dataclass(frozen=True, slots=True)
class Weighed:
    """The weighed terms of entities of one kind; rows by entity id, columns by (kind, term)."""

    entities: pa.ChunkedArray
    """Ids."""
    terms: pa.Table
    """kind, term, idf, and `place`: its row in the vocabulary, null if it is not there."""
    matrix: sparse.csr_matrix
    """(entities, terms), weights; each term kind of each row of L2 norm 1."""
    frequencies: npt.NDArray[np.float32]
    """In (0, 1], aligned with `matrix.data`: share of documents; of a tag its count by the greatest of the entity's."""
    norms: npt.NDArray[np.float32]
    """(entities, term kinds in the order of TermKind): L2 norms before they were divided out."""
    words: npt.NDArray[np.float64]
    """Words that texts say of each entity, each times the share in which its sentence speaks of the entity."""

    def block(self, kind: TermKind) -> slice:
        """Return the range of columns of a term kind."""
        kinds = self.terms.column("kind").to_numpy(zero_copy_only=False).astype(str)
        return slice(int(np.searchsorted(kinds, kind, "left")), int(np.searchsorted(kinds, kind, "right")))


def entity_rows(entities: pa.Table, tags: pa.Table, catalog: pa.Table, kind: EntityKind) -> pa.Table:
    """Return the entities of a kind that anything was said of, in texts or by tags, by id.

    Columns: entity_id, documents, hot (documents faded fast), and scale, by which term frequencies are multiplied so
    that fading counts within an entity alone: one of which all is old loses nothing against others, unless it is
    older than `FAINTEST`; scale is 0 where tags alone are left.

    Args:
        entities: schema `ENTITY_TOTALS`.
        tags: schema `TERM_TOTALS`.
        catalog: schema `ENTITIES`.
        kind: which entities.
    """
    with duckdb.connect() as db:
        _register(db, entities=entities, tags=tags, catalog=catalog)
        return db.sql(_ROWS, params={"kind": str(kind), "least": FAINTEST}).to_arrow_table()


def vocabulary_of(rows: pa.Table, terms: pa.Table, catalog: pa.Table) -> pa.Table:
    """Return how rare the terms are that texts say of entities, schema `VOCABULARY`.

    Words and pairs that one entity alone has are left out: nobody reads them and they make it like no other. So are
    pairs that are met by chance.

    Args:
        rows: all entities of a kind, as `entity_rows` gives them.
        terms: what was said of them, schema `TERM_TOTALS`.
        catalog: schema `ENTITIES`.
    """
    with duckdb.connect() as db:
        _register(db, rows=rows, terms=terms, catalog=catalog)
        for statement in (_SUMS, _SELVES, _ONCE):
            db.execute(statement)
        db.register("met", _without_chance(db.sql(_MET).to_arrow_table()))
        return db.sql(_OF).to_arrow_table().cast(VOCABULARY)


def weigh_terms(rows: pa.Table, terms: pa.Table, tags: pa.Table, catalog: pa.Table, vocabulary: pa.Table) -> Weighed:
    """Weigh the terms of entities.

    tf is summed over sources behind the logarithm, so ten sources that say a word once outweigh one that says it ten
    times. Tags do not fade. Words and pairs that the vocabulary does not know are left out; another term that it does
    not know is as rare as one that a single entity has.

    Args:
        rows: the entities, as `entity_rows` gives them.
        terms: what was said of them, schema `TERM_TOTALS`.
        tags: the tags of all entities of the kind, schema `TERM_TOTALS`.
        catalog: schema `ENTITIES`.
        vocabulary: schema `VOCABULARY`.
    """
    with duckdb.connect() as db:
        _register(db, rows=_placed(rows), terms=terms, tags=tags, catalog=catalog)
        db.register("vocabulary", _placed(vocabulary))
        for statement in (_SUMS, _TAGS, _SELVES, _ONCE, _WEIGHED, _AXIS):
            db.execute(statement)
        columns = db.sql("SELECT kind, term, idf, place FROM axis ORDER BY number").to_arrow_table()
        cells = db.sql(_CELLS).to_arrow_table()
        said = db.sql(_WORDS).to_arrow_table()
    words = np.zeros(rows.num_rows)
    words[said.column("place").to_numpy()] = said.column("words").to_numpy()
    return _weighed(rows.column("entity_id"), columns, cells, words)


def with_tags(vocabulary: pa.Table, rows: pa.Table, tags: pa.Table) -> pa.Table:
    """Return a vocabulary with the tags of entities behind its terms, schema `VOCABULARY`.

    Each kind is counted among those that have terms of the kind, so that tags of many artists whom nobody wrote about
    do not make every word of the others rare.
    """
    if not tags.num_rows:
        return vocabulary
    with duckdb.connect() as db:
        _register(db, rows=rows, tags=tags)
        db.execute("CREATE TEMP VIEW own AS FROM tags SEMI JOIN rows USING (entity_id)")
        found = db.sql(f"{_TAG_VOCABULARY} ORDER BY kind, term").to_arrow_table().cast(VOCABULARY)
    return pa.concat_tables([vocabulary, found])


def _register(db: duckdb.DuckDBPyConnection, **tables: pa.Table) -> None:
    for name, table in tables.items():
        db.register(name, table)


def _placed(table: pa.Table) -> pa.Table:
    return table.append_column("place", pa.array(np.arange(table.num_rows, dtype=np.int32)))


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


def _weighed(entities: pa.ChunkedArray, columns: pa.Table, cells: pa.Table, words: npt.NDArray[np.float64]) -> Weighed:
    shape = (len(entities), columns.num_rows)
    starts = np.searchsorted(cells.column("row").to_numpy(), np.arange(shape[0] + 1))
    weights = cells.column("tf").to_numpy().astype(np.float64) * cells.column("idf").to_numpy()
    places = cells.column("number").to_numpy().astype(np.int32)
    matrix = sparse.csr_matrix((weights, places, starts.astype(np.int64)), shape=shape)
    frequencies = cells.column("frequency").to_numpy().astype(np.float32)
    norms = np.zeros((shape[0], len(TermKind)), np.float32)
    weighed = Weighed(entities, columns, matrix, frequencies, norms, words)
    for place, kind in enumerate(TermKind):
        weighed.norms[:, place] = _normalize(weighed.matrix, weighed.block(kind), kind)
    return weighed


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
