"""The terms of a sentence, by kind."""

import re
from collections.abc import Iterator
from functools import lru_cache

from nlp.everyday import zipf
from nlp.junk import GENERIC_NOUNS, VAGUE_ADJECTIVES, VAGUE_NOUNS, VERDICTS
from nlp.lexicon import DESCRIPTIVE, STYLES, canonical
from nlp.negation import denied
from nlp.words import Word, Words
from records.types import TermKind

_LONGEST_PHRASE = 3
"""Words of a noun phrase; longer ones are hardly ever said twice."""
_LONGEST_TERM = 60
"""Characters; what is longer is markup or an address."""

_EMPTY = VAGUE_ADJECTIVES | VERDICTS
_EMPTY_ALONE = _EMPTY | {"key"}
"""Adjectives that are no term; "key modulation" is one."""
_EVERYDAY = 4.2
"""Zipf frequency (log10 of occurrences in 10^9 words) from which on a noun alone says too little ("friend" 5.3)."""
_INITIALS = 2
"""Characters of what is rather a speaker in an interview ("AG:") or a measure ("lp") than a word."""
_WORD = re.compile(r"[^\W\d_][\w'&/.-]*\w")

Found = tuple[TermKind, str, tuple[str, ...]]
"""A term and the words it is made of, by which a name's own words are kept out."""


def sentence_terms(sentence: Words, covered: frozenset[int]) -> list[Found]:
    """Return the terms of a sentence, each as often as it stands there.

    Args:
        sentence: the words.
        covered: positions of words that belong to a name of the catalogue or to a title. They make no term but n1 and
            n2: a name found is counted as kind `artist`, and a title describes nothing.

    What the sentence denies is no term of it.
    """
    not_said = denied(sentence)
    left_out = covered | not_said
    found = [*_words(sentence, not_said), *_adjectives(sentence, left_out), *_chunks(sentence, left_out)]
    return [(kind, term, words) for kind, term, words in found if len(term) <= _LONGEST_TERM]


def _words(sentence: Words, left_out: frozenset[int]) -> Iterator[Found]:
    """Yield words and pairs of neighbouring words; punctuation and what is left out part a pair."""
    before = ""
    for position, word in enumerate(sentence):
        if word.is_punctuation or position in left_out:
            before = ""
            continue
        yield TermKind.N1, word.text, (word.text,)
        if before:
            yield TermKind.N2, f"{before} {word.text}", (before, word.text)
        before = word.text


def _adjectives(sentence: Words, covered: frozenset[int]) -> Iterator[Found]:
    for position, word in enumerate(sentence):
        if word.pos == "ADJ" and position not in covered and _is_word(word) and word.lemma not in _EMPTY_ALONE:
            behind = sentence[position + 1].lemma if position + 1 < len(sentence) else ""
            if f"{word.lemma}-{behind}" not in DESCRIPTIVE:
                yield TermKind.ADJ, canonical(word.lemma), (word.text, word.lemma)


def _chunks(sentence: Words, covered: frozenset[int]) -> Iterator[Found]:
    """Yield noun phrases and names: the longest runs of adjectives and nouns, and of proper nouns."""
    run: list[Word] = []
    for position, word in enumerate(sentence):
        fits = position not in covered and word.pos in ("ADJ", "NOUN", "PROPN") and _is_word(word)
        if run and not (fits and (run[-1].pos == "PROPN") == (word.pos == "PROPN")):
            yield from _chunk(run)
            run = []
        if fits:
            run.append(word)
    yield from _chunk(run)


def _chunk(run: list[Word]) -> Iterator[Found]:
    if run and run[-1].pos == "PROPN":
        texts = tuple(word.text for word in run)
        yield TermKind.NAME, " ".join(texts), texts
        return
    while run and run[-1].pos != "NOUN":
        run = run[:-1]
    while run and run[0].lemma in _EMPTY:
        run = run[1:]
    if run:
        yield from _noun_phrases(run[-_LONGEST_PHRASE:])


def _noun_phrases(run: list[Word]) -> Iterator[Found]:
    """Yield the phrase and its head alone, where they say something."""
    head = run[-1]
    noun = head.text if head.text in DESCRIPTIVE else head.lemma
    whole = " ".join([*(word.text for word in run[:-1]), noun])
    if len(run) > 1 and _says_something(run):
        yield TermKind.NP, canonical(whole), (*whole.split(), head.text)
    if _tells_alone(noun):
        yield TermKind.NP, canonical(noun), (head.text, head.lemma)


@lru_cache(maxsize=100_000)
def _tells_alone(noun: str) -> bool:
    """Say whether a noun describes by itself: "mellotron" and "bluegrass" do, "friend" and "album" do not."""
    if noun in GENERIC_NOUNS or noun in VAGUE_NOUNS:
        return False
    return noun in DESCRIPTIVE or zipf(noun) < _EVERYDAY


def _says_something(run: list[Word]) -> bool:
    """Say whether a phrase describes: "guitar record" and "icy synth" do, "great album" and "first time" do not."""
    head = run[-1].lemma
    if head in VAGUE_NOUNS:
        return False
    if any(word.lemma in STYLES for word in run[:-1]):
        return True
    nouns = [word for word in run[:-1] if word.pos == "NOUN" and word.lemma not in GENERIC_NOUNS | VAGUE_NOUNS]
    return bool(nouns) or head not in GENERIC_NOUNS


def _is_word(word: Word) -> bool:
    return len(word.text) > _INITIALS and bool(_WORD.fullmatch(word.text)) and "n't" not in word.text
