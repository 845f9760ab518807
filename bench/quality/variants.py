"""The whole chain's similarity and what it is without one of its parts, all of the same counts."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import duckdb
import numpy as np
import pyarrow.compute as pc
from scipy import sparse
from sklearn.preprocessing import normalize

from bench.nameless import described, similarities
from bench.quality.ranking import Floats
from bench.weighed import by_mix, fitted, leaning
from nlp.latent import fold_in
from nlp.settings import DEFAULT_MIX, WeighSettings
from nlp.weighting import Weighed
from nlp.workspace import workspace
from records.lake import Dataset, Lake, read_table
from records.schemas import ENTITIES
from records.snapshot import LATENT, read_snapshot
from records.types import EntityKind, TermKind

WHOLE, NAMELESS = "the whole chain", "no proper name: described alone"
_OWN = """
CREATE TEMP TABLE own AS
SELECT c.* FROM read_parquet($counts) c
SEMI JOIN (SELECT entity_id, document_id FROM read_parquet($mentions) WHERE is_subject) USING (entity_id, document_id)
"""


def variants(lake: Lake) -> Iterator[tuple[str, list[str], Floats]]:
    """Yield variants: what it is, the artists' ids, and the similarity of every two of them."""
    vectors = read_snapshot(lake).vectors[EntityKind.ARTIST]
    ids: list[str] = vectors.entities.column("id").to_pylist()
    shape = (len(ids), vectors.terms.num_rows)
    whole = sparse.csr_matrix((vectors.weights, vectors.indices, vectors.indptr), shape)
    parts: dict[str, Floats] = {LATENT: np.asarray(vectors.latent @ vectors.latent.T, np.float64)}
    parts |= {kind: _alike(whole[:, vectors.columns_of(kind)]) for kind in TermKind}
    yield WHOLE, ids, _mixed(parts, DEFAULT_MIX)
    for part in (LATENT, *TermKind):
        if parts[part].any():
            yield f"{part} alone", ids, parts[part]
            yield f"without {part}", ids, _mixed(parts, {**DEFAULT_MIX, part: 0.0})
    yield "all kinds of terms weighed alike", ids, _mixed(parts, dict.fromkeys(TermKind, 1.0) | {LATENT: 6.0})
    yield NAMELESS, ids, similarities(described(vectors))
    yield from _weighed_otherwise(lake)


def _weighed_otherwise(lake: Lake) -> Iterator[tuple[str, list[str], Floats]]:
    catalog = read_table(lake.catalog, ENTITIES)
    artists = catalog.filter(pc.equal(catalog.column("kind"), str(EntityKind.ARTIST))).select(["id"])
    paths = {name: [str(path) for path in lake.files(name)] for name in (Dataset.COUNTS, Dataset.MENTIONS)}
    with duckdb.connect() as db, workspace(lake, WeighSettings()) as place:
        db.register("artists", artists)
        counts = {"counts": paths[Dataset.COUNTS]}
        db.execute("CREATE TEMP TABLE every AS FROM read_parquet($counts) SEMI JOIN artists ON entity_id = id", counts)
        db.execute(_OWN, counts | {"mentions": paths[Dataset.MENTIONS]})
        weighed, space = fitted(db, "every", catalog, place)
        ids: list[str] = weighed.entities.to_pylist()
        latent = fold_in(weighed, space)
        yield "latent vectors that lean on nobody", ids, by_mix(weighed, latent)
        for name, changed in (
            ("without idf", _without_idf(weighed)),
            ("counted, without the logarithm", _raw(weighed)),
        ):
            yield f"terms {name}; latent as it is", ids, by_mix(changed, leaning((weighed, space)))
        own = fitted(db, "own", catalog, place)
        yield "documents about the artist alone", own[0].entities.to_pylist(), by_mix(own[0], leaning(own))


def _alike(matrix: sparse.csr_matrix) -> Floats:
    return np.asarray((matrix @ matrix.T).todense(), np.float64)


def _mixed(parts: Mapping[str, Floats], mix: Mapping[str, float]) -> Floats:
    total: Floats = np.sum([mix[part] * parts[part] for part in mix], axis=0)
    return total


def _idf(weighed: Weighed) -> Floats:
    idf: Floats = weighed.terms.column("idf").to_numpy()[weighed.matrix.indices]
    return idf


def _without_idf(weighed: Weighed) -> Weighed:
    return _revalued(weighed, weighed.matrix.data / _idf(weighed))


def _raw(weighed: Weighed) -> Weighed:
    """Return the terms weighed by tf x idf, tf taken back out of its logarithm."""
    row = np.repeat(np.arange(weighed.matrix.shape[0]), np.diff(weighed.matrix.indptr))
    norms = np.empty(weighed.matrix.nnz)
    for place, kind in enumerate(TermKind):
        block = weighed.block(kind)
        inside = (weighed.matrix.indices >= block.start) & (weighed.matrix.indices < block.stop)
        norms[inside] = weighed.norms[row[inside], place]
    idf = _idf(weighed)
    return _revalued(weighed, np.expm1(weighed.matrix.data * norms / idf) * idf)


def _revalued(weighed: Weighed, values: Floats) -> Weighed:
    """Return the same terms with other weights, each kind of each row of L2 norm 1 again."""
    matrix = sparse.csr_matrix((values, weighed.matrix.indices, weighed.matrix.indptr), weighed.matrix.shape)
    found = [matrix[:, weighed.block(kind)] for kind in sorted(TermKind)]
    blocks = [normalize(block) for block in found if block.shape[1]]
    return replace(weighed, matrix=sparse.csr_matrix(sparse.hstack(blocks, format="csr")))
