"""The contract of the index: what can be asked of it, worked out of the few primitives of `index.published`.

A score is `sum over k of mix[k] * cos_k + mix["latent"] * cos_latent` (see `records.snapshot`), at most 1. It is
computed here in double precision from whole vectors, whatever the engine found them by, so engines agree on it. Only
entities with a score above 0 are answered; ties are broken by id.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

from index.choice import choose
from index.description import Wanted, parse_description
from index.names import fold_name
from index.published import Candidate, DictionaryTerm, Filters, IndexStatus, Listing, Live, Published, Query
from index.scoring import (
    LEAST_SCORE,
    Shares,
    normalised_mix,
    seeds_query,
    shared_terms,
    shares_of,
    telling_terms,
    words_query,
)
from index.showing import LOOKED_AT, strongest_terms
from records.errors import NoSnapshotError, QueryError, UnknownEntityError
from records.progress import Progress, silent
from records.snapshot import Snapshot
from records.types import Entity, EntityKind, Explanation, Neighbor, SharedTerm, StageReport, TermKind, WeightedTerm

DISPLAY_KINDS = (TermKind.TAG, TermKind.NP, TermKind.ADJ)
"""Kinds of terms that people like to read."""
KEPT = 3
"""How many older snapshots stay beside the live one."""
MAX_ANSWER = 10_000
"""The most entities or terms in one answer."""
_NO_FILTERS = Filters()


class Index(ABC):
    """A searchable index of published snapshots, one of which is live and answers.

    Every question raises NoSnapshotError before anything was published, and EngineError where the engine fails.
    """

    @abstractmethod
    def status(self) -> IndexStatus:
        """Say what is live and what is kept; an empty index is no error."""

    @abstractmethod
    def _published(self) -> Published:
        """Return the live snapshot; it answers consistently while another is made live.

        Raises:
            NoSnapshotError: nothing was published yet.
        """

    @abstractmethod
    def _build(self, snapshot: Snapshot, published_at: datetime, progress: Progress) -> None:
        """Store a snapshot complete and checked beside the others, not live; what a killed build left is replaced."""

    @abstractmethod
    def _make_live(self, snapshot_id: str, published_at: datetime) -> None:
        """Make a stored snapshot the live one in one step, and note when it was published."""

    @abstractmethod
    def _remove(self, snapshot_id: str) -> None:
        """Remove a stored snapshot that is not live."""

    def publish(self, snapshot: Snapshot, progress: Progress = silent) -> StageReport:
        """Make a snapshot the live one and remove all but KEPT older ones; does nothing if it is live already.

        Queries are answered from the earlier snapshot until the switch, which is one step.
        """
        status = self.status()
        stored = {s.id for s in status.kept}
        if status.live and status.live.id == snapshot.id:
            return StageReport("publish", (), (f"snapshot {snapshot.id} of {snapshot.day} is live already",))
        now = datetime.now(UTC)
        if snapshot.id not in stored:
            self._build(snapshot, now, progress)
        self._make_live(snapshot.id, now)
        expired = self.status().kept[KEPT:]
        for old in expired:
            self._remove(old.id)
        counts = [(f"{kind}s published", v.entities.num_rows) for kind, v in snapshot.vectors.items()]
        return StageReport("publish", (*counts, ("older snapshots removed", len(expired))))

    def remove_kept(self) -> int:
        """Remove every snapshot that is not live, so that nothing can be gone back to; return how many."""
        kept = self.status().kept
        for old in kept:
            self._remove(old.id)
        return len(kept)

    def rollback(self) -> IndexStatus:
        """Make the snapshot live that was published before the live one; return the new status.

        Raises:
            NoSnapshotError: there is none.
        """
        status = self.status()
        before = [s for s in status.kept if status.live and s.published_at < status.live.published_at]
        if not before:
            live = f"{status.live.id} of {status.live.day} is live" if status.live else "nothing is live"
            raise NoSnapshotError(f"there is no snapshot to go back to: {live} and none is kept from before it")
        self._make_live(before[0].id, before[0].published_at)
        return self.status()

    def get(self, ids: Sequence[str]) -> list[Entity]:
        """Return the entities of these ids, in this order.

        Raises:
            UnknownEntityError: an id is not in the live snapshot.
        """
        return [listing.entity for listing in self.listings(ids)]

    def live(self) -> Live:
        """Say which snapshot answers now; cheaper than `status`."""
        published = self._published()
        return Live(published.id, published.day)

    def listings(self, ids: Sequence[str]) -> list[Listing]:
        """Return the entities of these ids, in this order, with how much is written about each.

        Raises:
            UnknownEntityError: an id is not in the live snapshot.
        """
        found = self._published().find(ids)
        _require_known(ids, found)
        return [found[i] for i in ids]

    def known(self, ids: Sequence[str]) -> list[Listing]:
        """Return the entities of these ids, in this order; those that the live snapshot does not know are left out."""
        return list(self._published().find(ids).values())

    def kind_of(self, entity_id: str) -> EntityKind:
        """Return the kind of an entity.

        Raises:
            UnknownEntityError: the id is not in the live snapshot.
        """
        return self.get([entity_id])[0].kind

    def resolve(self, name_or_id: str, kind: EntityKind | None = None) -> Entity:
        """Return the entity of an id, or else of a name or alias.

        Case, accents, punctuation and a leading "the" do not matter. A name goes before an alias, an artist before a
        song, the same capitals before others.

        Raises:
            QueryError: several entities are equally good answers; the message lists their ids.
            UnknownEntityError: none; the message lists the closest names.
        """
        published = self._published()
        known = published.find([name_or_id]).get(name_or_id)
        if known and kind in (None, known.entity.kind):
            return known.entity
        key = fold_name(name_or_id)
        named = [found.entity for found in published.named(key) if kind in (None, found.entity.kind)] if key else []
        if named:
            return choose(name_or_id, named)
        close = [f"{c.entity.name} ({c.entity.id})" for c in published.resembling(key, kind, 5)]
        hint = f"did you mean {', '.join(close)}?" if close else "expected a name, alias or id of the catalogue"
        raise UnknownEntityError(f"no {kind or 'artist or song'} {name_or_id!r} in snapshot {published.day}: {hint}")

    def suggest(self, prefix: str, kind: EntityKind | None = None, n: int = 10) -> list[Entity]:
        """Return entities with a name or alias that begins so, the best known first.

        A typo is forgiven if none does.
        """
        published = self._published()
        key = fold_name(prefix)
        found = published.starting(key, kind, _checked(n)) or published.resembling(key, kind, n)
        return [listing.entity for listing in found[:n]]

    def terms(self, entity_id: str, kinds: Sequence[TermKind] = DISPLAY_KINDS, n: int = 20) -> list[WeightedTerm]:
        """Return the strongest terms of an entity, best first.

        A weight is log tf x idf x salience x n / (n + 1) for a term that n documents about the entity use, divided by
        the greatest of the answer: what a single document happens to say comes behind what several agree on. A tag
        counts in full: many agreed on it. A text
        that several kinds have is given once, as the strongest, and what a stronger phrase says already is left out
        ("shimmering" behind "shimmering guitar").

        Raises:
            UnknownEntityError: the id is not in the live snapshot.
        """
        published = self._published()
        kind = self._kind(published, entity_id)
        listing = published.find([entity_id])[entity_id]
        vector = published.vectors(kind, [entity_id])[0]
        return strongest_terms(
            listing, vector, published.layouts[kind], kinds, _checked(n), partial(published.terms, kind)
        )

    def similar(
        self,
        seeds: Mapping[str, float],
        kind: EntityKind,
        n: int = 10,
        mix: Mapping[str, float] | None = None,
        filters: Filters = _NO_FILTERS,
        shared: int = 3,
    ) -> list[Neighbor]:
        """Return the entities most alike to the seeds, best first; a seed is never among them.

        Args:
            seeds: weight by id; a negative weight means unlike. At least one must be positive.
            kind: kind of the seeds and of the answer.
            n: how many neighbours at most.
            mix: weight of each term kind and of `latent`, scaled to sum 1; the snapshot's own if None.
            filters: which entities may be in the answer.
            shared: how many shared terms to give with each neighbour, of those that tell a reader something.

        Raises:
            UnknownEntityError: a seed is not in the live snapshot.
            QueryError: seeds of another kind, no positive weight, or a mix that makes no sense.
        """
        published = self._published()
        query = self._seeds_query(published, seeds, kind, mix)
        candidates = published.nearest(kind, query, _checked(n), filters.leaving_out(seeds))
        return _neighbors(published, kind, query, candidates, n, shared, frozenset(seeds))

    def search(
        self, description: str, kind: EntityKind = EntityKind.ARTIST, n: int = 10, filters: Filters = _NO_FILTERS
    ) -> list[Neighbor]:
        """Return the entities that a description (see `index.description`) fits best, best first.

        Words that no entity has are passed over; `unknown_words` names them.

        Raises:
            QueryError: the description is malformed, or none of its wanted words is known.
        """
        published = self._published()
        if kind not in published.layouts:
            return []
        wanted = parse_description(description)
        rows = published.lookup(kind, [w.key for w in wanted])
        if not any(w.key in rows and w.weight > 0 for w in wanted):
            raise QueryError(
                f"no {kind} has any of: {_listed(wanted)}; expected at least one wanted word that is known"
            )
        query = words_query(wanted, rows, published.layouts[kind], normalised_mix(published.mix, latent=False))
        candidates = published.nearest(kind, query, _checked(n), filters)
        return _neighbors(published, kind, query, candidates, n, shared=3)

    def unknown_words(self, description: str, kind: EntityKind = EntityKind.ARTIST) -> list[str]:
        """Return the words and phrases of a description that no entity of the kind has, as typed.

        Raises:
            QueryError: the description is malformed.
        """
        published = self._published()
        wanted = [w for w in parse_description(description) if not w.implied]
        rows = published.lookup(kind, [w.key for w in wanted]) if kind in published.layouts else {}
        return [w.text for w in wanted if w.key not in rows]

    def explain(self, a: str, b: str, n: int = 20, mix: Mapping[str, float] | None = None) -> Explanation:
        """Say why two entities of one kind are alike: the n shared terms that bring the most, and the latent part.

        The shares of all shared terms (n large enough) and the latent part sum to the score. It does not matter
        which of the two comes first.

        Raises:
            UnknownEntityError: an id is not in the live snapshot.
            QueryError: the two are of different kinds, or the mix makes no sense.
        """
        published = self._published()
        kind = self._kind(published, a)
        first, second = sorted((a, b))
        if self._kind(published, b) is not kind:
            raise QueryError(f"{a} and {b} are an artist and a song; expected two artists or two songs")
        query = self._seeds_query(published, {first: 1.0}, kind, mix)
        shares = shares_of(query, published.vectors(kind, [second])[0])
        rows = published.terms(kind, shares.columns.tolist())
        return Explanation(shares.score, shares.latent, shared_terms(shares, rows, _checked(n)))

    @staticmethod
    def _kind(published: Published, entity_id: str) -> EntityKind:
        found = published.find([entity_id])
        _require_known([entity_id], found)
        return found[entity_id].entity.kind

    @staticmethod
    def _seeds_query(
        published: Published, seeds: Mapping[str, float], kind: EntityKind, mix: Mapping[str, float] | None
    ) -> Query:
        ids = [i for i, weight in seeds.items() if weight != 0]
        if not all(map(math.isfinite, seeds.values())) or not any(weight > 0 for weight in seeds.values()):
            raise QueryError(f"seeds with weights {list(seeds.values())}; expected numbers, at least one above 0")
        found = published.find(list(seeds))
        _require_known(list(seeds), found)
        others = [i for i in seeds if found[i].entity.kind is not kind]
        if others:
            raise QueryError(f"{', '.join(others)} is no {kind}; seeds must be of the kind that is asked for")
        vectors = published.vectors(kind, ids)
        chosen = normalised_mix(published.mix if mix is None else mix)
        return seeds_query(vectors, [float(seeds[i]) for i in ids], published.layouts[kind], chosen)


def _neighbors(
    published: Published,
    kind: EntityKind,
    query: Query,
    candidates: Sequence[Candidate],
    n: int,
    shared: int,
    seeds: frozenset[str] = frozenset(),
) -> list[Neighbor]:
    scored = [(shares_of(query, candidate.vector), candidate.entity) for candidate in candidates]
    scored = [(shares, entity) for shares, entity in scored if shares.score > LEAST_SCORE]
    scored.sort(key=lambda pair: (-pair[0].score, pair[1].id))
    best = [(shares, shares.strongest(LOOKED_AT * shared), entity) for shares, entity in scored[:n]]
    rows = published.terms(kind, sorted({c for _, strongest, _ in best for c in strongest.columns.tolist()}))
    return [
        Neighbor(entity, shares.score, _shown(strongest, rows, shared, entity, seeds))
        for shares, strongest, entity in best
    ]


def _shown(
    shares: Shares, rows: Mapping[int, DictionaryTerm], n: int, entity: Entity, seeds: frozenset[str]
) -> tuple[SharedTerm, ...]:
    """Return shared terms to show: those that tell something, but every word where words were asked for."""
    return telling_terms(shares, rows, n, seeds | {entity.id}) if seeds else shared_terms(shares, rows, n)


def _checked(n: int) -> int:
    if not 1 <= n <= MAX_ANSWER:
        raise QueryError(f"asked for {n}; expected a number from 1 to {MAX_ANSWER}")
    return n


def _listed(wanted: Sequence[Wanted]) -> str:
    return ", ".join(w.text for w in wanted if w.weight > 0 and not w.implied) or "nothing but unwanted words"


def _require_known(ids: Sequence[str], found: Mapping[str, object]) -> None:
    unknown = [i for i in ids if i not in found]
    if unknown:
        raise UnknownEntityError(f"{', '.join(unknown)} is not in the snapshot; expected the id of an artist or song")
