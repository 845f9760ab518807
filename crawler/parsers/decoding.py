"""Bytes of a page to text: by what they are rather than by what they are said to be."""

import codecs
import re

from charset_normalizer import from_bytes
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, resolve_encoding

_WESTERN = "cp1252"
_MOSTLY = 0.7
"""Share of ASCII bytes from which undeclared text is Western: a guess by statistics takes naïve for Czech."""
_SEVEN_BIT = re.compile(r"iso-?2022|hz|utf-?7")
_MAX_WRONG = 0.01
"""Share of characters that may be broken in text that says it is UTF-8 before another encoding is tried."""
_PROBE = 100_000
_CONTROLS = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff"
_CONTROL = re.compile(f"[{_CONTROLS}]")
_REFERENCE = re.compile(r"&#(?:x0*([0-9a-f]{1,2})|0*(\d{1,3}))(?![0-9a-f]);?", re.IGNORECASE)
_UNWANTED = re.compile(rf"[{_CONTROLS}\u202a-\u202e\u2066-\u2069\ufeff\u200b]")


def decode(body: bytes, content_type: str) -> str:
    """Return the text of a page.

    A byte-order mark decides. Otherwise bytes that are valid UTF-8 are UTF-8, whatever the page says: text in another
    encoding hardly ever is. Otherwise what the header or the page declares, unless that is UTF-8; the rest is guessed.

    Args:
        body: the page, unpacked.
        content_type: the Content-Type header, or empty.
    """
    marked, bom = read_bom(body)
    if marked and bom:
        return body[len(bom) :].decode(marked, "replace")
    declared = http_content_type_encoding(content_type) or html_body_declared_encoding(body) or ""
    if body.isascii():
        return body.decode(declared if _SEVEN_BIT.match(declared) and _is_codec(declared) else "ascii", "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_other(body, declared)


def _decode_other(body: bytes, declared: str) -> str:
    encoding = resolve_encoding(declared) if declared else None
    if encoding and encoding not in ("utf-8", "ascii"):
        return body.decode(encoding, "replace")
    text = body.decode("utf-8", "replace")
    if text.count("\ufffd") <= _MAX_WRONG * len(text):
        return text
    if sum(byte < 0x80 for byte in body[:_PROBE]) >= _MOSTLY * len(body[:_PROBE]):
        return body.decode(_WESTERN, "replace")
    guess = from_bytes(body[:_PROBE]).best()
    return body.decode(guess.encoding if guess else _WESTERN, "replace")


def _is_codec(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True


def is_binary(body: bytes) -> bool:
    """Say whether bytes are no text: zero bytes near the start that no byte-order mark explains."""
    return b"\0" in body[:4096] and not read_bom(body)[0]


def without_control_references(markup: str) -> str:
    """Return HTML whose references to control characters (`&#27;`) are gone; those that mean cp1252 are spelled out.

    Browsers read `&#146;` as an apostrophe, because old editors wrote it for one; the parser would not.
    """
    return _REFERENCE.sub(_spelled_out, markup)


def _spelled_out(reference: re.Match[str]) -> str:
    number = int(reference[1], 16) if reference[1] else int(reference[2])
    if 0x80 <= number < 0xA0:
        return bytes([number]).decode("cp1252", "ignore")
    return "" if _CONTROL.match(chr(number)) else reference[0]


def without_controls(text: str) -> str:
    """Return text without control characters (tab and line ends stay) and marks that turn its direction."""
    return _UNWANTED.sub("", text)
