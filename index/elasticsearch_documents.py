"""What Elasticsearch is given to hold: settings, mappings, documents, and the way back from them.

One index per snapshot and entity kind holds the entities, one more their dictionary. An entity's document has its
vector twice: as features to search by (a sparse_vector keeps 9 bits of a weight), and whole, packed, to score by.

A feature's name is the column in hexadecimal (names of terms may have dots, which Elasticsearch refuses). Latent
vectors are features too, so that what re-scores candidates knows them: dimension d of value v is `pd` with
`reach[d] + v` and `nd` with `reach[d] - v`, both positive. A query of value q asks for |q| times the one of its sign:
that adds q times v, and `reach[d]` times |q|, which is the same for every entity.
"""

import base64
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from index.names import name_keys, term_key
from index.published import Candidate, DictionaryTerm, Layout, Listing, Vector
from records.schemas import ENTITIES, from_table
from records.snapshot import Vectors
from records.types import Entity, EntityKind, Term, TermKind

FORMAT = 4
"""Version of all this; an index of another one is not read, but published anew."""
FEATURES, LATENT, PACKED = "features", "latent", "packed"
STRETCH = 2.0
"""Length of the stored latent vectors, which makes of a distance a score that falls fast (see `Plan`)."""
_REACH_FLOOR = 1e-3
_DIGITS = 4
"""Digits of a feature's value: Elasticsearch keeps 9 bits of it, and short numbers make short requests."""
MAX_HITS = 20_000
"""The most hits of one request, and candidates scored again."""
_MAX_IDS = 1_000_000
_COMPRESSION = 1
"""zlib level: 1 packs a vector of 929 terms into 6.7 kB in 0.15 ms, 6 into 6.3 kB in 0.3 ms."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a query must know of an index of entities."""

    layout: Layout
    reach: npt.NDArray[np.float64]
    """Per latent dimension: more than the greatest absolute value."""

    @classmethod
    def of(cls, vectors: Vectors) -> "Shape":
        """Return the shape of a snapshot's vectors."""
        layout = Layout.of(vectors)
        greatest = np.abs(vectors.latent).max(axis=0, initial=0)
        return cls(layout, np.round(greatest.astype(np.float64) + _REACH_FLOOR, _DIGITS))

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values; `from_json` is the way back."""
        columns = {str(kind): list(bounds) for kind, bounds in self.layout.columns.items()}
        return {
            "entities": self.layout.entities,
            "dimensions": self.layout.dimensions,
            "columns": columns,
            "reach": self.reach.tolist(),
        }

    @classmethod
    def from_json(cls, shape: Mapping[str, Any]) -> "Shape":
        """Read what `as_json` wrote."""
        columns = {TermKind(kind): (bounds[0], bounds[1]) for kind, bounds in shape["columns"].items()}
        return cls(Layout(shape["entities"], shape["dimensions"], columns), np.array(shape["reach"], np.float64))


def filling_settings(shards: int) -> dict[str, Any]:
    """Return the settings of an index that is being filled: no copies, no refreshes."""
    return {
        "number_of_shards": shards,
        "auto_expand_replicas": False,
        "number_of_replicas": 0,
        "refresh_interval": -1,
        "max_result_window": MAX_HITS,
        "max_rescore_window": MAX_HITS,
        "max_terms_count": _MAX_IDS,
    }


def entity_mapping(dimensions: int) -> dict[str, Any]:
    """Return the mapping of an index of entities."""
    properties: dict[str, Any] = {
        "id": {"type": "keyword"},
        "kind": {"type": "keyword"},
        "names": {"type": "keyword"},
        "begins": {"type": "completion", "analyzer": "keyword", "max_input_length": 200},
        "documents": {"type": "integer"},
        "familiarity": {"type": "float"},
        "hotttnesss": {"type": "float"},
        "leaning": {"type": "float"},
        "entity": {"type": "object", "enabled": False},
        FEATURES: {"type": "sparse_vector"},
        PACKED: {"type": "binary", "store": True},
    }
    if dimensions:
        graph = {"type": "hnsw", "m": 32, "ef_construction": 200}
        properties[LATENT] = {
            "type": "dense_vector",
            "dims": dimensions,
            "index": True,
            "similarity": "l2_norm",
            "index_options": graph,
        }
    left_out = [FEATURES, LATENT, PACKED, "names", "begins"]
    return {"dynamic": "strict", "_source": {"excludes": left_out}, "properties": properties}


def dictionary_mapping() -> dict[str, Any]:
    """Return the mapping of an index of terms."""
    properties = {
        "column": {"type": "integer"},
        "key": {"type": "keyword"},
        "row": {"type": "object", "enabled": False},
    }
    return {"dynamic": "strict", "properties": properties}


def entity_documents(vectors: Vectors, shape: Shape, start: int, stop: int) -> Iterator[dict[str, Any]]:
    """Yield the documents of a range of rows, each with its row as `_id`."""
    rows = vectors.entities.slice(start, stop - start)
    for row, known, entity in zip(range(start, stop), rows.to_pylist(), from_table(rows, Entity), strict=True):
        vector = vector_of(vectors, row)
        names = name_keys(entity)
        document = {
            "_id": str(row),
            "id": entity.id,
            "kind": str(entity.kind),
            "names": names,
            **{name: known[name] for name in ("documents", "familiarity", "hotttnesss", "leaning")},
            "entity": {name: known[name] for name in ENTITIES.names},
            FEATURES: dict(_features(vector, shape)),
            PACKED: _pack(vector),
        }
        if names:
            document["begins"] = {"input": names, "weight": round(known["familiarity"] * 1e6)}
        if vector.latent.any():
            document[LATENT] = stretched(vector.latent)
        yield document


def dictionary_documents(vectors: Vectors, start: int, stop: int) -> Iterator[dict[str, Any]]:
    """Yield the documents of a range of columns, each with its column as `_id`."""
    for column, row in enumerate(vectors.terms.slice(start, stop - start).to_pylist(), start):
        key = term_key(TermKind(row["kind"]), row["term"], row["label"])
        yield {"_id": str(column), "column": column, "key": key, "row": row}


def vector_of(vectors: Vectors, row: int) -> Vector:
    """Return the whole vector of a row of a snapshot."""
    part = slice(int(vectors.indptr[row]), int(vectors.indptr[row + 1]))
    return Vector(
        np.asarray(vectors.indices[part]),
        np.asarray(vectors.weights[part]),
        np.asarray(vectors.frequencies[part]),
        np.asarray(vectors.norms[row]),
        np.asarray(vectors.latent[row]),
    )


def listing(source: Mapping[str, Any]) -> Listing:
    """Return what a document says of its entity."""
    known = (source[name] for name in ("documents", "familiarity", "hotttnesss", "leaning"))
    return Listing(_entity(source), *known)


def candidate(hit: Mapping[str, Any], layout: Layout) -> Candidate:
    """Return the entity and the vector of a hit."""
    return Candidate(_entity(hit["_source"]), unpack(hit, layout))


def dictionary_term(source: Mapping[str, Any]) -> DictionaryTerm:
    """Return the row of the dictionary that a document holds."""
    row = dict(source["row"])
    term = Term(TermKind(row.pop("kind")), row.pop("term"))
    return DictionaryTerm(source["column"], term, **row)


def unpack(hit: Mapping[str, Any], layout: Layout) -> Vector:
    """Return the vector that was packed into the document of a hit."""
    values = np.frombuffer(zlib.decompress(base64.b64decode(hit["fields"][PACKED][0])), np.float32)
    rest = len(TermKind) + layout.dimensions
    steps, weights, frequencies = values[: len(values) - rest].reshape(3, -1)
    norms, latent = values[len(values) - rest :][: len(TermKind)], values[len(values) - layout.dimensions :]
    return Vector(np.cumsum(steps.view(np.int32), dtype=np.int32), weights, frequencies, norms, latent)


def features(columns: npt.NDArray[np.int32], weights: npt.NDArray[np.float64]) -> dict[str, float]:
    """Return features by name, their values cut to the digits that matter."""
    values = (float(f"{weight:.{_DIGITS}g}") for weight in weights.tolist())
    return dict(zip(map("{:x}".format, columns.tolist()), values, strict=True))


def latent_features(latent: npt.NDArray[np.float64]) -> dict[str, float]:
    """Return the features that a query's latent vector asks for."""
    return {
        f"{'p' if value > 0 else 'n'}{d}": abs(float(f"{value:.{_DIGITS}g}")) for d, value in enumerate(latent) if value
    }


def stretched(latent: npt.NDArray[np.floating[Any]]) -> list[float]:
    """Return a unit vector of length STRETCH, as it is stored and asked for."""
    return [round(STRETCH * value, 5) for value in latent.tolist()]


def _features(vector: Vector, shape: Shape) -> Iterator[tuple[str, float]]:
    yield from features(vector.columns, vector.weights.astype(np.float64)).items()
    for d, (reach, value) in enumerate(zip(shape.reach.tolist(), vector.latent.tolist(), strict=True)):
        yield f"p{d}", round(reach + value, _DIGITS + 1)
        yield f"n{d}", round(reach - value, _DIGITS + 1)


def _pack(vector: Vector) -> str:
    steps = np.diff(vector.columns, prepend=np.int32(0)).astype(np.int32)
    arrays = (steps, vector.weights, vector.frequencies, vector.norms, vector.latent)
    return base64.b64encode(zlib.compress(b"".join(array.tobytes() for array in arrays), _COMPRESSION)).decode()


def _entity(source: Mapping[str, Any]) -> Entity:
    known: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in source["entity"].items()}
    known["kind"] = EntityKind(known["kind"])
    return Entity(**known)
