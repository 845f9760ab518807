"""A document as words in sentences: what spaCy tells of each word, hyphenated words put together again.

Most sentences describe nobody, and of most of those nobody asks for the words: they are put together when asked for.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from itertools import accumulate
from typing import NamedTuple

from nlp.forms import Form
from nlp.tagging import Piece, Tagger
from nlp.vocabulary import Type

_OPENING = 3


class Word(NamedTuple):
    """A word or a mark of punctuation in its place; a tuple, since those are made three times as fast."""

    start: int
    end: int
    text: str
    """Folded."""
    lemma: str
    """Folded; the text itself where the model gives none."""
    pos: str
    """Universal part-of-speech tag; of a hyphenated word, that of its last part; empty where it was not asked for."""
    blank_before: bool
    is_punctuation: bool
    """Whether it holds no letter and no digit."""


Words = tuple[Word, ...]


class Sentence:
    """A sentence of a text.

    Args:
        start: of its first word, in characters of the text.
        end: of its last one.
        opening: its first words, folded and parted by blanks; of a hyphenated one its parts.
        read: gives its words.
    """

    __slots__ = ("_read", "_words", "end", "opening", "start")

    def __init__(self, start: int, end: int, opening: str, read: Callable[[], Words]) -> None:
        self.start, self.end, self.opening = start, end, opening
        self._read = read
        self._words: Words | None = None

    @property
    def words(self) -> Words:
        """At least one; with lemmas and parts of speech if its text was asked to tag it."""
        if self._words is None:
            self._words = self._read()
        return self._words

    @words.setter
    def words(self, words: Words) -> None:
        self._words = words


class Text:
    """A text in sentences. They end at punctuation, and at a line feed: headings have no full stop.

    Args:
        tagger: what tells words apart.
        text: any text.
    """

    def __init__(self, tagger: Tagger, text: str) -> None:
        self._tagger = tagger
        self._tokens = tagger.vocabulary.tokens(text)
        self._starts = list(accumulate((token.length + token.blank for token in self._tokens), initial=0))
        self._pieces: list[Piece] = []
        self.sentences: list[Sentence] = []
        for piece in _split(self._tokens):
            here = [place for place in range(*piece) if not self._tokens[place].is_space]
            if here:
                self._pieces.append(piece)
                self.sentences.append(self._sentence(piece, here))

    def _sentence(self, piece: Piece, here: Sequence[int]) -> Sentence:
        opening = " ".join([self._tokens[place].plain.text for place in here[:_OPENING]])
        end = self._starts[here[-1]] + self._tokens[here[-1]].length
        return Sentence(self._starts[here[0]], end, opening, partial(self._plain, *piece))

    def _plain(self, start: int, stop: int) -> Words:
        return self._words(start, stop, [token.plain for token in self._tokens[start:stop]])

    def tag(self, wanted: Collection[int] | None = None) -> None:
        """Give the words of the sentences of some places (of all if None) lemmas and parts of speech."""
        chosen = sorted(range(len(self._pieces)) if wanted is None else wanted)
        tags = self._tagger.tags(self._tokens, [self._pieces[place] for place in chosen]).tolist()
        forms = self._tagger.vocabulary.forms
        for place in chosen:
            start, stop = self._pieces[place]
            here = zip(self._tokens[start:stop], tags[start:stop], strict=True)
            self.sentences[place].words = self._words(start, stop, [forms[token.word, tag] for token, tag in here])

    def _words(self, start: int, stop: int, forms: Sequence[Form]) -> Words:
        words: list[Word] = []
        before = self._tokens[start - 1] if start else None
        blank_before = before is None or before.blank or before.is_space
        here = zip(self._tokens[start:stop], self._starts[start:stop], forms, strict=True)
        for token, at, form in here:
            if not token.is_space:
                end = at + token.length
                words.append(Word(at, end, form.text, form.lemma, form.pos, blank_before, token.is_mark))
                if len(words) > 2 and words[-2].text == "-":
                    _join(words)
            blank_before = token.blank or token.is_space
        return tuple(words)


def _split(tokens: Sequence[Type]) -> Iterator[Piece]:
    """Yield the tokens of each sentence; white space that ends one belongs to none or opens the next.

    Source: spaCy's sentencizer, and line feeds.
    """
    start, is_over = 0, False
    for place, token in enumerate(tokens):
        opens = is_over and token.opens
        if place > start and (opens or token.is_feed):
            yield start, place
            start = place
        is_over = token.ends or (is_over and not opens)
    if start < len(tokens):
        yield start, len(tokens)


def _join(words: list[Word]) -> None:
    """Make one of the last word and of that to which a hyphen ties it."""
    first, hyphen, last = words[-3:]
    if not (last.blank_before or hyphen.blank_before or first.is_punctuation or last.is_punctuation):
        text, lemma = f"{first.text}-{last.text}", f"{first.text}-{last.lemma}"
        words[-3:] = [Word(first.start, last.end, text, lemma, last.pos, first.blank_before, False)]
