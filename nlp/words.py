"""A document as words in sentences: what spaCy tells of each word, hyphenated words put together again."""

from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from nlp.forms import Form
from nlp.tagging import Piece, Tagger
from nlp.vocabulary import Type


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


Sentence = tuple[Word, ...]


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
        """Words with their texts alone."""
        for start, stop in _split(self._tokens):
            words = self._words(start, stop, [token.plain for token in self._tokens[start:stop]])
            if words:
                self._pieces.append((start, stop))
                self.sentences.append(words)

    def tagged(self, wanted: Collection[int] | None = None) -> list[Sentence]:
        """Return all sentences, those of the wanted places (all if None) with lemmas and parts of speech."""
        chosen = sorted(range(len(self._pieces)) if wanted is None else wanted)
        tags = self._tagger.tags(self._tokens, [self._pieces[place] for place in chosen]).tolist()
        forms = self._tagger.vocabulary.forms
        sentences = list(self.sentences)
        for place in chosen:
            start, stop = self._pieces[place]
            here = zip(self._tokens[start:stop], tags[start:stop], strict=True)
            sentences[place] = self._words(start, stop, [forms[token.word, tag] for token, tag in here])
        return sentences

    def _words(self, start: int, stop: int, forms: Sequence[Form]) -> Sentence:
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
