"""Reading one document: its mentions, and how often which terms are said of whom."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from nlp.folding import fold
from nlp.names import Names
from nlp.polarity import polarity
from nlp.quotations import quotations
from nlp.scope import COMPARED, MOST_NAMED, Shares, sentence_shares, subjects_of
from nlp.terms import Found, sentence_terms
from nlp.words import Sentence, Text
from nlp.works import works_named
from records.types import Document, EntityKind, Mention, TermCount, TermKind

_NAMED_BESIDE = 0.5
"""Count of an artist named in a sentence that does not describe the entity but names it."""
_NEIGHBORS = 5
"""Artists on either side of one in a list that are its company."""
_IN_LIST = 1 / (2 * _NEIGHBORS)
"""Count of each of them: together they count for as much as those named in any sentence."""
_OWN_WORDS_KEPT = frozenset("a an and at for from in of on or the to with".split())  # noqa: SIM905  # reads better


@dataclass(slots=True)
class _Company:
    """The artists spoken of in a sentence, in which an entity is named."""

    artists: Sequence[str] = ()
    """Company of everybody; nobody in a list."""
    neighbors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """In a list those around each artist."""


@dataclass(slots=True)
class _Tally:
    tf: float
    start: int
    end: int
    polarity: float = 0.0
    """Sum over the occurrences, each times its share."""


def count_terms(document: Document, text: Text, mentions: Sequence[Mention], names: Names) -> Iterator[TermCount]:
    """Yield the term counts of a document, entity by entity, terms in the order of the text.

    A sentence's terms count for every entity in whose scope it is, by its share. An entity's own names are never its
    terms; artists named in a sentence are terms of kind `artist` of all others whose sentence it is. Sentences that
    describe nobody are not tagged. The counts grow with the length of the text alone, however many it names.
    """
    shares = _shares(text.sentences, mentions, names)
    text.tag([place for place, share in enumerate(shares) if max(share.values(), default=0) > COMPARED])
    tallies: dict[tuple[str, TermKind, str], _Tally] = {}
    own: dict[str, frozenset[str]] = {}
    names_there = ((m.start, m.end) for m in mentions)
    covered = _covered(text.sentences, [*names_there, *works_named(document), *quotations(document.text, mentions)])
    companies = _companies(text.sentences, mentions, names)
    for sentence, share, positions, company in zip(text.sentences, shares, covered, companies, strict=True):
        if not (share or company.neighbors):
            continue
        found = sentence_terms(sentence.words, positions)
        said = polarity(sentence.words)
        beside = _IN_LIST if company.neighbors else _NAMED_BESIDE
        for entity, weight in (dict.fromkeys(company.neighbors, COMPARED) | share).items():
            mine = own.setdefault(entity, _own_words(entity, names))
            artists = company.neighbors.get(entity, company.artists)
            for kind, term in _said_of(entity, mine, found if weight > COMPARED else (), artists):
                tally = tallies.get((entity, kind, term))
                if tally is None:
                    tally = tallies[entity, kind, term] = _Tally(0.0, sentence.start, sentence.end)
                times = weight if weight > COMPARED else beside
                tally.tf += times
                tally.polarity += times * said
    for (entity, kind, term), tally in tallies.items():
        mean = tally.polarity / tally.tf
        yield TermCount(document.id, entity, kind, term, tally.tf, tally.start, tally.end, mean)


def _said_of(
    entity: str, own: frozenset[str], found: Sequence[Found], artists: Sequence[str]
) -> Iterator[tuple[TermKind, str]]:
    for kind, term, words in found:
        if own.isdisjoint(words):
            yield kind, term
    for artist in artists:
        if artist != entity:
            yield TermKind.ARTIST, artist


def _shares(sentences: Sequence[Sentence], mentions: Sequence[Mention], names: Names) -> list[Shares]:
    """Return the shares of artists and of songs: the two do not take a sentence from one another."""
    songs = [m for m in mentions if names.kind(m.entity_id) is EntityKind.SONG]
    of_artists = sentence_shares(sentences, _with_performers(mentions, names))
    of_songs = sentence_shares(sentences, songs)
    return [artists | songs for artists, songs in zip(of_artists, of_songs, strict=True)]


def _with_performers(mentions: Sequence[Mention], names: Names) -> Iterator[Mention]:
    """Yield the mentions of artists; a song stands for its artists where the document speaks of them by name."""
    known = {m.entity_id: m.is_subject for m in mentions}
    for mention in mentions:
        performers = names.performers(mention.entity_id)
        if not performers:
            yield mention
        for artist in performers:
            if artist in known:
                yield Mention(
                    mention.document_id, artist, mention.start, mention.end, mention.confidence, known[artist]
                )


def _own_words(entity: str, names: Names) -> frozenset[str]:
    """Return the words of an entity's names, and for a song of its artists' names as well."""
    spellings = [fold(name) for one in (entity, *names.performers(entity)) for name in names.spellings(one)]
    words = {word for spelling in spellings for part in spelling.split() for word in (part, *part.split("-"))}
    return frozenset(words | {f"{word}'s" for word in words}) - _OWN_WORDS_KEPT


def _covered(sentences: Sequence[Sentence], places: Iterable[tuple[int, int]]) -> list[frozenset[int]]:
    """Return, for each sentence, the positions of the words that lie in one of the places."""
    places = sorted(places)
    opens = [start for start, _ in places]
    covered: list[frozenset[int]] = []
    for sentence in sentences:
        here = places[bisect_left(opens, sentence.start) : bisect_left(opens, sentence.end)]
        if not here:
            covered.append(frozenset())
            continue
        starts, ends = [word.start for word in sentence.words], [word.end for word in sentence.words]
        spans = (range(bisect_right(ends, start), bisect_left(starts, end)) for start, end in here)
        covered.append(frozenset(position for span in spans for position in span))
    return covered


def _companies(sentences: Sequence[Sentence], mentions: Sequence[Mention], names: Names) -> Iterator[_Company]:
    """Yield, for each sentence, the artists spoken of in it: those named, and the subjects in every one but lists."""
    artists = [m for m in mentions if names.kind(m.entity_id) is EntityKind.ARTIST]
    subjects = subjects_of(artists)
    starts = [m.start for m in artists]
    for sentence in sentences:
        here = artists[bisect_left(starts, sentence.start) : bisect_left(starts, sentence.end)]
        counts = Counter(m.entity_id for m in here)
        if len(counts) > MOST_NAMED:
            yield _Company(neighbors=_neighbors([m.entity_id for m in here]))
        else:
            yield _Company([*counts.elements(), *(s for s in subjects if here and s not in counts)])


def _neighbors(artists: Sequence[str]) -> dict[str, list[str]]:
    around: defaultdict[str, list[str]] = defaultdict(list)
    for place, artist in enumerate(artists):
        around[artist] += artists[max(0, place - _NEIGHBORS) : place + _NEIGHBORS + 1]
    return dict(around)
