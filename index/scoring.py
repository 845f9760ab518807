"""Queries made of seeds or of words, and the exact score of a vector with every term's share of it."""

import math
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.description import Wanted
from index.names import term_key
from index.published import DictionaryTerm, Layout, Query, Vector
from index.showing import is_telling
from records.errors import QueryError
from records.snapshot import LATENT
from records.types import SharedTerm, TermKind

LEAST_SCORE = 1e-6
"""Scores up to this are 0: float32 weights leave about 1e-7 of noise."""


def normalised_mix(mix: Mapping[str, float], *, latent: bool = True) -> dict[str, float]:
    """Return a mix scaled to sum 1; without the latent part if that is not wanted.

    Raises:
        QueryError: a key is neither a term kind nor `latent`, a weight is negative or no number, or nothing is left.
    """
    known = [*map(str, TermKind), LATENT]
    for key, weight in mix.items():
        if key not in known:
            raise QueryError(f"the mix has {str(key)!r}; expected only {', '.join(known)}")
        if not (math.isfinite(weight) and weight >= 0):
            raise QueryError(f"the mix gives {key} the weight {weight}; expected a number of at least 0")
    kept = {str(key): float(weight) for key, weight in mix.items() if weight > 0 and (latent or key != LATENT)}
    total = sum(kept.values())
    if not math.isfinite(total):
        raise QueryError("the weights of the mix are too great to be added; expected smaller ones, such as 1 to 10")
    if not total > 0:
        raise QueryError(
            f"the mix leaves nothing to compare by; expected a weight above 0 for one of {', '.join(known)}"
        )
    return {key: weight / total for key, weight in kept.items()}


def seeds_query(vectors: Sequence[Vector], weights: Sequence[float], layout: Layout, mix: Mapping[str, float]) -> Query:
    """Return the query for what is like seeds: their weighted sum over the sum of |weights|, scaled by the mix.

    Weights are finite and not 0 (negative: unlike). With one seed the score is the similarity to it.
    """
    total = sum(map(abs, weights))
    columns = np.concatenate([v.columns for v in vectors])
    values = np.concatenate([v.weights * (w / total) for v, w in zip(vectors, weights, strict=True)], dtype=np.float64)
    latent = np.zeros(layout.dimensions)
    for vector, weight in zip(vectors, weights, strict=True):
        latent += vector.latent * (mix.get(LATENT, 0.0) * weight / total)
    return _query(columns, values, latent, layout, mix)


def words_query(
    wanted: Sequence[Wanted], rows: Mapping[str, list[DictionaryTerm]], layout: Layout, mix: Mapping[str, float]
) -> Query:
    """Return the query for a description: per term kind the idf-weighted words, of L2 norm 1, scaled by the mix.

    A kind counts by how much of the description it knows: where only one of two words is an adjective, adjectives do
    not make up for the other.
    """
    weighted = [(row.column, word.weight * row.idf) for word in wanted for row in rows.get(word.key, [])]
    columns = np.array([column for column, _ in weighted], np.int32)
    values = np.array([value for _, value in weighted], np.float64)
    order, place = np.unique(columns, return_inverse=True)
    sums = np.bincount(place, values, len(order))
    gains = np.zeros(len(order))
    for kind, bounds in layout.columns.items():
        start, stop = np.searchsorted(order, bounds)
        norm = np.linalg.norm(sums[start:stop])
        gains[start:stop] = _known_part(wanted, rows, kind) / norm if norm > 0 else 0.0
    return _query(order, sums * gains, np.zeros(layout.dimensions), layout, mix)


def _known_part(wanted: Sequence[Wanted], rows: Mapping[str, list[DictionaryTerm]], kind: TermKind) -> float:
    """Return the part, in [0, 1], of a description's weight whose words are known as terms of a kind."""
    total = sum(abs(word.weight) for word in wanted if word.key in rows and not word.implied)
    known = sum(abs(w.weight) for w in wanted if any(row.term.kind is kind for row in rows.get(w.key, [])))
    return min(1.0, known / total) if total else 1.0


def _query(
    columns: npt.NDArray[np.int32],
    values: npt.NDArray[np.float64],
    latent: npt.NDArray[np.float64],
    layout: Layout,
    mix: Mapping[str, float],
) -> Query:
    order, place = np.unique(columns, return_inverse=True)
    gains = layout.spread(order, {kind: mix[kind] for kind in TermKind if kind in mix})
    weights = np.bincount(place, values, len(order)) * gains
    kept = weights != 0
    return Query(order[kept].astype(np.int32), weights[kept], latent)


@dataclass(frozen=True, slots=True)
class Shares:
    """The parts of one score: what each shared column brings, in the order of columns, and the latent vectors."""

    columns: npt.NDArray[np.int32]
    values: npt.NDArray[np.float64]
    latent: float

    @property
    def score(self) -> float:
        """Sum of all parts."""
        return float(self.values.sum()) + self.latent

    def strongest(self, n: int) -> "Shares":
        """Return the n columns that bring the most, best first, of those that bring anything; ties by column."""
        best = np.argsort(-self.values, kind="stable")[: min(n, np.count_nonzero(self.values > 0))]
        return Shares(self.columns[best], self.values[best], self.latent)


def shares_of(query: Query, vector: Vector) -> Shares:
    """Return the parts of the score of a vector, in double precision."""
    latent = float(query.latent @ vector.latent.astype(np.float64))
    if not len(query.columns):
        return Shares(query.columns, query.weights, latent)
    place = np.searchsorted(query.columns, vector.columns)
    place[place == len(query.columns)] = 0
    shared = query.columns[place] == vector.columns
    return Shares(vector.columns[shared], query.weights[place[shared]] * vector.weights[shared], latent)


def shared_terms(shares: Shares, rows: Mapping[int, DictionaryTerm], n: int) -> tuple[SharedTerm, ...]:
    """Return the n terms that bring the most, best first.

    Terms of one text in several kinds ("dream pop" as n2 and as np) become one: the strongest of them, with the sum
    of their shares.
    """
    return tuple(shared for shared, _ in _by_text(shares, rows)[:n])


def telling_terms(
    shares: Shares, rows: Mapping[int, DictionaryTerm], n: int, themselves: Container[str]
) -> tuple[SharedTerm, ...]:
    """Return the n shared terms that tell a reader most, best first by share times salience.

    Left out are those compared, by their ids: that two are named together says nothing of how they sound. So are words
    and pairs of words that describe nothing ("their", "this track"), however much they bring together.
    """
    told = [
        (shared.share * max(row.salience for row in found), shared)
        for shared, found in _by_text(shares, rows)
        if any(is_telling(row) for row in found)
        and not (shared.term.kind is TermKind.ARTIST and shared.term.text in themselves)
    ]
    told.sort(key=lambda pair: -pair[0])
    return tuple(shared for _, shared in told[:n])


def _by_text(shares: Shares, rows: Mapping[int, DictionaryTerm]) -> list[tuple[SharedTerm, list[DictionaryTerm]]]:
    """Return every shared text with the terms that it is, the strongest first; the text that brings most first."""
    sums: dict[str, float] = {}
    found: dict[str, list[DictionaryTerm]] = {}
    best = shares.strongest(len(shares.columns))
    for column, share in zip(best.columns.tolist(), best.values.tolist(), strict=True):
        row = rows[column]
        key = term_key(row.term.kind, row.term.text, row.label)
        found.setdefault(key, []).append(row)
        sums[key] = sums.get(key, 0.0) + share
    order = sorted(sums, key=lambda key: (-sums[key], key))
    return [(SharedTerm(found[key][0].term, found[key][0].label, sums[key]), found[key]) for key in order]
