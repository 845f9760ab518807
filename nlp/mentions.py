"""Linking: from places where a name may stand to mentions of artists and songs."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nlp import confidence
from nlp.bearers import choose_bearers
from nlp.folding import fold
from nlp.names import Candidate, Names
from nlp.subject import SUBJECT, subject_confidence, title_cue
from records.types import Document, Entity, EntityKind, Mention

_TITLE_HELPS = 3.0
"""Log-odds that a name gains in the text of a document whose title or structured data names it."""
_HEADS = 0.75
"""Title cue from which on a title names its subject, whether the text repeats the name or not."""
_HOLDS = 0.5
_PART_OF_NAMES = -3.0
_IN_COMPANY = 2.0
_COMPANY = 60
_LIST = re.compile(r"(['\u2019]s)?\s*(,|&|/|and|or|,\s*and|,\s*or|vs\.?|with)\s*")
_REPEATED = 1.0
"""Log-odds that a name gains where it stands elsewhere in the same text beyond doubt."""
_BEYOND_DOUBT = 2.5
_NEAR = 800
"""Characters within which a song's artist must be named, unless the document is about the artist."""


@dataclass(frozen=True, slots=True)
class Linked:
    """What a document speaks of."""

    mentions: tuple[Mention, ...]
    """In the order of the text, none overlapping."""
    dropped: Counter[str]
    """How many places that could be names were left out, by reason."""


@dataclass(frozen=True, slots=True)
class _Place:
    start: int
    end: int
    entity: Entity
    log_odds: float


class Linker:
    """Finds the mentions of a catalogue's artists and songs in documents.

    Args:
        names: the names of the catalogue.
        min_confidence: mentions less sure than this, in [0, 1], are dropped.
    """

    def __init__(self, names: Names, min_confidence: float) -> None:
        self._names = names
        self._min_confidence = min_confidence

    def link(self, document: Document) -> Linked:
        """Return the mentions in a document's text. Artists first, then their short names, then their songs."""
        text, folded = document.text, fold(document.text)
        dropped: Counter[str] = Counter()
        artists = self._sure(self._artists(document, folded, dropped), dropped)
        artists = [*self._headed(document, folded), *artists]
        artists += self._sure(_short_names(text, folded, artists), dropped)
        songs = self._sure(_songs(document, folded, artists, self._names), dropped)
        places = _without_overlap([*songs, *artists])
        found = {place.entity.id: place.entity for place in places}
        confidences = subject_confidence(document, found, (place.entity.id for place in places))
        subjects = {entity_id for entity_id, sure in confidences.items() if sure >= SUBJECT}
        mentions = (_mention(document, place, place.entity.id in subjects) for place in places)
        return Linked(tuple(mentions), dropped)

    def _sure(self, places: Iterable[_Place], dropped: Counter[str]) -> list[_Place]:
        kept = []
        for place in places:
            if confidence.to_confidence(place.log_odds) >= self._min_confidence:
                kept.append(place)
            else:
                dropped[f"unsure {place.entity.kind}"] += 1
        return kept

    def _headed(self, document: Document, folded: str) -> Iterator[_Place]:
        """Yield the artists whom title or structured data name as the subject, at the empty range before the text."""
        for heading in (document.title, *document.about):
            for candidate in self._names.candidates(fold(heading)):
                if title_cue(heading, heading[candidate.start : candidate.end]) >= _HEADS:
                    for bearer in choose_bearers(document, folded, candidate.entities, self._names):
                        yield _Place(0, 0, bearer, confidence.SURE)

    def _artists(self, document: Document, folded: str, dropped: Counter[str]) -> list[_Place]:
        places = []
        for candidate in self._names.candidates(folded):
            bearers = choose_bearers(document, folded, candidate.entities, self._names)
            if not bearers:
                dropped["name of several artists"] += 1
            places += [_place(document, folded, candidate, bearer) for bearer in bearers]
        return list(_with_document(document, places))


def _place(document: Document, folded: str, candidate: Candidate, bearer: Entity) -> _Place:
    start, end = candidate.start, candidate.end
    spellings = [name for name in (bearer.name, *bearer.aliases) if fold(name) == folded[start:end]] or [bearer.name]
    log_odds = max(confidence.score(document.text, start, end, name) for name in spellings)
    return _Place(start, end, bearer, log_odds)


def _with_document(document: Document, places: list[_Place]) -> Iterator[_Place]:
    """Let each place gain or lose by what title, structured data and the rest of the text say of the same name."""
    best: dict[str, float] = {}
    for place in places:
        best[place.entity.id] = max(place.log_odds, best.get(place.entity.id, place.log_odds))
    gains = {place.entity.id: _gain(document, place.entity, best[place.entity.id]) for place in places}
    sure = [place for place in places if place.log_odds >= _BEYOND_DOUBT]
    for place in places:
        gain = gains[place.entity.id] + _IN_COMPANY * _is_in_company(document.text, place, sure)
        yield _Place(place.start, place.end, place.entity, place.log_odds + gain)


def _gain(document: Document, entity: Entity, best: float) -> float:
    """Return the log-odds that all places of an artist gain or lose in a document."""
    names = (entity.name, *entity.aliases)
    if {fold(name) for name in document.about} & {fold(name) for name in names} or _titled(document.title, names):
        return _TITLE_HELPS
    if confidence.is_everyday(entity.name) and _is_part_of_names(document.text, entity.name):
        return _PART_OF_NAMES
    return _REPEATED if best >= _BEYOND_DOUBT else 0.0


def _titled(title: str, names: Iterable[str]) -> bool:
    """Say whether a title names one of them; an everyday word has to be a part of the title by itself."""
    return any(title_cue(title, name) >= (_HEADS if confidence.is_everyday(name) else _HOLDS) for name in names)


def _is_part_of_names(text: str, name: str) -> bool:
    """Say whether a single word stands in longer names as well: "Julie" where "Julie Slick" is spoken of."""
    word = re.escape(name)
    return bool(re.search(rf"\b{word} (?!And\b|Or\b)[A-Z][a-z]+|[a-z,] [A-Z][a-z]+ {word}\b", text))


def _is_in_company(text: str, place: _Place, sure: Iterable[_Place]) -> bool:
    """Say whether a name stands in a list with a sure one ("Yes and Pink Floyd", "Low, Slowdive")."""
    return any(
        _LIST.fullmatch(text[min(place.end, other.end) : max(place.start, other.start)])
        for other in sure
        if other.entity.id != place.entity.id and abs(other.start - place.start) < _COMPANY
    )


def _short_names(text: str, folded: str, artists: list[_Place]) -> Iterator[_Place]:
    """Yield where the last word of a longer name stands alone ("Cohen"), behind the first use of the full name."""
    first: dict[str, _Place] = {}
    for place in artists:
        first.setdefault(place.entity.id, place)
    shorts = {place.entity.id: fold(place.entity.name).split()[-1] for place in first.values()}
    uses = Counter(shorts.values())
    taken = {position for place in artists for position in range(place.start, place.end)}
    for entity_id, short in shorts.items():
        full = first[entity_id]
        if short == fold(full.entity.name) or uses[short] > 1 or len(short) < 4 or not short.isalpha():
            continue
        for match in re.finditer(rf"(?<!\w){re.escape(short)}(?!\w)", folded[full.end :]):
            start, end = match.start() + full.end, match.end() + full.end
            if text[start:end].islower():
                break
            if start not in taken and text[start].isupper():
                yield _Place(start, end, full.entity, confidence.short_score(text, start, end, short))


def _songs(document: Document, folded: str, artists: list[_Place], names: Names) -> Iterator[_Place]:
    text = document.text
    spots: dict[str, list[int]] = {}
    for place in artists:
        spots.setdefault(place.entity.id, []).append(place.start)
    for artist_id, starts in spots.items():
        is_titled = _titled(document.title, names.spellings(artist_id))
        for song in names.songs_of(artist_id):
            for match in re.finditer(rf"(?<!\w){re.escape(fold(song.name))}(?!\w)", folded):
                near = is_titled or min(abs(match.start() - start) for start in starts) <= _NEAR
                if near:
                    yield _Place(*match.span(), song, confidence.song_score(text, *match.span(), song.name))


def _without_overlap(places: list[_Place]) -> list[_Place]:
    """Keep the surer of two that overlap, the longer of two equally sure; twins of one place both stay."""
    places.sort(key=lambda p: (-p.log_odds, p.start - p.end, p.start, p.entity.kind is EntityKind.ARTIST))
    owner: dict[int, tuple[int, int, EntityKind]] = {}
    kept = []
    for place in places:
        mine = (place.start, place.end, place.entity.kind)
        if all(owner.setdefault(position, mine) == mine for position in range(place.start, place.end)):
            kept.append(place)
    return sorted(kept, key=lambda p: (p.start, p.entity.id))


def _mention(document: Document, place: _Place, is_subject: bool) -> Mention:
    sure = confidence.to_confidence(place.log_odds)
    return Mention(document.id, place.entity.id, place.start, place.end, sure, is_subject)
