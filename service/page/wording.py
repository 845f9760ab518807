"""What the page calls things, in words that need no glossary."""

from dataclasses import dataclass

from records.snapshot import LATENT
from records.types import TermKind
from service.why import Bond


@dataclass(frozen=True, slots=True)
class KindWords:
    """How a term kind is called."""

    key: str
    """As it stands in a mix."""
    title: str
    hint: str
    """What it is, with an example."""


KINDS = {
    words.key: words
    for words in (
        KindWords(TermKind.TAG, "Tags", "labels that people gave"),
        KindWords(TermKind.NP, "Phrases", "such as “shimmering guitar”"),
        KindWords(TermKind.ADJ, "Adjectives", "such as “hazy”"),
        KindWords(TermKind.NAME, "People and places", "labels, towns, producers"),
        KindWords(TermKind.ARTIST, "Named alongside", "other artists in the same breath"),
        KindWords(TermKind.N1, "Single words", "every word, however plain"),
        KindWords(TermKind.N2, "Pairs of words", "two words in a row"),
        KindWords(LATENT, "The company their words keep", "different words that are used of the same music"),
    )
}
"""Every part of a mix by its key, in the order in which people care."""
HINTS = {
    Bond.WORDS: "Besides those shown, many small words count that tell nothing alone.",
    Bond.KINDRED: "One is called hazy, the other blurred: different words that are used of the same music.",
    Bond.REST: "Where little was written about somebody, they are placed near those who are written about alike.",
}
"""What kinds of bonds mean, where their name does not say it."""
