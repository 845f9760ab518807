"""An export of changes holds what changed, and with its base is the later snapshot."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from index.export import Extras, export, read_export
from index.export.changes import changes_between
from records.errors import InputError
from records.snapshot import ENTITY_ROWS, TERM_ROWS, Snapshot, Vectors
from records.types import EntityKind
from tests.index.exact import dense
from tests.index.export.equal import assert_equal
from tests.snapshots import random_snapshot

EARLIER = replace(random_snapshot(entities=30, terms=80, seed=7), id="earlier", day=date(2026, 11, 1))
KIND = EntityKind.ARTIST


def with_cells(vectors: Vectors, weights: np.ndarray, frequencies: np.ndarray) -> Vectors:  # type: ignore[type-arg]
    """Give vectors other weights, dense."""
    rows, columns = weights.nonzero()
    return replace(
        vectors,
        indptr=np.append(0, np.cumsum((weights != 0).sum(axis=1))).astype(np.int64),
        indices=columns.astype(np.int32),
        weights=weights[rows, columns].astype(np.float32),
        frequencies=frequencies[rows, columns].astype(np.float32),
    )


def later_vectors(vectors: Vectors) -> Vectors:
    """Move weights a little everywhere, much in row 3; drop row 0, add two entities and a term, drop a term."""
    weights = np.vstack([dense(vectors), dense(vectors)[:2]]) * 1.0001
    shares = replace(vectors, weights=vectors.frequencies)
    frequencies = np.vstack([dense(shares), dense(shares)[:2]])
    weights[3] *= 0.5
    kept = np.arange(1, len(weights))
    rare = int(np.argmin((weights > 0).sum(axis=0) + 100 * ((weights > 0).sum(axis=0) == 0)))
    columns = np.delete(np.arange(weights.shape[1]), rare)
    weights, frequencies = weights[kept][:, columns], frequencies[kept][:, columns]
    weights = np.hstack([weights, np.zeros((len(kept), 1))])
    frequencies = np.hstack([frequencies, np.full((len(kept), 1), 0.5)])
    weights[4, -1] = 0.25
    entities, terms = vectors.entities.to_pylist(), vectors.terms.to_pylist()
    entities = [*entities[1:], *({**row, "id": f"{row['kind']}-9{i}"} for i, row in enumerate(entities[:2]))]
    terms = [*(terms[i] for i in columns), {**terms[-1], "kind": "tag", "term": "new", "label": "new"}]
    changed = replace(
        vectors,
        entities=pa.Table.from_pylist(entities, ENTITY_ROWS),
        terms=pa.Table.from_pylist(terms, TERM_ROWS),
        norms=np.vstack([vectors.norms[1:], vectors.norms[:2]]),
        latent=-np.vstack([vectors.latent[1:], vectors.latent[:2]]),
    )
    return with_cells(changed, weights, frequencies)


LATER = Snapshot("later", date(2026, 11, 21), EARLIER.mix, {k: later_vectors(v) for k, v in EARLIER.vectors.items()})


@pytest.fixture
def base(tmp_path: Path) -> Path:
    export(EARLIER, tmp_path / "base")
    return tmp_path / "base"


@pytest.mark.parametrize("tolerance", [0.0, 0.01])
def test_base_and_changes_are_the_later_snapshot(tmp_path: Path, base: Path, tolerance: float) -> None:
    """To the bit where nothing is left out, else within the tolerance."""
    export(LATER, tmp_path / "changes", extras=Extras(since=EARLIER, tolerance=tolerance))
    assert_equal(read_export(tmp_path / "changes").whole(read_export(base)), LATER, tolerance)


def test_only_what_changed_is_written(tmp_path: Path) -> None:
    """Weights that moved by a thousandth of the tolerance are left out, in every format."""
    report = export(LATER, tmp_path / "changes", extras=Extras(since=EARLIER))
    back = read_export(tmp_path / "changes")
    changes = {row["entity_id"]: row["change"] for row in back.changes(KIND).to_pylist()}
    assert changes["artist-000000"] == "removed"
    assert changes["artist-90"] == changes["artist-91"] == "added"
    assert changes["artist-000003"] == changes["artist-000005"] == "changed"
    assert 5 <= len(changes) < 30
    written = set(changes) - {"artist-000000"}
    assert {line["id"] for line in back.lines(KIND)} == written
    assert set(pa.Table.from_batches(back.weights(KIND)).column("entity_id").to_pylist()) == written
    rows = np.flatnonzero(np.diff(back.matrix(KIND).indptr))
    assert {back.entities(KIND).column("id")[int(row)].as_py() for row in rows} == written
    assert dict(report.counts)["artists changed"] == len(changes)


def test_nothing_changed_between_equal_snapshots() -> None:
    for vectors in EARLIER.vectors.values():
        assert changes_between(vectors, vectors, 0.0).table.num_rows == 0


def test_a_term_that_was_lost_is_a_change() -> None:
    """Also where no entity has the term any more, so that it has no column."""
    vectors = EARLIER.vectors[KIND]
    weights, frequencies = dense(vectors), dense(replace(vectors, weights=vectors.frequencies))
    column = int(np.argmax(weights.max(axis=0)))
    owners = {f"artist-{row:06}" for row in np.flatnonzero(weights[:, column] > 0.01)}
    kept = np.delete(np.arange(weights.shape[1]), column)
    fewer = with_cells(
        replace(vectors, terms=vectors.terms.take(pa.array(kept))), weights[:, kept], frequencies[:, kept]
    )
    assert set(changes_between(vectors, fewer, 0.01).table.column("entity_id").to_pylist()) == owners


def test_changes_need_their_own_base(tmp_path: Path, base: Path) -> None:
    export(LATER, tmp_path / "changes", extras=Extras(since=EARLIER))
    export(LATER, tmp_path / "later")
    changes = read_export(tmp_path / "changes")
    with pytest.raises(InputError, match="needs a whole export of snapshot earlier as its base; found none"):
        changes.whole()
    with pytest.raises(InputError, match="found later"):
        changes.whole(read_export(tmp_path / "later"))
    with pytest.raises(InputError, match="needs no base; found earlier"):
        read_export(tmp_path / "later").whole(read_export(base))


def test_since_must_be_an_earlier_day(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="changes since 2026-11-21 until 2026-11-01"):
        export(EARLIER, tmp_path / "changes", extras=Extras(since=LATER))
    assert not (tmp_path / "changes").exists()
    with pytest.raises(InputError, match="the tolerance is 1"):
        Extras(tolerance=1.0)
