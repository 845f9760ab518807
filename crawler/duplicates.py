"""Texts that nearly repeat one another: syndicated reviews, press releases, the same post under two addresses.

A text's MinHash signature estimates which share of its word triples two texts have in common. Signatures are cut into
bands; only texts that agree in a whole band are compared.

Source: A. Broder, On the resemblance and containment of documents, 1997; J. Leskovec, A. Rajaraman, J. Ullman,
Mining of Massive Datasets, 3.4 (bands).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from rensa import RMinHash

from records.types import Document

_PERMUTATIONS = 128
"""Numbers of a signature: the estimate's standard error at .8 is sqrt(.8 * .2 / 128) = .035."""
_ROWS = 6
_BANDS = _PERMUTATIONS // _ROWS
"""21 bands of 6: a pair of resemblance .8 is compared with probability 1 - (1 - .8^6)^21 = .998."""
_THRESHOLD = 0.8
_SEED = 1
_WORD = re.compile(r"\w+")


def signature(text: str) -> tuple[int, ...]:
    """Return the MinHash signature of a text, by its word triples: 128 unsigned 32-bit numbers."""
    words = _WORD.findall(text.lower())
    sketch = RMinHash(num_perm=_PERMUTATIONS, seed=_SEED)
    sketch.update([" ".join(three) for three in zip(words, words[1:], words[2:], strict=False)] or words or [""])
    return tuple(sketch.digest())


class KnownTexts:
    """The texts seen so far, by id and by signature."""

    def __init__(self) -> None:
        self._latest: dict[str, bytes] = {}
        self._ids: list[str] = []
        self._signatures: list[bytes] = []
        self._bands: dict[int, list[int]] = {}

    def holds(self, document: Document) -> bool:
        """Say whether the last text seen under a document's id is this text."""
        return self._latest.get(document.id) == _pack(document.minhash)

    def add(self, id_: str, minhash: Sequence[int], *, is_original: bool) -> None:
        """Remember a text; later ones can be found to repeat it if it is an original."""
        packed = _pack(minhash)
        self._latest[id_] = packed
        if is_original:
            for band in _cut(packed):
                self._bands.setdefault(band, []).append(len(self._ids))
            self._ids.append(id_)
            self._signatures.append(packed)

    def marked(self, document: Document) -> Document:
        """Return the document with the text it nearly repeats, if there is one, and remember it."""
        original = self.original_of(document)
        self.add(document.id, document.minhash, is_original=not original)
        return replace(document, duplicate_of=original)

    def original_of(self, document: Document) -> str:
        """Return the id of the first text of another address that a document nearly repeats; empty if there is none."""
        packed = _pack(document.minhash)
        own = np.frombuffer(packed, np.uint32)
        for number in sorted(self._candidates(packed)):
            if self._ids[number] != document.id:
                other = np.frombuffer(self._signatures[number], np.uint32)
                if np.count_nonzero(own == other) >= _THRESHOLD * _PERMUTATIONS:
                    return self._ids[number]
        return ""

    def _candidates(self, packed: bytes) -> set[int]:
        return {number for band in _cut(packed) for number in self._bands.get(band, ())}


def _pack(minhash: Sequence[int]) -> bytes:
    return np.asarray(minhash, np.uint32).tobytes()


def _cut(packed: bytes) -> Iterable[int]:
    width = 4 * _ROWS
    return (hash((n, packed[n * width : (n + 1) * width])) for n in range(_BANDS))
