"""Says whether two snapshots hold the same."""

from dataclasses import fields

import numpy as np

from records.snapshot import Snapshot


def assert_equal(found: Snapshot, expected: Snapshot, tolerance: float = 0.0) -> None:
    """Hold every table and array of two snapshots to be equal; weights and frequencies within a tolerance."""
    assert set(found.vectors) == set(expected.vectors)
    for kind, vectors in expected.vectors.items():
        for field in fields(vectors):
            one, other = getattr(found.vectors[kind], field.name), getattr(vectors, field.name)
            if field.name in {"entities", "terms"}:
                assert one.equals(other), (kind, field.name)
            else:
                assert one.dtype == other.dtype, (kind, field.name)
                np.testing.assert_allclose(one, other, rtol=0, atol=tolerance, err_msg=f"{kind} {field.name}")
