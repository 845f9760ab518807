"""Leaning: where little was said of an entity, its latent vector borrows from others, and says how much.

Words that a text of two sentences happens to use place an artist by chance. What those of whom much was said have
around that place is a better guess; a song is most like its artists. Whom one may lean on is settled once an epoch, as
the space is, so an entity of which nothing new was said stays where it is.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from sklearn.preprocessing import normalize

from nlp.latent import fold_in
from nlp.weighting import Weighed

OWN = 20.0
"""Words said of an entity from which on its own text counts for more than what it borrows. Source: headline benchmark,
300 artists of whom much was said cut down to two sentences each; the share of their ten neighbours that are those of
the whole text, and nDCG@10 of the 87 of them in the dev split: .191 and .175 without leaning; .233 and .202 with 10;
.238 and .200 with 20; .230 and .197 with 40. nDCG@10 of all with their whole texts is .383 to .384 in each case."""
ENOUGH = 300.0
"""Words from which on an entity leans on nobody and others may lean on it: it would borrow less than .07. Source: as
above; leaning on those with at least 100 words .236, 300 .238, 1,000 .241."""
NEAREST = 30
"""How many neighbours one leans on. Source: as above, 10 .233, 30 .238, 100 .235."""
_SHARPNESS = 4
"""Power of the cosine by which neighbours count. Source: as above, 1 .233, 4 .238, 8 .234."""
_MOST = 10_000
"""Those of whom most was said are enough to lean on, and bound what the first day of an epoch costs."""
_ROWS = 1024


@dataclass(frozen=True, slots=True)
class Anchors:
    """Whom entities may lean on."""

    ids: pa.Array
    latent: npt.NDArray[np.float32]
    """(anchors, dimensions), rows of L2 norm 1 or 0."""


def no_anchors(dimensions: int) -> Anchors:
    """Return nobody."""
    return Anchors(pa.array([], pa.string()), np.zeros((0, dimensions), np.float32))


def well_read(weighed: Weighed, space: npt.NDArray[np.float32]) -> Anchors:
    """Return those of whom enough was said, at most `_MOST`, as anchors of their own kind."""
    order = np.argsort(-weighed.words, kind="stable")[:_MOST]
    rows = np.sort(order[weighed.words[order] >= ENOUGH])
    return Anchors(weighed.entities.combine_chunks().take(pa.array(rows)), fold_in(weighed, space)[rows])


def lean_on_neighbors(
    weighed: Weighed, latent: npt.NDArray[np.float32], anchors: Anchors
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return latent vectors of which thin ones lean on their nearest anchors, and the share of each that is borrowed.

    Args:
        weighed: entities.
        latent: their own latent vectors, (entities, dimensions).
        anchors: whom they may lean on.

    Source: smoothing by a Dirichlet prior, as in Zhai and Lafferty, A Study of Smoothing Methods for Language Models,
    2004, with the neighbours in the place of the whole collection.
    """
    return _leaning(weighed, latent, lambda rows, thin: _nearest(latent[rows][thin], anchors.latent))


def lean_on_performers(
    weighed: Weighed, latent: npt.NDArray[np.float32], anchors: Anchors, performers: pa.ListArray
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return latent vectors of which thin ones lean on their artists, and the share of each that is borrowed.

    Args:
        weighed: songs.
        latent: their own latent vectors, (songs, dimensions).
        anchors: artists, in the space of songs.
        performers: for each song the ids of its artists, strings.
    """
    found = pc.index_in(performers.flatten(), anchors.ids)
    owner = pc.list_parent_indices(performers).filter(found.is_valid()).to_numpy()
    artist = found.drop_null().to_numpy()

    def performing(rows: slice, thin: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
        some = slice(*np.searchsorted(owner, (rows.start, rows.stop)))
        toward = np.zeros((rows.stop - rows.start, latent.shape[1]), np.float32)
        np.add.at(toward, owner[some] - rows.start, anchors.latent[artist[some]])
        return toward[thin]

    return _leaning(weighed, latent, performing)


def _leaning(
    weighed: Weighed,
    latent: npt.NDArray[np.float32],
    toward_of: Callable[[slice, npt.NDArray[np.bool_]], npt.NDArray[np.float32]],
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Lean, some rows at a time, on what a function gives for those of some rows who are thin."""
    leaning: npt.NDArray[np.float32] = weighed.place.array(latent.shape, np.float32)
    borrowed = np.zeros(len(latent), np.float32)
    for start in range(0, len(latent), _ROWS):
        rows = slice(start, min(start + _ROWS, len(latent)))
        shares = _shares(weighed.words[rows])
        toward = np.zeros_like(latent[rows])
        if (shares > 0).any():
            toward[shares > 0] = toward_of(rows, shares > 0)
        leaning[rows], borrowed[rows] = _mixed(latent[rows], toward, shares)
    return leaning, borrowed


def _shares(words: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(words < ENOUGH, OWN / (OWN + words), 0.0)


def _nearest(latent: npt.NDArray[np.float32], anchors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the mean of each row's nearest anchors, the nearer the more."""
    cosines = np.maximum(latent @ anchors.T, 0) ** _SHARPNESS
    if len(anchors) > NEAREST:
        least = -np.partition(-cosines, NEAREST - 1, axis=1)[:, NEAREST - 1 : NEAREST]
        cosines[cosines < least] = 0
    toward: npt.NDArray[np.float32] = cosines @ anchors
    return toward


def _mixed(
    own: npt.NDArray[np.float32], toward: npt.NDArray[np.float32], shares: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Mix what is one's own with what is borrowed; where there is nothing to borrow, nothing is, and the other way."""
    shares = np.where(toward.any(axis=1), np.where(own.any(axis=1), shares, np.ceil(shares)), 0.0)
    if not own.size:
        return own, shares.astype(np.float32)
    mixed = (1 - shares)[:, None] * own + shares[:, None] * normalize(toward)
    latent = np.where(shares[:, None] > 0, normalize(mixed), own)
    return latent.astype(np.float32), shares.astype(np.float32)
