"""Stretches of a text between word boundaries, as hashes by which a name is looked up.

All hashes of a text come of one running sum (Karp and Rabin, 1987): that of the stretch from s to e is
sum(c[i] * b**(i - s)) over its characters, modulo 2**64, with an odd b, which can be divided by. Two stretches that are
equal have one hash; whoever looks one up compares the characters as well.
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 2**64)
_SCATTER = np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)
_LAST = 0x110000

Hashes = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]


class Stretches:
    """The stretches of one text.

    Args:
        text: the text; folded, if names are to be found in it.
    """

    def __init__(self, text: str) -> None:
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        powers, self._inverses = _powers(_round_up(len(codes) + 1))
        self._sums = np.zeros(len(codes) + 1, np.uint64)
        np.cumsum((codes.astype(np.uint64) + np.uint64(1)) * powers[: len(codes)], out=self._sums[1:])
        alnum, blank = _classes()
        letters, blanks = alnum[codes], blank[codes]
        bounds = np.ones(len(codes) + 1, bool)
        bounds[1:-1] = ~(letters[:-1] & letters[1:])
        self.starts: Places = np.flatnonzero(bounds[:-1] & ~blanks)
        """Where a name may begin: not inside a word, and at no blank."""
        self.ends: Places = 1 + np.flatnonzero(bounds[1:] & ~blanks)
        """Behind which characters a name may end."""

    def hashes(self, starts: Places, ends: Places) -> Hashes:
        """Return the hash of each stretch from a start to the end of the same place in the other array."""
        found: Hashes = (self._sums[ends] - self._sums[starts]) * self._inverses[starts]
        found ^= found >> _HALF
        found *= _SCATTER
        found ^= found >> _HALF
        return found


def _round_up(length: int) -> int:
    return 1 << max(16, (length - 1).bit_length())


@lru_cache(maxsize=8)
def _powers(length: int) -> tuple[Hashes, Hashes]:
    """Return the powers of the base and of its inverse, from the power 0 on."""
    both = []
    for base in (_BASE, _INVERSE):
        powers = np.full(length, base, np.uint64)
        powers[0] = 1
        both.append(np.cumprod(powers, dtype=np.uint64))
    return both[0], both[1]


@lru_cache(maxsize=1)
def _classes() -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return, for every character, whether it is a letter or digit, and whether it is a blank."""
    characters = [chr(code) for code in range(_LAST)]
    return (
        np.fromiter((c.isalnum() for c in characters), bool, _LAST),
        np.fromiter((c.isspace() for c in characters), bool, _LAST),
    )
