"""Which artists and songs a document as a whole is about."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote, urlsplit

from nlp.folding import fold
from nlp.names import patterns
from nlp.title import HEADS, Title, times_said, title_cue
from records.types import Document, Entity, EntityKind

SUBJECT = 0.5
"""Confidence from which on an entity is a subject of the document."""

_ABOUT = 0.95
_URL = 0.45
_OPENING = 0.2
_SHARE = 0.8
_OPENING_CHARACTERS = 300
_STRANGER = ""
"""Stands for the artist of the title whom the catalogue does not know."""


def subject_confidence(
    document: Document, title: Title, found: Mapping[str, Entity], mentions: Iterable[str]
) -> dict[str, float]:
    """Return how sure it is, in [0, 1], that the document is about each of the entities found in it.

    Title, structured data, address, opening and the share of mentions are taken as independent cues (noisy or). The
    share tells nothing where the title names others.

    Args:
        document: the document.
        title: its title.
        found: the entities named in the text or in the title, by id.
        mentions: for each mention in the text the id of its entity.
    """
    counts = Counter(mentions)
    counts[_STRANGER] = title.stranger_said
    titled = {entity.id: max(_by_title(title, entity)) for entity in found.values()}
    heads = max(titled.values(), default=0.0) >= HEADS
    sure = {}
    for entity in found.values():
        cues = [titled[entity.id], *_cues(document, title, entity)]
        if titled[entity.id] or not heads:
            cues.append(_of_share(counts[entity.id], counts.total()))
        sure[entity.id] = _noisy_or(cues)
    return sure


def _by_title(title: Title, entity: Entity) -> Iterator[float]:
    """Yield the title's cue for each name; what means no artist there may well mean a song."""
    for name in patterns(entity):
        yield title.cue(name) if entity.kind is EntityKind.ARTIST else title_cue(title.text, name)


def _cues(document: Document, title: Title, entity: Entity) -> Iterator[float]:
    names = [name for name in patterns(entity) if not title.is_another(name)]
    if title.names(names):
        yield _ABOUT
    slug = f"-{_slug(unquote(urlsplit(document.url).path))}-"
    if any(len(name) > 3 and f"-{_slug(name)}-" in slug for name in names):
        yield _URL
    opening = fold(document.text[:_OPENING_CHARACTERS])
    if any(times_said(name, opening) for name in names):
        yield _OPENING


def _of_share(count: int, total: int) -> float:
    return _SHARE * (count / total) ** 1.5 if count > 1 else 0.0


def _noisy_or(cues: Iterable[float]) -> float:
    doubt = 1.0
    for cue in cues:
        doubt *= 1 - cue
    return 1 - doubt


def _slug(text: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", fold(text)))
