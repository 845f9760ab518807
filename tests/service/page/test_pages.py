"""What the page says, asked without a browser and so without scripts."""

import re
from datetime import date
from pathlib import Path

import httpx
import pytest
from jinja2 import PackageLoader
from lxml import html

from service.page.rendering import asking, render, shown, web_address
from service.page.site import router
from tests.service.http.conftest import publish, serving
from tests.service.page.hostile import ADDRESSES, ATTACKS, ID
from tests.service.page.visit import PAGES


def read(client: httpx.Client, address: str, status: int = 200) -> html.HtmlElement:
    answer = client.get(address, follow_redirects=True)
    assert answer.status_code == status, answer.text
    return html.fromstring(answer.text)


def main_text(page: html.HtmlElement) -> str:
    return re.sub(r"\s+", " ", page.find(".//main").text_content())


@pytest.mark.parametrize("address", PAGES)
def test_every_page_has_a_title_one_heading_of_the_first_level_and_strict_headers(
    site: httpx.Client, address: str
) -> None:
    answer = site.get(address, follow_redirects=True)
    page = html.fromstring(answer.text)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert (len(page.findall(".//h1")), len(page.findall(".//main"))) == (1, 1)
    assert page.findtext(".//title").endswith("· topterms")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
    assert answer.headers.get_list("referrer-policy") == ["no-referrer"]
    assert page.xpath("//*[@style] | //style | //script[not(@src)] | //@*[starts-with(name(), 'on')]") == []


def test_a_name_leads_to_the_artist_and_shows_its_terms_by_kind(site: httpx.Client) -> None:
    page = read(site, "/find?name=slowdive")
    assert page.findtext(".//h1") == "Slowdive"
    kinds = [heading.text.strip() for heading in page.xpath("//section[@class='group']/h3")]
    assert kinds[:4] == ["Phrases", "Adjectives", "People and places", "Named alongside"]
    assert page.xpath("//summary[contains(., 'shimmering guitar')]//*[name()='rect'][@class='fill']/@width") == [
        "100.0"
    ]


def test_a_term_leads_to_the_sentences_that_say_it_without_scripts(site: httpx.Client) -> None:
    page = read(site, "/artists/artist:slowdive")
    [link] = page.xpath("//details[contains(summary, 'shimmering guitar')]//a/@href")
    said = read(site, link)
    sentences = [quote.text_content() for quote in said.xpath("//blockquote")]
    assert sentences
    assert all("shimmering guitar" in sentence for sentence in sentences)
    assert {tuple(a.get("rel").split()) for a in said.xpath("//figcaption/a")} == {
        ("noopener", "noreferrer", "nofollow")
    }


def test_neighbours_stand_with_shared_terms_and_lead_to_why(site: httpx.Client) -> None:
    page = read(site, "/artists/artist:slowdive")
    card = page.xpath("//li[@class='card']")[0]
    assert card.xpath(".//ul[@class='shared']/li")
    why = read(site, card.xpath(".//a[starts-with(@href, '/why')]/@href")[0])
    assert "the same words are said of both" in main_text(why).lower()
    assert "(latent)" not in main_text(why)
    assert why.xpath("//blockquote")


def test_the_parts_of_a_likeness_make_the_whole(site: httpx.Client) -> None:
    page = read(site, "/why?a=Slowdive&b=My Bloody Valentine")
    parts = [part.text_content().partition("%")[0] for part in page.xpath("//h2/span[@class='part']")]
    assert abs(sum(map(int, parts)) - 100) <= 3
    assert parts == sorted(parts, key=int, reverse=True)


def test_a_description_finds_who_fits_and_names_words_that_nobody_has(site: httpx.Client) -> None:
    text = main_text(read(site, "/search?description=hazy shoegaze xylozork"))
    assert "Slowdive" in text
    assert "Nobody is described by “xylozork”" in text


@pytest.mark.parametrize("description", ["xylozork", '"', "-hazy", "^^^", "a^99999999999"])
def test_a_description_that_nobody_fits_is_answered_kindly(site: httpx.Client, description: str) -> None:
    page = read(site, asking("/search", description=description))
    assert page.xpath("//a[@href='/terms'][contains(., 'terms that are used')]")


def test_dislikes_and_sliders_change_who_fits(site: httpx.Client) -> None:
    def who(query: str) -> list[str]:
        return [name.text_content().strip() for name in read(site, f"/taste?like=Slowdive{query}").xpath("//h3")]

    usual = who("")
    assert "Slowdive" not in usual
    assert who("&unlike=Beach House") != usual
    only_names = "".join(f"&{key}=0" for key in ("tag", "np", "adj", "artist", "n1", "n2", "latent"))
    assert who(f"{only_names}&name=100") != usual
    assert who(f"{only_names}&name=0") == []
    assert who("&adj=rubbish&n1=-5&np=1e9") == usual


def test_a_taste_says_whom_it_does_not_know_and_uses_the_rest(site: httpx.Client) -> None:
    page = read(site, "/taste?like=Slowdive&like=slwdive&unlike=Slowdive")
    assert "Nobody here is called “slwdive”. Did you mean Slowdive?" in main_text(page)
    assert page.xpath("//input[@type='checkbox']/@value") == ["artist:slowdive"]
    assert page.xpath("//h3")


def test_an_unknown_name_is_answered_with_those_like_it(site: httpx.Client) -> None:
    page = read(site, "/find?name=slwdive", 404)
    assert page.xpath("//main//a/@href") == ["/artists/artist:slowdive"]
    assert "Check the spelling" in main_text(read(site, "/find?name=qqqqqqqq", 404))
    assert "describe what you are after" in main_text(read(site, "/artists/no/such/id", 404))


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/rising?since=2020-01-01", 200),
        ("/rising?since=soon", 422),
        ("/find", 422),
        ("/find?name=%00", 422),
        ("/clusters/99999", 400),
        ("/clusters/x", 422),
        ("/artists/artist:slowdive/said?term_kind=adj&term=notatermatall", 200),
        ("/artists/artist:slowdive/said?term_kind=artist&term=nobody", 200),
        ("/artists/artist:slowdive/documents?offset=900", 200),
        ("/why?a=Slowdive&b=Alison", 404),
        ("/static/x/nothing.js", 404),
    ],
)
def test_what_cannot_be_asked_or_is_not_there_is_said_and_never_a_failure(
    site: httpx.Client, address: str, status: int
) -> None:
    assert site.get(address).status_code == status


def test_there_is_a_text_for_every_empty_state_of_a_single_day(site: httpx.Client) -> None:
    assert "only one day" in main_text(read(site, "/rising"))
    assert "only one day" in main_text(read(site, "/artists/artist:slowdive/time"))
    assert "No sentence" in main_text(read(site, "/artists/artist:slowdive/said?term_kind=adj&term=nope"))


def test_an_address_that_no_page_has_is_said_so_and_the_api_keeps_its_own_errors(site: httpx.Client) -> None:
    assert "No page has the address /artist" in main_text(read(site, "/artist", 404))
    assert site.get("/v1/nothing/at/all").headers["content-type"] == "application/problem+json"
    assert site.get("/health").text == "ok\n"


def test_before_anything_is_published_every_page_says_what_to_do(empty_site: httpx.Client) -> None:
    for address in ("/", "/find?name=x", "/artists/x", "/search?description=x", "/taste", "/rising", "/terms"):
        assert "topterms run" in main_text(read(empty_site, address, 404)), address


def test_two_days_give_lines_and_risers(lake_of_two: Path) -> None:
    publish(lake_of_two, date(2026, 11, 20))
    with serving(lake_of_two, [router]) as client:
        page = read(client, "/artists/artist-000000/time")
        lines = page.xpath("//*[name()='svg'][@role='img']")
        assert lines
        assert all("1 November 2026" in line.get("aria-label") for line in lines)
        assert all(len(line.xpath(".//*[name()='polyline']/@points")[0].split()) == 2 for line in lines)
        assert read(client, "/rising").xpath("//tbody/tr")
        assert "there are no vectors" in main_text(read(client, "/rising?since=2020-01-01", 400))
        assert "Since 1 November 2026" in main_text(read(client, "/"))


def test_files_are_kept_for_long_by_the_address_of_what_is_in_them(site: httpx.Client) -> None:
    page = read(site, "/")
    for address in page.xpath("//link/@href | //script/@src"):
        assert "immutable" in site.get(address).headers["cache-control"]
    assert site.get("/static/old/page.css").headers["cache-control"] == "no-cache"


def test_the_page_stays_out_of_the_openapi(site: httpx.Client) -> None:
    paths = site.get("/v1/openapi.json").json()["paths"]
    assert [path for path in paths if not path.startswith(("/v1", "/health", "/ready", "/metrics"))] == []


@pytest.mark.parametrize("part", ["", "/documents", "/time", "/said?term_kind=adj&term=term0"])
def test_what_was_crawled_is_text_and_nothing_else(hostile_site: httpx.Client, part: str) -> None:
    page = read(hostile_site, f"/artists/{ID}{part}")
    assert page.xpath("//img | //b[@onmouseover] | //*[@onload]") == []
    assert [script.get("src") for script in page.xpath("//script")] == page.xpath("//head/script/@src")
    assert ATTACKS[0] in page.text_content() or ATTACKS[0] in page.find(".//h1").text_content()
    assert not set("\u202e\u202c\u2066\u200f\u0007") & set(page.text_content())
    away = [link for link in page.xpath("//a/@href") if not link.startswith(("/", "#"))]
    assert all(link.startswith("https://example.org/") for link in away)


def test_only_addresses_of_the_web_become_links() -> None:
    assert [address for address in ADDRESSES if web_address(address)] == list(ADDRESSES[3:5])
    assert web_address("http://example.org/a?b=c#d") == "http://example.org/a?b=c#d"
    assert [web_address(a) for a in ("", "//example.org", "https://", "ftp://example.org", "https://[", "/x")] == [
        ""
    ] * 6


def test_characters_that_cannot_be_seen_are_left_out() -> None:
    assert shown("a\u202eb\x00c\td\ne") == "abc\td\ne"
    assert shown(7) == 7


def test_an_upgrade_on_disk_changes_no_page_of_a_service_that_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Templates of another version would ask the running code for what it does not have."""

    def read(*_: object) -> None:
        raise AssertionError("a template was read from disk")

    monkeypatch.setattr(PackageLoader, "get_source", read)
    page = render("nobody.html", 404, name="x", others=[], several=False)
    assert b"Nobody here is called" in page.body
