"""Does what people write help? Plays are hidden, and each way of ranking is asked to find them again."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from examples.hybrid.model import Floats, fit

K = 20
_PART = 0.2
_LISTENERS = 1000


@dataclass(frozen=True, slots=True)
class Case:
    """Plays that are kept, plays that are hidden, and which items may be answered."""

    name: str
    kept: sparse.csr_array
    hidden: sparse.csr_array
    candidates: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Result:
    """How well one way of ranking found the hidden plays of one case."""

    case: str
    ranking: str
    recall: float
    ndcg: float
    listeners: int


def cases(counts: sparse.csr_array, described: npt.NDArray[np.bool_]) -> list[Case]:
    """Return the cases: described artists with all plays hidden, with all but three, and a fifth of all plays.

    Args:
        counts: (listeners, items).
        described: (items): whether there is text about the artist.
    """
    rng = np.random.default_rng(0)
    played = np.flatnonzero(described & (np.diff(counts.tocsc().indptr) > 3))
    cold = np.sort(rng.choice(played, max(1, int(len(played) * _PART)), replace=False))
    found = counts.tocoo()
    is_cold = np.isin(found.col, cold)
    few = np.ones(counts.nnz, bool)
    few[is_cold] = _first_of_each(found.col[is_cold], rng)
    some = rng.random(counts.nnz) >= _PART
    everything = np.arange(counts.shape[1])
    return [
        _case("no plays", counts, ~is_cold, cold),
        _case("three plays", counts, few, cold),
        _case("any artist", counts, some, everything),
    ]


def evaluate(case: Case, features: Floats) -> list[Result]:
    """Measure recall and nDCG of ranking by plays, by content and by the blend."""
    model = fit(case.kept, features)
    rankings = {"plays alone": model.plays, "text alone": model.content, "plays and text": model.blend}
    return [Result(case.name, name, *_measured(case, model.listeners, factors)) for name, factors in rankings.items()]


def _case(name: str, counts: sparse.csr_array, kept: npt.NDArray[np.bool_], candidates: npt.NDArray[np.int64]) -> Case:
    cells = counts.tocoo()
    kept_part, hidden = (
        sparse.csr_array((cells.data[chosen], (cells.row[chosen], cells.col[chosen])), counts.shape)
        for chosen in (kept, ~kept)
    )
    return Case(name, kept_part, hidden, candidates)


def _first_of_each(columns: npt.NDArray[np.int32], rng: np.random.Generator, n: int = 3) -> npt.NDArray[np.bool_]:
    """Mark n cells of each column, drawn at random."""
    order = rng.permutation(len(columns))
    order = order[np.argsort(columns[order], kind="stable")]
    _, starts = np.unique(columns[order], return_index=True)
    place = np.arange(len(order)) - np.repeat(starts, np.diff([*starts, len(order)]))
    marked = np.zeros(len(columns), bool)
    marked[order] = place < n
    return marked


def _measured(case: Case, listeners: Floats, items: Floats) -> tuple[float, float, int]:
    rng = np.random.default_rng(0)
    asked = np.flatnonzero(np.diff(case.hidden.indptr) > 0)[:_LISTENERS]
    # Equal scores, as those of artists without plays, are told apart by lot, not by the order of the file.
    scores = listeners[asked] @ items[case.candidates].T
    scores += rng.random(scores.shape) * 1e-9
    scores[case.kept[asked][:, case.candidates].toarray() > 0] = -np.inf
    right = case.hidden[asked][:, case.candidates].toarray() > 0
    best = np.argsort(-scores, axis=1)[:, :K]
    hits = np.take_along_axis(right, best, axis=1)
    discounts = 1 / np.log2(np.arange(2, hits.shape[1] + 2))
    number = np.minimum(right.sum(axis=1), hits.shape[1])
    ideal = np.array([discounts[:n].sum() for n in number])
    return float((hits.sum(axis=1) / number).mean()), float((hits @ discounts / ideal).mean()), len(asked)
