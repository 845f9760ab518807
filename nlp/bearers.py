"""Telling artists of the same name apart by what else the text says."""

import re
from collections.abc import Sequence

from spacy.lang.en.stop_words import STOP_WORDS

from nlp.folding import fold
from nlp.names import Names
from records.types import Document, Entity

_SONG_HINT = 2.0
_WORD_HINT = 1.0
_SHORTEST_SONG = 5


def choose_bearers(document: Document, folded: str, bearers: Sequence[Entity], names: Names) -> tuple[Entity, ...]:
    """Return which of several artists of one name a document means; empty where nothing decides.

    Words of their disambiguation, other names and songs of theirs are looked for in the text; where none stands there,
    the only one is meant of whom the catalogue knows more than the name. Entries that the
    catalogue gives no means to tell apart (no disambiguation, no songs, no other names) are taken as entries for the
    same artist: all of them are returned.
    """
    if len(bearers) == 1:
        return tuple(bearers)
    if all(_is_bare(bearer, names) for bearer in bearers):
        return tuple(bearers)
    whole = f"{fold(document.title)} {folded}"
    hints = [_hints(bearer, whole, names) for bearer in bearers]
    best = max(hints)
    if best > 0:
        chosen = [bearer for bearer, hint in zip(bearers, hints, strict=True) if hint == best]
    else:
        known = [bearer for bearer in bearers if not is_obscure(bearer, names)]
        chosen = known if len(known) == 1 else [bearer for bearer in bearers if not bearer.disambiguation]
    return tuple(chosen) if len(chosen) == 1 else ()


def is_obscure(bearer: Entity, names: Names) -> bool:
    """Say whether the catalogue knows no more of an artist than the name."""
    return _is_bare(bearer, names) and not (bearer.foreign_ids or bearer.area or bearer.begin)


def _is_bare(bearer: Entity, names: Names) -> bool:
    return not (bearer.disambiguation or bearer.aliases or names.songs_of(bearer.id))


def _hints(bearer: Entity, whole: str, names: Names) -> float:
    words = set(re.findall(r"\w+", fold(bearer.disambiguation))) - STOP_WORDS
    said: float = sum(bool(re.search(rf"\b{re.escape(word)}\b", whole)) for word in words) / max(1, len(words)) ** 0.5
    songs = [fold(song.name) for song in names.songs_of(bearer.id)]
    known = [fold(alias) for alias in bearer.aliases if len(alias) >= _SHORTEST_SONG]
    heard: int = sum(len(name) >= _SHORTEST_SONG and name in whole for name in songs + known)
    return _WORD_HINT * said + _SONG_HINT * heard
