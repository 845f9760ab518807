"""Which of an entity's terms a reader is shown, and in which order.

Similarity uses every term with the weight it has; a list of twenty has to tell something in each of them.
"""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.names import term_key
from index.published import DictionaryTerm, Layout, Listing, Vector
from records.types import TermKind, WeightedTerm

LOOKED_AT = 10
"""Terms looked at for each one shown: salience is at least .5, so what is shown comes out of the first few."""
_LEAST_SHOWN = 20
"""For how many as many are looked at as for fewer: of a few strong terms none may be borne out."""
PRIOR_DOCUMENTS = 128.0
"""How many documents the share of all documents that use a term counts for, against those about the entity. Source: of
1, 2, 4 to 128 the best likelihood and calibration on two corpora, a third of the documents held out (`python -m
bench.probability`): the expected calibration error is .002 on two blogs and .006 on the headline benchmark, where the
frequency's are .149 and .055. With the share of entities in place of that of documents it was .005 and .047."""


_PLAIN = 0.5
"""Salience of a term that describes no music."""
_NAMED = (TermKind.NAME, TermKind.ARTIST, TermKind.TAG)


def is_telling(row: DictionaryTerm) -> bool:
    """Say whether a term tells a reader something.

    A word that describes nothing ("their") does not, nor do two words as they stand ("hazy and"): where they make a
    phrase, they are a noun phrase as well.
    """
    return row.term.kind is not TermKind.N2 and (row.term.kind is not TermKind.N1 or row.salience > _PLAIN)


def is_borne_out(row: DictionaryTerm, said_by: float) -> bool:
    """Say whether a term of an entity is more than what one writer happened to say ("backlog", "kicking").

    A word made for describing music is, and so are names and tags; any other has to be said by two.

    Args:
        row: the term.
        said_by: how many documents about the entity use it.
    """
    return row.salience > _PLAIN or row.term.kind in _NAMED or said_by > 1.5  # shares are kept as float32


@dataclass(frozen=True, slots=True)
class Said:
    """A term of an entity, with its weight among the entity's terms and the share of documents that use it."""

    row: DictionaryTerm
    weight: float
    frequency: float
    probability: float | None = None
    """None for a tag: it is given, not written."""


def strongest_terms(
    listing: Listing,
    vector: Vector,
    layout: Layout,
    kinds: Sequence[TermKind],
    n: int,
    look_up: Callable[[Sequence[int]], Mapping[int, DictionaryTerm]],
) -> list[WeightedTerm]:
    """Return the n terms of an entity to show, best first; what is not borne out is left out.

    Args:
        listing: the entity.
        vector: its vector.
        layout: the shape of the vectors of its kind.
        kinds: of the terms that are wanted.
        n: how many at most.
        look_up: gives the dictionary rows of columns, by column.
    """
    norms = {k: float(vector.norms[i]) for i, k in enumerate(TermKind) if k in kinds}
    spread, tags = layout.spread(vector.columns, norms), slice(*layout.columns[TermKind.TAG])
    weights = supported_weights(vector, spread, listing.documents, tags)
    order = [i for i in (-weights).argsort(kind="stable").tolist() if weights[i] > 0]
    order = order[: LOOKED_AT * max(n, _LEAST_SHOWN)]
    rows = look_up(vector.columns[order].tolist())
    said = []
    for i in order:
        row, frequency = rows[int(vector.columns[i])], float(vector.frequencies[i])
        if not is_borne_out(row, frequency * listing.documents):
            continue
        is_tag = row.term.kind is TermKind.TAG
        likely = None if is_tag else probability(frequency, listing.documents, row.share)
        said.append(Said(row, float(weights[i]), frequency, likely))
    return shown_terms(said, {listing.entity.id, *listing.entity.artists}, n)


def probability(frequency: float, documents: int, share: float) -> float:
    """Return how likely the next document about an entity uses a term, in (0, 1].

    Args:
        frequency: share of the documents about the entity that use the term.
        documents: how many documents are about the entity.
        share: share of the documents about all entities of the kind that use the term.

    Source: the mean of a beta-binomial distribution whose prior has the mean `share` and counts for PRIOR_DOCUMENTS.
    """
    return (frequency * documents + PRIOR_DOCUMENTS * share) / (documents + PRIOR_DOCUMENTS)


def supported_weights(
    vector: Vector, norms: npt.NDArray[np.float64], documents: int, tags: slice
) -> npt.NDArray[np.float64]:
    """Return log tf x idf x n / (n + 1) for terms that n documents about the entity use.

    What a single document happens to say comes behind what several agree on. A tag is what many agreed on already.

    Args:
        vector: the entity's vector.
        norms: for each of its terms the norm of its kind; 0 leaves a term out.
        documents: how many documents are about the entity.
        tags: range of the columns that are tags.
    """
    said_by = vector.frequencies * documents
    is_tag = (vector.columns >= tags.start) & (vector.columns < tags.stop)
    weights: npt.NDArray[np.float64] = vector.weights * norms * np.where(is_tag, 1.0, said_by / (said_by + 1))
    return weights


def shown_terms(said: Iterable[Said], own: Container[str], n: int) -> list[WeightedTerm]:
    """Return the n terms to show, best first by weight times salience, the weight of the first being 1.

    A text that several kinds have is given once, as the strongest, and what a stronger phrase says already is left out
    ("shimmering" behind "shimmering guitar").

    Args:
        said: the entity's terms.
        own: ids that are no news as terms of kind `artist`: the entity itself, and the artists of a song.
        n: how many to show at most.
    """
    others = (one for one in said if one.row.term.kind is not TermKind.ARTIST or one.row.term.text not in own)
    ranked = sorted(others, key=lambda one: -one.weight * one.row.salience)
    best: dict[str, Said] = {}
    for one in ranked:
        best.setdefault(term_key(one.row.term.kind, one.row.term.text, one.row.label), one)
    kept = _unsaid(best.values())[:n]
    top = kept[0].weight * kept[0].row.salience if kept else 1.0
    return [
        WeightedTerm(
            one.row.term,
            one.row.label,
            one.weight * one.row.salience / top,
            one.frequency,
            one.row.df,
            one.probability,
        )
        for one in kept
    ]


def _unsaid(ranked: Iterable[Said]) -> list[Said]:
    """Leave out terms all of whose words stand in a stronger term."""
    phrases: list[frozenset[str]] = []
    kept = []
    for one in ranked:
        words = frozenset(one.row.label.lower().split())
        if not any(words <= phrase for phrase in phrases):
            kept.append(one)
            phrases.append(words)
    return kept
