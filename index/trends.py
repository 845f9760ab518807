"""What changed between the vectors of two days: terms of an entity that rise and fall, entities that are rising.

Formulas with their reasons: docs/time.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow.compute as pc

from records.errors import QueryError, UnknownEntityError
from records.schemas import from_table
from records.snapshot import Snapshot, Vectors
from records.types import Entity, EntityKind, Term, TermKind

LEAST_DOCUMENTS = 2
"""Documents about the entity that must use a term for its change to mean anything: one is an accident."""

LEAST_CHANGE = 0.02
"""What the weight of a term must change by. Terms of artists of whom nothing new was written move too, as idf does and
as the old fades: over a month of a blog's posts by .0137 at most for 99 of 100 such terms (831 terms, median .0002)."""


@dataclass(frozen=True, slots=True)
class Trend:
    """A term of an entity whose weight changed."""

    term: Term
    label: str
    change: float
    """`after` less `before`, in [-1, 1]."""
    before: float
    """In [0, 1]: weight in the entity's unit vector of the term's kind; 0 for a term it had not."""
    after: float
    documents: int
    """Documents about the entity that use the term, up to the later day."""


@dataclass(frozen=True, slots=True)
class TermTrends:
    """The terms of an entity that rose most and fell most between two days."""

    entity: Entity
    since: date
    until: date
    rising: tuple[Trend, ...]
    """Greatest change first."""
    falling: tuple[Trend, ...]
    """Least change first."""


@dataclass(frozen=True, slots=True)
class TermHistory:
    """The weight of one term of an entity on several days."""

    term: Term
    label: str
    days: tuple[date, ...]
    """Ascending."""
    weights: tuple[float, ...]
    """One a day, in [0, 1]: weight in the entity's unit vector of the term's kind; 0 where it had not the term."""


@dataclass(frozen=True, slots=True)
class Riser:
    """An entity that more is written about than before."""

    entity: Entity
    change: float
    """Hotttnesss on the later day less that on the earlier one."""
    hotttnesss: float
    familiarity: float
    discovery: float
    """In [0, 1]: how much more it is talked about than it is known."""
    documents: int


@dataclass(frozen=True, slots=True)
class Rising:
    """The entities of a kind that rose most between two days, and those to discover on the later one."""

    kind: EntityKind
    since: date
    until: date
    rising: tuple[Riser, ...]
    """Greatest change of hotttnesss first."""
    discoveries: tuple[Riser, ...]
    """Greatest discovery first."""


def discovery(hotttnesss: float, familiarity: float) -> float:
    """Return how much more is written of an entity now than over time: max(0, hotttnesss - familiarity), in [0, 1].

    Both are logarithms scaled to [0, 1], so their difference is a ratio of amounts. Source: docs/time.md.
    """
    return max(0.0, hotttnesss - familiarity)


def term_trends(before: Snapshot, after: Snapshot, entity: Entity, n: int = 10) -> TermTrends:
    """Return which terms of an entity rose and fell between two snapshots, at most n of each.

    A term counts if at least LEAST_DOCUMENTS documents about the entity use it and its weight changed by at least
    LEAST_CHANGE. An entity that the earlier snapshot does not know had no terms then.

    Raises:
        QueryError: the earlier snapshot is not the earlier one, or n is not positive.
        UnknownEntityError: the later snapshot does not know the entity.
    """
    _check(before, after, n)
    was, now = _row(before, entity), _row(after, entity)
    if now is None:
        raise UnknownEntityError(f"{entity.name} ({entity.id}) is not in the vectors of {after.day}")
    trends = [_trend(key, was or {}, now) for key in {**(was or {}), **now}]
    counted = [t for t in trends if t.documents >= LEAST_DOCUMENTS and abs(t.change) >= LEAST_CHANGE]
    counted.sort(key=lambda t: (-t.change, t.term.kind, t.term.text))
    rising = tuple(t for t in counted if t.change > 0)[:n]
    falling = tuple(t for t in reversed(counted) if t.change < 0)[:n]
    return TermTrends(entity, before.day, after.day, rising, falling)


def term_histories(snapshots: Sequence[Snapshot], entity: Entity, terms: Sequence[Term]) -> list[TermHistory]:
    """Return the weight of each term of an entity in every snapshot, in the order of the terms; tags have none.

    An entity that a snapshot does not know had no terms then.

    Args:
        snapshots: of several days, the earliest first.
        entity: whose terms.
        terms: which of them.
    """
    days = tuple(snapshot.day for snapshot in snapshots)
    rows = [_row(snapshot, entity) or {} for snapshot in snapshots]
    histories = []
    for term in terms:
        cells = [row.get(term, _NONE) for row in rows]
        label = next((cell.label for cell in reversed(cells) if cell.label), "")
        if label:
            histories.append(TermHistory(term, label, days, tuple(cell.weight for cell in cells)))
    return histories


def rising_entities(before: Snapshot, after: Snapshot, kind: EntityKind, n: int = 10) -> Rising:
    """Return which entities of a kind rose most in hotttnesss between two snapshots, and whom to discover now.

    Those that fewer than LEAST_DOCUMENTS documents are about are passed over.

    Raises:
        QueryError: the earlier snapshot is not the earlier one, or n is not positive.
    """
    _check(before, after, n)
    earlier = before.vectors[kind].entities
    was = dict(zip(earlier.column("id").to_pylist(), earlier.column("hotttnesss").to_pylist(), strict=True))
    found = after.vectors[kind].entities
    found = found.filter(pc.greater_equal(found.column("documents"), LEAST_DOCUMENTS))
    numbers = found.select(["hotttnesss", "familiarity", "documents"]).to_pylist()
    risers = [
        Riser(
            entity,
            row["hotttnesss"] - was.get(entity.id, 0.0),
            row["hotttnesss"],
            row["familiarity"],
            discovery(row["hotttnesss"], row["familiarity"]),
            row["documents"],
        )
        for entity, row in zip(from_table(found, Entity), numbers, strict=True)
    ]
    rising = sorted((r for r in risers if r.change > 0), key=lambda r: (-r.change, r.entity.id))
    unknown = sorted((r for r in risers if r.discovery > 0), key=lambda r: (-r.discovery, r.entity.id))
    return Rising(kind, before.day, after.day, tuple(rising[:n]), tuple(unknown[:n]))


@dataclass(frozen=True, slots=True)
class _Cell:
    label: str = ""
    weight: float = 0.0
    documents: int = 0


_Row = Mapping[Term, _Cell]
_NONE = _Cell()


def _check(before: Snapshot, after: Snapshot, n: int) -> None:
    if before.day >= after.day:
        raise QueryError(f"since {before.day} until {after.day}; expected an earlier day and a later one")
    if n < 1:
        raise QueryError(f"asked for {n}; expected a number of at least 1")


def _row(snapshot: Snapshot, entity: Entity) -> _Row | None:
    """Return the terms of an entity with weight and number of documents; None if the snapshot does not know it.

    Tags are left out: no document says them.
    """
    vectors: Vectors = snapshot.vectors[entity.kind]
    row = pc.index(vectors.entities.column("id"), entity.id).as_py()
    if row < 0:
        return None
    cells = slice(int(vectors.indptr[row]), int(vectors.indptr[row + 1]))
    documents = vectors.entities.column("documents")[row].as_py()
    said_by = np.rint(vectors.frequencies[cells] * documents).astype(int).tolist()
    found = vectors.terms.select(["kind", "term", "label"]).take(vectors.indices[cells]).to_pylist()
    return {
        Term(TermKind(t["kind"]), t["term"]): _Cell(t["label"], weight, number)
        for t, weight, number in zip(found, vectors.weights[cells].tolist(), said_by, strict=True)
        if t["kind"] != TermKind.TAG
    }


def _trend(term: Term, was: _Row, now: _Row) -> Trend:
    before, after = was.get(term, _NONE), now.get(term, _NONE)
    label, documents = after.label or before.label, after.documents or before.documents
    return Trend(term, label, after.weight - before.weight, before.weight, after.weight, documents)
