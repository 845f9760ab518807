"""Linking: from places where a name may stand to mentions of artists and songs."""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial

from nlp import confidence
from nlp.bearers import choose_bearers, is_obscure
from nlp.discourse import TITLE_HELPS, Place, titled, with_document
from nlp.folding import fold
from nlp.names import Candidate, Names
from nlp.subject import SUBJECT, subject_confidence
from nlp.title import HEADS, Title, read_title, standing, title_cue
from records.types import Document, Entity, EntityKind, Mention

_FEW = 20_000
_PER_CROWD = 2.6
"""Log-odds that a name loses, at most, for every tenfold of artists beyond a few: among a million acts most words are
somebody's name, and it is the less likely that just that one is meant. Acts of whom the catalogue knows more than the
name are those that are written about, and lose nothing."""
_NEAR = 800
"""Characters within which a song's artist must be named, unless the document is about the artist."""


@dataclass(frozen=True, slots=True)
class Linked:
    """What a document speaks of."""

    mentions: tuple[Mention, ...]
    """In the order of the text, none overlapping."""
    dropped: Counter[str]
    """How many places that could be names were left out, by reason."""
    left_out: Counter[str]
    """How often each name that the text spells with a capital was."""


class Linker:
    """Finds the mentions of a catalogue's artists and songs in documents.

    Args:
        names: the names of the catalogue.
        min_confidence: mentions less sure than this, in [0, 1], are dropped.
    """

    def __init__(self, names: Names, min_confidence: float) -> None:
        self._names = names
        self._crowd = _PER_CROWD * max(0.0, math.log10(max(1, len(names)) / _FEW))
        self._is_obscure = lru_cache(50_000)(partial(is_obscure, names=names))
        self._min_confidence = min_confidence

    def link(self, document: Document) -> Linked:
        """Return the mentions in a document's text. Artists first, then their short names, then their songs."""
        text, folded = document.text, fold(document.text)
        dropped: Counter[str] = Counter()
        left_out: Counter[str] = Counter()
        title = read_title(document, folded, self._names)
        artists = self._artists(document, title, folded, dropped)
        for place in artists:
            if not self._is_sure(place):
                name = text[place.start : place.end]
                dropped[f"artist, {_why_unsure(name, title)}"] += 1
                left_out[name] += name[:1].isupper()
        artists = list(filter(self._is_sure, artists))
        artists = [*self._headed(document, title, folded), *artists]
        artists += filter(self._is_sure, list(_short_names(text, folded, artists)))
        songs = list(_songs(document, title, folded, artists, self._names))
        dropped["song, not written as a title"] += sum(not self._is_sure(song) for song in songs)
        songs = list(filter(self._is_sure, songs))
        places = _without_overlap([*songs, *artists])
        found = {place.entity.id: place.entity for place in places}
        confidences = subject_confidence(document, title, found, (place.entity.id for place in places))
        subjects = {entity_id for entity_id, sure in confidences.items() if sure >= SUBJECT}
        mentions = (_mention(document, place, place.entity.id in subjects) for place in places)
        return Linked(tuple(mentions), +dropped, +left_out)

    def _is_sure(self, place: Place) -> bool:
        return confidence.to_confidence(place.log_odds) >= self._min_confidence

    def _headed(self, document: Document, title: Title, folded: str) -> Iterator[Place]:
        """Yield the artists whom title or structured data name as the subject, at the empty range before the text."""
        headed = (choose_bearers(document, folded, c.entities, self._names) for c in self._heading(title))
        for bearer in {bearer.id: bearer for bearers in headed for bearer in bearers}.values():
            yield Place(0, 0, bearer, confidence.SURE)

    def _heading(self, title: Title) -> Iterator[Candidate]:
        for candidate in title.candidates:
            if title.cue(title.text[candidate.start : candidate.end]) >= HEADS:
                yield candidate
        for about in title.about:
            for candidate in self._names.candidates(about):
                name = about[candidate.start : candidate.end]
                if title_cue(about, name) >= HEADS and not title.is_another(name):
                    yield candidate
        for part in title.parts:  # the article of its name may be missing
            whole = fold(f"The {part}")
            if not (confidence.is_everyday(part) or title.is_another(part)):
                yield from (c for c in self._names.candidates(whole) if (c.start, c.end) == (0, len(whole)))

    def _artists(self, document: Document, title: Title, folded: str, dropped: Counter[str]) -> list[Place]:
        places = []
        chosen: dict[tuple[str, ...], tuple[Entity, ...]] = {}
        for candidate in self._names.candidates(folded):
            ids = tuple(entity.id for entity in candidate.entities)
            if ids not in chosen:
                chosen[ids] = choose_bearers(document, folded, candidate.entities, self._names)
            bearers = chosen[ids]
            if not bearers:
                dropped["name of several artists"] += 1
            places += [self._place(document, folded, candidate, bearer) for bearer in bearers]
        return list(with_document(document, title, places, crowded=self._crowd > 0))

    def _place(self, document: Document, folded: str, candidate: Candidate, bearer: Entity) -> Place:
        start, end = candidate.start, candidate.end
        names = [name for name in (bearer.name, *bearer.aliases) if fold(name) == folded[start:end]] or [bearer.name]
        log_odds = max(confidence.score(document.text, start, end, name) for name in names)
        if self._crowd and self._is_obscure(bearer):
            log_odds -= self._crowd * confidence.crowding(names[0])
        return Place(start, end, bearer, log_odds)


def _why_unsure(name: str, title: Title) -> str:
    """Return what spoke most against a name: what the title says, what sort of words it is, or its place."""
    if title.is_another(name):
        return "a work or part of a longer name by the title"
    sorts = {
        "a given name or a place": confidence.is_namesake,
        "an everyday word": confidence.is_everyday,
        "everyday words": confidence.is_phrase,
    }
    return next((sort for sort, is_one in sorts.items() if is_one(name)), "unlikely where it stands")


def _short_names(text: str, folded: str, artists: list[Place]) -> Iterator[Place]:
    """Yield where the last word of a longer name stands alone ("Cohen"), behind the first use of the full name."""
    first: dict[str, Place] = {}
    for place in artists:
        first.setdefault(place.entity.id, place)
    shorts = {place.entity.id: fold(place.entity.name).split()[-1] for place in first.values()}
    uses = Counter(shorts.values())
    taken = {position for place in artists for position in range(place.start, place.end)}
    for entity_id, short in shorts.items():
        full = first[entity_id]
        if short == fold(full.entity.name) or uses[short] > 1 or len(short) < 4 or not short.isalpha():
            continue
        for match in standing(short, folded[full.end :]):
            start, end = match.start() + full.end, match.end() + full.end
            if text[start:end].islower():
                break
            if start not in taken and text[start].isupper():
                yield Place(start, end, full.entity, confidence.short_score(text, start, end, full.entity.name))


def _songs(document: Document, title: Title, folded: str, artists: list[Place], names: Names) -> Iterator[Place]:
    text = document.text
    spots: dict[str, list[int]] = {}
    for place in sorted(artists, key=lambda place: place.start):
        spots.setdefault(place.entity.id, []).append(place.start)
    headed = {fold(part) for part in title.parts}
    for artist_id, starts in spots.items():
        is_about = titled(title, names.spellings(artist_id))
        for song in names.songs_of(artist_id):
            name = fold(song.name)
            gain = TITLE_HELPS if is_about and name in headed else 0.0
            for match in standing(name, folded):
                if is_about or _is_near(match.start(), starts):
                    yield Place(*match.span(), song, gain + confidence.song_score(text, *match.span(), song.name))


def _is_near(place: int, starts: list[int]) -> bool:
    after = bisect_left(starts, place)
    return any(abs(place - start) <= _NEAR for start in starts[max(0, after - 1) : after + 1])


def _without_overlap(places: list[Place]) -> list[Place]:
    """Keep the surer of two that overlap, the longer of two equally sure; twins of one place both stay."""
    places.sort(key=lambda p: (-p.log_odds, p.start - p.end, p.start, p.entity.kind is EntityKind.ARTIST))
    owner: dict[int, tuple[int, int, EntityKind]] = {}
    kept = []
    for place in places:
        mine = (place.start, place.end, place.entity.kind)
        if all(owner.setdefault(position, mine) == mine for position in range(place.start, place.end)):
            kept.append(place)
    return sorted(kept, key=lambda p: (p.start, p.entity.id))


def _mention(document: Document, place: Place, is_subject: bool) -> Mention:
    sure = confidence.to_confidence(place.log_odds)
    return Mention(document.id, place.entity.id, place.start, place.end, sure, is_subject)
