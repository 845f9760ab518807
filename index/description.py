"""The language of descriptions: `dreamy shoegaze^2 -metal "wall of sound"`.

    description = part, then any number of (space, part)
    part        = ["-"] (word | '"' phrase '"') ["^" weight]

A weight is a positive decimal number; without one a part weighs 1. A leading minus means "unlike". Two plain words
side by side that are both wanted also count as a phrase, for what they weigh together at least: the lesser weight.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

from index.names import fold
from records.errors import QueryError

MAX_PARTS = 64
_WORD = re.compile(r'[^\s"^]+')
_WEIGHT = re.compile(r"\d+(\.\d+)?|\.\d+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A word or phrase of a description."""

    text: str
    """As it was typed."""
    key: str
    """Folded."""
    weight: float
    """Negative for what is not wanted, never 0."""
    implied: bool = False
    """Whether nobody typed it as a phrase: it is made of two neighbouring words."""


@dataclass(frozen=True, slots=True)
class _Part:
    wanted: Wanted
    quoted: bool


def parse_description(description: str) -> list[Wanted]:
    """Return what a description wants, in the order typed, implied phrases last.

    Raises:
        QueryError: it is empty, malformed or of more than MAX_PARTS parts; the message says where, what was found
            and what was expected.
    """
    parts: list[_Part] = []
    position = _skip_space(description, 0)
    while position < len(description):
        part, position = _parse_part(description, position)
        parts.append(part)
        position = _skip_space(description, position)
    if not parts:
        raise QueryError("the description is empty; expected words such as: dreamy shoegaze^2 -metal")
    if len(parts) > MAX_PARTS:
        raise QueryError(f"the description has {len(parts)} words and phrases; expected at most {MAX_PARTS}")
    return [part.wanted for part in parts] + _implied_phrases(parts)


def _implied_phrases(parts: list[_Part]) -> list[Wanted]:
    return [
        Wanted(f"{a.wanted.text} {b.wanted.text}", f"{a.wanted.key} {b.wanted.key}", weight, implied=True)
        for a, b in pairwise(parts)
        if not (a.quoted or b.quoted) and (weight := min(a.wanted.weight, b.wanted.weight)) > 0
    ]


def _parse_part(text: str, position: int) -> tuple[_Part, int]:
    begin = position
    sign = -1.0 if text[position] == "-" else 1.0
    position += sign < 0
    quoted = text[position : position + 1] == '"'
    said, position = _parse_phrase(text, position) if quoted else _parse_word(text, position)
    weight, position = _parse_weight(text, position)
    if position < len(text) and not text[position].isspace():
        raise _unexpected(text, position, "a space" if weight is not None else "a space or ^weight")
    key = fold(said)
    if not key:
        raise _unexpected(text, begin, "a word")
    return _Part(Wanted(said, key, sign * (1.0 if weight is None else weight)), quoted), position


def _parse_word(text: str, position: int) -> tuple[str, int]:
    match = _WORD.match(text, position)
    if not match:
        raise _unexpected(text, position, "a word or a quoted phrase")
    return match[0], match.end()


def _parse_phrase(text: str, position: int) -> tuple[str, int]:
    end = text.find('"', position + 1)
    if end < 0:
        raise QueryError(f'the quote at position {position + 1} of {text!r} is not closed; expected another "')
    said = text[position + 1 : end]
    if not said.strip():
        raise _unexpected(text, position + 1, "a phrase between the quotes")
    return said, end + 1


def _parse_weight(text: str, position: int) -> tuple[float | None, int]:
    if text[position : position + 1] != "^":
        return None, position
    match = _WEIGHT.match(text, position + 1)
    if not match or not 0 < float(match[0]) <= 1000:
        raise _unexpected(text, position + 1, "a weight above 0 and at most 1000, such as 2 or .5")
    return float(match[0]), match.end()


def _skip_space(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _unexpected(text: str, position: int, expected: str) -> QueryError:
    found = repr(text[position : position + 12]) if position < len(text) else "the end"
    return QueryError(f"found {found} at position {position + 1} of the description {text!r}; expected {expected}")
