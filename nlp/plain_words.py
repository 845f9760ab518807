"""Words of letters alone: what spaCy's tokenizer makes of them, without a Doc.

Seven of ten stretches between blanks that are new are such words, with a mark behind them or none. By the tokenizer's
own rules and the language's own attributes each costs a third of what the tokenizer takes.
"""

import re
from collections.abc import Sequence

from spacy.attrs import IDS, NORM, ORTH, SPACY
from spacy.language import Language

_PLAIN = re.compile(r"([A-Za-z]+)([,.?!:;]?)( ?)")
Key = tuple[int, int, int]
"""Word, norm and whether a blank follows, as spaCy's numbers."""


class PlainWords:
    """Words of letters alone, a mark behind them or none, cut and described by spaCy's rules and without its objects.

    Args:
        language: whose tokenizer and lexical attributes.
        columns: the attributes that are wanted.
    """

    def __init__(self, language: Language, columns: Sequence[str]) -> None:
        self._tokenizer, self._strings = language.tokenizer, language.vocab.strings
        self._rules = frozenset(self._tokenizer.rules)
        self._getters = language.vocab.lex_attr_getters
        self._columns = [IDS[column] for column in columns]

    def parts(self, stretch: str) -> tuple[str, str, str] | None:
        """Return word, mark and blank if those are the tokens; None where only the tokenizer can tell."""
        plain = _PLAIN.fullmatch(stretch)
        if not plain:
            return None
        word, mark, blank = plain.groups()
        if word in self._rules or word + mark in self._rules or self._is_cut(word):
            return None
        behind = self._tokenizer.suffix_search(word + mark) if mark else None
        return (word, mark, blank) if not mark or (behind and behind.start() == len(word)) else None

    def _is_cut(self, word: str) -> bool:
        rules = self._tokenizer
        return bool(rules.prefix_search(word) or rules.suffix_search(word) or any(rules.infix_finditer(word)))

    def key(self, word: str, blank: bool) -> Key:
        """Return word, norm and blank as spaCy's numbers."""
        return self._strings[word], self._value(NORM, word, blank), int(blank)

    def features(self, word: str, blank: bool) -> tuple[int, ...]:
        """Return the attributes as spaCy's numbers."""
        return tuple(self._value(column, word, blank) for column in self._columns)

    def _value(self, column: int, word: str, blank: bool) -> int:
        if column == SPACY:
            return int(blank)
        value = word if column == ORTH else self._getters[column](word)
        return int(self._strings[value] if isinstance(value, str) else value)
