"""Which artists and songs a document as a whole is about."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from urllib.parse import unquote, urlsplit

from nlp.folding import fold
from records.types import Document, Entity

SUBJECT = 0.5
"""Confidence from which on an entity is a subject of the document."""

_ABOUT = 0.95
_TITLE_IS = 0.95
_TITLE_OPENS = 0.85
_TITLE_AFTER = 0.75
_TITLE_HOLDS = 0.55
_URL = 0.45
_OPENING = 0.2
_SHARE = 0.8
_OPENING_CHARACTERS = 300
_PARTS = re.compile(r"\s*(?::|\||\s[-–—~/]\s|\s[-–—]|[-–—]\s|[\"“”])\s*")
_IN_WORD = re.compile(r"\w")
_OPENED = re.compile(r"('s\b|,| (by|on|at|live|review|interview|announces?|releases?|shares?|returns?|plays?)\b)")


def subject_confidence(document: Document, found: Mapping[str, Entity], mentions: Iterable[str]) -> dict[str, float]:
    """Return how sure it is, in [0, 1], that the document is about each of the entities found in it.

    Title, structured data, address, opening and the share of mentions are taken as independent cues (noisy or).

    Args:
        document: the document.
        found: the entities named in the text or in the title, by id.
        mentions: for each mention in the text the id of its entity.
    """
    counts = Counter(mentions)
    return {entity.id: _noisy_or(_cues(document, entity, counts)) for entity in found.values()}


def title_cue(title: str, name: str) -> float:
    """Return how sure a title alone makes it, in [0, 1], that the document is about the bearer of a name.

    A title that is the name, or names it before or after a dash or a colon ("Artist – Album", "Review: Artist"), says
    most.
    """
    folded, name = fold(title), fold(name)
    if not _stands_in(folded, name):
        return 0.0
    parts = [part for part in _PARTS.split(folded) if part]
    if folded == name:
        return _TITLE_IS
    if parts and (parts[0] == name or (parts[0].startswith(name) and _OPENED.match(parts[0][len(name) :]))):
        return _TITLE_OPENS
    return _TITLE_AFTER if name in parts or folded.endswith(f" by {name}") else _TITLE_HOLDS


def _cues(document: Document, entity: Entity, counts: Counter[str]) -> Iterable[float]:
    names = (entity.name, *entity.aliases)
    if {fold(name) for name in names} & {fold(name) for name in document.about}:
        yield _ABOUT
    yield max(title_cue(document.title, name) for name in names)
    slug = f"-{_slug(unquote(urlsplit(document.url).path))}-"
    if any(len(name) > 3 and f"-{_slug(name)}-" in slug for name in names):
        yield _URL
    opening = fold(document.text[:_OPENING_CHARACTERS])
    if any(_stands_in(opening, fold(name)) for name in names):
        yield _OPENING
    total = sum(counts.values())
    if counts[entity.id] > 1:
        yield _SHARE * (counts[entity.id] / total) ** 1.5


def _noisy_or(cues: Iterable[float]) -> float:
    doubt = 1.0
    for cue in cues:
        doubt *= 1 - cue
    return 1 - doubt


def _stands_in(folded: str, name: str) -> bool:
    place = folded.find(name)
    while place >= 0:
        before, after = folded[:place][-1:], folded[place + len(name) :][:1]
        if not (_IN_WORD.match(before) or _IN_WORD.match(after)):
            return True
        place = folded.find(name, place + 1)
    return False


def _slug(text: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", fold(text)))
