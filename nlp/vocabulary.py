"""What a word is wherever it stands: told by spaCy when it is met first, and kept.

A text is cut at its blanks, and each stretch between two of them has the tokens that it has everywhere. spaCy's own
tokenizer keeps 10,000 stretches, and none behind the first contraction of a text; keeping all and looking up nothing
token by token, 450,000 words of two blogs are cut in a tenth of the time.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from spacy.attrs import IDS, NORM, ORTH, SPACY
from spacy.language import Language
from spacy.pipeline import Sentencizer
from spacy.tokens import Doc

from nlp.forms import Form, Forms
from nlp.plain_words import PlainWords

_MOST_KEPT = 1 << 17
"""Stretches between blanks that are kept: some 110 MB with their types, reached after 1,600,000 words of blogs and
biographies. When there are more, all are forgotten and what is common comes back soon."""
_MOST_CHARACTERS = 1 << 23
"""Of them together: words have about 8, what hostile pages hold has more."""
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
    norm: int
    """What spaCy holds for its usual spelling, as spaCy's number."""
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
    """

    def __init__(self, language: Language) -> None:
        self.forms = Forms(language)
        self._language = language
        self._strings = language.vocab.strings
        self._plain = PlainWords(language)
        self._types: dict[tuple[str, int, bool], Type] = {}
        self._plain_types: dict[tuple[str, bool], Type] = {}
        self._stretches: dict[str, tuple[Type, ...]] = {}
        self._characters = 0

    def tokens(self, text: str) -> list[Type]:
        """Return the types of a text's tokens in their order; they and their blanks make up the text."""
        if len(self._stretches) > _MOST_KEPT or self._characters > _MOST_CHARACTERS:
            self._characters = 0
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
        self._characters += len(stretch)
        return tokens

    def _of_parts(self, word: str, mark: str, blank: str) -> tuple[Type, ...]:
        named = word, bool(blank and not mark)
        if named not in self._plain_types:
            self._plain_types[named] = self._type(word, self._plain.norm(word), named[1])
        first = self._plain_types[named]
        return (first, *(self._stretches.get(mark + blank) or self._learn(mark + blank))) if mark else (first,)

    def _read(self, doc: Doc) -> Iterator[Type]:
        for token in doc:
            yield self._type(token.text, token.norm, bool(token.whitespace_), token.is_space, token.is_punct)

    def _type(self, word: str, norm: int, blank: bool, is_space: bool = False, is_punct: bool = False) -> Type:
        """Return the one object of a type."""
        key = word, norm, blank
        if key not in self._types:
            form, ends = self.forms[word, 0], word in _ENDS
            self._types[key] = Type(
                word=word,
                norm=norm,
                length=len(word),
                blank=blank,
                plain=form,
                is_mark=not any(character.isalnum() for character in form.text),
                is_space=is_space,
                is_feed=is_space and "\n" in word,
                ends=ends,
                opens=not (ends or is_punct),
            )
        return self._types[key]

    def features(self, types: Sequence[Type], columns: Sequence[str]) -> npt.NDArray[np.uint64]:
        """Return lexical attributes of types as spaCy's numbers, (types, columns).

        Most words stand where nobody is described: what spaCy's embedding is made of is asked of the others alone.
        """
        asked = [IDS[column] for column in columns]
        return np.array([[self._attribute(one, column) for column in asked] for one in types], np.uint64)

    def _attribute(self, one: Type, column: int) -> int:
        if column == NORM:
            return one.norm
        if column == SPACY:
            return one.blank
        value = one.word if column == ORTH else self._language.vocab.lex_attr_getters[column](one.word)
        return int(self._strings[value] if isinstance(value, str) else value)
