"""The language of descriptions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.description import MAX_PARTS, parse_description
from records.errors import QueryError


def read(description: str) -> list[tuple[str, float]]:
    return [(w.key, w.weight) for w in parse_description(description)]


def test_words_phrases_weights_and_minus_are_understood() -> None:
    assert read('dreamy shoegaze^2 -metal "Wall of Sound"^.5 -"nu metal"') == [
        ("dreamy", 1.0),
        ("shoegaze", 2.0),
        ("metal", -1.0),
        ("wall of sound", 0.5),
        ("nu metal", -1.0),
        ("dreamy shoegaze", 1.0),
    ]


def test_only_plain_wanted_neighbours_imply_a_phrase() -> None:
    assert [w.key for w in parse_description('a b -c d "e f" g') if w.implied] == ["a b"]


def test_a_hyphen_inside_a_word_is_no_minus() -> None:
    assert read("lo-fi") == [("lo fi", 1.0)]


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("a ^2", r"found '\^2' at position 3 .* expected a word or a quoted phrase"),
        ("a^", "found the end at position 3 .* expected a weight"),
        ("a^x", "found 'x' at position 3 .* expected a weight"),
        ("a^0", "expected a weight above 0"),
        ("a^2b", "found 'b' at position 4 .* expected a space"),
        ('say "wall of', "the quote at position 5 .* is not closed"),
        ('""', "expected a phrase between the quotes"),
        ('a"b"', "expected a space or"),
        ("-", "found the end at position 2 .* expected a word"),
        ("- a", "found ' a' at position 2"),
        ("a " * (MAX_PARTS + 1), f"expected at most {MAX_PARTS}"),
    ],
)
def test_what_is_malformed_is_refused_with_place_and_expectation(description: str, expected: str) -> None:
    with pytest.raises(QueryError, match=expected):
        parse_description(description)


@given(st.text(max_size=40))
def test_any_text_is_understood_or_refused_as_a_query(text: str) -> None:
    try:
        wanted = parse_description(text)
    except QueryError:
        return
    assert wanted
    assert all(w.key and w.weight for w in wanted)
