"""The files of the embedded index are the same however few rows are worked on together."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from index import building
from index.building import build
from records.progress import silent
from records.spans import spans
from tests.snapshots import random_snapshot

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(("entities", "terms"), [(40, 30), (40, 1), (2, 30), (40, 0)])
def test_the_matrix_by_terms_is_the_one_by_entities_turned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entities: int, terms: int
) -> None:
    snapshot = random_snapshot(entities=entities, terms=terms, seed=7)
    build(tmp_path / "at once", snapshot, NOW, silent)
    monkeypatch.setattr(building, "_spans", lambda vectors: spans(vectors.indptr, 1))
    build(tmp_path / "row by row", snapshot, NOW, silent)
    for path in (tmp_path / "at once").rglob("*.npy"):
        assert path.read_bytes() == (tmp_path / "row by row" / path.relative_to(tmp_path / "at once")).read_bytes()
    for kind, vectors in snapshot.vectors.items():
        shape = (vectors.entities.num_rows, vectors.terms.num_rows)
        turned = sparse.csr_array((vectors.weights, vectors.indices, vectors.indptr), shape).tocsc()
        names = ("term_starts", "entities", "posting_weights")
        starts, rows, weights = (np.load(tmp_path / "at once" / kind / f"{name}.npy") for name in names)
        np.testing.assert_array_equal(starts, turned.indptr)
        np.testing.assert_array_equal(rows, turned.indices)
        np.testing.assert_array_equal(weights, turned.data)
