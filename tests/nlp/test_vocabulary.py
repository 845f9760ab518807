"""Texts are cut as spaCy cuts them, however much was met before."""

from itertools import pairwise

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc

from nlp import vocabulary
from nlp.settings import CountSettings
from nlp.tagging import load_tagger
from nlp.vocabulary import Vocabulary
from nlp.words import Text

MODEL = CountSettings().model
SPACY: Language = spacy.load(MODEL, exclude=["parser", "ner", "senter", "tok2vec", "tagger"])
SPACY.add_pipe("sentencizer", first=True)
TAGGER = load_tagger(CountSettings())
PIECES = st.sampled_from(
    ("don't", "won't.", "Ph.D.", "(ok)", '"Oh!"', "...", "well-known", "http://a.b/c?d", ":)", "e.g.", "a", "The", "?!")
)
WHITE = st.sampled_from((" ", " ", "  ", "\t", "\n", "\n\n ", "\u00a0", "\u2003", ""))
TEXTS = st.lists(PIECES | WHITE | st.text(max_size=5), max_size=30).map("".join)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_a_text_is_cut_as_spacy_cuts_it(text: str) -> None:
    doc = SPACY.make_doc(text)
    tokens = TAGGER.vocabulary.tokens(text)
    assert [(token.word, token.blank) for token in tokens] == [(token.text, bool(token.whitespace_)) for token in doc]


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_sentences_end_where_spacy_ends_them_and_at_line_feeds(text: str) -> None:
    doc = SPACY.get_pipe("sentencizer")(SPACY.make_doc(text))
    opened = {token.idx for token in doc if token.is_sent_start or (token.is_space and "\n" in token.text)}
    sentences = Text(TAGGER, text).sentences
    between = [range(one.end, other.start + 1) for one, other in pairwise(sentences)]
    assert all(opened.intersection(gap) for gap in between)
    assert all(opened.isdisjoint(word.start for word in sentence.words[1:]) for sentence in sentences)


def test_a_word_is_one_type_wherever_it_stands_but_for_the_blank_behind_it() -> None:
    first, other, last = TAGGER.vocabulary.tokens("dreamy dreamy dreamy")
    assert first is other is not last


def test_what_is_kept_is_bounded_and_what_was_cut_before_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "_MOST_KEPT", 3)
    small = Vocabulary(SPACY)
    first = small.tokens("One two three four five")
    again = small.tokens("One")
    assert [token.word for token in first] == ["One", "two", "three", "four", "five"]
    assert [token.word for token in again] == ["One"]
    assert again[0] is not small.tokens("One ")[0]
    assert len(small._stretches) == 2


def test_long_stretches_are_not_kept_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "_MOST_CHARACTERS", 100)
    small = Vocabulary(SPACY)
    for letter in "abcdef":
        assert [token.word for token in small.tokens(letter * 60)] == [letter * 60]
    assert len(small._stretches) <= 2


def test_a_lemma_is_the_one_that_spacy_gives() -> None:
    for word, tag in [("guitars", "NNS"), ("sang", "VBD"), ("louder", "JJR"), ("Men", "NNS"), ("was", "VBD")]:
        doc = Doc(SPACY.vocab, words=[word], tags=[tag])
        for name in ("attribute_ruler", "lemmatizer"):
            doc = SPACY.get_pipe(name)(doc)
        form = TAGGER.vocabulary.forms[word, SPACY.vocab.strings[tag]]
        assert (form.lemma, form.pos) == (doc[0].lemma_.lower(), doc[0].pos_)


def test_a_plural_is_not_taken_for_that_of_a_rare_word() -> None:
    lemmas = {"senses": "sense", "raves": "rave", "leaves": "leaf", "bases": "basis", "blues": "blue", "Muses": "muse"}
    lemmas |= {"masses": "mass", "marches": "march", "lenses": "lens", "saxes": "sax", "uses": "use"}
    assert {word: TAGGER.vocabulary.forms[word, SPACY.vocab.strings["NNS"]].lemma for word in lemmas} == lemmas


def test_what_is_spelled_as_names_are_is_no_noun_and_no_adjective() -> None:
    nouns = {"GORGG": "PROPN", "frYars": "PROPN", "EbM": "PROPN", "CDs": "NOUN", "GUITARS": "NOUN", "LoFi": "NOUN"}
    nouns |= {"DnB": "NOUN", "DJing": "NOUN", "MELLOTRONS": "NOUN"}
    assert {word: TAGGER.vocabulary.forms[word, SPACY.vocab.strings["NN"]].pos for word in nouns} == nouns
    adjectives = {"Lyla": "PROPN", "Zappaesque": "ADJ", "Hebridean": "ADJ", "Icy": "ADJ", "Welsh": "ADJ", "lyla": "ADJ"}
    adjectives |= {"Winsome": "ADJ", "Ramshackle": "ADJ", "Faroese": "ADJ"}
    assert {word: TAGGER.vocabulary.forms[word, SPACY.vocab.strings["JJ"]].pos for word in adjectives} == adjectives
