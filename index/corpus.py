"""What a snapshot says as a whole: its most common terms, terms that are used alike, who is talked about most."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from index.base import DISPLAY_KINDS
from index.names import fold
from index.published import Layout
from records.errors import QueryError
from records.snapshot import Vectors
from records.types import Term, TermKind

_LEAST_DF = 2
"""A term that one entity has says nothing of the corpus."""
_SAMPLE = 2_000
"""Entities, those with the greatest weight, that stand for all that have a term: bounds what a question costs."""
_CELLS = 1 << 22
_DOUBT = 2.0
"""Entities that must have both terms for half of their likeness to count: terms of one entity are all alike."""


@dataclass(frozen=True, slots=True)
class CorpusTerm:
    """A term of the whole corpus."""

    term: Term
    label: str
    df: int
    """Entities that have it."""
    frequency: float
    """In (0, 1]: share of all entities that have it."""
    weight: float
    """In (0, 1]: df times salience, by the greatest of the answer; among terms like a term, how alike it is."""


class Corpus:
    """The vectors of one kind of entity, seen as a whole.

    Args:
        vectors: of a snapshot; its arrays stay memory-mapped.
    """

    def __init__(self, vectors: Vectors) -> None:
        self.vectors = vectors

    def top_terms(
        self, kinds: Sequence[TermKind] = DISPLAY_KINDS, among: Collection[str] | None = None
    ) -> list[CorpusTerm]:
        """Return the terms that most entities have, the first first; a text that several kinds have comes once.

        Args:
            kinds: of the terms.
            among: folded texts (`index.names.fold`) that are wanted; None for all.
        """
        terms = self.vectors.terms
        wanted = pc.and_(
            pc.is_in(terms["kind"], pa.array([str(k) for k in kinds])), pc.greater_equal(terms["df"], _LEAST_DF)
        )
        if among is not None:
            wanted = pc.and_(wanted, pc.is_in(self._texts, pa.array(sorted(among), pa.string())))
        found = terms.filter(wanted)
        scores = pc.multiply(pc.cast(found["df"], pa.float64()), pc.cast(found["salience"], pa.float64()))
        order = pc.sort_indices(
            found.append_column("score", scores),
            [("score", "descending"), ("kind", "ascending"), ("term", "ascending")],
        )
        return list(self._once(found.take(order), scores.take(order).to_numpy()))

    def like_term(
        self,
        text: str,
        kinds: Sequence[TermKind] = DISPLAY_KINDS,
        n: int = 20,
        among: Collection[str] | None = None,
    ) -> list[CorpusTerm]:
        """Return the n terms that the same entities have as a term, the most alike first.

        The likeness of two terms is the cosine of their columns times c / (c + 2), c entities having both; of a term
        that very many have, the _SAMPLE entities it stands for most are looked at.

        Args:
            text: the term.
            kinds: of the terms that are wanted.
            n: how many at most.
            among: folded texts (`index.names.fold`) that are wanted; None for all.

        Raises:
            QueryError: no entity has the term.
        """
        column = self._column(text)
        rows, weights = self._having(column)
        matrix = self._matrix[rows]
        together = np.bincount(matrix.indices, minlength=matrix.shape[1])
        norms = np.maximum(self._norms * np.linalg.norm(weights), np.finfo(np.float32).tiny)
        alike = (weights @ matrix) / norms * together / (together + _DOUBT)
        alike[~self._of_kinds(kinds) | (together < _LEAST_DF)] = 0
        if among is not None:
            alike[~pc.is_in(self._texts, pa.array(sorted(among), pa.string())).to_numpy(zero_copy_only=False)] = 0
        order = np.argsort(-alike, kind="stable")[: 4 * n + 1]
        order = order[alike[order] > 0]
        found = self._once(self.vectors.terms.take(order), alike[order].astype(np.float64), scale=False)
        return [term for term in found if fold(term.label) != fold(text)][:n]

    @cached_property
    def hottest(self) -> list[str]:
        """The ids of all entities, the one that is talked about most first."""
        order = pc.sort_indices(self.vectors.entities, [("hotttnesss", "descending"), ("id", "ascending")])
        return self.vectors.entities["id"].take(order).to_pylist()  # type: ignore[no-any-return]

    def between(self, column: str, after: int | None, before: int | None) -> frozenset[str]:
        """Return the ids of the entities whose `begin` or `end` lies in a year after the one and before the other.

        Of whom the year is not known, lies in none.
        """
        years = pc.cast(pc.if_else(pc.equal(self.vectors.entities[column], ""), None, self._year(column)), pa.int32())
        wanted = pc.is_valid(years)
        if after is not None:
            wanted = pc.and_(wanted, pc.greater(years, after))
        if before is not None:
            wanted = pc.and_(wanted, pc.less(years, before))
        return self._ids(wanted)

    def known_to(self, schemes: Collection[str]) -> frozenset[str]:
        """Return the ids of the entities that have a foreign id of one of the schemes (`spotify`)."""
        foreign = self.vectors.entities["foreign_ids"].combine_chunks()
        known = pc.list_flatten(foreign)
        matches = [pc.starts_with(known, f"{scheme}:") for scheme in schemes]
        rows = pc.list_parent_indices(foreign).to_numpy()
        wanted = np.zeros(len(foreign), np.bool_)
        for match in matches:
            wanted[rows[match.to_numpy(zero_copy_only=False)]] = True
        return self._ids(pa.array(wanted))

    def _year(self, column: str) -> pa.ChunkedArray:
        return pc.utf8_slice_codeunits(self.vectors.entities[column], 0, 4)

    def _ids(self, wanted: pa.Array) -> frozenset[str]:
        return frozenset(self.vectors.entities["id"].filter(wanted).to_pylist())

    def performed_by(self, artist_id: str) -> list[str]:
        """Return the ids of the songs of an artist, the best known first; empty where the entities are no songs."""
        return self._songs.get(artist_id, [])

    @cached_property
    def _songs(self) -> dict[str, list[str]]:
        songs: dict[str, list[str]] = {}
        order = pc.sort_indices(self.vectors.entities, [("familiarity", "descending"), ("id", "ascending")])
        for row in self.vectors.entities.select(["id", "artists"]).take(order).to_pylist():
            for artist in row["artists"]:
                songs.setdefault(artist, []).append(row["id"])
        return songs

    @cached_property
    def _matrix(self) -> sparse.csr_array:
        vectors = self.vectors
        shape = (vectors.entities.num_rows, vectors.terms.num_rows)
        return sparse.csr_array((vectors.weights, vectors.indices, vectors.indptr), shape, copy=False)

    @cached_property
    def _norms(self) -> npt.NDArray[np.float64]:
        squares = np.zeros(self.vectors.terms.num_rows)
        for first in range(0, len(self.vectors.indices), _CELLS):
            part = slice(first, first + _CELLS)
            weights = self.vectors.weights[part].astype(np.float64)
            squares += np.bincount(self.vectors.indices[part], weights**2, len(squares))
        return np.sqrt(squares)

    def _column(self, text: str) -> int:
        found = np.flatnonzero(pc.equal(self._texts, fold(text)).to_numpy(zero_copy_only=False))
        if not len(found):
            raise QueryError(
                f"nobody is described by {text!r}; expected a term of the corpus, such as one of its top terms"
            )
        return int(found[np.argmax(self.vectors.terms["df"].to_numpy()[found])])

    @cached_property
    def _texts(self) -> pa.ChunkedArray:
        """Return the labels of all terms, as good as folded: folding each takes a second for 200,000."""
        return pc.replace_substring(pc.utf8_lower(self.vectors.terms["label"]), "-", " ")

    def _having(self, column: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        cells = np.flatnonzero(self.vectors.indices == column)
        weights = np.asarray(self.vectors.weights[cells])
        strongest = np.sort(np.argsort(-weights, kind="stable")[:_SAMPLE])
        rows = np.searchsorted(self.vectors.indptr, cells[strongest], "right") - 1
        return rows, weights[strongest]

    def _of_kinds(self, kinds: Sequence[TermKind]) -> npt.NDArray[np.bool_]:
        mask = np.zeros(self.vectors.terms.num_rows, np.bool_)
        for kind in kinds:
            mask[slice(*self._layout.columns[kind])] = True
        return mask

    @cached_property
    def _layout(self) -> Layout:
        return Layout.of(self.vectors)

    def _once(self, terms: pa.Table, scores: npt.NDArray[np.float64], *, scale: bool = True) -> Iterator[CorpusTerm]:
        """Yield terms, strongest first, whose text did not come yet."""
        entities, seen = self.vectors.entities.num_rows, set()
        top = scores[0] if scale and len(scores) else 1.0
        for row, score in zip(terms.to_pylist(), scores.tolist(), strict=True):
            key = fold(row["label"])
            if key not in seen:
                seen.add(key)
                term = Term(TermKind(row["kind"]), row["term"])
                yield CorpusTerm(term, row["label"], row["df"], row["df"] / entities, score / top)
