"""A document as words in sentences: what spaCy tells of each word, hyphenated words put together again."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import spacy
from spacy.attrs import IDX, ORTH, SENT_START, SPACY, TAG
from spacy.language import Language
from spacy.tokens import Doc
from thinc.api import use_ops

from nlp.folding import fold
from nlp.settings import CountSettings
from records.errors import ConfigurationError

_CONTEXT = ("tok2vec", "tagger")
"""Pipes that read a word in its sentence."""
_BY_TAG = ("attribute_ruler", "lemmatizer")
"""Pipes that read a word and its tag."""
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

    Lemmas wait for `read_sentences`. Matrices are multiplied by numpy's BLAS: that takes half as long as spaCy's own
    way (tok2vec 15,000 -> 28,000 words a second of processor time) and gave the same tags for all of 134,059 words.

    Raises:
        ConfigurationError: the model is not installed, or is not a tagging model.
    """
    try:
        with use_ops("numpy", use_blis=False):
            tagger = spacy.load(settings.model, exclude=["parser", "ner", "senter"], disable=_BY_TAG)
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"the spaCy model {settings.model!r} cannot be loaded ({error}); expected the name of an installed package"
        ) from error
    expected = _CONTEXT + _BY_TAG
    missing = [pipe for pipe in expected if pipe not in tagger.component_names]
    if missing:
        raise ConfigurationError(
            f"the spaCy model {settings.model!r} has no {missing[0]}; expected {', '.join(expected)}"
        )
    tagger.add_pipe("sentencizer", first=True)
    tagger.max_length = 10_000_000
    return tagger


def read_sentences(tagger: Language, texts: Iterable[str]) -> Iterator[list[Sentence]]:
    """Yield the sentences of each text, in order. A line feed ends one too: headings have no full stop."""
    known = _known(tagger)
    for doc in tagger.pipe(texts, batch_size=_BATCH):
        yield [tuple(words) for words in _sentences(doc, known)]


@dataclass(frozen=True, slots=True)
class _Form:
    """What is the same wherever a word stands with one tag."""

    length: int
    text: str
    lemma: str
    pos: str
    is_space: bool
    is_feed: bool


class _Known(dict[tuple[int, int], _Form]):
    """Forms by (word, tag), each worked out by the model's rules when it is met first.

    A few idioms are ruled word by word together ("let's", "gonna"); apart they keep other lemmas, which no term uses.
    With it and with numpy's BLAS tags and words cost half as much processor time: 10,000 -> 21,000 words a second.
    """

    def __init__(self, tagger: Language) -> None:
        self._vocab = tagger.vocab
        self._rules = [tagger.get_pipe(name) for name in _BY_TAG]

    def __missing__(self, key: tuple[int, int]) -> _Form:
        word, tag = (self._vocab.strings[number] for number in key)
        doc = Doc(self._vocab, words=[word], tags=[tag])
        for rule in self._rules:
            doc = rule(doc)
        token, text = doc[0], fold(word)
        is_feed = token.is_space and "\n" in word
        form = _Form(len(word), text, fold(token.lemma_) or text, token.pos_, token.is_space, is_feed)
        self[key] = form
        return form


@lru_cache(maxsize=1)
def _known(tagger: Language) -> _Known:
    """Return what a tagger has worked out so far; a process has one."""
    return _Known(tagger)


def _sentences(doc: Doc, known: _Known) -> Iterator[list[Word]]:
    words: list[Word] = []
    blank_before = True
    for orth, tag, start, blank, opens in doc.to_array([ORTH, TAG, IDX, SPACY, SENT_START]).tolist():
        form = known[orth, tag]
        if words and (opens == 1 or form.is_feed):
            yield words
            words = []
        if not form.is_space:
            _append(words, Word(start, start + form.length, form.text, form.lemma, form.pos, blank_before))
        blank_before = bool(blank) or form.is_space
    if words:
        yield words


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
