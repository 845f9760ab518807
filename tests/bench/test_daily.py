"""The replay compares vectors by their numbers, and tells when they are not of the same things."""

from dataclasses import replace

import pytest

from bench.daily import largest_difference
from records.snapshot import Snapshot
from records.types import EntityKind
from tests.snapshots import random_snapshot


def changed(snapshot: Snapshot, by: float) -> Snapshot:
    """Return the snapshot with one weight of one artist changed."""
    artists = snapshot.vectors[EntityKind.ARTIST]
    weights = artists.weights.copy()
    weights[3] += by
    return replace(snapshot, vectors={**snapshot.vectors, EntityKind.ARTIST: replace(artists, weights=weights)})


def test_the_difference_of_two_snapshots_is_that_of_the_weight_that_differs_most() -> None:
    snapshot = random_snapshot(entities=10, terms=50, seed=1)
    assert largest_difference(snapshot, snapshot) == 0
    assert largest_difference(snapshot, changed(snapshot, 0.25)) == pytest.approx(0.25)


def test_snapshots_of_other_terms_differ_without_bound() -> None:
    one, other = (random_snapshot(entities=10, terms=terms, seed=1) for terms in (50, 60))
    assert largest_difference(one, other) == float("inf")
