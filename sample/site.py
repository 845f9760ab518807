"""Renders the blog into a folder, as a small site would look on the web.

The site lives at the root of its base URL. The same sources and base URL give the same bytes.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt

from sample.source import HERE, Author, Post, read_authors, read_labels, read_names, read_posts

PAGE_SIZE = 10
FEED_SIZE = 20
SIDEBAR_SIZE = 5
BROKEN_SHARE = 0.6
"""How much of a broken page is served: enough to lose the end of the text, the footer and every closing tag."""
ROBOTS = "User-agent: *\nDisallow: /private/\n\nSitemap: {base_url}/sitemap.xml\n"


@dataclass(frozen=True, slots=True)
class Blog:
    """All that the pages are made of."""

    base_url: str
    posts: Sequence[Post]
    authors: Sequence[Author]
    labels: dict[str, str]
    names: dict[str, str]

    @property
    def artists(self) -> list[str]:
        """Ids of the artists that have a page of their own, in the order of their labels."""
        return sorted({artist for post in self.posts for artist in post.artists}, key=lambda key: self.labels[key])

    @property
    def recent(self) -> Sequence[Post]:
        """What every sidebar links to."""
        return self.posts[:SIDEBAR_SIZE]


def build(target: Path, base_url: str) -> None:
    """Render the whole site into a folder, which is made if need be.

    Args:
        target: The folder; files of the same name are overwritten.
        base_url: Scheme, host and port without a final slash, for canonical links, feed and sitemap.
    """
    blog = Blog(base_url.rstrip("/"), read_posts(), list(read_authors().values()), read_labels(), read_names())
    environment = _environment(blog)
    for path, template, values in _pages(blog):
        text = environment.get_template(template).render(path=path, **values)
        _write(target, path, text)
    _write(target, "/robots.txt", ROBOTS.format(base_url=blog.base_url))
    _write(target, "/style.css", (HERE / "templates" / "style.css").read_text(encoding="utf-8"))
    for post in blog.posts:
        if post.broken:
            _break(target / post.path.strip("/") / "index.html")


def artist_path(artist: str) -> str:
    """Return the path of an artist's page, from the id of the artist."""
    return f"/artists/{artist.removeprefix('artist:')}/"


def author_path(author: Author) -> str:
    """Return the path of an author's page."""
    return f"/authors/{author.id}/"


def _pages(blog: Blog) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield path, template and values of every page."""
    yield from _listings(blog)
    for post, newer, older in zip(blog.posts, (None, *blog.posts), (*blog.posts[1:], None), strict=False):
        yield post.path, "post.html", {"post": post, "newer": newer, "older": older}
    for artist in blog.artists:
        posts = [post for post in blog.posts if artist in post.artists]
        yield artist_path(artist), "artist.html", {"artist": artist, "posts": posts}
    for author in blog.authors:
        posts = [post for post in blog.posts if post.author == author]
        yield author_path(author), "author.html", {"author": author, "posts": posts}
    for path, template in {"/artists/": "artists.html", "/about/": "about.html", "/private/desk/": "desk.html"}.items():
        yield path, template, {}
    yield "/feed.xml", "feed.xml.j2", {"posts": [post for post in blog.posts if post.published][:FEED_SIZE]}
    yield "/sitemap.xml", "sitemap.xml.j2", {}


def _listings(blog: Blog) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the front page and its continuations, `PAGE_SIZE` posts each."""
    last = -(-len(blog.posts) // PAGE_SIZE)
    for page in range(1, last + 1):
        posts = blog.posts[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
        yield _listing_path(page), "listing.html", {"posts": posts, "page": page, "last": last}


def _listing_path(page: int) -> str:
    return "/" if page == 1 else f"/page/{page}/"


def _environment(blog: Blog) -> Environment:
    """Return the templates with what all of them use."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    paths = {post.slug: post.path for post in blog.posts}
    markdown = MarkdownIt()

    def rendered(body: str) -> str:
        linked = re.sub(r"\(post:([a-z0-9-]+)\)", lambda match: f"({paths[match[1]]})", body)
        return str(markdown.render(linked))

    environment.filters |= {
        "markdown": rendered,
        "artist_path": artist_path,
        "author_path": author_path,
        "listing_path": _listing_path,
        "in_words": lambda day: f"{day.day} {day:%B %Y}",
        "rfc822": _rfc822,
    }
    environment.globals |= {"blog": blog}
    return environment


def _rfc822(day: date) -> str:
    """Return nine o'clock UTC of a day as feeds write it."""
    return format_datetime(datetime.combine(day, time(9), UTC), usegmt=True)


def _write(target: Path, path: str, text: str) -> None:
    """Write a page where a web server looks for it."""
    file = target / path.strip("/") / "index.html" if path.endswith("/") else target / path.strip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode())


def _break(file: Path) -> None:
    """Damage a page as a failed upload does: unclosed tags, a stray byte, the end missing in the middle of a tag."""
    body = file.read_bytes()
    kept = body[: int(len(body) * BROKEN_SHARE)].replace(b"</p>", b"", 1)
    file.write_bytes(kept + b'\xff <p><a href="/2020/')
