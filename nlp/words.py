"""A document as words in sentences: what spaCy tells of each word, hyphenated words put together again."""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from spacy.attrs import IDX, ORTH, SENT_START, SPACY

from nlp.tagging import Piece, Tagger


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

    @property
    def is_punctuation(self) -> bool:
        """Whether it holds no letter and no digit."""
        return not any(character.isalnum() for character in self.text)


Sentence = tuple[Word, ...]
_Token = tuple[int, int, int, int]
"""Word as spaCy's number, first character, whether a blank follows, 1 if a sentence begins."""


class Text:
    """A text in sentences. A line feed ends one too: headings have no full stop.

    Args:
        tagger: what tells words apart.
        text: any text.
    """

    def __init__(self, tagger: Tagger, text: str) -> None:
        self._tagger = tagger
        self._doc = tagger.doc(text)
        self._tokens: list[_Token] = self._doc.to_array([ORTH, IDX, SPACY, SENT_START]).tolist()
        self._pieces: list[Piece] = []
        self.sentences: list[Sentence] = []
        """Words with their texts alone."""
        for start, stop in self._split():
            words = self._words(start, stop, [0] * (stop - start))
            if words:
                self._pieces.append((start, stop))
                self.sentences.append(words)

    def tagged(self, wanted: Collection[int] | None = None) -> list[Sentence]:
        """Return all sentences, those of the wanted places (all if None) with lemmas and parts of speech."""
        chosen = sorted(range(len(self._pieces)) if wanted is None else wanted)
        tags = self._tagger.tags(self._doc, [self._pieces[place] for place in chosen]).tolist()
        sentences = list(self.sentences)
        for place in chosen:
            start, stop = self._pieces[place]
            sentences[place] = self._words(start, stop, tags[start:stop])
        return sentences

    def _split(self) -> Iterator[Piece]:
        """Yield the tokens of each sentence; white space that ends one belongs to none or opens the next."""
        start = 0
        for place, (word, _, _, opens) in enumerate(self._tokens):
            if place > start and (opens == 1 or self._tagger.form(word, 0).is_feed):
                yield start, place
                start = place
        if start < len(self._tokens):
            yield start, len(self._tokens)

    def _words(self, start: int, stop: int, tags: Iterable[int]) -> Sentence:
        words: list[Word] = []
        blank_before = (
            start == 0 or bool(self._tokens[start - 1][2]) or self._tagger.form(self._tokens[start - 1][0], 0).is_space
        )
        for (word, at, blank, _), tag in zip(self._tokens[start:stop], tags, strict=True):
            form = self._tagger.form(word, tag)
            if not form.is_space:
                _append(words, Word(at, at + form.length, form.text, form.lemma, form.pos, blank_before))
            blank_before = bool(blank) or form.is_space
        return tuple(words)


def _append(words: list[Word], word: Word) -> None:
    """Put a word behind the others; what a hyphen ties to the two words before it becomes one with them."""
    if len(words) > 1 and words[-1].text == "-" and not (word.blank_before or words[-1].blank_before):
        first = words[-2]
        if not (first.is_punctuation or word.is_punctuation):
            joined = Word(
                first.start,
                word.end,
                f"{first.text}-{word.text}",
                f"{first.text}-{word.lemma}",
                word.pos,
                first.blank_before,
            )
            words[-2:] = [joined]
            return
    words.append(word)
