"""How well neighbours agree with the headline benchmark's truth: who listeners hear as similar.

Only its dev split is ever read. Scores are those of the benchmark's own judge: P@10, nDCG@10, MRR over the queries of
the split, candidates outside the pool passed over, a query that is not answered counting 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from records.errors import InputError

CUT = 10
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Truth:
    """Queries with the artists that are truly similar."""

    pool: frozenset[str]
    """Ids of all candidates."""
    similar: dict[str, frozenset[str]]
    """Query -> ids."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Means over the queries, each in [0, 1]."""

    ndcg: float
    precision: float
    mrr: float


def read_truth(data: Path) -> Truth:
    """Read the dev split of the folder that the benchmark's `prepare` wrote.

    Raises:
        InputError: there is none.
    """
    try:
        pool = frozenset((data / "pool.txt").read_text(encoding="utf-8").split())
        lines = (data / "gold.dev.tsv").read_text(encoding="utf-8").splitlines()
        return Truth(pool, {query: frozenset(ids.split()) for query, ids in (line.split("\t") for line in lines)})
    except (OSError, ValueError) as error:
        raise InputError(f"{data} is not what the headline benchmark's `prepare` writes ({error})") from error


def score(ids: Sequence[str], similarities: Floats, truth: Truth) -> Scores:
    """Score the neighbours that similarities give.

    Args:
        ids: an artist a row.
        similarities: (artists, artists), the more alike the greater; equal ones keep the order of the rows.
        truth: what is right.
    """
    rows = {artist: row for row, artist in enumerate(ids)}
    candidates = np.array([row for artist, row in rows.items() if artist in truth.pool])
    found = [_one(query, similar, ids, similarities, rows, candidates) for query, similar in truth.similar.items()]
    return Scores(*(float(mean) for mean in np.mean(found, axis=0)))


def _one(
    query: str,
    similar: frozenset[str],
    ids: Sequence[str],
    similarities: Floats,
    rows: dict[str, int],
    candidates: npt.NDArray[np.int64],
) -> tuple[float, float, float]:
    if query not in rows:
        return 0.0, 0.0, 0.0
    others = candidates[candidates != rows[query]]
    order = others[np.argsort(-similarities[rows[query], others], kind="stable")]
    hits = np.array([ids[row] in similar for row in order.tolist()])
    gains = 1 / np.log2(np.arange(CUT) + 2)
    ndcg = float(gains[: len(hits[:CUT])] @ hits[:CUT]) / float(gains[: len(similar)].sum())
    return ndcg, float(hits[:CUT].mean()), 1 / (1 + int(hits.argmax())) if hits.any() else 0.0
