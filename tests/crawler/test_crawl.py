"""Crawling over HTTP: what is fetched, what is kept, and what a second crawl costs."""

import gzip
from datetime import date
from pathlib import Path

import pytest

from crawler.archive import Entry, read_pages
from crawler.crawl import crawl
from crawler.parse import parse
from crawler.sources import Source, SourceKind
from crawler.state import CrawlState
from records.errors import LakeError
from records.lake import Dataset, Lake
from tests.crawler.reading import counts, documents, pages, paths
from tests.crawler.web import Answer, Pages, page, serving, text_about

DAY = date(2026, 11, 21)
NEXT_DAY = date(2026, 11, 22)
ROBOTS = Answer(b"User-agent: *\nDisallow: /secret/\n", content_type="text/plain")


def blog() -> Pages:
    """Return a small blog with a forbidden corner, an image, a link outside and one that is marked nofollow."""
    return {
        "/robots.txt": ROBOTS,
        "/": page(
            "Home", "/a?utm_source=home", "/b#end", "/page/2", "/secret/x", "/cover.jpg", "https://else.example/"
        ),
        "/page/2": page("Older", "/c", "/", "/gone"),
        "/a": page("A", "/", "/a?PHPSESSID=1"),
        "/b": page("B", "/", "mailto:me@b.example", "javascript:void(0)"),
        "/c": Answer(page("C").body, has_validators=False),
        "/secret/x": page("Secret"),
        "/cover.jpg": Answer(b"\xff\xd8", content_type="image/jpeg"),
    }


def test_a_blog_is_fetched_whole_within_its_limits_and_only_once_when_nothing_changed(lake: Lake) -> None:
    """Every page once, nothing that robots.txt forbids; the second crawl fetches bodies of no page with validators."""
    seen: list[int] = []
    with serving(blog()) as site:
        first = counts(
            crawl(
                lake,
                [site.source(contact="me@b.example")],
                day=DAY,
                progress=lambda stage, done, total: seen.append(done),
            )
        )
        asked = dict(site.asked)
        site.forget()
        second = counts(crawl(lake, [site.source()], day=NEXT_DAY))
        bodies = dict(site.bodies)
        agents = site.agents
    assert paths(lake) == ["/", "/a", "/b", "/c", "/page/2"]
    assert asked == {"/robots.txt": 1, "/": 1, "/a": 1, "/b": 1, "/c": 1, "/page/2": 1, "/gone": 1}
    assert (first["pages fetched"], first["pages stored"], first["pages gone"]) == (5, 5, 1)
    assert first["requests refused (robots.txt, budget)"] == 1
    assert seen == sorted(seen)
    assert len(seen) >= 5
    assert bodies == {"/robots.txt": 1, "/c": 1, "/gone": 1}, "only what has no validators is sent again"
    assert (second["pages stored"], second["pages unchanged"], second["pages gone"]) == (0, 5, 1)
    assert lake.days(Dataset.PAGES) == [DAY], "nothing changed, so there is nothing of the second day"
    assert any("(+me@b.example)" in agent for agent in agents)
    assert all(agent.startswith("topterms/") for agent in agents)


def test_of_a_changed_post_one_body_is_fetched_and_links_of_unchanged_pages_are_still_followed(lake: Lake) -> None:
    site_pages = {"/": page("Home", "/list"), "/list": page("List", "/a", "/b"), "/a": page("A"), "/b": page("B")}
    with serving(site_pages) as site:
        crawl(lake, [site.source()], day=DAY)
        site.pages["/b"] = page("B, revised")
        site.forget()
        report = counts(crawl(lake, [site.source()], day=NEXT_DAY))
        bodies = {path for path in site.bodies if path != "/robots.txt"}
    assert bodies == {"/b"}
    assert (report["pages fetched"], report["pages stored"]) == (1, 1)
    assert paths(lake) == ["/", "/a", "/b", "/b", "/list"]
    assert [p.body for p in pages(lake)][-1] == page("B, revised").body


def test_a_page_is_kept_as_it_was_fetched(lake: Lake) -> None:
    """Unpacked, with its address, time, source, status and headers, and without cookies."""
    body = bytes(page("A").body)
    answer = Answer(gzip.compress(body), headers={"Content-Encoding": "gzip", "X-One": "1", "Set-Cookie": "id=7"})
    with serving({"/": answer}) as site:
        crawl(lake, [site.source(name="my-blog")], day=DAY)
        (kept,) = pages(lake)
        assert kept.url == site.url + "/"
    assert (kept.body, kept.source, kept.status) == (body, "my-blog", 200)
    assert dict(kept.headers)["x-one"] == "1"
    assert "set-cookie" not in dict(kept.headers)
    assert kept.fetched_at.tzinfo is not None
    (file,) = lake.files(Dataset.PAGES)
    assert file.name.startswith("my-blog-")
    assert file.name.endswith(".warc.gz")


def test_a_redirect_within_the_site_leads_to_one_page(lake: Lake) -> None:
    moved = Answer(status=301, headers={"Location": "/new"})
    with serving(
        {"/": page("Home", "/old", "/older", "/new"), "/old": moved, "/older": moved, "/new": page("New")}
    ) as site:
        crawl(lake, [site.source()], day=DAY)
        assert site.asked["/new"] == 1
    assert paths(lake) == ["/", "/new"]


def test_allow_deny_depth_and_budget_bound_a_crawl(lake: Lake) -> None:
    def chain(path: str) -> Answer:
        number = int(path.removeprefix("/n/") or 0)
        return page(f"Number {number}", f"/n/{number + 1}", "/other", "/n/deny-me")

    with serving({"/n/": chain}) as site:
        deep = site.source(start="/n/", name="deep", depth=3, allow=("/n/",), deny=("deny",))
        costly = site.source(start="/n/", name="costly", max_pages=5, allow=(r"/n/\d+$",))
        report = crawl(lake, [deep, costly], day=DAY)
    assert paths(lake) == sorted(["/n/", "/n/1", "/n/2", "/n/3", "/n/", "/n/1", "/n/2", "/n/3", "/n/4"])
    assert any("max_pages" in note and note.startswith("costly:") for note in report.notes)


def feed(base: str) -> bytes:
    return f"""<?xml version="1.0"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"
        xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>F</title>
        <atom:link rel="next" href="{base}/feed/2"/>
        <item><title>One &amp; only</title><link>{base}/one?utm_source=rss</link><dc:creator>Ada</dc:creator>
        <pubDate>Tue, 05 Mar 2024 09:00:00 +0100</pubDate></item>
        <item><title>Elsewhere</title><link>https://else.example/x</link></item></channel></rss>""".encode()


def test_the_entries_of_a_feed_are_fetched_with_what_the_feed_says_of_them(lake: Lake) -> None:
    """Over all pages of the feed, again from what is remembered when the feed did not change, and only on its site."""
    with serving({"/one": page("One", "/two"), "/two": page("Two"), "/three": page("Three")}) as site:
        site.pages["/feed"] = Answer(feed(site.url), content_type="application/rss+xml")
        second = feed(site.url).replace(b"/one?utm_source=rss", b"/three").replace(b"/feed/2", b"/feed")
        site.pages["/feed/2"] = Answer(second, content_type="application/rss+xml")
        source = site.source(SourceKind.FEED, "/feed")
        crawl(lake, [source], day=DAY)
        site.forget()
        again = counts(crawl(lake, [source], day=NEXT_DAY))
        assert set(site.bodies) == {"/robots.txt"}
    assert paths(lake) == ["/one", "/three"]
    assert again["pages unchanged"] == 4
    entries = {a.page.url: a.entry for path in lake.files(Dataset.PAGES) for a in read_pages(path)}
    assert entries[f"{site.url}/one"] == Entry("One & only", "Ada", "2024-03-05T08:00:00+00:00")


def test_allow_is_for_pages_and_not_for_the_sitemaps_that_lead_to_them(lake: Lake) -> None:
    def urlset(path: str, kind: str) -> Answer:
        places = f"<{kind}><loc>{site.url}{path}</loc></{kind}><{kind}><loc>{site.url}/shop/1</loc></{kind}>"
        body = f'<s xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{places}</s>'
        return Answer(body.encode(), content_type="application/xml")

    with serving({"/reviews/1": page("One"), "/shop/1": page("Shop")}) as site:
        site.pages["/sitemap.xml"] = urlset("/sitemap-posts.xml", "sitemap")
        site.pages["/sitemap-posts.xml"] = urlset("/reviews/1", "url")
        crawl(lake, [site.source(SourceKind.SITEMAP, "/sitemap.xml", allow=("/reviews/",))], day=DAY)
    assert paths(lake) == ["/reviews/1"]


def test_dated_lists_of_a_blog_lead_to_its_posts_and_are_no_documents(lake: Lake) -> None:
    """/2019/, /2019/05/ and their pages; only posts are made documents."""
    posts = {f"/2019/05/{n}/post-{n}/": page(f"Post {n}", text=text_about(n) * 2) for n in (1, 2, 3)}
    one, two, three = posts
    lists = {"/": ("/2019/",), "/2019/": ("/2019/05/",), "/2019/05/": (one, two, "/2019/05/page/2/")}
    lists["/2019/05/page/2/"] = (three,)
    with serving({**{path: page("Archive", *links) for path, links in lists.items()}, **posts}) as site:
        crawl(lake, [site.source(allow=(r"/20\d\d/",))], day=DAY)
        parse(lake)
        assert sorted(d.url.removeprefix(site.url) for d in documents(lake)) == [one, two, three]


def test_a_sitemap_is_read_through_robots_txt_its_index_and_packed_parts(lake: Lake) -> None:
    def urlset(*urls: str, kind: str = "url") -> bytes:
        inner = "".join(f"<{kind}><loc>{url}</loc><lastmod>2024-01-01</lastmod></{kind}>" for url in urls)
        return f'<?xml version="1.0"?><s xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{inner}</s>'.encode()

    with serving({"/a": page("A", "/unlisted"), "/b": page("B"), "/unlisted": page("Unlisted")}) as site:
        index = urlset(f"{site.url}/part.xml.gz", f"{site.url}/part2.xml", kind="sitemap")
        site.pages["/robots.txt"] = Answer(f"Sitemap: {site.url}/index.xml".encode(), content_type="text/plain")
        site.pages["/index.xml"] = Answer(index, content_type="application/xml")
        packed = gzip.compress(urlset(f"{site.url}/a"))
        site.pages["/part.xml.gz"] = Answer(packed, content_type="application/gzip")
        site.pages["/part2.xml"] = Answer(urlset(f"{site.url}/b", "https://else.example/c"), content_type="text/xml")
        report = counts(crawl(lake, [site.source(SourceKind.SITEMAP, "/robots.txt")], day=DAY))
    assert paths(lake) == ["/a", "/b"]
    assert report["requests failed"] == 0


def test_archives_are_taken_over_once(lake: Lake, tmp_path: Path) -> None:
    """Pages of the wanted hosts come out as they went in; the same file again brings nothing; a broken one is told."""
    with serving(blog()) as site:
        crawl(lake, [site.source()], day=DAY)
    (file,) = lake.files(Dataset.PAGES)
    other = Lake(tmp_path / "other", create=True)
    (tmp_path / "broken.warc.gz").write_bytes(b"rubbish" * 100)
    source = Source("archive", SourceKind.WARC, (str(file),), hosts=("127.0.0.1",), deny=("/page/",))
    wrong = Source("wrong", SourceKind.WARC, (str(tmp_path / "broken.warc.gz"), str(tmp_path / "none*.gz")))
    first = crawl(other, [source, wrong], day=DAY)
    again = counts(crawl(other, [source], day=NEXT_DAY))
    taken = [p for p in pages(other) if p.source != "wrong"]
    assert [(p.url, p.body, p.fetched_at, p.source) for p in taken] == [
        (p.url, p.body, p.fetched_at, "archive") for p in pages(lake) if "/page/" not in p.url
    ]
    assert again["pages stored"] == 0
    assert any("broken archive" in note for note in first.notes)
    assert any("no such file" in note for note in first.notes)


def test_a_failing_source_is_told_and_stops_no_other(lake: Lake) -> None:
    """A dead port, a name that does not exist, a site in trouble, and one that opted out, beside a good one."""
    with serving({"/": Answer(b"oops", 500)}) as ill, serving({"/": page("Well")}) as well:
        sources = [
            Source("dead", SourceKind.BLOG, ("http://127.0.0.1:1/",), delay=0, allow_private=True),
            Source("nameless", SourceKind.BLOG, ("http://no-such-host.invalid/",), delay=0),
            ill.source(name="ill"),
            well.source(name="out", opt_out=True),
            well.source(name="well"),
        ]
        report = crawl(lake, sources, day=DAY)
        assert well.asked["/"] == 1
    assert paths(lake) == ["/"]
    found = counts(report)
    assert (found["sources crawled"], found["sources failed"], found["sources opted out"]) == (4, 3, 1)
    notes = "\n".join(report.notes)
    assert "dead: " in notes
    assert "connection refused" in notes
    assert "nameless: " in notes
    assert "host not found" in notes
    assert "ill: " in notes
    assert "answered 500" in notes


def test_a_start_that_leads_nowhere_is_told_once_with_where_it_led(lake: Lake) -> None:
    """A site that moved to a page that fails, and one that moved to a host that its source does not name."""
    with serving({"/": Answer(status=302, headers={"Location": "/new"}), "/new": Answer(b"oops", 400)}) as ill:
        moved = {"/": Answer(status=301, headers={"Location": "http://elsewhere.example/"})}
        with serving(moved) as away:
            report = crawl(lake, [ill.source(name="ill"), away.source(name="away")], day=DAY)
    assert counts(report)["sources failed"] == 2
    away_note, ill_note = report.notes
    assert ill_note == f"ill: 1 × answered 400, such as {ill.url}/new"
    assert away_note.startswith("away: 1 × redirected to a host")
    assert away_note.endswith("such as http://elsewhere.example/")


def test_a_site_whose_robots_txt_fails_is_left_alone(lake: Lake) -> None:
    with serving({"/robots.txt": Answer(b"", 503), "/": page("Home")}) as site:
        report = crawl(lake, [site.source()], day=DAY)
        assert site.asked["/"] == 0
    assert counts(report)["sources failed"] == 1
    assert any("robots.txt answered 503: the site is left alone" in note for note in report.notes)


def test_two_crawls_of_one_lake_do_not_run_at_once(lake: Lake) -> None:
    state = CrawlState(lake.crawl_state)
    try:
        with serving({"/": page("Home")}) as site, pytest.raises(LakeError, match="no other crawl"):
            crawl(lake, [site.source()], day=DAY)
        assert site.asked == {}
    finally:
        state.close()


def test_a_broken_crawl_state_is_told(lake: Lake) -> None:
    lake.crawl_state.write_bytes(b"this is no database, " * 100)
    with serving({"/": page("Home")}) as site, pytest.raises(LakeError, match="remove it"):
        crawl(lake, [site.source()], day=DAY)


def test_no_sources_make_an_empty_report(lake: Lake) -> None:
    assert counts(crawl(lake, [], day=DAY))["sources crawled"] == 0
