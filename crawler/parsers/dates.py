"""When a page was published, and only if the site tells.

Asked in this order: structured data, the head's meta elements, elements that hold a date and little else (time,
bylines), the address if it names a day, the feed. Running text is never searched: a release date or a copyright year
is no date of publication.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from htmldate import find_date
from lxml.html import HtmlElement, document_fromstring

from crawler.parsers.structured import Structured

EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
"""Older dates are mistakes: there were no music blogs."""
_SLACK = timedelta(days=1)
"""How far a date may lie after the fetch because of time zones; it is then taken for the time of the fetch."""

_META = (
    "article:published_time", "og:published_time", "datepublished", "date", "dc.date", "dcterms.created",
    "dc.date.issued", "dcterms.issued", "parsely-pub-date", "sailthru.date", "pubdate", "publish-date",
    "article.published", "published", "citation_publication_date",
)  # fmt: skip
"""Names of meta elements, the most trusted first."""
_URL_DAY = re.compile(r"/((?:19|20)\d\d)[/-](\d\d?)[/-](\d\d?)(?=[/-]|$)")
_DATE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:date|dateline|pubdate|publish(?:ed)?|posted|post-?date|entry-?date|byline|timestamp|dt-published|"
    r"(?:post|entry|article)[_-]?(?:meta|info|details|header|footer|time))(?:$|[\s_-])",
    re.IGNORECASE,
)
_ASIDES = frozenset({"aside", "nav"})
_ASIDE_CLASS = re.compile(
    r"comment|(?<!post)(?<!entry)(?<!article)[_-]?footer|sidebar|related|widget|copyright|upcoming|events?\b",
    re.IGNORECASE,
)
_MAX_BYLINE = 200
"""Characters of an element that may be a byline; longer ones are text."""
_FEW = 6
_BYLINES = ("p", "span", "div", "small", "li", "a", "h2", "h3", "h4", "h5", "h6", "em", "i", "header", "footer")
_LEAD_IN = re.compile(r"\s*(written|posted|published)\b", re.IGNORECASE)
_SLASHED = re.compile(r"\b(\d\d?)/(\d\d?)/\d{4}\b")
_YEAR = re.compile(r"\b(19|20)\d\d\b")
_SMALL_NUMBER = re.compile(r"(?<![\d:])(?:0?[1-9]|[12]\d|3[01])(?![\d:])")
_WORD = re.compile(r"[^\W\d_]{3,}")


def published_at(
    tree: HtmlElement, url: str, structured: Structured, feed_date: str, fetched_at: datetime
) -> datetime | None:
    """Return when a page was published, in UTC; None where the site does not tell.

    Args:
        tree: the page; it is not changed.
        url: its address.
        structured: what its structured data says.
        feed_date: ISO 8601 date of the feed entry that led to it, or empty.
        fetched_at: no date later than this is believed.
    """
    found = _candidates(tree, url, structured, feed_date)
    return next((date for candidate in found if (date := believable(candidate, fetched_at))), None)


def _candidates(tree: HtmlElement, url: str, structured: Structured, feed_date: str) -> Iterator[datetime | None]:
    yield _iso(structured.published)
    yield _from_head(tree)
    yield _from_times(tree)
    yield _from_bylines(tree)
    yield _from_url(url)
    yield _iso(feed_date)


def believable(date: datetime | None, fetched_at: datetime) -> datetime | None:
    """Return a date of publication if it may be one, at most the time of the fetch; None if it is absurd."""
    if date is None or not EARLIEST <= date <= fetched_at + _SLACK:
        return None
    return min(date, fetched_at)


def _iso(text: str) -> datetime | None:
    text = text.strip()
    match = re.match(r"\d{4}-\d\d-\d\d", text)
    if not match:
        return _verbal(text)
    for candidate in (re.sub(r"\s+(?=[+-]\d\d:?\d\d$)", "", text), text[:19], match[0]):
        try:
            date = datetime.fromisoformat(candidate)
        except ValueError:
            continue
        try:
            return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
        except OverflowError:
            return None
    return None


def _verbal(text: str) -> datetime | None:
    """Understand a date in words or figures, alone in its element; one that may mean two days is none."""
    if len(text) > _MAX_BYLINE or not _names_a_day(text):
        return None
    page = document_fromstring("<html><head></head><body><time></time></body></html>")
    page.body[0].text = text
    found = find_date(page, extensive_search=False, original_date=True, url="", min_date=EARLIEST.replace(tzinfo=None))
    return datetime.fromisoformat(found).replace(tzinfo=UTC) if found else None


def _names_a_day(text: str) -> bool:
    """Say whether there is a year, and a day beside the month: the parser would make a day up."""
    if (slashed := _SLASHED.search(text)) and slashed[1] != slashed[2]:
        return max(int(slashed[1]), int(slashed[2])) > 12  # 03/04/2012 is April in London and March in Boston
    rest, years = _YEAR.subn(" ", text)
    numbers = _SMALL_NUMBER.findall(rest)
    return years > 0 and (len(numbers) > 1 or (len(numbers) == 1 and bool(_WORD.search(rest))))


def _from_head(tree: HtmlElement) -> datetime | None:
    said: dict[str, list[str]] = {}
    for meta in tree.iter("meta"):
        for name in {(meta.get(attribute) or "").lower() for attribute in ("property", "name", "itemprop")}:
            said.setdefault(name, []).append(meta.get("content") or "")
    return next((date for name in _META for text in said.get(name, ()) if (date := _iso(text))), None)


def _from_times(tree: HtmlElement) -> datetime | None:
    times = [time for time in tree.iter("time", "abbr") if not _is_aside(time)]
    times.sort(key=lambda time: not ("publish" in (time.get("class") or "") or time.get("pubdate") is not None))
    for time in times:
        if time.tag == "time" and (date := _iso(time.get("datetime") or time.text_content())):
            return date
        if time.tag == "abbr" and "published" in (time.get("class") or "") and (date := _iso(time.get("title") or "")):
            return date
    return None


def _from_bylines(tree: HtmlElement) -> datetime | None:
    for element in tree.iter(*_BYLINES):
        name = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}"
        is_named = name.strip() and _DATE_CLASS.search(name)
        if is_named or (len(element) < _FEW and _LEAD_IN.match(element.text or "")):
            text = " ".join(element.text_content().split())
            if len(text) <= _MAX_BYLINE and not _is_aside(element) and (date := _iso(text)):
                return date
    return None


def _is_aside(element: HtmlElement) -> bool:
    return any(_stands_aside(step) for step in (element, *element.iterancestors()) if step.tag not in ("html", "body"))


def _stands_aside(element: HtmlElement) -> bool:
    if element.tag == "footer":  # the site's; an article's own one often says when it was posted
        return bool(element.getparent().tag == "body")
    name = f"{element.get('class') or ''} {element.get('id') or ''}"
    return element.tag in _ASIDES or bool(_ASIDE_CLASS.search(name))


def _from_url(url: str) -> datetime | None:
    if match := _URL_DAY.search(url):
        try:
            return datetime(int(match[1]), int(match[2]), int(match[3]), tzinfo=UTC)
        except ValueError:
            return None
    return None
