"""Telling pages that only lead to texts (fronts, archives, tags, pagination) from pages that are texts.

In the order of trust: the front page is none, one article in the structured data is one, then addresses, then layout.
"""

import re
from urllib.parse import parse_qsl, urljoin, urlsplit

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
_TEASED = 0.5
"""Share of the characters of a page's body, outside of its navigation, that stand in teasers: articles whose heading
leads elsewhere. Below it they recommend something beside a text."""
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
        return _teased_share(tree, url) > _TEASED
    if structured.is_listing or structured.articles > 1 or _PAGINATION.search(parts.path):
        return True
    if _QUERY & {name for name, _ in parse_qsl(parts.query)}:
        return True
    linked = _linked_share(tree)
    if _INDEX.search(parts.path) and (structured.og_type != "article" or linked > _LINKED_INDEX):
        return True
    return linked > _LINKED or _teased_share(tree, url) > _TEASED


def _linked_share(tree: HtmlElement) -> float:
    return _share(tree, set(tree.iter("a")))


def _teased_share(tree: HtmlElement, url: str) -> float:
    blocks = tree.xpath("//article|//*[contains(concat(' ', @class, ' '), ' hentry ')]")
    return _share(tree, {block for block in blocks if _leads_elsewhere(block, url)})


def _leads_elsewhere(block: HtmlElement, url: str) -> bool:
    links = block.xpath("(.//h1|.//h2|.//h3)[1]//a/@href|.//a[.//h1|.//h2|.//h3]/@href")
    if not links:
        return False
    own, target = urlsplit(url), urlsplit(urljoin(url, str(links[0])))
    return own.netloc == target.netloc and own.path.rstrip("/") != target.path.rstrip("/")


def _share(tree: HtmlElement, chosen: set[HtmlElement]) -> float:
    """Return which share of the characters of the body, its frame left out, stands in the chosen elements."""
    body = tree.find("body")
    if body is None:
        return 0.0
    total = inside = 0
    stack: list[tuple[HtmlElement, bool]] = [(body, False)]
    while stack:
        element, is_chosen = stack.pop()
        is_chosen = is_chosen or element in chosen
        lengths = [len((element.text or "").strip()), *(len((child.tail or "").strip()) for child in element)]
        total += sum(lengths)
        inside += sum(lengths) if is_chosen else 0
        stack += [(child, is_chosen) for child in element if isinstance(child.tag, str) and child.tag not in _FRAME]
    return inside / total if total else 0.0
