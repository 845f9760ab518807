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
from spacy.tokens import Doc

from nlp.forms import Form, Forms
from nlp.plain_words import Key, PlainWords

_MOST_KEPT = 1 << 17
"""Stretches between blanks that are kept: some 110 MB with their types, reached after 1,600,000 words of blogs and
biographies. When there are more, all are forgotten and what is common comes back soon."""
_ENDS = frozenset(Sentencizer.default_punct_chars)
_STRETCH = re.compile(r"\S+ ?|\s+")
"""A blank belongs to the token before it, as with spaCy; further white space is a token."""


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
        self.forms = Forms(language)
        self._columns = list(columns)
        self._language = language
        self._plain = PlainWords(language, columns)
        self._types: dict[Key, Type] = {}
        self._plain_types: dict[tuple[str, bool], Type] = {}
        self._stretches: dict[str, tuple[Type, ...]] = {}

    def tokens(self, text: str) -> list[Type]:
        """Return the types of a text's tokens in their order; they and their blanks make up the text."""
        if len(self._stretches) > _MOST_KEPT:
            for kept in (self._stretches, self._types, self._plain_types, self.forms):
                kept.clear()
        found: list[Type] = []
        for stretch in _STRETCH.findall(text):
            found += self._stretches.get(stretch) or self._learn(stretch)
        return found

    def _learn(self, stretch: str) -> tuple[Type, ...]:
        parts = self._plain.parts(stretch)
        tokens = self._of_parts(*parts) if parts else tuple(self._read(self._language.tokenizer(stretch)))
        self._stretches[stretch] = tokens
        return tokens

    def _of_parts(self, word: str, mark: str, blank: str) -> tuple[Type, ...]:
        named = word, bool(blank and not mark)
        if named not in self._plain_types:
            self._plain_types[named] = self._type(self._plain.key(*named), word, self._plain.features(*named))
        first = self._plain_types[named]
        return (first, *(self._stretches.get(mark + blank) or self._learn(mark + blank))) if mark else (first,)

    def _read(self, doc: Doc) -> Iterator[Type]:
        keys = doc.to_array([ORTH, NORM, SPACY]).tolist()
        features = doc.to_array(self._columns).reshape(len(doc), -1).tolist()
        for token, key, here in zip(doc, map(tuple, keys), map(tuple, features), strict=True):
            yield self._type(key, token.text, here, token.is_space, token.is_punct)

    def _type(
        self, key: Key, word: str, features: tuple[int, ...], is_space: bool = False, is_punct: bool = False
    ) -> Type:
        """Return the one object of a type."""
        if key not in self._types:
            form, ends = self.forms[word, 0], word in _ENDS
            self._types[key] = Type(
                word=word,
                length=len(word),
                blank=bool(key[-1]),
                features=features,
                plain=form,
                is_mark=not any(character.isalnum() for character in form.text),
                is_space=is_space,
                is_feed=is_space and "\n" in word,
                ends=ends,
                opens=not (ends or is_punct),
            )
        return self._types[key]
