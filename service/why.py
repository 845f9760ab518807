"""Why two are alike, as a reader understands it: what they share, by what kind of bond, and who says so.

Most of a likeness lies in the latent vectors. Which terms those come of is worked out (`nlp.likeness`), so nearly all
of a score can be told in words: docs/decisions/0042-why.md.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from index.names import term_key
from index.published import DictionaryTerm
from index.showing import is_telling
from records.errors import NoSnapshotError
from records.snapshot import read_snapshot
from records.types import Entity, EntityKind, Evidence, Explanation, SharedTerm, Term, TermKind
from service.questions import find_seeds, find_sentences

if TYPE_CHECKING:
    from index.base import Index
    from nlp.likeness import TermShares
    from records.lake import Lake
    from records.snapshot import Snapshot, Vectors

_SAME = 1e-4
"""Two sums of shares that differ by less are the same."""
_LEAST = 0.005
"""Of the score: a part that brings less would be told as 0%."""


class Bond(StrEnum):
    """What holds two together."""

    WORDS = "words"
    """Words that are said of both."""
    TOGETHER = "together"
    """They are named in one breath."""
    COMPANY = "company"
    """They are named beside the same others."""
    PLACES = "places"
    """The same people, places, labels and titles are named with both."""
    KINDRED = "kindred"
    """What is said of one only, but is used of the same music as what is said of the other."""
    REST = "rest"
    """What no term can be named for: borrowed where little was said, or learned from listening."""

    @property
    def told(self) -> str:
        """What it is, as a reader is told."""
        return _TOLD[self]


_TOLD = {
    Bond.WORDS: "the same words are said of both",
    Bond.TOGETHER: "they are named in one breath",
    Bond.COMPANY: "they are named beside the same artists",
    Bond.PLACES: "the same people, places and titles",
    Bond.KINDRED: "kindred words and names, said of one of them",
    Bond.REST: "borrowed where little was said, or learned from listening",
}


@dataclass(frozen=True, slots=True)
class BondTerm:
    """A term that holds two together."""

    term: Term
    label: str
    share: float
    """Part of the score."""
    of: tuple[str, ...]
    """Ids of those of whom it is said: both, or one."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one kind of bond brings."""

    bond: Bond
    share: float
    """Part of the score; those of all bonds sum to it, but for the smallest, which are left out."""
    terms: tuple[BondTerm, ...]
    """Those that tell a reader most, best first."""


@dataclass(frozen=True, slots=True)
class Why:
    """An answer of `explain`."""

    a: Entity
    b: Entity
    explanation: Explanation
    """Its shared terms, by themselves, leave the two out: that they are named together is one of the parts."""
    parts: tuple[Part, ...]
    """What the likeness is made of, the greatest part first."""
    evidence: tuple[Evidence, ...]
    """Sentences that say a term of the parts, of either, in the order of the parts."""


def explain(
    index: "Index",
    lake: "Lake",
    names: tuple[str, str],
    kind: EntityKind | None,
    n: int,
    sentences: int,
    snapshot: "Snapshot | None" = None,
    until: date | None = None,
) -> Why:
    """Say why two entities are alike, with up to so many sentences of each for each term.

    Args:
        index: that is asked.
        lake: its lake.
        names: of the two.
        kind: of the two; None for any.
        n: how many terms of each part.
        sentences: how many of each entity for each term.
        snapshot: the vectors that the index answers from; read from the lake if None.
        until: the day of the index if it is a past one; sentences that were fetched later are left out.

    Raises:
        UnknownEntityError: there is none of a name.
        QueryError: a name means several, or the two are of different kinds.
    """
    from index.base import MAX_ANSWER

    a, b = (seed.entity for seed in find_seeds(index, lake, names, (), kind))
    whole = index.explain(a.id, b.id, MAX_ANSWER)
    parts = _parts(index, lake, (a, b), whole, n, snapshot)
    terms = [term.term for part in parts for term in part.terms]
    said = [e for entity in (a, b) for e in find_sentences(lake, entity.id, terms, sentences, until)]
    said.sort(key=lambda e: terms.index(e.term))
    own = _artists(a, b)
    shared = [s for s in whole.shared if not (s.term.kind is TermKind.ARTIST and s.term.text in own)]
    return Why(a, b, replace(whole, shared=tuple(shared[:n])), parts, tuple(said))


def _parts(
    index: "Index", lake: "Lake", pair: tuple[Entity, Entity], whole: Explanation, n: int, snapshot: "Snapshot | None"
) -> tuple[Part, ...]:
    """Return what a likeness is made of; where the latent part cannot be told in terms, kindred words have none."""
    try:
        told = _told(pair, whole, snapshot or read_snapshot(lake, index.live().day), lake)
    except NoSnapshotError:
        told = None
    left_over = Bond.REST if told else Bond.KINDRED
    told = told or [_of_shared(shared, pair) for shared in whole.shared]
    shares = dict.fromkeys(Bond, 0.0)
    for one in told:
        shares[one.bond] += one.share
    shares[left_over] += whole.score - sum(shares.values())
    parts = [Part(bond, share, _best([one for one in told if one.bond is bond], n)) for bond, share in shares.items()]
    return tuple(sorted((p for p in parts if p.share > _LEAST * whole.score), key=lambda part: -part.share))


@dataclass(frozen=True, slots=True)
class _Told:
    bond: Bond
    term: Term
    label: str
    share: float
    salience: float
    is_telling: bool
    of: tuple[str, ...]


def _told(pair: tuple[Entity, Entity], whole: Explanation, snapshot: "Snapshot", lake: "Lake") -> list[_Told] | None:
    """Return what every term brings; None if the vectors are not those that the index answers from."""
    vectors = snapshot.vectors[pair[0].kind]
    found = pc.index_in(pa.array([entity.id for entity in pair]), vectors.entities["id"]).to_pylist()
    if None in found:
        return None
    shares = _shares(vectors, (found[0], found[1]), snapshot, whole, lake)
    if shares is None:
        return None
    rows = vectors.terms.take(pa.array(shares.columns)).to_pylist()
    own = _artists(*pair)
    ids = [entity.id for entity in pair]
    told = []
    for row, share, sides in zip(rows, shares.shares.tolist(), shares.sides.T.tolist(), strict=True):
        term = DictionaryTerm(0, Term(TermKind(row.pop("kind")), row.pop("term")), **row)
        of = tuple(i for i, side in zip(ids, sides, strict=True) if side)
        bond = _bond(term.term, own, is_shared=len(of) > 1)
        told.append(_Told(bond, term.term, term.label, share, term.salience, is_telling(term), of))
    return told


def _shares(
    vectors: "Vectors", rows: tuple[int, int], snapshot: "Snapshot", whole: Explanation, lake: "Lake"
) -> "TermShares | None":
    """Return the shares of terms by the mix of the index: the snapshot's, or what learning left of it."""
    from nlp.epoch import stored_epoch
    from nlp.learning import SHARE
    from nlp.likeness import term_shares

    kind = EntityKind(vectors.entities["kind"][0].as_py())
    epoch = stored_epoch(lake, snapshot.epoch or snapshot.day, kind)
    if epoch is None:
        return None
    for left in (1.0, 1.0 - SHARE):
        mix = {key: weight * left for key, weight in snapshot.mix.items()}
        by_themselves = term_shares(vectors, rows, mix, None)
        if by_themselves and abs(by_themselves.shares.sum() - (whole.score - whole.latent)) < _SAME:
            return term_shares(vectors, rows, mix, epoch)
    return None


def _of_shared(shared: SharedTerm, pair: tuple[Entity, Entity]) -> _Told:
    bond = _bond(shared.term, _artists(*pair), is_shared=True)
    is_word = shared.term.kind in (TermKind.N1, TermKind.N2)
    return _Told(bond, shared.term, shared.label, shared.share, 1.0, not is_word, (pair[0].id, pair[1].id))


def _artists(a: Entity, b: Entity) -> frozenset[str]:
    return frozenset((a.id, b.id, *a.artists, *b.artists))


def _bond(term: Term, own: frozenset[str], *, is_shared: bool) -> Bond:
    if term.kind is TermKind.ARTIST and term.text in own:
        return Bond.TOGETHER
    if not is_shared:
        return Bond.KINDRED
    return {TermKind.ARTIST: Bond.COMPANY, TermKind.NAME: Bond.PLACES}.get(term.kind, Bond.WORDS)


def _best(told: list[_Told], n: int) -> tuple[BondTerm, ...]:
    """Return the n terms to show, best first; a text that several kinds have is given once."""
    by_text: dict[str, list[_Told]] = {}
    for one in told:
        by_text.setdefault(term_key(one.term.kind, one.term.text, one.label), []).append(one)
    best = []
    for same in by_text.values():
        telling = [one for one in same if one.is_telling]
        share = sum(one.share for one in same)
        if telling and share > 0:
            first = max(telling, key=lambda one: one.share)
            of = tuple(i for i in same[0].of if all(i in one.of for one in same)) or first.of
            best.append((share * first.salience, BondTerm(first.term, first.label, share, of)))
    best.sort(key=lambda pair: -pair[0])
    return tuple(term for _, term in best[:n])
