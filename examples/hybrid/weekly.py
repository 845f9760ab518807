"""A list for one listener for a week: what the blend thinks best, some of it to find out, each with a reason."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from examples.hybrid.content import Content
from examples.hybrid.model import Floats, Model
from examples.hybrid.plays import Plays

_TERMS = 4


@dataclass(frozen=True, slots=True)
class Pick:
    """An artist of the list."""

    name: str
    score: float
    """What the blend says; the order may differ, since it is drawn."""
    players: int
    reason: str


def weekly(
    plays: Plays, content: Content, model: Model, listener: str, week: int, n: int, explore: float
) -> list[Pick]:
    """Return n artists that a listener does not play yet.

    Thompson sampling: a score is drawn around what the blend says, the wider the fewer people play the artist; so who
    is little known gets a chance, and another one every week.

    Args:
        plays: all plays.
        content: the vectors.
        model: fitted to the plays.
        listener: whose list.
        week: seeds the draw; the same week gives the same list.
        n: how many.
        explore: width of the draw in standard deviations of the scores, 0 for none.
    """
    row = plays.listeners.index(listener)
    scores = model.blend @ model.listeners[row]
    width = explore * scores.std() / np.sqrt(1 + model.players)
    drawn = np.random.default_rng(week).normal(scores, width)
    played = plays.counts[[row]].indices
    drawn[played] = -np.inf
    drawn[np.abs(model.blend).sum(axis=1) == 0] = -np.inf  # nothing is known of them
    best = [int(item) for item in np.argsort(-drawn)[:n] if np.isfinite(drawn[item])]
    loved = played[np.argsort(-plays.counts[[row]].data)]
    return [
        Pick(plays.names[i], float(scores[i]), int(model.players[i]), _reason(plays, content, model, loved, i))
        for i in best
    ]


def _reason(plays: Plays, content: Content, model: Model, loved: npt.NDArray[np.int32], item: int) -> str:
    """Say which terms an item shares with what the listener plays; else who is played by the same people."""
    described = [other for other in loved.tolist() if other < content.terms.shape[0]]
    if item < content.terms.shape[0] and described:
        shares = content.terms[described] @ sparse.diags_array(content.terms[[item]].toarray()[0])
        totals = np.asarray(shares.sum(axis=0))
        nearest = described[int(np.argmax(shares.sum(axis=1)))]
        best = [column for column in np.argsort(-totals)[: 4 * _TERMS].tolist() if totals[column] > 0]
        themselves = {plays.names[item], plays.names[nearest]}  # that two are named together tells nothing more
        found = dict.fromkeys(str(content.labels[column]) for column in best)
        labels = [label for label in found if label not in themselves][:_TERMS]
        if labels:
            return f"like {plays.names[nearest]}: {', '.join(labels)}"
    return f"played by those who play {plays.names[_nearest_by_plays(model.plays, loved, item)]}"


def _nearest_by_plays(factors: Floats, loved: npt.NDArray[np.int32], item: int) -> int:
    norms = np.linalg.norm(factors[loved], axis=1)
    return int(loved[np.argmax(factors[loved] @ factors[item] / np.where(norms > 0, norms, 1))])
