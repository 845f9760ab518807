"""What a word is with a tag: lemma and part of speech, by the rules of a spaCy model, each worked out once."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from nlp.everyday import zipf
from nlp.folding import fold
from nlp.lexicon import DESCRIPTIVE, canonical

BY_TAG = ("attribute_ruler", "lemmatizer")
"""Pipes that read a word and its tag."""
_ANY = re.compile("")
"""Finds every word: of a rule that is written otherwise it cannot be told which."""
_PROBE = "qqqq"
"""A word of which no rule speaks."""
_IRREGULAR = ("axis", "basis", "leaf")
"""Lemmas that are right though the plural without its s is a noun that is as frequent."""
_AS_RARE = 0.5
"""By how much rarer (Zipf frequency) the plural without its s may be. Of the 60,000 most frequent words spaCy takes 29
for plurals of rare ones: "senses" of "sens", "raves" of "raf", "muses" of "mus"."""
_INITIALS = re.compile("[A-Z]+(?:s|ing|ed|esque)|[A-Z]n[A-Z]")
_ADJECTIVAL = re.compile(".*(?:able|al|an|ant|ary|ed|ent|ese|esque|ful|ible|ic|ine|ing|ish|ist|ive|less|like|ous|y)")
_UNKNOWN = 2.5
"""Zipf frequency below which hardly a word is an adjective that is written with a capital ("Welsh" has 4.2)."""


@dataclass(frozen=True, slots=True)
class Form:
    """What is the same wherever a word stands with one tag."""

    text: str
    """Folded."""
    lemma: str
    """Folded; the text itself where there is none."""
    pos: str
    """Universal part-of-speech tag; empty where the tag is not known."""


class Forms(dict[tuple[str, int], Form]):
    """Forms by word and spaCy's number of a tag (0 for none), each worked out by the model's rules when first met.

    A few idioms are ruled word by word together ("let's", "gonna"); apart they keep other lemmas, which no term uses.
    With it and with numpy's BLAS tags and words cost half as much processor time: 10,000 -> 21,000 words a second.
    Most words are in no rule of their own: for them the attribute ruler is asked once a tag, not once a word, which
    takes 95 microseconds a form instead of 150 (24,055 forms of two blogs, all the same); half of that is what spaCy
    notes of a new word.

    Args:
        language: a spaCy model; attribute ruler and lemmatizer are there.
    """

    def __init__(self, language: Language) -> None:
        self._vocab = language.vocab
        self._ruler, self._lemmatizer = (language.get_pipe(name) for name in BY_TAG)
        self._ruled, self._ruling = _ruled(self._ruler.patterns)
        self._of_tag = cache(self._ask)
        known_lemmas = self._lemmatizer.lookups.get_table("lemma_index", {})
        for kind, lemmas in known_lemmas.items():
            known_lemmas[kind] = dict.fromkeys(lemmas)  # to search the lists took half of the time of a form
        self._nouns, self._adjectives = known_lemmas.get("noun", {}), known_lemmas.get("adj", {})

    def __missing__(self, key: tuple[str, int]) -> Form:
        word, tag = key
        text = fold(word)
        lemma, pos = self._read(word, self._vocab.strings[tag]) if tag else ("", "")
        self[key] = form = Form(text, fold(lemma) or text, pos)
        return form

    def _read(self, word: str, tag: str) -> tuple[str, str]:
        """Return lemma and part of speech."""
        if self._has_rule(word):
            doc = self._ruler(Doc(self._vocab, words=[word], tags=[tag]))
        else:
            pos, morph, lemma = self._of_tag(tag)
            doc = Doc(self._vocab, words=[word], tags=[tag], pos=[pos], morphs=[morph], lemmas=[lemma])
        token = self._lemmatizer(doc)[0]
        lemma = self._mended(word, tag, token.lemma_)
        return lemma, "PROPN" if self._is_spelled_as_name(word, lemma, token.pos_) else token.pos_

    def _mended(self, word: str, tag: str, lemma: str) -> str:
        """Return the plural without its s where spaCy's lemma is that of a rarer word."""
        one = word[:-1].lower()
        is_other = tag == "NNS" and word.endswith("s") and lemma not in (word.lower(), one, *_IRREGULAR)
        return one if is_other and one in self._nouns and zipf(one) > zipf(lemma) - _AS_RARE else lemma

    def _is_spelled_as_name(self, word: str, lemma: str, pos: str) -> bool:
        """Say whether what the model takes for noun or adjective is written as names are: "GORGG", "frYars", "Lyla"."""
        lower = word.lower()
        if pos not in ("NOUN", "ADJ") or word == lower or not word.isalpha():
            return False
        if not DESCRIPTIVE.isdisjoint(map(canonical, (lower, lower.removesuffix("s"), lemma.lower()))):
            return False
        if word.isupper():
            return zipf(lower) == 0
        if word[1:] != lower[1:]:
            return not _INITIALS.fullmatch(word)
        is_known = lemma.lower() in self._adjectives or _ADJECTIVAL.fullmatch(lower)
        return pos == "ADJ" and zipf(lower) < _UNKNOWN and not is_known

    def _has_rule(self, word: str) -> bool:
        lower = word.lower()
        return word.isspace() or lower in self._ruled or any(rule.search(lower) for rule in self._ruling)

    def _ask(self, tag: str) -> tuple[str, str, str]:
        """Return part of speech, morphology and lemma that the ruler gives a word that it has no rule for."""
        token = self._ruler(Doc(self._vocab, words=[_PROBE], tags=[tag]))[0]
        return token.pos_, str(token.morph), token.lemma_


def _ruled(patterns: list[dict[str, Any]]) -> tuple[frozenset[str], list[re.Pattern[str]]]:
    """Return the words, in lower case, that a ruler has rules for, and what finds further ones."""
    words: set[str] = set()
    ruling = []
    for part in (parts[0] for rule in patterns for parts in rule["patterns"] if len(parts) == 1):
        match part.get("LOWER", ()), part.keys() <= {"LOWER", "TAG", "DEP", "IS_SPACE"}:
            case str() as word, True:
                words.add(word)
            case (({"IN": several} | [*several]), True):
                words.update(several)
            case {"REGEX": expression}, True:
                ruling.append(re.compile(expression))
            case _:
                ruling.append(_ANY)
    return frozenset(words), ruling
