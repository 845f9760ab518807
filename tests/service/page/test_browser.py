"""The page in a real browser: by keyboard, on a phone, in light and dark; and nothing that was crawled ever runs.

At the end of every visit it is held that no dialog opened, no script failed, the console stayed quiet and no other host
was asked.
"""

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.service.page.hostile import ATTACKS, ID
from tests.service.page.visit import PAGES, Visit

FAULTS, CONTRASTS, BEYOND = (
    Path(__file__).with_name(name).read_text(encoding="utf-8") for name in ("faults.js", "contrasts.js", "beyond.js")
)
PHONE = {"width": 360, "height": 740}


def test_typing_suggests_an_artist_and_leads_to_it(visit: Visit) -> None:
    page = visit.goto("/")
    box = page.get_by_role("combobox", name="Artist or song")
    box.press_sequentially("slow")
    option = page.get_by_role("option", name=re.compile("Slowdive"))
    expect(option).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("status")).to_contain_text("suggestion")
    option.click()
    expect(page).to_have_url(re.compile("/artists/artist%3Aslowdive$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Slowdive")


def test_a_song_is_suggested_with_its_artist(visit: Visit) -> None:
    page = visit.goto("/")
    page.get_by_role("combobox", name="Artist or song").press_sequentially("alison")
    expect(page.get_by_role("option", name="Alison song by Slowdive")).to_be_visible()


def test_arrow_keys_choose_and_escape_closes(visit: Visit) -> None:
    page = visit.goto("/")
    box = page.get_by_role("combobox", name="Artist or song")
    box.press_sequentially("b")
    expect(page.get_by_role("option").nth(1)).to_be_visible()
    box.press("ArrowDown")
    box.press("ArrowDown")
    box.press("ArrowUp")
    chosen = page.get_by_role("option", selected=True)
    expect(chosen).to_have_count(1)
    expect(box).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "none")
    box.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    expect(box).to_have_value("b")


def test_the_keyboard_alone_leads_from_the_first_page_to_a_neighbour(visit: Visit) -> None:
    page = visit.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    tab_to(page, "#find")
    page.keyboard.type("slowdive")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Slowdive")
    first = page.locator("section[aria-labelledby=alike] h3 a").first
    name = first.inner_text()
    tab_to(page, "section[aria-labelledby=alike] h3 a")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_the_skip_link_leads_past_the_navigation(visit: Visit) -> None:
    page = visit.goto("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_opening_a_term_shows_who_says_it(visit: Visit) -> None:
    page = visit.goto("/artists/artist:slowdive")
    summary = page.locator("summary", has_text="shimmering guitar")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator("blockquote").first).to_contain_text("shimmering guitar")
    expect(page.locator("details[open] a[rel~=nofollow]").first).to_be_visible()


def test_a_term_that_cannot_be_fetched_keeps_its_link(visit: Visit) -> None:
    page = visit.goto("/artists/artist:slowdive")
    page.route("**/said?*", lambda route: route.fulfill(status=404, body="gone"))
    page.locator("summary", has_text="shimmering guitar").click()
    expect(page.get_by_role("link", name=re.compile("Read who says .shimmering guitar"))).to_be_visible()


def test_moving_a_slider_changes_who_fits_without_another_page(visit: Visit) -> None:
    page = visit.goto("/taste?like=Slowdive")
    before = page.locator("#answers").inner_text()
    page.evaluate("window.stayed = true")
    for name in ("The company their words keep", "Phrases", "Adjectives"):
        page.get_by_role("slider", name=re.compile(name)).press("Home")
    expect(page.locator("#told")).to_contain_text("fit")
    expect(page.locator("#answers")).not_to_have_text(before)
    assert "latent=0" in page.url
    assert page.evaluate("window.stayed") is True


def test_a_dislike_is_added_as_somebody_types_and_taken_away_by_its_tick(visit: Visit) -> None:
    page = visit.goto("/taste?like=Slowdive")
    page.get_by_label("An artist you do not like").press_sequentially("my bloody")
    page.get_by_role("option").first.click()
    tick = page.get_by_role("checkbox", name="My Bloody Valentine")
    expect(tick).to_be_checked()
    page.locator("#answers").evaluate("e => e.dataset.seen = '1'")
    tick.uncheck()
    expect(page.locator("#told")).to_contain_text("My Bloody Valentine")


def test_without_scripts_all_main_paths_work(visit: Visit) -> None:
    context = visit.page.context.browser.new_context(java_script_enabled=False, base_url=visit.home)
    page = context.new_page()
    page.goto("/")
    page.locator("#find").fill("slowdive")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Slowdive")
    page.locator("summary", has_text="shimmering guitar").click()
    page.get_by_role("link", name=re.compile("Read who says .shimmering guitar")).click()
    expect(page.locator("blockquote").first).to_contain_text("shimmering guitar")
    page.goto("/taste")
    page.get_by_label("An artist you like").fill("Slowdive")
    page.get_by_role("button", name="Show who fits").click()
    expect(page.locator("#answers h3").first).to_be_visible()
    context.close()


@pytest.mark.parametrize("address", PAGES)
def test_every_page_can_be_read_by_everybody(visit: Visit, address: str) -> None:
    """Names for all that can be used, alternatives for all that is drawn, headings in order, landmarks, contrast."""
    page = visit.goto(address)
    assert page.evaluate(FAULTS) == []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of the two that it takes
        assert page.evaluate(CONTRASTS) == [], scheme


@pytest.mark.parametrize("address", PAGES)
def test_no_page_is_wider_than_a_phone(visit: Visit, address: str) -> None:
    visit.page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a dictionary does
    page = visit.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate(BEYOND) == []


@pytest.mark.parametrize(
    "address",
    [
        "/",
        f"/artists/{ID}",
        f"/artists/{ID}/documents",
        f"/artists/{ID}/time",
        f"/why?a={ID}&b=artist-000001",
        f"/taste?like={ID}&unlike=artist-000001&like={quote(ATTACKS[0])}",
        f"/search?description={quote(ATTACKS[1])}",
        f"/find?name={quote(ATTACKS[0])}",
        "/rising",
        "/terms",
        "/clusters",
    ],
)
def test_nothing_that_was_crawled_or_typed_runs(hostile_visit: Visit, address: str) -> None:
    page = hostile_visit.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
    page.wait_for_load_state("networkidle")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a dictionary does
    assert page.evaluate("window.hacked") is None
    assert page.locator("img, [onerror], [onload], [onmouseover], script:not([src])").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    away = page.eval_on_selector_all("a[href]", "links => links.map((a) => a.protocol)")
    assert set(away) <= {"http:", "https:"}


def test_hostile_names_are_suggested_as_text(hostile_visit: Visit) -> None:
    page = hostile_visit.goto("/")
    page.get_by_role("combobox", name="Artist or song").press_sequentially("0")
    option = page.get_by_role("option").first
    expect(option).to_contain_text("<script>")
    option.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(ATTACKS[0])
    assert page.evaluate("window.hacked") is None


def test_the_policy_stops_a_script_that_came_in_all_the_same(hostile_visit: Visit) -> None:
    page = hostile_visit.goto("/")
    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.hacked = 1";
            document.body.append(script);
        }"""
    )
    assert page.evaluate("window.hacked") is None
    assert any("Content Security Policy" in mishap for mishap in hostile_visit.mishaps)
    hostile_visit.mishaps.clear()


def tab_to(page: Page, selector: str, most: int = 150) -> None:
    """Press Tab until what a selector names has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{most} times Tab did not lead to {selector}")
