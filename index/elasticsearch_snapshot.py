"""One published snapshot in Elasticsearch, asked through a function that sends a search and gives the answer."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from index.elasticsearch_documents import MAX_HITS, Shape, candidate, dictionary_term, listing, unpack
from index.elasticsearch_queries import (
    Plan,
    by_values,
    resembling_body,
    starting_body,
)
from index.published import Candidate, DictionaryTerm, Filters, Listing, Published, Query, Vector
from index.scoring import shares_of
from records.types import EntityKind

Item = TypeVar("Item")
Search = Callable[[str, dict[str, Any]], Mapping[str, Any]]
"""Sends a search request (indices, body) and returns the answer; raises EngineError."""

_BATCH = 1000
_LEAST_TYPO = 3
_MORE = 4
_SPARE = 50
"""Candidates asked for besides the n that are wanted, at most as many again: none of 50 best is lost by it."""


@dataclass(frozen=True, slots=True)
class Part:
    """The two indices of one entity kind."""

    entities: str
    dictionary: str
    shape: Shape


class ElasticsearchSnapshot(Published):
    """A snapshot that answers from its own indices, whatever is made live meanwhile.

    Args:
        snapshot_id: id of the snapshot.
        day: its day.
        mix: its default mix.
        parts: its indices.
        search: how to ask them.
    """

    def __init__(
        self,
        snapshot_id: str,
        day: date,
        mix: Mapping[str, float],
        parts: Mapping[EntityKind, Part],
        search: Search,
    ) -> None:
        self.id, self.day, self.mix = snapshot_id, day, mix
        self.layouts = {kind: part.shape.layout for kind, part in parts.items()}
        self._parts, self._search = parts, search
        self._all = ",".join(part.entities for part in parts.values())

    def find(self, ids: Sequence[str]) -> Mapping[str, Listing]:
        """See `Published.find`."""
        hits = (hit for some in _batches(ids) for hit in self._hits(self._all, by_values("id", some)))
        found = {hit["_source"]["id"]: listing(hit["_source"]) for hit in hits}
        return {i: found[i] for i in ids if i in found}

    def named(self, key: str) -> list[Listing]:
        """See `Published.named`."""
        return [listing(hit["_source"]) for hit in self._hits(self._all, by_values("names", [key], MAX_HITS))]

    def starting(self, prefix: str, kind: EntityKind | None, n: int) -> list[Listing]:
        """See `Published.starting`."""
        hits = self._hits(self._of(kind), starting_body(prefix, n)) if kind in (None, *self._parts) else []
        return [listing(hit["_source"]) for hit in hits]

    def resembling(self, key: str, kind: EntityKind | None, n: int) -> list[Listing]:
        """See `Published.resembling`: whole keys one edit away first, then those that begin so."""
        if len(key) < _LEAST_TYPO or kind not in (None, *self._parts):
            return []
        answer = self._search(self._of(kind), resembling_body(key, n))
        whole = [listing(hit["_source"]) for hit in answer["hits"]["hits"]]
        options = (hit for entry in answer["suggest"]["resembling"] for hit in entry["options"])
        begun = sorted((listing(hit["_source"]) for hit in options), key=lambda found: found.renown)
        return list({found.entity.id: found for found in [*whole, *begun]}.values())[:n]

    def vectors(self, kind: EntityKind, ids: Sequence[str]) -> list[Vector]:
        """See `Published.vectors`."""
        part = self._parts[kind]
        hits = (hit for some in _batches(ids) for hit in self._hits(part.entities, by_values("id", some, packed=True)))
        found = {hit["_source"]["id"]: unpack(hit, part.shape.layout) for hit in hits}
        return [found[i] for i in ids]

    def terms(self, kind: EntityKind, columns: Sequence[int]) -> Mapping[int, DictionaryTerm]:
        """See `Published.terms`."""
        return {row.column: row for row in self._dictionary(kind, "column", columns)}

    def lookup(self, kind: EntityKind, keys: Sequence[str]) -> Mapping[str, list[DictionaryTerm]]:
        """See `Published.lookup`."""
        found: dict[str, list[DictionaryTerm]] = {}
        index = self._parts[kind].dictionary
        hits = (hit for some in _batches(keys) for hit in self._hits(index, by_values("key", some, MAX_HITS)))
        for hit in hits:
            found.setdefault(hit["_source"]["key"], []).append(dictionary_term(hit["_source"]))
        return {key: sorted(found[key], key=lambda row: row.column) for key in keys if key in found}

    def nearest(self, kind: EntityKind, query: Query, n: int, filters: Filters) -> list[Candidate]:
        """See `Published.nearest`.

        Some more than n are asked for, since weights are stored with 9 bits; and more again as long as one that was
        not asked for may belong among the n, which can be told where the query was not cut.
        """
        part = self._parts[kind]
        plan = Plan(query, part.shape, filters)
        if plan.is_hopeless:
            return []
        size = min(n + max(min(n, _SPARE), n // 4) + 10, MAX_HITS)
        while True:
            hits = self._hits(part.entities, plan.body(size))
            found = [candidate(hit, part.shape.layout) for hit in hits]
            if plan.is_cut and len(hits) < size:
                plan = Plan(query, part.shape, filters, whole=True)
            elif size == MAX_HITS or len(hits) < size or not self._may_be_more(plan, hits, found, n):
                return found
            else:
                size = min(size * _MORE, MAX_HITS)

    @staticmethod
    def _may_be_more(plan: Plan, hits: Sequence[Mapping[str, Any]], found: Sequence[Candidate], n: int) -> bool:
        """Say whether an entity that was not returned may have a score as high as the n-th that was."""
        if plan.is_cut or plan.query.has_latent:
            return False
        scores = sorted((shares_of(plan.query, c.vector).score for c in found), reverse=True)
        return float(hits[-1]["_score"]) + plan.slack >= scores[n - 1] > 0

    def _dictionary(self, kind: EntityKind, field: str, values: Sequence[Any]) -> Iterator[DictionaryTerm]:
        for some in _batches(values):
            for hit in self._hits(self._parts[kind].dictionary, by_values(field, some)):
                yield dictionary_term(hit["_source"])

    def _hits(self, indices: str, body: dict[str, Any]) -> list[Mapping[str, Any]]:
        return list(self._search(indices, body)["hits"]["hits"]) if indices else []

    def _of(self, kind: EntityKind | None) -> str:
        return self._all if kind is None else self._parts[kind].entities


def _batches(items: Sequence[Item]) -> Iterator[list[Item]]:
    return (list(items[start : start + _BATCH]) for start in range(0, len(items), _BATCH))
