"""From totals to unit vectors: log tf x smooth idf, source by source, each term kind of L2 norm 1."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from nlp.phrases import phrases
from nlp.summing import summed
from nlp.workspace import BATCH, Rows, Workspace
from records.snapshot import block_of
from records.spans import spans
from records.types import EntityKind, TermKind

if TYPE_CHECKING:
    import duckdb

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
_SELF = """
CREATE TEMP VIEW self AS
SELECT r.place, r.documents, 'artist' AS kind,
       unnest(CASE WHEN c.kind = 'artist' THEN [c.id] ELSE c.artists END) AS term
FROM rows r JOIN catalog c ON r.entity_id = c.id WHERE r.scale > 0
"""
_SAID = """
CREATE TEMP VIEW said AS
SELECT t.kind, t.term, r.place, t.documents FROM terms t JOIN rows r USING (entity_id) WHERE r.scale > 0
UNION ALL
SELECT kind, term, place, 0 FROM self
"""
_OF = """
SELECT m.kind, m.term, m.df, CAST(o.of AS INTEGER) AS of
FROM met m JOIN (
    SELECT kind, count(*) AS of
    FROM (SELECT DISTINCT kind, place FROM said SEMI JOIN met USING (kind, term)) GROUP BY kind
) o USING (kind) ORDER BY m.kind, m.term
"""
_AXIS = """
WITH used AS (
    SELECT kind, term FROM terms SEMI JOIN (FROM rows WHERE scale > 0) USING (entity_id)
    UNION ALL
    SELECT kind, term FROM tags SEMI JOIN rows USING (entity_id)
    UNION ALL
    SELECT kind, term FROM self
)
SELECT kind, term, ln((1 + of) / (1 + df)) + 1 AS idf, place FROM vocabulary SEMI JOIN used USING (kind, term)
UNION ALL
SELECT kind, term, ln((1 + coalesce(k.of, 0)) / (1 + 1)) + 1, NULL
FROM (SELECT DISTINCT kind, term FROM used ANTI JOIN vocabulary USING (kind, term) WHERE kind NOT IN ('n1', 'n2'))
LEFT JOIN (SELECT kind, max(of) AS of FROM vocabulary GROUP BY kind) k USING (kind)
ORDER BY kind, term
"""
"""No kept word or pair is unknown to the vocabulary, so hardly anything is left to be made distinct."""
_CELLS = """
SELECT place AS row, number, tf, documents, of, share
FROM (
    SELECT r.place, t.kind, t.term, ln(1 + t.tf * r.scale) AS tf, t.documents, r.documents AS of, 0.0 AS share
    FROM terms t JOIN rows r USING (entity_id) WHERE r.scale > 0
    UNION ALL
    SELECT place, kind, term, ln(1 + tf), 0, 1, tf / greatest
    FROM (SELECT *, max(tf) OVER (PARTITION BY entity_id, source) AS greatest FROM tags) JOIN rows USING (entity_id)
    UNION ALL
    SELECT place, kind, term, 0, 0, documents, 1 FROM self
) JOIN axis USING (kind, term)
ORDER BY row, number, tf
"""
_WORDS = """
SELECT r.place, sum(t.tf * r.scale) AS words FROM terms t JOIN rows r USING (entity_id)
WHERE t.kind = 'n1' AND r.scale > 0 GROUP BY ALL
"""


@dataclass(frozen=True, slots=True)
class Weighed:
    """The weighed terms of entities of one kind; rows by entity id, columns by (kind, term)."""

    entities: pa.ChunkedArray
    """Ids."""
    terms: pa.Table
    """kind, term, idf, and `place`: its row in the vocabulary, null if it is not there."""
    matrix: sparse.csr_matrix
    """(entities, terms), weights; each term kind of each row of L2 norm 1. Its cells may lie on disk: see `place`."""
    frequencies: npt.NDArray[np.float32]
    """In (0, 1], aligned with `matrix.data`: share of documents; of a tag its count by the greatest of the entity's."""
    norms: npt.NDArray[np.float32]
    """(entities, term kinds in the order of TermKind): L2 norms before they were divided out."""
    words: npt.NDArray[np.float64]
    """Words that texts say of each entity, each times the share in which its sentence speaks of the entity."""
    place: Workspace
    """Where its arrays lie, and those that are made of it."""

    def block(self, kind: TermKind) -> slice:
        """Return the range of columns of a term kind."""
        return block_of(self.terms, kind)


def entity_rows(entities: Rows, tags: pa.Table, catalog: Rows, kind: EntityKind, place: Workspace) -> pa.Table:
    """Return the entities of a kind that anything was said of, in texts or by tags, by id.

    Columns: entity_id, documents, hot (documents faded fast), and scale, by which term frequencies are multiplied so
    that fading counts within an entity alone: one of which all is old loses nothing against others, unless it is
    older than `FAINTEST`; scale is 0 where tags alone are left.

    Args:
        entities: schema `ENTITY_TOTALS`.
        tags: schema `TERM_TOTALS`.
        catalog: schema `ENTITIES`.
        kind: which entities.
        place: where to work.
    """
    with place.database(entities=entities, tags=tags, catalog=catalog) as db:
        return db.sql(_ROWS, params={"kind": str(kind), "least": FAINTEST}).to_arrow_table()


def vocabulary_of(rows: pa.Table, terms: Rows, catalog: Rows, place: Workspace) -> pa.Table:
    """Return how rare the terms are that texts say of entities, schema `VOCABULARY`.

    Words and pairs that one entity alone has are left out: nobody reads them and they make it like no other. So are
    pairs that are met by chance.

    Args:
        rows: all entities of a kind, as `entity_rows` gives them.
        terms: what was said of them, schema `TERM_TOTALS`.
        catalog: schema `ENTITIES`.
        place: where to work.
    """
    with place.database(rows=_placed(rows), terms=terms, catalog=catalog) as db:
        db.execute(_SELF)
        db.execute(_SAID)
        db.register("met", _without_chance(_met(_parts(db, "FROM said ORDER BY kind, term, place"))))
        return db.sql(_OF).to_arrow_table().cast(VOCABULARY)


def weigh_terms(
    rows: pa.Table, terms: Rows, tags: pa.Table, catalog: Rows, vocabulary: pa.Table, place: Workspace
) -> Weighed:
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
        place: where to work, and where the cells come to lie.
    """
    tables = {"rows": _placed(rows), "terms": terms, "tags": tags, "catalog": catalog}
    with place.database(**tables, vocabulary=_placed(vocabulary)) as db:
        db.execute(_SELF)
        axis = db.sql(_AXIS).to_arrow_table()
        db.register("axis", _placed(axis.select(["kind", "term"]), "number"))
        cells = summed(_parts(db, _CELLS), ["row", "number"], greatest=["of", "share"])
        matrix, frequencies = _gathered(cells, rows.num_rows, axis, place)
        said = db.sql(_WORDS).to_arrow_table()
    words = np.zeros(rows.num_rows)
    words[said.column("place").to_numpy()] = said.column("words").to_numpy()
    norms = np.zeros((rows.num_rows, len(TermKind)), np.float32)
    weighed = Weighed(rows.column("entity_id"), axis, matrix, frequencies, norms, words, place)
    _normalize(weighed)
    return weighed


def with_tags(vocabulary: pa.Table, rows: pa.Table, tags: pa.Table, place: Workspace) -> pa.Table:
    """Return a vocabulary with the tags of entities behind its terms, schema `VOCABULARY`.

    Each kind is counted among those that have terms of the kind, so that tags of many artists whom nobody wrote about
    do not make every word of the others rare.
    """
    if not tags.num_rows:
        return vocabulary
    with place.database(rows=rows, tags=tags) as db:
        db.execute("CREATE TEMP VIEW own AS FROM tags SEMI JOIN rows USING (entity_id)")
        found = db.sql(f"{_TAG_VOCABULARY} ORDER BY kind, term").to_arrow_table().cast(VOCABULARY)
    return pa.concat_tables([vocabulary, found])


def _placed(table: pa.Table, name: str = "place") -> pa.Table:
    return table.append_column(name, pa.array(np.arange(table.num_rows, dtype=np.int32)))


def _parts(db: "duckdb.DuckDBPyConnection", query: str) -> Iterator[pa.Table]:
    """Yield what a query gives, part by part; at first nothing, so that there is a schema."""
    reader = db.sql(query).to_arrow_reader(BATCH)
    yield reader.schema.empty_table()
    for batch in reader:
        yield pa.Table.from_batches([batch])


def _met(said: Iterator[pa.Table]) -> pa.Table:
    """Return the terms that several entities have, and all that are neither words nor pairs, with df and documents.

    Args:
        said: kind, term, place of an entity, and documents of one source; sorted.
    """
    once = summed(said, ["kind", "term", "place"])
    ones = (rows.set_column(2, "df", pa.array(np.ones(rows.num_rows, np.int32))) for rows in once)
    met = []
    for terms in summed(ones, ["kind", "term"]):
        is_word = pc.is_in(terms.column("kind"), pa.array([TermKind.N1, TermKind.N2]))
        met.append(terms.filter(pc.or_(pc.greater(terms.column("df"), 1), pc.invert(is_word))))
    return pa.concat_tables(met)


def _without_chance(vocabulary: pa.Table) -> pa.Table:
    """Leave out the pairs of words that are no phrases."""
    words = vocabulary.filter(pc.equal(vocabulary.column("kind"), TermKind.N1.value))
    counts = dict(zip(words.column("term").to_pylist(), words.column("documents").to_pylist(), strict=True))
    mask = np.ones(vocabulary.num_rows, bool)
    block = block_of(vocabulary, TermKind.N2)
    for start in range(block.start, block.stop, BATCH):  # as objects of Python they take ten times the memory
        pairs = vocabulary.slice(start, min(BATCH, block.stop - start))
        verdicts = phrases(pairs.column("term").to_pylist(), pairs.column("documents").to_pylist(), counts)
        mask[start : start + pairs.num_rows] = verdicts
    return vocabulary.filter(pa.array(mask))


def _gathered(
    cells: Iterable[pa.Table], rows: int, axis: pa.Table, place: Workspace
) -> tuple[sparse.csr_matrix, npt.NDArray[np.float32]]:
    """Return the weights of cells, not of norm 1 yet, and their frequencies, both in files."""
    weights, columns, frequencies = (place.growing(kind) for kind in (np.float64, np.int32, np.float32))
    idf, lengths = axis.column("idf").to_numpy(), np.zeros(rows, np.int64)
    for part in cells:
        row, number, tf, documents, of, share = (column.to_numpy() for column in part.columns)
        weights.append(tf * idf[number])
        columns.append(number)
        frequencies.append(np.maximum(documents / of, share))
        met, cells_of = np.unique(row, return_counts=True)
        lengths[met] += cells_of
    starts = np.concatenate([[0], np.cumsum(lengths)])
    matrix = sparse.csr_matrix((weights.whole(), columns.whole(), starts), (rows, axis.num_rows))
    return matrix, frequencies.whole()


def _normalize(weighed: Weighed) -> None:
    """Divide the weights of every kind by their rows' L2 norms, in place, and note the norms."""
    matrix = weighed.matrix
    blocks = {kind: weighed.block(kind) for kind in TermKind}
    for rows in spans(matrix.indptr):
        cells = slice(matrix.indptr[rows.start], matrix.indptr[rows.stop])
        row = np.repeat(np.arange(rows.stop - rows.start), np.diff(matrix.indptr[rows.start : rows.stop + 1]))
        for place, (kind, block) in enumerate(blocks.items()):
            inside = (matrix.indices[cells] >= block.start) & (matrix.indices[cells] < block.stop)
            weighed.norms[rows, place] = _normalize_kind(matrix.data[cells], row, inside, rows, kind)


def _normalize_kind(
    weights: npt.NDArray[np.float64],
    row: npt.NDArray[np.int64],
    inside: npt.NDArray[np.bool_],
    rows: slice,
    kind: TermKind,
) -> npt.NDArray[np.float64]:
    """Do so for one kind and some rows; in kind `artist` the cells of weight 0 are the entities themselves."""
    number = rows.stop - rows.start
    if kind is TermKind.ARTIST:
        others = _norms(weights, row, inside, number)
        own = inside & (weights == 0)
        weights[own] = SELF * np.where(others > 0, others, 1.0)[row[own]]
    norms = _norms(weights, row, inside, number)
    weights[inside] /= norms[row[inside]]
    return norms


def _norms(
    weights: npt.NDArray[np.float64], row: npt.NDArray[np.int64], inside: npt.NDArray[np.bool_], rows: int
) -> npt.NDArray[np.float64]:
    return np.sqrt(np.bincount(row[inside], weights[inside] ** 2, rows))
