"""Bytes to text, whatever a page claims to be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.parsers.decoding import decode, is_binary, without_control_references, without_controls

TEXT = "Sigur Rós, Motörhead – “naïve” façade, €5"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (TEXT.encode(), ""),
        (TEXT.encode(), "text/html; charset=utf-8"),
        (TEXT.encode(), "text/html; charset=iso-8859-1"),
        (TEXT.encode("cp1252"), "text/html; charset=iso-8859-1"),
        (TEXT.encode("cp1252"), "text/html; charset=windows-1252"),
        (b'<meta charset="windows-1252">' + TEXT.encode("cp1252"), ""),
        (b'<meta charset="utf-8">' + TEXT.encode("cp1252") * 9, "text/html"),
        (TEXT.encode("cp1252") * 9, "text/html; charset=utf-8"),
        (TEXT.encode("cp1252") * 9, "text/html; charset=no-such-thing"),
        (TEXT.encode("utf-8-sig"), "text/html; charset=iso-8859-1"),
        ("\ufeff".encode("utf-16-le") + TEXT.encode("utf-16-le"), "text/html; charset=utf-8"),
    ],
)
def test_text_is_read_right_though_header_and_page_lie(body: bytes, content_type: str) -> None:
    assert TEXT in decode(body, content_type)


def test_other_scripts_are_read_as_declared() -> None:
    assert decode("Пикник и Кино".encode("koi8-r"), "text/html; charset=koi8-r") == "Пикник и Кино"
    assert decode("音楽".encode("iso-2022-jp"), "text/html; charset=iso-2022-jp") == "音楽"
    assert decode("音楽".encode("shift_jis"), "text/html; charset=shift_jis") == "音楽"


def test_one_broken_byte_does_not_change_the_encoding_of_a_page() -> None:
    assert decode(TEXT.encode() * 20 + b"\xff", "text/html; charset=utf-8").startswith(TEXT)


@given(
    st.binary(max_size=200),
    st.sampled_from(["", "text/html; charset=utf-8", "text/html; charset=utf-16", "x; charset=hz"]),
)
def test_any_bytes_become_some_text(body: bytes, content_type: str) -> None:
    assert isinstance(decode(body, content_type), str)


def test_zero_bytes_tell_binary_unless_a_mark_explains_them() -> None:
    assert is_binary(b"GIF89a\0\0")
    assert not is_binary("\ufeffabc".encode("utf-16"))
    assert not is_binary(b"plain")


def test_control_characters_go_and_line_ends_stay() -> None:
    assert without_controls("a\0b\x1b[2J\tc\r\nd\x85\u202ee\u200bf") == "ab[2J\tc\r\ndef"


def test_references_to_control_characters_go_and_those_of_old_editors_are_understood() -> None:
    assert (
        without_control_references("a&#0;b&#27;c&#x1B;d&#146;s &#233; &#8217; &#1234; &#10;")
        == "abcd’s &#233; &#8217; &#1234; &#10;"
    )
