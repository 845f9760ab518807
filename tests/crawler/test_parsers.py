"""A saved page and the document that it must become."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.archive import NO_ENTRY, Entry
from crawler.parsers.outcome import Reason, Skip
from crawler.parsers.page import parse_page
from records.ids import document_id
from records.types import Document, DocumentKind, Page
from tests.crawler.web import PARAGRAPH

FETCHED = datetime(2026, 11, 21, 12, tzinfo=UTC)
PAGES = Path(__file__).parent / "pages"
HTML = (("content-type", "text/html; charset=utf-8"),)


def saved(name: str, url: str) -> Page:
    return Page(url, "needle", FETCHED, 200, HTML, (PAGES / f"{name}.html").read_bytes())


def made(body: bytes | str, url: str = "https://b.example/post", **fields: object) -> Page:
    content = body.encode() if isinstance(body, str) else body
    return replace(Page(url, "b", FETCHED, 200, HTML, content), **fields)  # type: ignore[arg-type]


def parsed(page: Page, entry: Entry = NO_ENTRY) -> Document:
    outcome = parse_page(page, entry)
    assert isinstance(outcome, Document), outcome
    return outcome


def reason(page: Page) -> Reason:
    outcome = parse_page(page)
    assert isinstance(outcome, Skip), outcome
    assert outcome.url == page.url
    return outcome.reason


def test_a_review_with_structured_data() -> None:
    """Its subject, rating, author, date and licence come from the data; comments, related pages and footer stay out."""
    found = parsed(saved("review", "https://www.needle.example/reviews/harrow-lane-tidewrack/?utm_source=x"))
    url = "https://needle.example/reviews/harrow-lane-tidewrack/"
    assert replace(found, text="") == Document(
        id=document_id(url),
        url=url,
        source="needle",
        title='Slow lightning: Harrow Lane, "Tidewrack"',
        text="",
        fetched_at=FETCHED,
        author="Odile Marsh",
        published_at=datetime(2024, 3, 6, 3, 30, tzinfo=UTC),
        lang="en",
        kind=DocumentKind.REVIEW,
        about=("Harrow Lane", "Tidewrack"),
        rating=0.85,
        license="https://creativecommons.org/licenses/by-sa/4.0/",
    )
    paragraphs = [line for line in found.text.split("\n") if len(line) > 100]
    assert [line[:25] for line in paragraphs] == [
        "Harrow Lane recorded “Tid",
        "The long centrepiece drif",
        "Released on 1 March 2024,",
    ]
    assert "First!" not in found.text
    assert "Related" not in found.text
    assert "©" not in found.text


def test_a_page_that_tells_no_date_has_none() -> None:
    """Neither a copyright year, nor a build time, nor a date in the text, nor one in an image's address is taken."""
    found = parsed(saved("undated", "https://needle.example/on-listening-twice"))
    assert found.published_at is None
    assert (found.title, found.author, found.kind) == ("On listening twice", "Odile Marsh", DocumentKind.POST)
    assert (found.about, found.rating, found.license) == ((), None, "")


def test_a_review_in_microdata_and_german() -> None:
    found = parsed(saved("microdata", "https://needle.example/kellerasseln"))
    assert (found.lang, found.kind, found.about) == ("de", DocumentKind.REVIEW, ("Kellerasseln",))
    assert (found.author, found.rating) == ("Jörg Müller", 0.75)
    assert found.published_at == datetime(2023, 11, 9, tzinfo=UTC)
    assert found.license == "https://needle.example/lizenz"
    assert "Müdigkeit" in found.text


def test_a_list_of_teasers_is_no_document_but_a_text_beside_teasers_is() -> None:
    assert reason(saved("archive", "https://needle.example/everything")) is Reason.LISTING
    found = parsed(saved("recommended", "https://needle.example/brass-in-the-fog"))
    assert found.published_at == datetime(2023, 7, 4, tzinfo=UTC)
    assert found.text.count("\n") >= 1


ARTICLE = f"<h1>Title</h1><p>{PARAGRAPH}</p>"


@pytest.mark.parametrize(
    "url",
    ["https://b.example/", "https://b.example/page/2", "https://b.example/page3/", "https://b.example/tag/folk",
     "https://b.example/category/reviews/", "https://b.example/2024/03/", "https://b.example/archive",
     "https://b.example/posts/?page=2", "https://b.example/authors/ines/", "https://b.example/?s=dreamy"],
)  # fmt: skip
def test_fronts_archives_tags_and_pagination_are_no_documents(url: str) -> None:
    assert reason(made(f"<html><body>{ARTICLE}</body></html>", url)) is Reason.LISTING


@pytest.mark.parametrize(
    "url", ["https://b.example/2024/03/05/title", "https://b.example/reviews/title", "https://b.example/?p=12"]
)
def test_posts_below_such_addresses_are(url: str) -> None:
    assert parsed(made(f"<html><body>{ARTICLE}</body></html>", url)).title == "Title"


def test_pages_that_are_no_text_are_told_apart_by_reason() -> None:
    whole = f"<html><body>{ARTICLE}</body></html>"
    assert reason(made(whole, status=404)) is Reason.STATUS
    assert reason(made(whole, headers=(("content-type", "application/pdf"),))) is Reason.NOT_HTML
    assert reason(made("just words", headers=())) is Reason.NOT_HTML
    assert reason(made("")) is Reason.EMPTY
    assert reason(made(" \n ")) is Reason.EMPTY
    assert reason(made(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR<html>")) is Reason.BINARY
    assert reason(made(b"<html>" + b"x" * 50_000_000)) is Reason.TOO_LARGE
    assert reason(made("<html><body><h1>Hi</h1><p>Short.</p></body></html>")) is Reason.TOO_SHORT
    assert reason(made("<>")) in (Reason.TOO_SHORT, Reason.BROKEN)


@pytest.mark.parametrize(
    ("head", "headers"),
    [('<meta name="robots" content="NOINDEX, follow">', HTML), ("", (*HTML, ("x-robots-tag", "noindex"))),
     ('<meta name="tdm-reservation" content="1">', HTML), ("", (*HTML, ("tdm-reservation", "1")))],
)  # fmt: skip
def test_a_page_that_asks_to_be_left_out_is(head: str, headers: tuple[tuple[str, str], ...]) -> None:
    page = made(f"<html><head>{head}</head><body>{ARTICLE}</body></html>", headers=headers)
    assert reason(page) is Reason.OPTED_OUT


def test_what_a_feed_said_is_used_only_where_the_page_is_silent() -> None:
    entry = Entry("Feed <b>title</b>", "Feed author", "2024-02-03T10:00:00+00:00")
    silent = parsed(made(f"<html><body><p>{PARAGRAPH}</p></body></html>"), entry)
    assert (silent.title, silent.author) == ("Feed title", "Feed author")
    assert silent.published_at == datetime(2024, 2, 3, 10, tzinfo=UTC)
    told = parsed(saved("review", "https://needle.example/reviews/harrow-lane-tidewrack/"), entry)
    assert told.author == "Odile Marsh"
    assert told.published_at == datetime(2024, 3, 6, 3, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("canonical", "url"),
    [("/the-post/", "https://b.example/the-post/"), ("https://www.b.example/the-post/#x", "https://www.b.example/the-post/"),
     ("https://evil.example/the-post/", "https://b.example/post"), ("/", "https://b.example/post"),
     ("http://[", "https://b.example/post")],
)  # fmt: skip
def test_a_canonical_link_is_believed_within_the_site(canonical: str, url: str) -> None:
    page = made(f'<html><head><link rel="canonical" href="{canonical}"></head><body>{ARTICLE}</body></html>')
    assert parsed(page).url == url


@pytest.mark.parametrize(
    ("head", "heading", "title"),
    [
        ("<title>Moth | The Inn</title>", "Moth", "Moth"),
        ("<title>Burial | Moth</title>", "Two schoolmates", "Burial | Moth"),
        ('<meta property="og:title" content="Moth - Inn"><meta property="og:site_name" content="Inn">', "y", "Moth"),
        ("", "Moth", "Moth"),
    ],
)
def test_the_title_is_the_posts_and_not_the_sites(head: str, heading: str, title: str) -> None:
    body = f"<html><head>{head}</head><body><h1>{heading}</h1><p>{PARAGRAPH}</p></body></html>"
    assert parsed(made(body)).title == title


@pytest.mark.parametrize(
    ("url", "title", "kind"),
    [("/interviews/x", "X", DocumentKind.INTERVIEW), ("/x", "Interview: Ada Vane", DocumentKind.INTERVIEW),
     ("/x", "In conversation with Ada Vane", DocumentKind.INTERVIEW), ("/reviews/x", "X", DocumentKind.REVIEW),
     ("/x", "Album review: X", DocumentKind.REVIEW), ("/x", "The 50 best albums of 2023", DocumentKind.LIST),
     ("/x", "Songs of the year", DocumentKind.LIST), ("/bio/x", "X", DocumentKind.BIOGRAPHY),
     ("/news/x", "X", DocumentKind.NEWS), ("/x", "Ada Vane announces tour", DocumentKind.NEWS),
     ("/x", "No news from Ada", DocumentKind.POST), ("/x", "Song for a year", DocumentKind.POST)],
)  # fmt: skip
def test_the_kind_of_a_document_is_told_by_address_and_title(url: str, title: str, kind: DocumentKind) -> None:
    page = made(f"<html><body><h1>{title}</h1><p>{PARAGRAPH}</p></body></html>", f"https://b.example{url}")
    assert parsed(page).kind is kind


def test_nothing_of_a_page_can_reach_a_terminal_as_a_command() -> None:
    """Control characters, zero bytes and marks that turn the direction of text are gone from every field."""
    evil = "\x1b]0;owned\x07\x9b2J\u202edab\u202c&#0;&#27;"
    head = f'<title>T{evil}</title><meta name="author" content="A{evil}">'
    body = f"<html><head>{head}</head><body><h1>T{evil}</h1><p>{evil}{PARAGRAPH}</p></body></html>"
    found = parsed(made(body))
    shown = found.title + found.author + found.text.replace("\n", "")
    assert [character for character in shown if not character.isprintable()] == []


def test_markup_that_nests_without_end_or_is_broken_is_survived() -> None:
    data = '<script type="application/ld+json">{}</script>' + ARTICLE
    odd = '{"@graph": {"@type": 3, "author": [3, null, {"name": ["x"]}], "reviewRating": [[]]}}'
    for body in (
        "<div>" * 100_000,
        "<html><body>" + "<b><i>" * 5000 + PARAGRAPH,
        "<" * 10_000,
        "<html><!-- " + PARAGRAPH,
        data.replace("{}", '{"@type": [[['),
        data.replace("{}", odd),
        data.replace("{}", '{"@graph":' * 5000),
    ):
        assert isinstance(parse_page(made(body)), (Document, Skip))


def test_a_page_parses_to_the_same_document_every_time() -> None:
    page = saved("review", "https://needle.example/reviews/harrow-lane-tidewrack/")
    assert len({parsed(page) for _ in range(3)}) == 1


@pytest.mark.parametrize(
    "byline",
    ['<a rel="author">Odile Marsh</a>', '<span class="byline">By Odile Marsh</span>', "<author>Odile Marsh</author>",
     '<p id="post-author">Odile Marsh</p>', '<a itemprop="author">Odile Marsh</a>', '<i class="writer">Odile Marsh</i>',
     '<p class="posted-by">Odile Marsh</p>', '<span class="username">Odile Marsh</span>']
)  # fmt: skip
def test_an_author_is_found_wherever_a_page_marks_one(byline: str) -> None:
    assert (
        parsed(made(f"<html><body><article>{byline}<p>{PARAGRAPH}</p></article></body></html>")).author == "Odile Marsh"
    )
