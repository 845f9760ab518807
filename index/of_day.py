"""An index over the vectors of any day, read where they lie: nothing is built, and what is live stays live.

A question goes through all weights of its kind, a fifth of a second for 64 million, where a published snapshot has
them by terms.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from index.base import Index
from index.names import name_keys, term_keys
from index.published import (
    Candidate,
    DictionaryTerm,
    Filters,
    IndexStatus,
    Layout,
    Listing,
    Published,
    Query,
    Vector,
)
from records.errors import QueryError
from records.lake import Lake
from records.progress import Progress
from records.schemas import from_table
from records.snapshot import Snapshot, Vectors, read_snapshot
from records.types import Entity, EntityKind, Term, TermKind

_DOUBT = 1e-5
"""Scores are summed in 32 bits here: as many more candidates are kept as might be among the best after all."""
_FIGURES = ["documents", "familiarity", "hotttnesss", "leaning"]


class DayIndex(Index):
    """The index of a day; asked like any other, but nothing can be published to it.

    Args:
        snapshot: the vectors of the day.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = _DaySnapshot(snapshot)

    def status(self) -> IndexStatus:
        """See `Index.status`: nothing is live here, for nothing was published."""
        return IndexStatus("of a day", None)

    def _published(self) -> Published:
        return self._snapshot

    def _build(self, snapshot: Snapshot, published_at: datetime, progress: Progress) -> None:
        del snapshot, published_at, progress
        raise self._refused()

    def _make_live(self, snapshot_id: str, published_at: datetime) -> None:
        del snapshot_id, published_at
        raise self._refused()

    def _remove(self, snapshot_id: str) -> None:
        del snapshot_id
        raise self._refused()

    def _refused(self) -> QueryError:
        return QueryError(f"the index of {self._snapshot.day} is for reading; publish to the project's own")


def index_as_of(lake: Lake, day: date) -> DayIndex:
    """Return an index over the vectors of a day.

    Raises:
        NoSnapshotError: no vectors were built for the day; the message says for which days they were.
    """
    return DayIndex(read_snapshot(lake, day))


class _DaySnapshot(Published):
    def __init__(self, snapshot: Snapshot) -> None:
        self.id, self.day, self.mix = snapshot.id, snapshot.day, snapshot.mix
        self._kinds = {kind: _DayVectors(vectors) for kind, vectors in snapshot.vectors.items()}
        self.layouts = {kind: of_kind.layout for kind, of_kind in self._kinds.items()}

    def find(self, ids: Sequence[str]) -> Mapping[str, Listing]:
        rows = ((i, of_kind, row) for of_kind in self._kinds.values() for i, row in of_kind.rows(ids).items())
        found = {i: of_kind.listing(row) for i, of_kind, row in rows}
        return {i: found[i] for i in ids if i in found}

    def named(self, key: str) -> list[Listing]:
        return [self._kinds[kind].listing(row) for kind, row in self._names.get(key, [])]

    def starting(self, prefix: str, kind: EntityKind | None, n: int) -> list[Listing]:
        return self._best_known([key for key in self._names if key.startswith(prefix)], kind, n)

    def resembling(self, key: str, kind: EntityKind | None, n: int) -> list[Listing]:
        return self._best_known(get_close_matches(key, self._names, n, 0.7), kind, n)

    def vectors(self, kind: EntityKind, ids: Sequence[str]) -> list[Vector]:
        rows = self._kinds[kind].rows(ids)
        return [self._kinds[kind].vector(rows[i]) for i in ids]

    def terms(self, kind: EntityKind, columns: Sequence[int]) -> Mapping[int, DictionaryTerm]:
        return self._kinds[kind].dictionary(columns)

    def lookup(self, kind: EntityKind, keys: Sequence[str]) -> Mapping[str, list[DictionaryTerm]]:
        return self._kinds[kind].lookup(keys)

    def nearest(self, kind: EntityKind, query: Query, n: int, filters: Filters) -> list[Candidate]:
        of_kind = self._kinds[kind]
        return [
            Candidate(of_kind.listing(row).entity, of_kind.vector(row)) for row in of_kind.nearest(query, n, filters)
        ]

    def _best_known(self, keys: Sequence[str], kind: EntityKind | None, n: int) -> list[Listing]:
        places = {place for key in keys for place in self._names[key] if kind in (None, place[0])}
        found = [self._kinds[of].listing(row) for of, row in places]
        return sorted(found, key=lambda listing: listing.renown)[:n]

    @cached_property
    def _names(self) -> dict[str, list[tuple[EntityKind, int]]]:
        names: dict[str, list[tuple[EntityKind, int]]] = {}
        for kind, of_kind in self._kinds.items():
            for row, entity in enumerate(from_table(of_kind.entities, Entity)):
                for key in name_keys(entity):
                    names.setdefault(key, []).append((kind, row))
        return names


class _DayVectors:
    def __init__(self, vectors: Vectors) -> None:
        self.entities, self.layout = vectors.entities, Layout.of(vectors)
        self._vectors = vectors

    def rows(self, ids: Sequence[str]) -> dict[str, int]:
        found = pc.index_in(pa.array(ids, pa.string()), self.entities["id"]).to_pylist()
        return {i: row for i, row in zip(ids, found, strict=True) if row is not None}

    def listing(self, row: int) -> Listing:
        one = self.entities.slice(row, 1)
        return Listing(next(from_table(one, Entity)), **one.select(_FIGURES).to_pylist()[0])

    def vector(self, row: int) -> Vector:
        v = self._vectors
        cells = slice(int(v.indptr[row]), int(v.indptr[row + 1]))
        columns = v.indices[cells].astype(np.int32, copy=False)
        return Vector(columns, v.weights[cells], v.frequencies[cells], v.norms[row], v.latent[row])

    def dictionary(self, columns: Sequence[int]) -> dict[int, DictionaryTerm]:
        rows = self._vectors.terms.take(pa.array(columns, pa.int64())).to_pylist()
        return {
            column: DictionaryTerm(column, Term(TermKind(row.pop("kind")), row.pop("term")), **row)
            for column, row in zip(columns, rows, strict=True)
        }

    def lookup(self, keys: Sequence[str]) -> dict[str, list[DictionaryTerm]]:
        places = pc.index_in(self._keys, pa.array(keys, pa.string()))
        found: dict[str, list[DictionaryTerm]] = {}
        for column in np.flatnonzero(pc.is_valid(places).to_numpy(zero_copy_only=False)).tolist():
            found.setdefault(keys[places[column].as_py()], []).extend(self.dictionary([column]).values())
        return found

    def nearest(self, query: Query, n: int, filters: Filters) -> list[int]:
        v = self._vectors
        wanted = np.zeros(v.terms.num_rows, np.float32)
        wanted[query.columns] = query.weights
        scores = self._matrix @ wanted + v.latent @ query.latent.astype(np.float32)
        scores[~self._allowed(filters)] = 0
        if n < len(scores):
            least = np.partition(scores, len(scores) - n)[len(scores) - n]
            scores[scores < least - _DOUBT] = 0
        rows: list[int] = np.flatnonzero(scores > 0).tolist()
        return rows

    def _allowed(self, filters: Filters) -> npt.NDArray[np.bool_]:
        passing = self._column("leaning") <= np.float32(filters.max_leaning)
        for name in ("familiarity", "hotttnesss"):
            least, greatest = getattr(filters, f"min_{name}"), getattr(filters, f"max_{name}")
            passing &= (np.float32(least) <= self._column(name)) & (self._column(name) <= np.float32(greatest))
        if filters.only is not None:
            passing &= self._among(filters.only)
        return passing & ~self._among(filters.without)

    def _among(self, ids: frozenset[str]) -> npt.NDArray[np.bool_]:
        found: npt.NDArray[np.bool_] = pc.is_in(self.entities["id"], pa.array(ids, pa.string())).to_numpy(
            zero_copy_only=False
        )
        return found

    def _column(self, name: str) -> npt.NDArray[np.float32]:
        values: npt.NDArray[np.float32] = self.entities[name].to_numpy()
        return values

    @cached_property
    def _matrix(self) -> sparse.csr_array:
        v = self._vectors
        return sparse.csr_array((v.weights, v.indices, v.indptr), (self.layout.entities, v.terms.num_rows), copy=False)

    @cached_property
    def _keys(self) -> pa.ChunkedArray:
        return term_keys(self._vectors.terms)
