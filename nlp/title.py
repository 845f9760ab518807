"""What a title says: whom it names, and which names in it are a work's or belong to a longer name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nlp import confidence
from nlp.folding import fold
from nlp.names import Names
from records.types import Document

HEADS = 0.75
"""Cue from which on a title names its subject, whether the text repeats the name or not."""

_IS = 0.95
_OPENS = 0.85
_AFTER = HEADS
_HOLDS = 0.55
_PARTS = re.compile(r"\s*(?::|\||\s[-–—~/]\s|\s[-–—]|[-–—]\s|[\"“”])\s*")
_OPENED = re.compile(r"('s\b|,| (by|on|at|live|review|interview|announces?|releases?|shares?|returns?|plays?)\b)")
_SORT = re.compile(
    r"(the )?((new|first|latest|exclusive|album|ep|lp|single|track|song|music|video|live|concert|gig|show|record|band|"
    r"artist|daily|weekly|quick|mini|short) )*"
    r"(reviews?|interviews?|premieres?|news|features?|listen|watch|streams?|videos?|mp3|downloads?|live|profiles?|"
    r"playlists?|podcasts?|q ?& ?a|introducing|previews?|recaps?|photos?|tracks?|albums?|singles?|songs?)"
    r"( (of|with|by|the day|the week|the month|the year))*"
)
"""A part of a title that says what sort of text it is, and names nobody."""
_FORMAT = re.compile(r" (ep|lp|album|single|demo|7''|12'')$")
_RUN = re.compile(r"[\w'.&!\- ]+")
_JOINED_BEFORE = re.compile(r"(?:^|[\s(])(and|&|\+|x|with|vs\.?|feat\.?|ft\.?|by|of|from|on) (the )?$")
_LONG_ENOUGH, _OFTEN = 4, 2
_AND_THE = re.compile(r"\b(and|&) the $")
_JOINED_AFTER = re.compile(r"'s\b| (&|\+)| (and|x|with|vs|feat|ft)\b")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Title:
    """The title of a document, read beside its text."""

    text: str
    parts: tuple[str, ...]
    """What dashes, colons and quotes part, but for what says the sort of text ("Album review")."""
    others: frozenset[str]
    """Plain names in it that mean no artist of that name: "Lush" in "Snail Mail – Lush", "Tuff" in "King Tuff"."""
    stranger_said: int
    """How often the text names the artist whom it is about, as it seems, if the catalogue knows none of that name."""

    def cue(self, name: str) -> float:
        """Return how sure the title alone makes it, in [0, 1], that the document is about the bearer of a name."""
        return 0.0 if self.is_another(name) else title_cue(self.text, name)

    def is_another(self, name: str) -> bool:
        """Say whether a name means no artist of that name in this document."""
        return bool(self.others) and _plain(name) in self.others


def read_title(document: Document, folded: str, names: Names) -> Title:
    """Read the title of a document whose folded text is given."""
    title = fold(document.title)
    known = [(candidate.start, candidate.end) for candidate in names.candidates(title)]
    parts = [span for span in _parts(title, known) if not _SORT.fullmatch(title[slice(*span)])]
    read = _Reading(document.title, title, parts, known, folded.removeprefix(title))
    others = {*read.inner(), *read.works()}
    names_of_parts = tuple(document.title[slice(*span)] for span in parts)
    return Title(document.title, names_of_parts, frozenset(map(_plain, others)), read.stranger_said())


def split_title(title: str) -> list[str]:
    """Return what dashes, colons, bars and quotes part in a title."""
    return [part for part in _PARTS.split(title) if part]


def title_cue(title: str, name: str) -> float:
    """Return how sure a title alone makes it, in [0, 1], that the document is about the bearer of a name.

    A title that is the name, or names it before or after a dash or a colon ("Artist – Album", "Review: Artist"), says
    most. An article before the name may be missing there.
    """
    folded, name, bare = fold(title), fold(name), _plain(name)
    if confidence.is_everyday(name):
        bare = name
    if not times_said(bare, folded):
        return 0.0
    # the name itself may hold what parts a title otherwise: Lee "Scratch" Perry
    parts = split_title(folded.replace(bare, "\0"))
    own = {"\0", "the \0"}
    if set(parts) <= own:
        return _IS
    if parts[0] in own or _opens(parts[0]):
        return _OPENS
    if own & set(parts) or folded.endswith((f" by {name}", f" by {bare}")):
        return _AFTER
    return _HOLDS if times_said(name, folded) else 0.0


def _plain(name: str) -> str:
    """Return a name folded, without an article before it."""
    return fold(name).removeprefix("the ")


def times_said(name: str, folded: str) -> int:
    """Return how often a folded name stands in a folded text between word boundaries."""
    return len(re.findall(rf"(?<!\w){re.escape(name)}(?!\w)", folded)) if name in folded else 0


def _opens(part: str) -> bool:
    return part.startswith("\0") and bool(_OPENED.match(part[1:]))


@dataclass(frozen=True, slots=True)
class _Reading:
    surface: str
    title: str
    """Folded."""
    parts: list[Span]
    known: list[Span]
    """Where names of the catalogue stand."""
    running: str
    """The text without the title, folded."""

    def inner(self) -> Iterator[str]:
        """Yield names that stand within longer ones: the text, too, has them so rather than alone."""
        for first, last in self.known:
            for start, end in self.parts:
                longer, name = _plain(self.title[start:end]), _plain(self.title[first:last])
                if start <= first and last <= end and longer != name and not self._is_joined(start, first, last, end):
                    inside = times_said(longer, self.running)
                    if inside and 2 * inside > times_said(name, self.running):
                        yield name

    def works(self) -> Iterator[str]:
        """Yield the name of the work in a title "Artist – Work".

        Of two names the first is the artist's, unless it alone is made of everyday words and the text says it no more
        often. Behind what no artist of the catalogue is called, a name is a work's if the text names the first more
        often; one made of everyday words already if it names the first at all, or the second at most once.
        """
        if len(self.parts) < 2 or (len(self.parts) > 2 and all(part in self.known for part in self.parts)):
            return
        first, second = self.parts[0], self._without_format(self.parts[1])
        artist, work = self.title[slice(*first)], self.title[slice(*second)]
        said, is_name = times_said(work, self.running), second in self.known and not self._is_everyday(second)
        if artist == work or "/" in self.title[first[1] : second[0]]:
            return
        if first not in self.known:
            called = _times_called(artist, self.running)
            if said < called if is_name else called or said < _OFTEN:
                yield work
        elif is_name and self._is_everyday(first) and said >= times_said(artist, self.running):
            yield artist
        else:
            yield work

    def stranger_said(self) -> int:
        """Return how often the text names what the title begins with, if no artist of the catalogue is called so."""
        first = slice(*self.parts[0]) if self.parts and self.parts[0] not in self.known else slice(0)
        return _times_called(self.title[first], self.running) if confidence.is_titled(self.surface[first]) else 0

    def _is_joined(self, start: int, first: int, last: int, end: int) -> bool:
        """Say whether a part of the title is more than one name that holds another."""
        before, after = self.title[start:first], self.title[last:end]
        joined = _JOINED_BEFORE.search(before) and not _AND_THE.search(before)
        is_name = _RUN.fullmatch(self.title[start:end]) and confidence.is_titled(self.surface[start:end])
        return not is_name or bool(joined or _JOINED_AFTER.match(after))

    def _is_everyday(self, span: Span) -> bool:
        name = self.surface[slice(*span)]
        return confidence.is_everyday(name) or confidence.is_phrase(name) or confidence.is_namesake(name)

    def _without_format(self, span: Span) -> Span:
        named = _FORMAT.search(self.title[slice(*span)])
        return (span[0], span[0] + named.start()) if named else span


def _parts(title: str, known: list[Span]) -> Iterator[Span]:
    """Yield where the parts of a folded title stand; nothing parts a name that the catalogue knows."""
    start = 0
    for match in _PARTS.finditer(title):
        if not any(first < match.end() and match.start() < last for first, last in known):
            if match.start() > start:
                yield start, match.start()
            start = match.end()
    if start < len(title):
        yield start, len(title)


def _times_called(name: str, running: str) -> int:
    """Return how often a text names somebody, in full or by the last word of the name."""
    last = name.rpartition(" ")[2]
    if not last:
        return 0
    return times_said(last if len(last) >= _LONG_ENOUGH and not confidence.is_everyday(last) else name, running)
