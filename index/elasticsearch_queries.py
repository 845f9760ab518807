"""What Elasticsearch is asked, as the bodies of its requests.

`nearest` is in two steps. The strongest terms, with half of the squared norm, and the nearest latent vectors find
candidates; then nearly the whole query scores a window of them again. Asking for all terms at once visits nearly every
entity, and takes twenty times as long.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from index.elasticsearch_documents import (
    FEATURES,
    LATENT,
    MAX_HITS,
    PACKED,
    STRETCH,
    Shape,
    features,
    latent_features,
    stretched,
)
from index.published import Filters, Query

# Chosen among 50,000 artists of 1,317 terms drawn from the headline's (bench/elasticsearch.py), by processor time of
# the node and recall@50 of 60 questions: 78 ms and 1.0000 as they are; a window of 500 takes 65 ms and finds .9990,
# of 300 54 ms and .9963; 1,000 latent candidates and a window of 500 57 ms and .9993; .3 of the norm 54 ms and .9977;
# .95 rescored 93 ms and no more. All terms at once take 1,495 ms, more_like_this with 200 terms 38 ms and finds .66.
CANDIDATE_SHARE = 0.5
"""Share of the query's squared norm that the terms which find candidates have."""
WINDOW = 1000
"""Candidates of each shard that are scored again, at least."""
RESCORED_SHARE = 0.9
"""Share of the query's squared norm by which candidates are scored again; the rest is left to `index.base`."""
LATENT_CANDIDATES = 2000
"""Nearest latent vectors of each shard that become candidates; at most 10,000."""
FEW_TERMS = 32
"""A query of so few terms is asked whole at once."""
FEW_ENTITIES = 3000
"""Among so few entities every query is asked whole at once, which takes no longer than two steps there."""
MOST_CLAUSES = 1000
"""Terms in one query; Elasticsearch allows 1,024 with the smallest heaps, and more with larger ones."""
PRECISION = 2.0**-8
"""A stored weight is cut, by at most this share of it."""
_STEEP_AT = 0.8
_RENOWN = [{"familiarity": "desc"}, {"documents": "desc"}, {"id": "asc"}]


@dataclass(frozen=True, slots=True)
class Plan:
    """How to ask for what is nearest.

    Args:
        query: what to look for.
        shape: of the index that is asked.
        filters: what may be in the answer.
        whole: ask for all terms at once, whatever it takes.
    """

    query: Query
    shape: Shape
    filters: Filters
    whole: bool = False

    @property
    def is_hopeless(self) -> bool:
        """Whether nothing can have a score above 0."""
        return self.filters.only == frozenset() or not (self.query.has_latent or (self.query.weights > 0).any())

    @property
    def is_cut(self) -> bool:
        """Whether only a part of the query finds candidates, so that some with a low score may be missed."""
        many = len(self.query.columns) > FEW_TERMS or self.query.has_latent
        return not self.whole and many and self.shape.layout.entities > FEW_ENTITIES

    @property
    def slack(self) -> float:
        """How much higher a score without latent part can be than the engine's, which cuts what it stores."""
        return PRECISION * float(np.abs(self.query.weights).sum())

    def body(self, size: int) -> dict[str, Any]:
        """Return a search request for that many candidates with their vectors."""
        return {
            "size": size,
            "query": {"bool": {"should": self._clauses(), "minimum_should_match": 1, **filter_clauses(self.filters)}},
            "rescore": self._rescoring(size),
            "_source": ["id", "kind", "entity"],
            "stored_fields": [PACKED],
            "track_total_hits": False,
        }

    def _clauses(self) -> list[dict[str, Any]]:
        if not self.is_cut:
            return [_sparse(self._wanted(1.0)[0])]
        strong = strongest(self.query.weights, CANDIDATE_SHARE)[:MOST_CLAUSES]
        clauses = [_sparse(features(self.query.columns[strong], self.query.weights[strong]))] if len(strong) else []
        return clauses + ([self._nearest_latent()] if self.query.has_latent else [])

    def _nearest_latent(self) -> dict[str, Any]:
        """Return the clause that scores the nearest latent vectors, and adds nothing to all others.

        Elasticsearch makes of the distance between two vectors of length s and cosine c the score
        1 / (1 + s^2 (2 - 2c)). Boosted to rise like c does around .8, where neighbours are, it is small for the last of
        the candidates: so the others, which get nothing, are not shut out. Of cosines, which it would score as
        (1 + c) / 2, even the last gets much, and then recall@50 is .991 where this way finds .9994, among 50,000
        artists drawn from the headline's, with a window of 500.
        """
        norm = float(np.linalg.norm(self.query.latent))
        square = STRETCH**2
        knn = {
            "field": LATENT,
            "query_vector": stretched(self.query.latent / norm),
            "k": LATENT_CANDIDATES,
            "num_candidates": LATENT_CANDIDATES,
            "boost": norm * (1 + square * (2 - 2 * _STEEP_AT)) ** 2 / (2 * square),
            "filter": {"bool": filter_clauses(self.filters)},
        }
        return {"knn": knn}

    def _wanted(self, share: float) -> list[dict[str, float]]:
        """Return the latent features and the strongest wanted terms, in parts of as many as one query may have."""
        latent = latent_features(self.query.latent)
        order = strongest(self.query.weights, share)
        first = MOST_CLAUSES - len(latent)
        parts = [
            order[:first],
            *(order[start : start + MOST_CLAUSES] for start in range(first, len(order), MOST_CLAUSES)),
        ]
        asked = [features(self.query.columns[part], self.query.weights[part]) for part in parts]
        return [latent | asked[0], *asked[1:]]

    def _rescoring(self, size: int) -> list[dict[str, Any]]:
        least = WINDOW if self.is_cut else self.shape.layout.entities
        window = min(max(least, 2 * size), MAX_HITS)
        wanted = self._wanted(RESCORED_SHARE if self.is_cut else 1.0)
        steps = [_rescore(window, 0, 1, wanted[0])] if self.is_cut else []
        steps += [_rescore(window, 1, 1, part) for part in wanted[1:]]
        for start in range(0, int((self.query.weights < 0).sum()), MOST_CLAUSES):
            part = np.flatnonzero(self.query.weights < 0)[start : start + MOST_CLAUSES]
            steps.append(_rescore(window, 1, -1, features(self.query.columns[part], -self.query.weights[part])))
        return steps


def strongest(weights: npt.NDArray[np.float64], share: float) -> npt.NDArray[np.int64]:
    """Return the places of the greatest positive weights that together have a share of their squared norm."""
    order = np.argsort(-weights, kind="stable")[: int((weights > 0).sum())]
    squares = np.cumsum(weights[order] ** 2)
    return order if share >= 1 or not len(order) else order[: int(np.searchsorted(squares, share * squares[-1])) + 1]


def filter_clauses(filters: Filters) -> dict[str, list[dict[str, Any]]]:
    """Return the `filter` and `must_not` clauses of a bool query."""
    clauses = [clause for name in ("familiarity", "hotttnesss") for clause in _range(filters, name)]
    if filters.max_leaning < 1:
        clauses.append({"range": {"leaning": {"lte": float(np.float32(filters.max_leaning))}}})
    if filters.only is not None:
        clauses.append({"terms": {"id": sorted(filters.only)}})
    unwanted = [{"terms": {"id": sorted(filters.without)}}] if filters.without else []
    return {"filter": clauses, "must_not": unwanted}


def starting_body(prefix: str, n: int) -> dict[str, Any]:
    """Return a search request for the best known entities with a name key that starts so."""
    query: dict[str, Any] = {"prefix": {"names": prefix}} if prefix else {"match_all": {}}
    return {"size": n, "sort": _RENOWN, "query": query, "track_total_hits": False}


def by_values(field: str, values: list[Any], size: int | None = None, *, packed: bool = False) -> dict[str, Any]:
    """Return a search request for what has one of the values in a field; as many hits as values if size is None."""
    query = {"constant_score": {"filter": {"terms": {field: values}}}}
    body: dict[str, Any] = {"size": size or len(values), "query": query, "track_total_hits": False}
    return body | ({"stored_fields": [PACKED], "_source": ["id"]} if packed else {})


def resembling_body(key: str, n: int) -> dict[str, Any]:
    """Return a request for entities with a name key that is (hits) or begins with (suggestion) an edit of a key."""
    edits = {"fuzziness": 1, "transpositions": True, "prefix_length": 0}
    whole = {"fuzzy": {"names": {"value": key, "max_expansions": 1000, **edits}}}
    completion = {"field": "begins", "size": n, "fuzzy": {**edits, "min_length": 3, "unicode_aware": True}}
    suggest = {"resembling": {"prefix": key, "completion": completion}}
    return {"size": n, "sort": _RENOWN, "query": whole, "suggest": suggest, "track_total_hits": False}


def _sparse(asked: dict[str, float]) -> dict[str, Any]:
    return {"sparse_vector": {"field": FEATURES, "query_vector": asked, "prune": False}}


def _rescore(window: int, before: float, now: float, asked: dict[str, float]) -> dict[str, Any]:
    query = {"query_weight": before, "rescore_query_weight": now, "rescore_query": _sparse(asked)}
    return {"window_size": window, "query": query}


def _range(filters: Filters, name: str) -> list[dict[str, Any]]:
    least, greatest = getattr(filters, f"min_{name}"), getattr(filters, f"max_{name}")
    bounds = ({"gte": float(np.float32(least))} if least > 0 else {}) | (
        {"lte": float(np.float32(greatest))} if greatest < 1 else {}
    )
    return [{"range": {name: bounds}}] if bounds else []
