"""What a whole text says of its names: its title, how they are written elsewhere in it, and beside whom."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nlp import confidence
from nlp.names import patterns
from nlp.namesakes import GIVEN_NAMES, ROLES
from nlp.title import HEADS, HOLDS, Title
from records.types import Document, Entity

TITLE_HELPS = 3.0
"""Log-odds that a name gains in the text of a document whose title or structured data names it."""
_PART_OF_NAMES = -4.0
_OF_ANOTHER = -6.0
"""Log-odds that a name loses which the title tells to be another's."""
_REPEATED = 1.0
"""Log-odds that a name gains where it stands elsewhere in the same text beyond doubt."""
_BEYOND_DOUBT = 2.5
_STEADY = 0.7
_STEADY_USES = 3
"""Log-odds for each use with a capital beyond the first, and how many of them count at most."""
_IN_COMPANY = 3.0
_LIST = re.compile(r"(['\u2019]s)?\s*(,\s*and\b|,\s*or\b|,|&|/|and\b|or\b|vs\b\.?|with\b)\s*")
_GOES_ON = re.compile(r"\b(\w+) (?=(?!And\b|Or\b)[A-Z][a-z])")
_BEHIND_ANOTHER = re.compile(r"(?<=[a-z,] )([A-Z][a-z]+)(?= (\w+))")
_BEHIND_GIVEN = re.compile(r"\b([A-Z][a-z]+)(?= (\w+))")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a name stands that may mean an entity."""

    start: int
    end: int
    entity: Entity
    log_odds: float


def with_document(document: Document, title: Title, places: list[Place], *, crowded: bool) -> Iterator[Place]:
    """Let each place gain or lose by what title, structured data and the rest of the text say of the same name.

    Args:
        document: the document.
        title: its title.
        places: where names stand in its text.
        crowded: whether the catalogue is so large that most words and surnames are somebody's name.
    """
    by_entity: defaultdict[str, list[Place]] = defaultdict(list)
    for place in places:
        by_entity[place.entity.id].append(place)
    longer = _words_of_longer_names(document.text, crowded=crowded)
    gains = {entity_id: _gain(document, title, mine, longer) for entity_id, mine in by_entity.items()}
    another = [title.is_another(document.text[place.start : place.end]) for place in places]
    own = [place for place, is_another in zip(places, another, strict=True) if not is_another]
    company = _in_company(document.text, own)
    for place, is_another in zip(places, another, strict=True):
        gain = gains[place.entity.id]
        if place.start in company:
            gain += _IN_COMPANY / 2 if confidence.is_namesake(place.entity.name) else _IN_COMPANY
        if is_another:
            gain += _OF_ANOTHER
        yield Place(place.start, place.end, place.entity, place.log_odds + gain)


def titled(title: Title, names: Iterable[str]) -> bool:
    """Say whether a title names one of them; an everyday word has to be a part of the title by itself."""
    return any(title.cue(name) >= (HEADS if confidence.is_everyday(name) else HOLDS) for name in names)


def _gain(document: Document, title: Title, places: list[Place], longer: frozenset[str]) -> float:
    """Return the log-odds that all places of an artist gain or lose in a document."""
    entity = places[0].entity
    names = patterns(entity)
    cue = max(title.cue(name) for name in names)
    if title.names(names) or cue >= HEADS:
        return TITLE_HELPS
    if confidence.is_one_word(entity.name) and _last(entity.name) in longer:
        return _PART_OF_NAMES
    if cue >= HOLDS and not confidence.is_everyday(entity.name):
        return TITLE_HELPS
    repeated = _REPEATED if max(place.log_odds for place in places) >= _BEYOND_DOUBT else 0.0
    return repeated + _steadiness(document.text, places)


def _words_of_longer_names(text: str, *, crowded: bool) -> frozenset[str]:
    """Return the words that stand in longer names of a text: "Julie" where "Julie Slick" is spoken of.

    A rare word has to stand behind a given name, "Derek Shulman" but not "my Radiohead Phase", if not crowded.
    """
    words = {match[1] for match in _GOES_ON.finditer(text)}
    words |= {match[2] for match in _BEHIND_ANOTHER.finditer(text) if match[1] not in ROLES}
    everyday = {word for word in words if word[0].isupper() and (crowded or confidence.is_everyday(word))}
    surnames = {match[2] for match in _BEHIND_GIVEN.finditer(text) if match[1].lower() in GIVEN_NAMES}
    return frozenset(everyday | surnames)


def _steadiness(text: str, places: Iterable[Place]) -> float:
    """Return what an everyday word gains that has its capital again and again within sentences, and never lacks it.

    "Rush" and "Cream" are told so from "rush" and "cream"; given names and places have capitals in any case.
    """
    within = [place for place in places if not confidence.opens_sentence(text, place.start)]
    name = within[0].entity.name if within else ""
    if not confidence.is_everyday(name) or confidence.is_namesake(name):
        return 0.0
    if not all(_last(text[place.start : place.end])[:1].isupper() for place in within):
        return 0.0
    return _STEADY * min(_STEADY_USES, len(within) - 1)


def _last(name: str) -> str:
    return name.rpartition(" ")[2]


def _in_company(text: str, places: Iterable[Place]) -> set[int]:
    """Return where names stand in a list with a sure one: "Yes and Pink Floyd", "Low, Yes, Air and Slowdive"."""
    at: defaultdict[int, list[Place]] = defaultdict(list)
    for place in places:
        if text[place.start].isupper() or place.log_odds >= _BEYOND_DOUBT:
            at[place.start].append(place)
    found: set[int] = set()
    listed: set[int] = set()
    for start in sorted(at):
        if start not in listed:
            chain = _chain(text, at, start)
            listed.update(place.start for place in chain)
            found |= _accompanied(chain)
    return found


def _chain(text: str, at: Mapping[int, list[Place]], start: int) -> list[Place]:
    """Return the names of a list from a place on: of several that begin there that after which it goes on."""
    chain: list[Place] = []
    while start in at:
        follows = {place.end: match.end() for place in at[start] if (match := _LIST.match(text, place.end))}
        ending = next((end for end, following in follows.items() if following in at), None)
        chain += [place for place in at[start] if ending in (None, place.end)]
        start = follows[ending] if ending else -1
    return chain


def _accompanied(chain: Sequence[Place]) -> set[int]:
    """Return where in a list of at least two names one stands that is not the only sure one."""
    sure = [place for place in chain if place.log_odds >= _BEYOND_DOUBT]
    entities, starts = Counter(place.entity.id for place in sure), Counter(place.start for place in sure)
    both = Counter((place.entity.id, place.start) for place in sure)

    def others(place: Place) -> int:
        """Return how many sure ones mean another artist, and stand elsewhere."""
        entity, start = place.entity.id, place.start
        return len(sure) - entities[entity] - starts[start] + both[entity, start]

    return {place.start for place in chain if others(place)}
