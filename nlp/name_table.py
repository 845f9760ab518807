"""All spellings of all artists as a few arrays, which lie in files and are shared by all processes that map them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.stretches import Hashes, Places, Stretches

_BATCH = 100_000
"""Spellings hashed at a time."""
_BITS_PER_PREFIX = 16
"""So one test in sixteen says yes to what is no prefix, which costs a look, and no more."""

Spelling = tuple[str, int]
"""A folded spelling and the row of an artist who bears it."""


@dataclass(frozen=True, slots=True)
class NameTable:
    """Which rows bear a spelling, by its hash."""

    keys: Hashes
    """The hashes of the spellings, ascending; one for each bearer."""
    rows: npt.NDArray[np.int32]
    """The bearer of each key; ascending among equal keys."""
    prefixes: npt.NDArray[np.uint8]
    """Bits that are set for the hash of every beginning of a spelling that ends at a word boundary."""

    @classmethod
    def of(cls, spellings: Iterable[Spelling]) -> "NameTable":
        """Make the table; a pair that comes twice counts once."""
        parts = [_hashed(batch) for batch in _batches(spellings)]
        keys = np.concatenate([part[0] for part in parts] or [np.zeros(0, np.uint64)])
        rows = np.concatenate([part[1] for part in parts] or [np.zeros(0, np.int32)])
        beginnings = np.unique(np.concatenate([part[2] for part in parts] or [np.zeros(0, np.uint64)]))
        order = np.lexsort((rows, keys))
        keys, rows = keys[order], rows[order]
        first = np.ones(len(keys), bool)
        first[1:] = (keys[1:] != keys[:-1]) | (rows[1:] != rows[:-1])
        return cls(keys[first], rows[first], _bits(beginnings))

    def save(self, folder: Path) -> None:
        """Write the arrays into a folder, each as a raw .npy file."""
        for field in fields(self):
            np.save(folder / f"{field.name}.npy", getattr(self, field.name))

    @classmethod
    def open(cls, folder: Path) -> "NameTable":
        """Map the arrays of a folder into memory.

        Raises:
            OSError: a file is missing.
            ValueError: a file is no array.
        """
        return cls(**{field.name: mapped(folder / f"{field.name}.npy") for field in fields(cls)})

    def find(self, folded: str) -> Iterator[tuple[int, int, npt.NDArray[np.int32]]]:
        """Yield start, end and bearers of every stretch of a folded text whose hash a spelling has.

        Stretches grow from each start word by word, for as long as they begin a spelling.
        """
        text = Stretches(folded)
        starts = text.starts
        places = np.searchsorted(text.ends, starts, side="right")
        while len(starts):
            inside = places < len(text.ends)
            starts, places = starts[inside], places[inside]
            ends = text.ends[places]
            hashes = text.hashes(starts, ends)
            known = self._begins(hashes)
            starts, places, ends, hashes = starts[known], places[known], ends[known], hashes[known]
            yield from self._borne(starts, ends, hashes)
            places = places + 1

    def _begins(self, hashes: Hashes) -> npt.NDArray[np.bool_]:
        found = hashes & np.uint64(8 * len(self.prefixes) - 1)
        bits: npt.NDArray[np.bool_] = (
            self.prefixes[found >> np.uint64(3)] >> (found & np.uint64(7)).astype(np.uint8)
        ) & 1 == 1
        return bits

    def _borne(self, starts: Places, ends: Places, hashes: Hashes) -> Iterator[tuple[int, int, npt.NDArray[np.int32]]]:
        first, last = np.searchsorted(self.keys, hashes, "left"), np.searchsorted(self.keys, hashes, "right")
        for place in np.flatnonzero(last > first).tolist():
            yield int(starts[place]), int(ends[place]), self.rows[first[place] : last[place]]


def mapped(path: Path) -> npt.NDArray[Any]:
    """Map an array into memory; as a plain array, for each slice of a `numpy.memmap` costs ten times as much.

    Raises:
        OSError: the file is missing.
        ValueError: it is no array.
    """
    found: npt.NDArray[Any] = np.load(path, mmap_mode="r").view(np.ndarray)
    return found


def _batches(spellings: Iterable[Spelling]) -> Iterator[list[Spelling]]:
    batch: list[Spelling] = []
    for spelling in spellings:
        batch.append(spelling)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _hashed(batch: list[Spelling]) -> tuple[Hashes, npt.NDArray[np.int32], Hashes]:
    """Return the hashes of spellings, their rows, and the hashes of all their beginnings."""
    text = Stretches("\n".join(spelling for spelling, _ in batch))
    lengths = np.fromiter((len(spelling) for spelling, _ in batch), np.int64, len(batch))
    starts = np.cumsum(lengths + 1) - lengths - 1
    owner = np.searchsorted(starts, text.ends - 1, "right") - 1
    rows = np.fromiter((row for _, row in batch), np.int32, len(batch))
    return text.hashes(starts, starts + lengths), rows, text.hashes(starts[owner], text.ends)


def _bits(beginnings: Hashes) -> npt.NDArray[np.uint8]:
    size = 1 << max(16, (_BITS_PER_PREFIX * len(beginnings)).bit_length())
    bits = np.zeros(size, bool)
    bits[beginnings & np.uint64(size - 1)] = True
    return np.packbits(bits, bitorder="little")
