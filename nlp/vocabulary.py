"""What a word is wherever it stands: told by spaCy when it is met first, and kept.

A text is cut at its blanks, and each stretch between two of them has the tokens that it has everywhere. spaCy's own
tokenizer keeps 10,000 stretches, and none behind the first contraction of a text; keeping all and looking up nothing
token by token, 450,000 words of two blogs are cut in a tenth of the time.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spacy.attrs import NORM, ORTH, SPACY
from spacy.language import Language
from spacy.pipeline import Sentencizer
from spacy.tokens import Doc, Token

from nlp.folding import fold

BY_TAG = ("attribute_ruler", "lemmatizer")
"""Pipes that read a word and its tag."""
_MOST_KEPT = 1 << 17
"""Stretches between blanks that are kept: some 110 MB with their types, reached after 1,600,000 words of blogs and
biographies. When there are more, all are forgotten and what is common comes back soon."""
_ENDS = frozenset(Sentencizer.default_punct_chars)
_STRETCH = re.compile(r"\S+ ?|\s+")
"""A blank belongs to the token before it, as with spaCy; further white space is a token."""


@dataclass(frozen=True, slots=True)
class Form:
    """What is the same wherever a word stands with one tag."""

    text: str
    """Folded."""
    lemma: str
    """Folded; the text itself where there is none."""
    pos: str
    """Universal part-of-speech tag; empty where the tag is not known."""


@dataclass(frozen=True, slots=True, eq=False)
class Type:
    """What is the same wherever a word stands, with a blank behind it or without. There is one object of each."""

    word: str
    length: int
    """Characters, without the blank."""
    blank: bool
    """Whether a blank follows."""
    features: tuple[int, ...]
    """What spaCy's embedding is made of."""
    plain: Form
    """Without a tag."""
    is_mark: bool
    """Whether it holds no letter and no digit."""
    is_space: bool
    is_feed: bool
    ends: bool
    """Whether a sentence may end with it."""
    opens: bool
    """Whether it opens a sentence where one has ended; brackets and quotes belong to the one before."""


class Vocabulary:
    """The types of words met so far.

    Args:
        language: a spaCy model; attribute ruler and lemmatizer are there.
        columns: the attributes that its embedding is made of.
    """

    def __init__(self, language: Language, columns: Sequence[str]) -> None:
        self.forms = _Forms(language)
        self._columns = list(columns)
        self._language = language
        self._types: dict[tuple[int, ...], Type] = {}
        self._stretches: dict[str, tuple[Type, ...]] = {}

    def tokens(self, text: str) -> list[Type]:
        """Return the types of a text's tokens in their order; they and their blanks make up the text."""
        if len(self._stretches) > _MOST_KEPT:
            for kept in (self._stretches, self._types, self.forms):
                kept.clear()
        found: list[Type] = []
        for stretch in _STRETCH.findall(text):
            found += self._stretches.get(stretch) or self._learn(stretch)
        return found

    def _learn(self, stretch: str) -> tuple[Type, ...]:
        self._stretches[stretch] = tokens = tuple(self._read(self._language.tokenizer(stretch)))
        return tokens

    def _read(self, doc: Doc) -> Iterator[Type]:
        keys = doc.to_array([ORTH, NORM, SPACY]).tolist()
        features = doc.to_array(self._columns).reshape(len(doc), -1).tolist()
        for place, key in enumerate(map(tuple, keys)):
            if key not in self._types:
                self._types[key] = self._type(doc[place], tuple(features[place]))
            yield self._types[key]

    def _type(self, token: Token, features: tuple[int, ...]) -> Type:
        word, form = token.text, self.forms[token.text, 0]
        ends = word in _ENDS
        return Type(
            word=word,
            length=len(word),
            blank=bool(token.whitespace_),
            features=features,
            plain=form,
            is_mark=not any(character.isalnum() for character in form.text),
            is_space=token.is_space,
            is_feed=token.is_space and "\n" in word,
            ends=ends,
            opens=not (ends or token.is_punct),
        )


class _Forms(dict[tuple[str, int], Form]):
    """Forms by word and spaCy's number of a tag (0 for none), each worked out by the model's rules when first met.

    A few idioms are ruled word by word together ("let's", "gonna"); apart they keep other lemmas, which no term uses.
    With it and with numpy's BLAS tags and words cost half as much processor time: 10,000 -> 21,000 words a second.
    """

    def __init__(self, language: Language) -> None:
        self._vocab = language.vocab
        self._rules = [language.get_pipe(name) for name in BY_TAG]
        known_lemmas = self._rules[1].lookups.get_table("lemma_index", {})
        for kind, lemmas in known_lemmas.items():
            known_lemmas[kind] = dict.fromkeys(lemmas)  # to search the lists took half of the time of a form

    def __missing__(self, key: tuple[str, int]) -> Form:
        word, tag = key
        text = fold(word)
        lemma, pos = self._ruled(word, tag) if tag else ("", "")
        self[key] = form = Form(text, fold(lemma) or text, pos)
        return form

    def _ruled(self, word: str, tag: int) -> tuple[str, str]:
        """Return lemma and part of speech."""
        doc = Doc(self._vocab, words=[word], tags=[self._vocab.strings[tag]])
        for rule in self._rules:
            doc = rule(doc)
        return doc[0].lemma_, doc[0].pos_
