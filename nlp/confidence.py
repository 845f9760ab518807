"""How sure it is that words which could be a name are one.

The score is a sum of log-odds: what the name itself is worth, then what stands around it. The figures were set by hand
by reading mentions on real blogs; docs/decisions/0020-mentions.md has the sample that was checked.
"""

import math
import re
from functools import lru_cache

from wordfreq import zipf_frequency

from nlp.folding import fold

SURE = 4.0
"""Log-odds of a name that is no everyday word, spelled as the catalogue spells it: confidence .98."""
_RARE = 3.0
"""Zipf frequency (log10 of occurrences in 10^9 words) below which a word counts as no everyday word."""
_PER_ZIPF = 1.5
_THE = 0.7
_CUES = re.compile(
    r"\b(bands?|albums?|songs?|singles?|tracks?|records?|recorded|ep|lp|singers?|guitarists?|drummers?|bassists?|vocals?|trio|"
    r"duo|quartet|quintet|debut|tour(ed|ing)?|label|remix(ed)?|gigs?|concerts?|lyrics|musicians?|rapper|producers?|"
    r"released|covers?|frontman|discography|soundtrack|lineup)\b"
)
_REACH = 60
"""Characters to either side in which a cue counts: about a clause."""
_LINKED_BEFORE = re.compile(r"(\bby|\blike|\bwith|\band|\bfeat\.?|\bft\.?|\bfeaturing|\bvs\.?|&|,|\bfrom) $")
_PLACED_BEFORE = re.compile(r"\b(in|at|near|into|on|of the) $")
_CAPITAL_AFTER = re.compile(r" (?!(?:and|or)\b)[A-Z][a-z]")
_CAPITAL_BEFORE = re.compile(r"(?<![.!?:;\"'\u201c\u201d(\n])[ ]?\b(?:[A-Z][a-z]+|[A-Z]\.) $")
_SENTENCE_START = re.compile(r"(^|[.!?:]['\"\u201d)]? +|\n ?|[\"\u201c\u2018(])$")


def score(text: str, start: int, end: int, name: str) -> float:
    """Return the log-odds that text[start:end], spelled about like `name`, means the artist of that name."""
    surface = text[start:end]
    before, after = text[max(0, start - _REACH) : start], text[end : end + _REACH]
    return _of_the_name(surface, name) + _of_the_place(surface, before, after)


def to_confidence(log_odds: float) -> float:
    """Return the probability, in (0, 1), that the log-odds stand for."""
    return 1 / (1 + math.exp(-log_odds))


def is_everyday(name: str) -> bool:
    """Say whether a name is a single word (but for "the") that everyday English uses, such as Low or The Books."""
    words = _words(name)
    return len(words) <= 1 and _zipf(" ".join(words)) > _RARE


@lru_cache(maxsize=100_000)
def _zipf(word: str) -> float:
    return float(zipf_frequency(word, "en"))


@lru_cache(maxsize=100_000)
def _words(name: str) -> tuple[str, ...]:
    words = re.findall(r"[^\W_]+(?:'[^\W_]+)*", fold(name))
    return tuple(words[1:] if len(words) > 1 and words[0] == "the" else words)


@lru_cache(maxsize=100_000)
def _prior(name: str) -> float:
    words = _words(name)
    if len(words) > 1:
        return SURE
    zipf = _zipf(words[0]) if words else 0.0
    the = _THE if fold(name).startswith("the ") else 0.0
    return SURE - _PER_ZIPF * max(0.0, zipf - _RARE) + the


def _of_the_name(surface: str, name: str) -> float:
    prior = _prior(name)
    if _capitals(surface) == _capitals(name) or not any(c.isupper() for c in name):
        return prior
    if surface.isupper():
        return prior - 0.3
    if surface.islower():
        rarest = min((_zipf(word) for word in _words(name)), default=0.0)
        return prior - (1.5 if rarest < _RARE else 2.5 if len(_words(name)) > 2 else 6.0)
    return prior - (0.3 if len(_words(name)) > 1 else 1.0)


def _capitals(text: str) -> str:
    """Return the text with a leading "The" in lower case: inside a sentence both are written."""
    return "the " + text[4:] if text[:4].lower() == "the " else text


def _of_the_place(surface: str, before: str, after: str) -> float:
    single = len(_words(surface)) <= 1
    weight = 1.0 if single else 0.25
    total = 0.0
    if _CAPITAL_AFTER.match(after) or re.match(r"-\w", after):
        total -= 3.5 * weight
    starts = bool(_SENTENCE_START.search(before)) or not before
    if not starts and _CAPITAL_BEFORE.search(before):
        total -= 3.0 * weight
    if _LINKED_BEFORE.search(before):
        total += 0.7
    if _PLACED_BEFORE.search(before):
        total -= 2.0 * weight
    if _CUES.search(fold(before)) or _CUES.search(fold(after)):
        total += 1.0
    if re.match(r"['\u2019]s\b", after):
        total += 0.5
    if starts and single:
        total -= _start_penalty(surface, after)
    if _is_quoted(before, after):
        total -= 2.5 * weight
    return total


def _start_penalty(surface: str, after: str) -> float:
    """Return what a single word loses at the start of a sentence, where every word has a capital."""
    if not is_everyday(surface):
        return 0.0
    return 3.0 if after[:1] in (",", "!", ":", ".", "-") else 1.5


def _is_quoted(before: str, after: str) -> bool:
    return before[-1:] in ('"', "\u201c", "\u2018") and after[:1] in ('"', "\u201d", "\u2019", ",", ".")


def short_score(text: str, start: int, end: int, short: str) -> float:
    """Return the log-odds that the last word of a name, standing alone behind the full name, means its bearer.

    Everyday words lose by how common they are; a capital beside it speaks for another bearer of the surname.
    """
    before, after = text[max(0, start - _REACH) : start], text[end : end + _REACH]
    return 2.0 - max(0.0, _zipf(short) - 4.2) + _of_the_place(text[start:end], before, after)


def song_score(text: str, start: int, end: int, name: str) -> float:
    """Return the log-odds that text[start:end] means a song of that name whose artist is named nearby.

    Quotes say most; without them the title's own capitals are needed, and for a single everyday word they do not
    suffice.
    """
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if _is_quoted(before, after):
        return 3.5
    words = _words(name)
    if text[start:end] != name or not any(c.isupper() for c in name):
        return -4.0
    if len(words) > 1:
        return 2.0
    return 1.0 if _zipf("".join(words)) < _RARE else -2.0
