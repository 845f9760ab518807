"""Nothing that was crawled can drive a terminal."""

import io
import json

from hypothesis import given
from hypothesis import strategies as st

from service.terminal import Screen, to_json, visible

HOSTILE = "a\x1b]0;owned\x07b\x9b31mc\u202ed\r\ne\x7f\ud800"


def is_harmless(text: str) -> bool:
    return all(c == "\n" or c.isprintable() or c == "\N{REPLACEMENT CHARACTER}" for c in text)


@given(st.text(st.characters(categories=["Cc", "Cs", "Lu", "Zs"])))
def test_a_shown_text_is_one_line_without_control_characters(text: str) -> None:
    shown = visible(text)
    assert "\n" not in shown
    assert is_harmless(shown.replace("\u00a0", " "))


@given(st.text())
def test_json_keeps_every_character_though_it_prints_no_control_character(text: str) -> None:
    line = to_json({"text": text})
    assert json.loads(line)["text"] == text
    assert not set(line) & {chr(c) for c in (*range(32), *range(0x7F, 0xA0), *range(0xD800, 0xE000))}


def test_tables_and_lines_hold_no_control_character_of_their_texts() -> None:
    file = io.StringIO()
    screen = Screen(file)
    screen.say(HOSTILE)
    screen.say_indented(HOSTILE, HOSTILE)
    screen.table((HOSTILE,), [(HOSTILE,)], title=HOSTILE)
    assert is_harmless(file.getvalue())
    assert "owned" in file.getvalue()


def test_markup_of_the_console_is_shown_as_it_stands() -> None:
    """A title in square brackets is a title, not a colour."""
    file = io.StringIO()
    Screen(file).table(("album",), [("[red]Loveless[/red] :heart:",)])
    assert "[red]Loveless[/red] :heart:" in file.getvalue()


def test_a_table_for_a_pipe_has_no_colour_and_one_line_a_row() -> None:
    file = io.StringIO()
    Screen(file).table(("term", "weight"), [("long " * 20, 1.0), ("short", 0.5)], title="Terms")
    lines = file.getvalue().splitlines()
    assert [line.split()[0] for line in lines] == ["Terms", "term", "long", "short"]
