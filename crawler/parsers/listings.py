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
    linked, teased = _shares(tree, set(tree.iter("a")), _teasers(tree, url))
    if structured.articles == 1:
        return teased > _TEASED
    if structured.is_listing or structured.articles > 1 or _PAGINATION.search(parts.path):
        return True
    if _QUERY & {name for name, _ in parse_qsl(parts.query)}:
        return True
    if _INDEX.search(parts.path) and (structured.og_type != "article" or linked > _LINKED_INDEX):
        return True
    return linked > _LINKED or teased > _TEASED


def _teasers(tree: HtmlElement, url: str) -> set[HtmlElement]:
    blocks = tree.xpath("//article|//*[contains(concat(' ', @class, ' '), ' hentry ')]")
    return {block for block in blocks if _leads_elsewhere(block, url)}


def _leads_elsewhere(block: HtmlElement, url: str) -> bool:
    links = block.xpath("(.//h1|.//h2|.//h3)[1]//a/@href|.//a[.//h1|.//h2|.//h3]/@href")
    if not links:
        return False
    own, target = urlsplit(url), urlsplit(urljoin(url, str(links[0])))
    return own.netloc == target.netloc and own.path.rstrip("/") != target.path.rstrip("/")


def _shares(tree: HtmlElement, *chosen: set[HtmlElement]) -> list[float]:
    """Return which share of the characters of the body, its frame left out, stands in the elements of each set."""
    body = tree.find("body")
    total, inside = 0, [0] * len(chosen)
    stack = [] if body is None else [(body, [False] * len(chosen))]
    while stack:
        element, above = stack.pop()
        here = [is_in or element in some for is_in, some in zip(above, chosen, strict=True)]
        children = list(element)
        characters = sum(len(text.strip()) for text in (element.text, *(child.tail for child in children)) if text)
        total += characters
        inside = [number + characters * is_in for number, is_in in zip(inside, here, strict=True)]
        stack += [(child, here) for child in children if isinstance(child.tag, str) and child.tag not in _FRAME]
    return [number / total if total else 0.0 for number in inside]
