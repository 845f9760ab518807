"""What sort of text a document is, by structured data, address and title."""

import re
from urllib.parse import urlsplit

from crawler.parsers.structured import Structured
from records.types import DocumentKind

_TITLE = (
    (
        DocumentKind.INTERVIEW,
        r"\binterviews?\b|\bin conversation\b|\bq\s?&\s?a\b|\btalks? (to|with|about)\b|\b\d+ questions\b",
    ),
    (
        DocumentKind.LIST,
        r"^(the )?(top |best )?\d+ (best|greatest|top|essential|favou?rite|albums|songs|records|tracks)\b"
        r"|\b(best|top|favou?rite) (\d+|albums|songs|records|tracks|of \d{4})\b|\ba top (five|ten|\d+)\b|\bplaylist\b"
        r"|\b(albums|songs|records|tracks|releases|eps|best|worst) of (the )?(year|decade|month|\d{4})\b",
    ),
    (
        DocumentKind.REVIEW,
        r"\b(album|record|ep|single|live|gig|concert|track|song|music|lp|festival) reviews?\b|^reviews?\b"
        r"|[:|(\[–-] *reviews?\b",
    ),
    (DocumentKind.BIOGRAPHY, r"\bbiography\b|\bbio\b"),
    (DocumentKind.NEWS, r"^news\b|\bnews:|\bannounces?\b"),
)
_PATH = (
    (DocumentKind.INTERVIEW, r"interviews?|q-?and-?a"),
    (DocumentKind.REVIEW, r"(album-|record-|live-|music-|track-|single-)?reviews?"),
    (DocumentKind.LIST, r"lists?|best-of|playlists?"),
    (DocumentKind.BIOGRAPHY, r"bio(graphy|graphies|s)?"),
    (DocumentKind.NEWS, r"news"),
)


def document_kind(url: str, title: str, structured: Structured) -> DocumentKind:
    """Return the kind of a document: a review by its data, then what address and title name, then news by its data."""
    if structured.is_review or structured.rating is not None:
        return DocumentKind.REVIEW
    folders = urlsplit(url).path.lower().strip("/").split("/")[:-1]
    for kind, pattern in _PATH:
        if any(re.fullmatch(pattern, folder) for folder in folders):
            return kind
    for kind, pattern in _TITLE:
        if re.search(pattern, title, re.IGNORECASE):
            return kind
    return DocumentKind.NEWS if "NewsArticle" in structured.types else DocumentKind.POST
