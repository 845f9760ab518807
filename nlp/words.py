"""A document as words in sentences: what spaCy tells of each word, hyphenated words put together again."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Token

from nlp.folding import fold
from nlp.settings import CountSettings
from records.errors import ConfigurationError

_PIPES = ("tok2vec", "tagger", "attribute_ruler", "lemmatizer")
_BATCH = 8
"""Documents tagged at a time. Source: measured on reviews; 256 is slower and takes 2.8 GB."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word or a mark of punctuation in its place."""

    start: int
    end: int
    text: str
    """Folded."""
    lemma: str
    """Folded; the text itself where the model gives none."""
    pos: str
    """Universal part-of-speech tag; of a hyphenated word, that of its last part."""
    blank_before: bool

    @property
    def is_punctuation(self) -> bool:
        """Whether it holds no letter and no digit."""
        return not any(character.isalnum() for character in self.text)


Sentence = tuple[Word, ...]


def load_tagger(settings: CountSettings) -> Language:
    """Load the spaCy model with the pipes that terms need: tags and lemmas; sentences end at punctuation.

    Raises:
        ConfigurationError: the model is not installed, or is not a tagging model.
    """
    try:
        tagger = spacy.load(settings.model, exclude=["parser", "ner", "senter"])
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"the spaCy model {settings.model!r} cannot be loaded ({error}); expected the name of an installed package"
        ) from error
    missing = [pipe for pipe in _PIPES if pipe not in tagger.pipe_names]
    if missing:
        raise ConfigurationError(
            f"the spaCy model {settings.model!r} has no {missing[0]}; expected {', '.join(_PIPES)}"
        )
    tagger.add_pipe("sentencizer", first=True)
    tagger.max_length = 10_000_000
    return tagger


def read_sentences(tagger: Language, texts: Iterable[str]) -> Iterator[list[Sentence]]:
    """Yield the sentences of each text, in order. A line feed ends one too: headings have no full stop."""
    for doc in tagger.pipe(texts, batch_size=_BATCH):
        yield [tuple(words) for words in _sentences(doc)]


def _sentences(doc: Doc) -> Iterator[list[Word]]:
    words: list[Word] = []
    for token in doc:
        if words and (token.is_sent_start or (token.is_space and "\n" in token.text)):
            yield words
            words = []
        if not token.is_space:
            _append(words, _word(token))
    if words:
        yield words


def _word(token: Token) -> Word:
    text = fold(token.text)
    blank_before = token.i == 0 or bool(token.nbor(-1).whitespace_) or token.nbor(-1).is_space
    return Word(token.idx, token.idx + len(token), text, fold(token.lemma_) or text, token.pos_, blank_before)


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
