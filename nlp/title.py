"""What a title says: whom it names, and which names in it are a work's or belong to a longer name."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nlp import confidence
from nlp.folding import fold
from nlp.names import Candidate, Names
from records.types import Document

HEADS = 0.75
"""Cue from which on a title names its subject, whether the text repeats the name or not."""
HOLDS = 0.55
"""Cue of a name that stands inside of a title, of one that the text repeats."""

_IS = 0.95
_OPENS = 0.85
_AFTER = HEADS
_LONGEST = 300
"""Characters of a title that are looked at; a longer one is no title."""
_MOST_ABOUT = 20
"""Names of structured data that are looked at."""
_PARTS = re.compile(r"\s*(?::|\||\s[-–—~/]\s|\s[-–—]|[-–—]\s|[\"“”]|^\d+[.)]\s|^[\[(][^\])]*[\])])\s*")
_OPENED = re.compile(r"('s\b|,| (by|on|at|live|review|interview|announces?|releases?|shares?|returns?|plays?)\b)")
_SORT = re.compile(
    r"(the )?((new|first|latest|exclusive|album|ep|lp|single|track|song|music|video|live|concert|gig|show|record|band|"
    r"artist|daily|weekly|quick|mini|short) )*"
    r"(reviews?|interviews?|premieres?|news|features?|listen|watch|streams?|videos?|mp3|downloads?|live|profiles?|"
    r"playlists?|mixtapes?|compilations?|setlists?|remix(es)?|podcasts?|q ?& ?a|introducing|previews?|recaps?|photos?|"
    r"tracks?|albums?|singles?|songs?)"
    r"( (of|with|by|the day|the week|the month|the year))*"
)
"""A part of a title that says what sort of text it is, and names nobody."""
_FORMAT = re.compile(r" (ep|lp|album|single|demo|7''|12'')$")
_RUN = re.compile(r"[\w'.&!\- ]+")
_JOINED_BEFORE = re.compile(r"(?:^|[\s(])(and|&|\+|x|with|vs\.?|feat\.?|ft\.?|by|of|from|on) (the )?$")
_WORK = r"\b(albums?|records?|songs?|singles?|tracks?|ep|lp|debut|score|mixtape|soundtrack)"
_LONG_ENOUGH, _OFTEN = 4, 2
_CONTRACTED = frozenset("he here how it let she that there what where who".split())  # noqa: SIM905  # reads better
"""Names of artists, all of them, but "she's" is not hers."""
_AND_THE = re.compile(r"\b(and|&) the $")
_JOINED_AFTER = re.compile(r"'s\b| (&|\+)| (and|x|with|vs|feat|ft)\b")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Title:
    """The title of a document and what its structured data name, read beside its text."""

    text: str
    candidates: tuple[Candidate, ...]
    """Names of the catalogue in it."""
    about: tuple[str, ...]
    """Folded names that structured data give."""
    parts: tuple[str, ...]
    """What dashes, colons and quotes part, but for what says the sort of text ("Album review")."""
    others: frozenset[str]
    """Plain names in it that mean no artist of that name: "Lush" in "Snail Mail – Lush", "Tuff" in "King Tuff"."""
    doubtful: frozenset[str]
    """Plain everyday words that are a part of it, but no name by anything that it or the text says ("Home")."""
    stranger_said: int
    """How often the text names the artist whom it is about, as it seems, if the catalogue knows none of that name."""

    def cue(self, name: str) -> float:
        """Return how sure the title alone makes it, in [0, 1], that the document is about the bearer of a name."""
        unsaid = self.is_another(name) or (bool(self.doubtful) and _plain(name) in self.doubtful)
        return 0.0 if unsaid else title_cue(self.text, name)

    def names(self, folded: Iterable[str]) -> bool:
        """Say whether structured data give one of some folded names."""
        return not set(self.about).isdisjoint(folded)

    def is_another(self, name: str) -> bool:
        """Say whether a name means no artist of that name in this document."""
        return bool(self.others) and _plain(name) in self.others


def read_title(document: Document, folded: str, names: Names) -> Title:
    """Read the title of a document whose folded text is given."""
    surface = document.title[:_LONGEST]
    title = fold(surface)
    candidates = tuple(names.candidates(title))
    known = [(candidate.start, candidate.end) for candidate in candidates]
    parts = [span for span in _parts(title, known) if not _SORT.fullmatch(title[slice(*span)])]
    read = _Reading(surface, title, parts, known, folded.removeprefix(title))
    others = frozenset(map(_plain, (*read.inner(), *read.works())))
    doubtful = frozenset(map(_plain, read.doubtful(document.text)))
    named = tuple(surface[slice(*span)] for span in parts)
    about = tuple(map(fold, document.about[:_MOST_ABOUT]))
    return Title(surface, candidates, about, named, others, doubtful, read.stranger_said())


def split_title(title: str) -> list[str]:
    """Return what dashes, colons, bars and quotes part in a title."""
    return [part for part in _PARTS.split(title[:_LONGEST]) if part]


def title_cue(title: str, name: str) -> float:
    """Return how sure a title alone makes it, in [0, 1], that the document is about the bearer of a name.

    A title that is the name, or names it before or after a dash or a colon ("Artist – Album", "Review: Artist"), says
    most. An article before the name may be missing there.
    """
    folded, name, bare = fold(title[:_LONGEST]), fold(name), _plain(name)
    if confidence.is_everyday(name):
        bare = name
    if not times_said(bare, folded) or _SORT.fullmatch(bare):
        return 0.0
    # the name itself may hold what parts a title otherwise: Lee "Scratch" Perry
    parts = [part for part in split_title(folded.replace(bare, "\0")) if not _SORT.fullmatch(part)] or [""]
    own = {"\0", "the \0"}
    if set(parts) <= own:
        return _IS
    if parts[0] in own or _opens(parts[0], bare):
        return _OPENS
    if own & set(parts) or folded.endswith((f" by {name}", f" by {bare}")):
        return _AFTER
    return HOLDS if times_said(name, folded) else 0.0


def _plain(name: str) -> str:
    """Return a name folded, without an article before it."""
    return fold(name).removeprefix("the ")


def standing(name: str, text: str) -> Iterator[re.Match[str]]:
    """Yield where a name stands in a text between word boundaries, spelled just so: both may be folded."""
    if name in text:
        yield from re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text)


def times_said(name: str, folded: str) -> int:
    """Return how often a folded name stands in a folded text between word boundaries."""
    return sum(1 for _ in standing(name, folded))


def _opens(part: str, name: str) -> bool:
    is_contracted = name in _CONTRACTED and part.startswith("\0's")
    return part.startswith("\0") and bool(_OPENED.match(part[1:])) and not is_contracted


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
        often; where neither is, one has to be called a work. Behind what no artist of the catalogue is called, one of
        everyday words is a work's if the text names the first at all, or the second at most once.
        """
        if len(self.parts) < 2 or (len(self.parts) > 2 and all(part in self.known for part in self.parts)):
            return
        first, second = self.parts[0], self._without_format(self.parts[1])
        artist, work = self.title[slice(*first)], self.title[slice(*second)]
        said, is_name = times_said(work, self.running), second in self.known and not self._is_everyday(second)
        if artist == work or "/" in self.title[first[1] : second[0]]:
            return
        if first not in self.known:
            if not is_name and (said < _OFTEN or _times_called(artist, self.running)):
                yield work
        elif is_name and self._is_everyday(first) and said >= times_said(artist, self.running):
            yield artist
        elif is_name and not self._is_everyday(first):
            yield from (name for name in (artist, work) if self._is_called_a_work(name))
        else:
            yield work

    def doubtful(self, text: str) -> Iterator[str]:
        """Yield parts that are an everyday word, where no work stands behind and the text has none with its capital."""
        if any(self._is_titled(part) or " " not in self.title[slice(*part)] for part in self.parts[1:]):
            return
        for part in self.parts:
            name = self.surface[slice(*part)]
            places = standing(name, text) if part in self.known else ()
            if self._is_everyday(part) and not any(not confidence.opens_sentence(text, m.start()) for m in places):
                yield name

    def stranger_said(self) -> int:
        """Return how often the text names what the title begins with, if no artist of the catalogue is called so.

        Before a work it counts as named twice at least: notes on a record may do without the name.
        """
        if not self.parts or self.parts[0] in self.known or not self._is_titled(self.parts[0]):
            return 0
        least = _OFTEN if len(self.parts) > 1 and self._is_titled(self.parts[1]) else 0
        return max(least, _times_called(self.title[slice(*self.parts[0])], self.running))

    def _is_titled(self, span: Span) -> bool:
        return confidence.is_titled(self.surface[slice(*span)])

    def _is_joined(self, start: int, first: int, last: int, end: int) -> bool:
        """Say whether a part of the title is more than one name that holds another."""
        before, after = self.title[start:first], self.title[last:end]
        joined = _JOINED_BEFORE.search(before) and not _AND_THE.search(before)
        is_name = _RUN.fullmatch(self.title[start:end]) and confidence.is_titled(self.surface[start:end])
        return not is_name or bool(joined or _JOINED_AFTER.match(after))

    def _is_called_a_work(self, name: str) -> bool:
        return bool(re.search(rf"{_WORK}(,| called| titled| named)? ['\"]?{re.escape(name)}(?!\w)", self.running))

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
    return times_said(last if len(last) >= _LONG_ENOUGH and not confidence.is_everyday(last) else name, running)
