"""One page to one document."""

import logging
import re
import unicodedata
from dataclasses import replace
from datetime import datetime
from html import escape
from urllib.parse import urljoin, urlsplit

import trafilatura
from lxml.etree import LxmlError, XPath
from lxml.html import HtmlElement
from trafilatura.metadata import extract_author, extract_title

from crawler.archive import MAX_PAGE_BYTES, NO_ENTRY, Entry
from crawler.canonical import canonical_url, same_site
from crawler.parsers.dates import published_at
from crawler.parsers.decoding import decode, is_binary, without_control_references, without_controls
from crawler.parsers.kinds import document_kind
from crawler.parsers.language import language
from crawler.parsers.listings import is_listing
from crawler.parsers.outcome import Reason, Skip
from crawler.parsers.structured import Structured, read_structured
from records.ids import document_id
from records.types import Document, Page

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # what it cannot read is counted as a skip

MIN_CHARACTERS = 100
"""Shorter texts say too little to be counted. A blog's shortest posts about one song each had 120 characters."""
_LITTLE = 250
"""Characters of text below which every way of finding some is tried; trafilatura's own measure of a failure."""
_HTML = ("text/html", "application/xhtml+xml")
_NO_TEXT = (Reason.STATUS, Reason.NOT_HTML, Reason.EMPTY, Reason.TOO_SHORT, Reason.BROKEN)
"""Why a page may be none whose feed gives the whole text; one that asks to be left out is."""
_CC = re.compile(r"https?://(www\.)?creativecommons\.org/(licenses|publicdomain)/", re.IGNORECASE)


_SIGN = (
    "contains(., 'uthor') or contains(., 'yline') or contains(., 'writer') or contains(., 'name') or contains(., 'by')"
)
_SIGNS_OF_AUTHOR = XPath(f"boolean(//author|//@class[{_SIGN}]|//@id[{_SIGN}]|//@itemprop[{_SIGN}]|//@rel[{_SIGN}])")
"""Without one of these trafilatura finds no author, which took it a fifth of the time of a page."""


def parse_page(page: Page, entry: Entry = NO_ENTRY) -> Document | Skip:
    """Turn a page into a document, or say why it is none. The result depends on nothing but the arguments.

    Args:
        page: what was fetched.
        entry: what a feed said of it; used where the page itself is silent, and its content where there is no page.
    """
    outcome = _parse(page, entry)
    if entry.content and isinstance(outcome, Skip) and outcome.reason in _NO_TEXT:
        return _parse(_from_feed(page, entry), replace(entry, content=""))
    return outcome


def _from_feed(page: Page, entry: Entry) -> Page:
    """Return the page that the content of a feed's entry makes."""
    title = escape(_plain(entry.title))
    article = f"<article><h1>{title}</h1>{entry.content}</article>"
    body = f"<html><head><title>{title}</title></head><body>{article}</body></html>"
    return replace(page, status=200, headers=(("content-type", "text/html; charset=utf-8"),), body=body.encode())


def _parse(page: Page, entry: Entry) -> Document | Skip:
    if reason := _unreadable(page):
        return Skip(page.url, reason)
    try:
        text = without_control_references(without_controls(decode(page.body, _header(page, "content-type"))))
        tree = trafilatura.load_html(text)
        if tree is None or not text.strip():
            return Skip(page.url, Reason.BROKEN if text.strip() else Reason.EMPTY)
        return _parse_tree(tree, page, entry)
    except (LxmlError, ValueError, TypeError, AttributeError, LookupError, RecursionError):
        # the libraries below meet markup that nobody thought of; one page must not stop a million others
        return Skip(page.url, Reason.BROKEN)


def _unreadable(page: Page) -> Reason | None:
    if page.status != 200:
        return Reason.STATUS
    content_type = _header(page, "content-type").partition(";")[0].strip().lower()
    if content_type and content_type not in _HTML:
        return Reason.NOT_HTML
    if len(page.body) > MAX_PAGE_BYTES:
        return Reason.TOO_LARGE
    if not page.body.strip():
        return Reason.EMPTY
    if is_binary(page.body):
        return Reason.BINARY
    return None if b"<" in page.body else Reason.NOT_HTML


def _parse_tree(tree: HtmlElement, page: Page, entry: Entry) -> Document | Skip:
    if _asks_to_be_left_out(tree, page):
        return Skip(page.url, Reason.OPTED_OUT)
    structured = read_structured(tree, page.url)
    url = own_url(tree, page.url)
    if is_listing(tree, page.url, structured):
        return Skip(page.url, Reason.LISTING)
    text = _text(tree, page.url)
    if len(text) < MIN_CHARACTERS:
        return Skip(page.url, Reason.TOO_SHORT)
    title = _title(tree, structured, entry)
    return Document(
        id=document_id(url),
        url=url,
        source=page.source,
        title=title,
        text=text,
        fetched_at=page.fetched_at,
        author=_author(tree, structured, entry),
        published_at=_published(tree, page, structured, entry),
        lang=language(text),
        kind=document_kind(url, title, structured),
        about=tuple(map(_line, structured.about)),
        rating=structured.rating,
        license=_license(tree, page.url, structured),
    )


def _text(tree: HtmlElement, url: str) -> str:
    """Return the running text, by trafilatura's own rules; others are tried as well only where these find little.

    That takes 2.4 times less and gave the same text for all 135 pages of two blogs that had more than a line.
    """
    text = _extracted(tree, url, fast=True)
    if len(text) < _LITTLE:
        text = _extracted(tree, url, fast=False)
    lines = (" ".join(line.split()) for line in unicodedata.normalize("NFC", text).split("\n"))
    return "\n".join(line for line in lines if line)


def _extracted(tree: HtmlElement, url: str, *, fast: bool) -> str:
    found = trafilatura.bare_extraction(
        tree, url=url, favor_precision=True, include_comments=False, include_tables=False, fast=fast
    )
    return without_controls(found.text or "") if found else ""


def _published(tree: HtmlElement, page: Page, structured: Structured, entry: Entry) -> datetime | None:
    return published_at(tree, page.url, structured, entry.published, page.fetched_at)


def own_url(tree: HtmlElement, url: str) -> str:
    """Return the canonical address of a page: what it names itself, if that is of the same site, or where it was found.

    A canonical link to the front page is passed over: a page elsewhere that names it was made by a careless template.
    """
    for href in tree.xpath("//link[@rel='canonical']/@href"):
        try:
            named = urljoin(url, str(href))
            if same_site(named, url) and (urlsplit(named).path not in ("", "/") or urlsplit(url).path in ("", "/")):
                return canonical_url(named)
        except ValueError:
            continue
    return canonical_url(url)


def _author(tree: HtmlElement, structured: Structured, entry: Entry) -> str:
    named = next((str(name) for name in tree.xpath("//meta[@name='author']/@content") if "//" not in name), "")
    return _line(structured.author or named or _byline(tree) or _plain(entry.author)).strip(" ·|,;–-")


def _byline(tree: HtmlElement) -> str:
    return (extract_author(tree) or "") if _SIGNS_OF_AUTHOR(tree) else ""


def _title(tree: HtmlElement, structured: Structured, entry: Entry) -> str:
    """Return the title without the site's name.

    A single h1 that the title element repeats is the title proper; another one may be a motto, so that the title
    element is believed.
    """
    named = _line(tree.findtext(".//title") or "")
    headings = {_line(h1.text_content()) for h1 in tree.iter("h1")} - {""}
    repeated = [heading for heading in headings if heading.lower() in named.lower()]
    heading = repeated[0] if len(repeated) == 1 else ""
    title = _line(structured.title) or heading or named or _line(extract_title(tree) or _plain(entry.title))
    if structured.site_name:
        title = re.sub(rf"\s*[|·•–—:-]+\s*{re.escape(structured.site_name)}$", "", title) or title
    return title


def _license(tree: HtmlElement, url: str, structured: Structured) -> str:
    if _CC.match(structured.license):
        return structured.license
    named = tree.xpath("//a[contains(concat(' ', @rel, ' '), ' license ')]/@href|//link[@rel='license']/@href")
    footers = [href for href in tree.xpath("//footer//a/@href") if _CC.match(href)]
    return (
        without_controls(urljoin(url, str((named or footers or [""])[0]))) if named or footers else structured.license
    )


def _asks_to_be_left_out(tree: HtmlElement, page: Page) -> bool:
    robots = [str(content) for content in tree.xpath("//meta[@name='robots' or @name='topterms']/@content")]
    robots.append(_header(page, "x-robots-tag"))
    reserved = [str(content) for content in tree.xpath("//meta[@name='tdm-reservation']/@content")]
    reserved.append(_header(page, "tdm-reservation"))
    words = {word.strip().lower() for value in robots for word in value.split(",")}
    return bool(words & {"noindex", "none"}) or "1" in reserved


def _header(page: Page, name: str) -> str:
    return next((value for key, value in page.headers if key == name), "")


def _plain(markup: str) -> str:
    return re.sub(r"<[^>]*>", "", markup)


def _line(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(without_controls(text).split()))
