"""The words of a title describe nothing."""

import pytest

from nlp.works import works_named
from tests.nlp.texts import document


def named(text: str, title: str = "A post") -> list[str]:
    return [text[start:end] for start, end in works_named(document(text, title))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They played “Dark Was the Night” again.", ["Dark Was the Night"]),
        ('Then "Lonely Boy," a slow one.', ["Lonely Boy,"]),
        ("The song ‘Alison’ drifts.", ["Alison"]),
        ("“Hazy” opens the record.", ["Hazy"]),
        ("It was “a dark and lonely record”, he said.", []),
        ("“Dark,” she says.", []),
        ("They’re dark and it’s the band’s ’80s sound.", []),
        ("“Dark is the night” he sang.", []),
    ],
)
def test_what_stands_in_quotes_with_the_capitals_of_a_title_is_one(text: str, expected: list[str]) -> None:
    assert named(text) == expected


def test_what_the_title_of_the_text_parts_is_a_name_in_the_text() -> None:
    assert named("Where Dark Days begins, dark days end.", "Slowdive – Dark Days") == ["Dark Days"]


def test_a_title_of_one_word_is_none_unless_in_quotes() -> None:
    assert named("Dark guitars. Dark again.", "Slowdive – Dark") == []
