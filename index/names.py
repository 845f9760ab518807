"""Folding: the form of a name or a term in which case, accents and punctuation no longer matter."""

import re
import unicodedata
from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from records.types import Entity, TermKind

_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "&": " and "}
)
_DROPPED = re.compile(r"[.'’ʼ`´]")
_GAPS = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """Fold a text: lower case, no accents, one space for any run of punctuation.

    Apostrophes and full stops vanish ("R.E.M." is "rem"). A text of nothing but punctuation ("!!!") keeps it.
    """
    plain = text.casefold().translate(_LETTERS)
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return _GAPS.sub(" ", _DROPPED.sub("", plain)).strip() or " ".join(text.casefold().split())


def fold_name(name: str) -> str:
    """Fold the name of an artist or song and drop a leading "the" ("The The" is "the")."""
    folded = fold(name)
    return folded.removeprefix("the ")


def name_keys(entity: Entity) -> list[str]:
    """Return the keys, sorted, under which an entity is looked up: its name and aliases, with and without "the"."""
    names: Iterable[str] = (entity.name, *entity.aliases)
    return sorted({key for name in names for key in (fold(name), fold_name(name)) if key})


def term_key(kind: TermKind, text: str, label: str) -> str:
    """Return the key under which a description finds a term: its folded text, or the folded name of an artist."""
    return fold(label if kind is TermKind.ARTIST else text)


def term_keys(terms: pa.Table) -> pa.ChunkedArray:
    """Return the `term_key` of every row of a table of terms (kind, term, label); texts of plain ASCII at once."""
    is_artist = pc.equal(terms.column("kind"), TermKind.ARTIST.value)
    texts = pc.if_else(is_artist, terms.column("label"), terms.column("term"))
    plain = pc.replace_substring(pc.ascii_lower(texts), "&", " and ")
    plain = pc.replace_substring_regex(plain, "[.'`]", "")
    plain = pc.ascii_trim_whitespace(pc.replace_substring_regex(plain, "[^a-z0-9]+", " "))
    is_done = pc.and_(pc.string_is_ascii(texts), pc.not_equal(plain, ""))
    rest = pa.array(map(fold, texts.filter(pc.invert(is_done)).to_pylist()), pa.string())
    return pc.replace_with_mask(plain, pc.invert(is_done).combine_chunks(), rest)
