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
_UNHEARD = 2.0
"""Zipf frequency below which a word is hardly one: then small letters are a matter of style ("slowdive")."""
_PER_ZIPF = 2.2
_REACH = 60
"""Characters to either side in which a cue counts: about a clause."""
_SMALL = frozenset("a an and at by de del der for from in la le of on or the to with y".split())  # noqa: SIM905
_CUES = re.compile(
    r"\b(bands?|albums?|songs?|singles?|tracks?|records?|recorded|ep|lp|singers?|guitarists?|drummers?|bassists?|"
    r"vocals?|trio|duo|quartet|quintet|debut|tour(ed|ing)?|label|remix(ed)?|gigs?|concerts?|lyrics|musicians?|rapper|producers?|"
    r"released|covers?|frontman|discography|soundtrack|lineup)\b"
)
_SAID_BEFORE = re.compile(
    r"\b(by|bands?|groups?|duo|trio|singer|artist|rapper|feat\.?|ft\.?|featuring|vs\.?|fans? of|sounds? like) $"
)
_SAID_AFTER = re.compile(
    r"['\u2019]s? ((new|first|second|third|latest|debut|last|next|best|early|late|self-titled)\b|(album|song|single|"
    r"track|record|ep|lp|cover|version|music|sound|singer|guitarist|drummer|discography|set)\b)"
)
_LINKED_BEFORE = re.compile(r"(\blike|\bwith|\band|&|,) $")
_PLACED_BEFORE = re.compile(r"\b(in|at|near|into|around|of the|city of|downtown) $")
_REACHED_BEFORE = re.compile(r"\b(to|from|on|north|south|east|west|new) $")
_CAPITAL_AFTER = re.compile(r" (?!(?:And|Or)\b)[A-Z][a-z]|-\w|,? (AZ|CA|NY|TX|UK|USA|England|Arizona|California)\b")
_CAPITAL_BEFORE = re.compile(r"(?<![.!?:;\"'\u201c\u201d(\n])[ ]?\b(?:[A-Z][a-z]+|[A-Z]\.) $")
_SENTENCE_START = re.compile(r"(^|[.!?:]['\"\u201d)]? +|\n ?|[\"\u201c\u2018(])$")
_SPEAKER = re.compile(r"\s*:")


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
def _everydayness(word: str) -> float:
    """Return how common a word is: 0 for one that is hardly met, 1 for one that every text holds."""
    return min(1.0, max(0.0, (_zipf(" ".join(_words(word))) - _RARE) / 1.5))


@lru_cache(maxsize=100_000)
def _prior(name: str) -> float:
    words = _words(name)
    if not any(character.isalpha() for character in name):
        return -1.0  # a number or a sign
    if len(words) > 1:
        return SURE
    return SURE - _PER_ZIPF * max(0.0, _zipf(" ".join(words)) - _RARE)


def _of_the_name(surface: str, name: str) -> float:
    """Return what the name is worth, spelled as it is there: small letters speak for a word, not a name."""
    prior = _prior(name)
    rarest = min((_zipf(word) for word in _words(name)), default=0.0)
    if _keeps_capitals(surface, name):
        return prior - (4.0 if surface.islower() and rarest > _UNHEARD and len(_words(name)) < 3 else 0.0)
    if surface.islower() or not surface[:1].isupper() or not _is_titled(surface):
        return prior - (1.5 if rarest < _UNHEARD else 2.5 if len(_words(name)) > 2 else 6.0)
    if surface.isupper():
        return prior - 0.5
    return prior - (0.3 if len(_words(name)) > 1 else 3.0 if rarest > _RARE else 1.0)


def _keeps_capitals(surface: str, name: str) -> bool:
    """Say whether the capitals are the name's own; a leading "The" is written either way inside a sentence."""
    skip = 1 if name[:4].lower() == "the " else 0
    return [c.isupper() for c in surface[skip:]] == [c.isupper() for c in name[skip:]]


def _is_titled(surface: str) -> bool:
    words = re.findall(r"[^\W_]+", surface)
    return all(not word[0].islower() or word in _SMALL for word in words)


def _of_the_place(surface: str, before: str, after: str) -> float:
    """Return what stands around speaks for or against: little where the name has several words, much for one word."""
    single = len(_words(surface)) <= 1
    everyday = is_everyday(surface)
    weight = 1.0 if single else 0.2
    starts = bool(_SENTENCE_START.search(before)) or not before
    total = 0.0
    if _CAPITAL_AFTER.match(after):
        total -= 3.5 * weight
    if not starts and _CAPITAL_BEFORE.search(before):
        total -= 3.5 * weight
    if _PLACED_BEFORE.search(before):
        total -= 3.5 * weight
    if everyday and _REACHED_BEFORE.search(before):
        total -= 2.0
    if starts and _SPEAKER.match(after) and len(surface) < 4:
        total -= 5.0
    if starts and everyday:
        total -= (3.0 if after[:1] in (",", "!", ":", ".", "-", "?") else 1.5) * _everydayness(surface)
    if _is_quoted(before, after):
        total -= 2.5 * weight
    return total + _music_around(before, after, everyday)


def _music_around(before: str, after: str, everyday: bool) -> float:
    total = 0.0
    if _SAID_BEFORE.search(fold(before)):
        total += 2.5
    elif _LINKED_BEFORE.search(before):
        total += 0.5
    if _SAID_AFTER.match(fold(after)):
        total += 1.5
    elif re.match(r"['\u2019]s\b", after):
        total += 0.5
    if _CUES.search(fold(before)) or _CUES.search(fold(after)):
        total += 0.4 if everyday else 1.0
    return total


def _is_quoted(before: str, after: str) -> bool:
    return before[-1:] in ('"', "\u201c", "\u2018") and after[:1] in ('"', "\u201d", "\u2019", ",", ".")


def short_score(text: str, start: int, end: int, short: str) -> float:
    """Return the log-odds that the last word of a name, standing alone behind the full name, means its bearer.

    Everyday words lose by how common they are; a capital beside it speaks for another bearer of the surname.
    """
    before, after = text[max(0, start - _REACH) : start], text[end : end + _REACH]
    return 3.0 - max(0.0, _zipf(short) - 4.0) + _of_the_place(text[start:end], before, after)


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
