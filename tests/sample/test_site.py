import json
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from lxml import etree

from sample.site import FEED_SIZE, build
from sample.source import read_posts
from sample.truth import TruePost, read_truth
from tests.sample.web import Answer, crawl, get, outside

TRUTH = read_truth()
PATHS = {post.path for post in TRUTH.posts}
SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def served(base_url: str, path: str) -> Answer:
    return crawl(base_url)[path]


def schema(page: Answer) -> list[dict[str, object]]:
    return [json.loads(script.text) for script in page.tree.xpath("//script[@type='application/ld+json']")]


def test_every_link_resolves_and_none_leaves_the_site(base_url: str) -> None:
    pages = crawl(base_url)
    assert {path: page.status for path, page in pages.items() if page.status != 200} == {}
    assert pages.keys() >= PATHS
    assert outside(base_url, pages) == []


def test_every_post_can_be_reached_by_following_listings_alone(base_url: str) -> None:
    path, found = "/", []
    while path:
        tree = get(base_url + path).tree
        found += tree.xpath("//article//h2/a/@href")
        path = "".join(tree.xpath("//a[@rel='next']/@href"))
    assert sorted(found) == sorted(PATHS)


def test_the_sitemap_names_every_post_once_with_a_day(base_url: str) -> None:
    tree = etree.fromstring(get(f"{base_url}/sitemap.xml").body)
    assert sorted(tree.xpath("//s:loc/text()", namespaces=SITEMAP)) == sorted(base_url + path for path in PATHS)
    days = {post.path: str(post.published) for post in TRUTH.posts if post.published}
    for url in tree:
        loc, lastmod = (child.text for child in url)
        assert lastmod >= days.get(loc.removeprefix(base_url), "2019-01-01")


def test_the_feed_holds_the_latest_dated_posts_newest_first(base_url: str) -> None:
    items = etree.fromstring(get(f"{base_url}/feed.xml").body).findall(".//item")
    latest = sorted((post for post in TRUTH.posts if post.published), key=lambda post: post.published, reverse=True)
    assert [item.findtext("link") for item in items] == [base_url + post.path for post in latest[:FEED_SIZE]]
    for item, post in zip(items, latest, strict=False):
        assert parsedate_to_datetime(item.findtext("pubDate")).date() == post.published
        assert len(item.findtext("description")) > 40


def test_robots_disallows_the_corner_that_a_page_links_to(base_url: str) -> None:
    lines = get(f"{base_url}/robots.txt").body.decode().splitlines()
    assert "Disallow: /private/" in lines
    assert f"Sitemap: {base_url}/sitemap.xml" in lines
    assert TRUTH.disallowed.startswith("/private/")
    assert TRUTH.disallowed in get(f"{base_url}/about/").tree.xpath("//main//@href")


@pytest.mark.parametrize("post", TRUTH.posts, ids=lambda post: post.path)
def test_what_is_served_is_what_the_truth_says(base_url: str, post: TruePost) -> None:
    page = served(base_url, post.path)
    assert page.tree.get("lang") == post.lang
    reviews = schema(page)
    assert [review["reviewRating"]["ratingValue"] for review in reviews] == [post.rating] * len(reviews)
    assert len(reviews) == (post.rating is not None)
    assert page.tree.xpath("//meta[@property='article:section']/@content") in ([post.kind], [])
    shown = page.tree.xpath("string(//p[@class='byline'])")
    if post.published:
        assert f"{post.published.day} {post.published:%B %Y}" in shown
        assert all(review["datePublished"] == str(post.published) for review in reviews)
    else:
        assert page.tree.xpath("//time | //meta[contains(@property, 'time')]") == []
        assert not any(character.isdigit() for character in shown)
    if post.path != TRUTH.broken:
        tags = page.tree.xpath("//a[@rel='tag']/@href")
        assert tags == [f"/artists/{artist.removeprefix('artist:')}/" for artist in post.artists]


def test_the_truth_agrees_with_the_front_matter() -> None:
    written = {post.path: post for post in read_posts()}
    assert written.keys() == PATHS
    for post in TRUTH.posts:
        source = written[post.path]
        assert (post.kind, post.artists, post.songs) == (source.kind, source.artists, source.songs)
        assert (post.published, post.lang) == (source.published, source.lang)
    assert [path for path, post in written.items() if post.broken] == [TRUTH.broken]
    assert [post.path for post in TRUTH.posts if post.lang != "en"] == [TRUTH.foreign]


def test_the_broken_page_is_cut_off_but_holds_text(base_url: str) -> None:
    body = served(base_url, TRUTH.broken).body
    assert b"</html>" not in body
    assert b"giddy" in body
    with pytest.raises(UnicodeDecodeError):
        body.decode()


def test_the_copy_says_nearly_the_same_as_the_original(base_url: str) -> None:
    first, second = (
        set(served(base_url, path).tree.xpath("string(//div[@class='entry'])").split(" "))
        for path in (TRUTH.original, TRUTH.copy)
    )
    assert 0.9 < len(first & second) / len(first | second) < 1


def test_building_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        build(folder, "http://127.0.0.1:1")
    one, two = ({f.relative_to(d): f.read_bytes() for f in d.rglob("*") if f.is_file()} for d in folders)
    assert one == two
    assert len(one) > len(PATHS)
