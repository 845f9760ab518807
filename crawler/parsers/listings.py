"""Telling pages that only lead to texts (fronts, archives, tags, pagination) from pages that are texts.

In the order of trust: the front page is none, one article in the structured data is one, then addresses, then layout.
"""

import re
from urllib.parse import parse_qsl, urlsplit

from lxml.html import HtmlElement

from crawler.parsers.structured import Structured

_PAGINATION = re.compile(
    r"/page[/-]?\d+/?$|/(tags?|categor(y|ies)|topics?|labels?|search)(/[^/]*){1,2}/?$", re.IGNORECASE
)
_INDEX = re.compile(
    r"/(authors?|archives?|tags?|categories|genres?)(/[^/]*){0,2}/?$|^/((19|20)\d\d/?)(\d\d?/?){0,2}$"
    r"|/(blog|news|reviews|interviews|features|articles|posts|index|home|sitemap|feed|search)/?$",
    re.IGNORECASE,
)
_QUERY = frozenset({"page", "paged", "s", "q", "search", "tag", "cat", "category", "m", "author"})
_TEASERS = 3
"""So many article blocks with a linked heading are a list of articles; one or two beside a text recommend others."""
_LINKED = 0.5
_LINKED_INDEX = 0.35
"""Share of the characters of a page's body, outside of its navigation, that are links, beyond which it is a listing;
the lower one where the address looks like one, too. On two blogs of 290 pages posts had at most .35, archives at least
.4, and lists of titles .56 to .99."""
_FRAME = frozenset({"nav", "header", "footer", "aside", "script", "style", "noscript", "form", "template"})


def is_listing(tree: HtmlElement, url: str, structured: Structured) -> bool:
    """Say whether a page is a list of texts rather than a text."""
    parts = urlsplit(url)
    if parts.path in ("", "/") and not parts.query:
        return True
    if structured.articles == 1:
        return _teasers(tree) > 2 * _TEASERS
    if structured.is_listing or structured.articles > 1 or _PAGINATION.search(parts.path):
        return True
    if _QUERY & {name for name, _ in parse_qsl(parts.query)}:
        return True
    linked = _linked_share(tree)
    if _INDEX.search(parts.path) and (structured.og_type != "article" or linked > _LINKED_INDEX):
        return True
    return linked > _LINKED or _teasers(tree) >= _TEASERS


def _teasers(tree: HtmlElement) -> int:
    blocks = tree.xpath(
        "//article[not(ancestor::article) and not(ancestor::aside)]"
        "|//*[contains(concat(' ', @class, ' '), ' hentry ')][not(self::article) and not(ancestor::aside)]"
    )
    return sum(
        bool(b.xpath(".//h1//a[@href]|.//h2//a[@href]|.//h3//a[@href]|.//a[@href][.//h1|.//h2|.//h3]")) for b in blocks
    )


def _linked_share(tree: HtmlElement) -> float:
    body = tree.find("body")
    if body is None:
        return 0.0
    total = linked = 0
    stack: list[tuple[HtmlElement, bool]] = [(body, False)]
    while stack:
        element, is_link = stack.pop()
        for child in element:
            tail = len((child.tail or "").strip())
            total += tail
            linked += tail if is_link else 0
            if child.tag not in _FRAME and isinstance(child.tag, str):
                inside = is_link or child.tag == "a"
                length = len((child.text or "").strip())
                total += length
                linked += length if inside else 0
                stack.append((child, inside))
    return linked / total if total else 0.0
