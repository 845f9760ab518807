"""Praise and blame are told apart, and what is denied counts for the other side."""

import pytest

from nlp.polarity import BLAME, PRAISE, polarity
from nlp.settings import CountSettings
from nlp.tagging import load_tagger
from nlp.words import Text

TAGGER = load_tagger(CountSettings())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A gorgeous, hazy record with a masterpiece of a closer.", 1.0),
        ("A bland and tedious record.", -1.0),
        ("Gorgeous guitars, but a dull second half.", 0.0),
        ("Two gorgeous songs and a stunning one, and one that is dull.", pytest.approx(1 / 3)),
        ("The hazy guitars hum for an hour.", 0.0),
        ("There is nothing boring about the hazy guitars.", 1.0),
        ("It is not a great record.", -1.0),
    ],
)
def test_a_sentence_speaks_as_its_verdicts_do(text: str, expected: float) -> None:
    read = Text(TAGGER, text)
    read.tag()
    (sentence,) = read.sentences
    assert polarity(sentence.words) == expected


def test_no_word_is_praise_and_blame() -> None:
    assert not PRAISE & BLAME
