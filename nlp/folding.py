"""Folding text so that spellings of a name meet, without moving a single character.

Offsets into the folded text are offsets into the text itself.
"""

import unicodedata

_QUOTES = "\u2018\u2019\u201b\u02bc\u00b4`"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212"
_DOUBLE = "\u201c\u201d\u201e\u00ab\u00bb"
_BLANKS = "\n\t\r\u00a0"
_STROKED = {"ø": "o", "Ø": "o", "ð": "d", "Ð": "d", "đ": "d", "Đ": "d", "ł": "l", "Ł": "l", "ı": "i", "ħ": "h"}
_LAST = 0x2000
"""Behind the Latin, Greek, Cyrillic and Semitic blocks there is next to nothing to fold."""


def fold(text: str) -> str:
    """Return the text in lower case, without diacritics, with plain quotes, dashes and blanks; of the same length."""
    return text.translate(_TABLE)


def _table() -> dict[int, str]:
    table = dict.fromkeys(map(ord, _QUOTES), "'") | dict.fromkeys(map(ord, _DASHES), "-")
    table |= dict.fromkeys(map(ord, _DOUBLE), '"') | dict.fromkeys(map(ord, _BLANKS), " ")
    table |= {ord(letter): plain for letter, plain in _STROKED.items()}
    for code in range(_LAST):
        plain = _plain(chr(code))
        if plain != chr(code) and code not in table:
            table[code] = plain
    return table


def _plain(character: str) -> str:
    """Return the base letter in lower case where that is a single character, else the character itself."""
    base = unicodedata.normalize("NFKD", character)[0] if character.isalpha() else character
    lower = base.lower()
    return lower if len(lower) == 1 and lower.isalnum() == character.isalnum() else character


_TABLE = _table()
