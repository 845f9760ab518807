"""The terms of one entity in the vectors of any day, read where they lie."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow.compute as pc

from index.base import DISPLAY_KINDS
from index.published import DictionaryTerm, Layout, Listing, Vector
from index.showing import strongest_terms
from records.errors import UnknownEntityError
from records.schemas import from_table
from records.snapshot import Snapshot, Vectors
from records.types import Entity, EntityKind, Term, TermKind, WeightedTerm


def terms_of_day(
    snapshot: Snapshot, entity_id: str, kind: EntityKind, kinds: Sequence[TermKind] = DISPLAY_KINDS, n: int = 20
) -> list[WeightedTerm]:
    """Return the strongest terms of an entity in a snapshot, as `index.base.Index.terms` does for the live one.

    Raises:
        UnknownEntityError: the snapshot does not know the entity.
    """
    vectors = snapshot.vectors[kind]
    row = pc.index(vectors.entities["id"], entity_id).as_py()
    if row < 0:
        raise UnknownEntityError(f"{entity_id} is not in the vectors of {snapshot.day}; it came later, or is no {kind}")
    return strongest_terms(
        _listing(vectors, row),
        _vector(vectors, row),
        Layout.of(vectors),
        kinds,
        n,
        lambda columns: _dictionary(vectors, columns),
    )


def _listing(vectors: Vectors, row: int) -> Listing:
    one = vectors.entities.slice(row, 1)
    known = one.select(["documents", "familiarity", "hotttnesss", "leaning"]).to_pylist()[0]
    return Listing(next(from_table(one, Entity)), **known)


def _vector(vectors: Vectors, row: int) -> Vector:
    cells = slice(int(vectors.indptr[row]), int(vectors.indptr[row + 1]))
    columns = vectors.indices[cells].astype(np.int32, copy=False)
    return Vector(columns, vectors.weights[cells], vectors.frequencies[cells], vectors.norms[row], vectors.latent[row])


def _dictionary(vectors: Vectors, columns: Sequence[int]) -> Mapping[int, DictionaryTerm]:
    rows = vectors.terms.take(columns).to_pylist()
    return {
        column: DictionaryTerm(column, Term(TermKind(row.pop("kind")), row.pop("term")), **row)
        for column, row in zip(columns, rows, strict=True)
    }
