"""Fills the indices of one snapshot and checks them against it, before anyone may see them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from threading import Event
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from index.elasticsearch_documents import (
    FORMAT,
    Shape,
    dictionary_documents,
    dictionary_mapping,
    entity_documents,
    entity_mapping,
    filling_settings,
    vector_of,
)
from index.elasticsearch_server import CHECK_SECONDS, Server
from index.elasticsearch_snapshot import ElasticsearchSnapshot, Part
from index.published import Filters, Query, Vector
from index.scoring import LEAST_SCORE, normalised_mix, seeds_query, shares_of
from records.errors import EngineError
from records.ids import fingerprint
from records.progress import Progress
from records.snapshot import Snapshot, Vectors
from records.types import EntityKind

ENTITIES_A_SHARD = 250_000
"""10 kB each: shards of 2.5 GB, which recover in a minute and are searched by one core each."""
_WRITERS = 2
_BATCH = 500
_SAMPLES, _NEIGHBOURS = 5, 10
_LEAST_RECALL = 0.9
_TOLERANCE = 1e-5
_ARRAYS = ("columns", "weights", "frequencies", "norms", "latent")


@dataclass(frozen=True, slots=True)
class _Batch:
    """A range of rows or columns that one writer writes."""

    index: str
    kind: EntityKind
    is_terms: bool
    start: int
    stop: int


class Publication:
    """The indices of one snapshot in the making.

    Args:
        server: where they are made.
        prefix: see `index.elasticsearch`.
        snapshot: what they are to hold.
        retries: how often what a busy cluster rejects is sent again.
    """

    def __init__(self, server: Server, prefix: str, snapshot: Snapshot, retries: int) -> None:
        self._server, self._prefix, self._snapshot, self._retries = server, prefix, snapshot, retries
        self._base = f"{prefix}-{snapshot.day:%Y%m%d}-{fingerprint([snapshot.id, str(FORMAT)])[:12]}"
        self._shapes = {kind: Shape.of(vectors) for kind, vectors in snapshot.vectors.items()}

    @property
    def indices(self) -> list[str]:
        """Names of all its indices."""
        return [index for part in self._parts().values() for index in (part.entities, part.dictionary)]

    def create(self, shards: int | None) -> None:
        """Create the indices; shards by the number of entities if None."""
        for kind, part in self._parts().items():
            layout = part.shape.layout
            some = shards or 1 + layout.entities // ENTITIES_A_SHARD
            said = {"shape": part.shape.as_json()}
            self._create(part.entities, kind, "entities", some, entity_mapping(layout.dimensions), said)
            self._create(part.dictionary, kind, "terms", 1, dictionary_mapping(), {})

    def fill(self, progress: Progress) -> None:
        """Write all documents, with as many writers as keep a node of two cores busy."""
        batches = list(self._batches())
        done, total = 0, sum(batch.stop - batch.start for batch in batches)
        stop = Event()
        progress("publish", 0, total)
        with ThreadPoolExecutor(_WRITERS) as pool:
            try:
                for future in as_completed([pool.submit(self._write, batch, stop) for batch in batches]):
                    done += future.result()
                    progress("publish", done, total)
            finally:
                stop.set()

    def settle(self, replicas: int) -> None:
        """Make what was written searchable, and copy it to other nodes."""
        self._server.settle(self.indices, replicas)

    def complete(self, alias: str) -> None:
        """Mark all indices as complete by an alias, in one step; they can't be written to as before any more."""
        dropped = [{"remove": {"index": index, "alias": _alias(index)}} for index in self.indices]
        self._server.switch([*dropped, {"add": {"indices": self.indices, "alias": alias}}])

    def check(self) -> None:
        """Compare what the indices hold with the snapshot.

        Raises:
            EngineError: documents are missing, a vector came back other than it was, or neighbours are wrong.
        """
        published = ElasticsearchSnapshot(
            self._snapshot.id, self._snapshot.day, self._snapshot.mix, self._parts(), self._server.search(CHECK_SECONDS)
        )
        for kind, part in self._parts().items():
            vectors = self._snapshot.vectors[kind]
            self._check_count(part.entities, vectors.entities.num_rows)
            self._check_count(part.dictionary, vectors.terms.num_rows)
            self._check_answers(published, kind, vectors)

    def _parts(self) -> dict[EntityKind, Part]:
        names = ((kind, f"{self._base}-{kind}") for kind in self._snapshot.vectors)
        return {kind: Part(name, f"{name}-terms", self._shapes[kind]) for kind, name in names}

    def _create(
        self, index: str, kind: EntityKind, part: str, shards: int, mapping: dict[str, Any], said: dict[str, Any]
    ) -> None:
        about = {
            "format": FORMAT,
            "prefix": self._prefix,
            "snapshot": self._snapshot.id,
            "day": self._snapshot.day.isoformat(),
            "mix": dict(self._snapshot.mix),
            "kinds": [str(k) for k in self._snapshot.vectors],
            "kind": str(kind),
            "part": part,
        }
        meta = {"_meta": {"topterms": about | said}}
        self._server.create(index, _alias(index), filling_settings(shards), mapping | meta)

    def _batches(self) -> Iterator[_Batch]:
        for kind, part in self._parts().items():
            vectors = self._snapshot.vectors[kind]
            for start in range(0, vectors.entities.num_rows, _BATCH):
                yield _Batch(part.entities, kind, False, start, min(start + _BATCH, vectors.entities.num_rows))
            for start in range(0, vectors.terms.num_rows, 10 * _BATCH):
                yield _Batch(part.dictionary, kind, True, start, min(start + 10 * _BATCH, vectors.terms.num_rows))

    def _write(self, batch: _Batch, stop: Event) -> int:
        if stop.is_set():
            return 0
        vectors = self._snapshot.vectors[batch.kind]
        if batch.is_terms:
            documents = dictionary_documents(vectors, batch.start, batch.stop)
        else:
            documents = entity_documents(vectors, self._shapes[batch.kind], batch.start, batch.stop)
        return sum(self._server.write(_alias(batch.index), documents, self._retries))

    def _check_count(self, index: str, expected: int) -> None:
        found = self._server.count(index)
        if found != expected:
            raise EngineError(f"{index} holds {found} documents; expected {expected}: publish again")

    def _check_answers(self, published: ElasticsearchSnapshot, kind: EntityKind, vectors: Vectors) -> None:
        count = vectors.entities.num_rows
        rows: list[int] = sorted({count * sample // _SAMPLES for sample in range(_SAMPLES)}) if count else []
        ids = [vectors.entities.column("id")[row].as_py() for row in rows]
        recalls = []
        for row, entity_id, back in zip(rows, ids, published.vectors(kind, ids), strict=True):
            vector = vector_of(vectors, row)
            if not all(np.array_equal(getattr(back, name), getattr(vector, name)) for name in _ARRAYS):
                raise EngineError(f"the vector of {entity_id} came back other than it was written: publish again")
            recalls.append(self._recall(published, kind, vectors, vector))
        if recalls and np.mean(recalls) < _LEAST_RECALL:
            found = f"{np.mean(recalls):.0%} of the true neighbours of {len(recalls)} {kind}s"
            raise EngineError(f"the new indices find {found}; expected at least {_LEAST_RECALL:.0%}: publish again")

    def _recall(self, published: ElasticsearchSnapshot, kind: EntityKind, vectors: Vectors, vector: Vector) -> float:
        layout = self._shapes[kind].layout
        query = seeds_query([vector], [1.0], layout, normalised_mix(self._snapshot.mix))
        found = published.nearest(kind, query, _NEIGHBOURS, Filters())
        scores = np.sort([shares_of(query, candidate.vector).score for candidate in found])[::-1][:_NEIGHBOURS]
        best = _best_scores(vectors, query)
        padded = np.pad(scores, (0, len(best) - min(len(scores), len(best))))[: len(best)]
        return float((padded >= best - _TOLERANCE).mean()) if len(best) else 1.0


def _best_scores(vectors: Vectors, query: Query) -> npt.NDArray[np.float64]:
    """Return the highest scores, at most _NEIGHBOURS and above 0, worked out from the whole snapshot."""
    dense = np.zeros(vectors.terms.num_rows)
    dense[query.columns] = query.weights
    shape = (vectors.entities.num_rows, vectors.terms.num_rows)
    matrix = sparse.csr_matrix((vectors.weights, vectors.indices, vectors.indptr), shape)
    best = np.sort(matrix @ dense + vectors.latent @ query.latent)[::-1][:_NEIGHBOURS]
    return np.asarray(best[best > LEAST_SCORE])


def _alias(index: str) -> str:
    return f"{index}-filling"
