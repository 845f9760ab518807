"""What a snapshot says as a whole, on drawn vectors small enough to count by hand."""

import numpy as np
import pytest

from index.clusters import clusters
from index.corpus import Corpus
from records.errors import QueryError
from records.types import EntityKind, TermKind
from tests.snapshots import random_snapshot

SNAPSHOT = random_snapshot(entities=60, terms=80, seed=5)
ARTISTS = SNAPSHOT.vectors[EntityKind.ARTIST]
CORPUS = Corpus(ARTISTS)


def test_top_terms_are_those_that_most_entities_have() -> None:
    found = CORPUS.top_terms(tuple(TermKind))
    dfs = dict(zip(ARTISTS.terms["label"].to_pylist(), ARTISTS.terms["df"].to_pylist(), strict=True))
    assert found
    assert found[0].weight == 1
    assert all(term.df <= max(dfs.values()) and term.frequency == term.df / ARTISTS.entities.num_rows for term in found)
    assert [t.weight for t in found] == sorted((t.weight for t in found), reverse=True)


def test_terms_like_a_term_are_had_by_the_same_entities_and_never_the_term_itself() -> None:
    asked = CORPUS.top_terms(tuple(TermKind))[0]
    found = CORPUS.like_term(asked.label, tuple(TermKind), 5)
    assert found
    assert asked.label not in [term.label for term in found]
    assert all(0 < term.weight <= 1 + 1e-6 for term in found)


def test_a_term_that_nobody_has_is_refused() -> None:
    with pytest.raises(QueryError, match="nobody is described by"):
        CORPUS.like_term("zzyzx")


def test_every_entity_with_a_latent_vector_is_in_exactly_one_cluster() -> None:
    members = [member for cluster in clusters(ARTISTS) for member in cluster.members]
    ids = np.array(ARTISTS.entities["id"].to_pylist())
    assert sorted(members) == sorted(ids[np.any(ARTISTS.latent, axis=1)].tolist())


def test_the_same_vectors_give_the_same_clusters() -> None:
    assert clusters(ARTISTS) == clusters(ARTISTS)
