"""A real blog replayed over HTTP: its dated posts are served as of one day after the other and crawled every day.

    git clone --bare https://github.com/ubikorp/lacking.org lacking.git
    python -m bench.lacking --repository lacking.git --catalog catalog.csv --days 40

Every publishing day goes through the crawl of the feed, parse, count and weigh. At the end the documents are compared
with those of one crawl of the sitemap, the vectors with those of a build from scratch.
"""

import argparse
import hashlib
import io
import re
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from threading import Thread
from time import perf_counter

from markdown_it import MarkdownIt

from bench.daily import copy_day, empty_copy, largest_difference
from crawler.crawl import crawl
from crawler.parse import parse
from crawler.sources import Source, SourceKind
from nlp.catalog import import_catalog
from nlp.count import count
from nlp.settings import CountSettings, WeighSettings
from nlp.weigh import weigh
from records.lake import Dataset, Lake, read_table
from records.schemas import DOCUMENTS
from records.snapshot import read_snapshot

_PAGE = 10
"""Posts of the feed and of each page of the list."""
_FILE = re.compile(r"_posts/(?P<folder>\w+)/(?P<day>\d{4}-\d\d-\d\d)-(?P<slug>[^/]+)\.md")
_TITLE = re.compile(r"""^title: *(?:'(?P<single>.*)'|"(?P<double>.*)"|(?P<plain>.*))$""", re.MULTILINE)
_MARKDOWN = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True, slots=True)
class Post:
    """A post of the blog."""

    day: date
    path: str
    title: str
    body: str
    """HTML."""

    @property
    def html(self) -> str:
        """The page."""
        return (
            f"<!DOCTYPE html><html><head><title>{escape(self.title)}</title></head><body><article>"
            f"<h1>{escape(self.title)}</h1><time datetime='{self.day}'>{self.day}</time>{self.body}</article>"
            "</body></html>"
        )


@dataclass
class Blog:
    """The blog as it stands on a day, and what was asked of it."""

    posts: Sequence[Post]
    """Oldest first."""
    day: date
    url: str = ""
    bodies: Counter[str] = field(default_factory=Counter)
    """How often the body of each path was sent."""

    def answer(self, path: str) -> tuple[str, str] | None:
        """Return the type and the body of a path, None if there is none on that day."""
        posts = [post for post in reversed(self.posts) if post.day <= self.day]
        if path == "/feed.xml":
            return "application/atom+xml", self._feed(posts[:_PAGE])
        if path == "/sitemap.xml":
            places = "".join(f"<url><loc>{self.url}{post.path}</loc></url>" for post in posts)
            return "application/xml", f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{places}</urlset>"
        if found := re.fullmatch(r"/(?:page/(\d+)/)?", path):
            return "text/html", _listing(posts, int(found[1] or 1))
        return next((("text/html", post.html) for post in posts if post.path == path), None)

    def _feed(self, posts: Sequence[Post]) -> str:
        entries = "".join(
            f"<entry><id>{self.url}{post.path}</id><title>{escape(post.title)}</title>"
            f"<link href='{self.url}{post.path}'/>"
            f"<published>{post.day}T12:00:00Z</published><updated>{post.day}T12:00:00Z</updated></entry>"
            for post in posts
        )
        return f"<feed xmlns='http://www.w3.org/2005/Atom'><id>{self.url}/</id><title>Blog</title>{entries}</feed>"


def _listing(posts: Sequence[Post], number: int) -> str:
    links = "".join(f"<h2><a href='{p.path}'>{escape(p.title)}</a></h2>" for p in posts[_PAGE * (number - 1) :][:_PAGE])
    older = f"<a rel='next' href='/page/{number + 1}/'>Older</a>" if len(posts) > _PAGE * number else ""
    return f"<!DOCTYPE html><html><head><title>Blog</title></head><body>{links}{older}</body></html>"


def read_posts(repository: Path) -> list[Post]:
    """Return the posts of the blog's git repository, oldest first."""
    posts = [_post(name, text) for name, text in read_files(repository) if _FILE.fullmatch(name)]
    return sorted(posts, key=lambda post: (post.day, post.path))


def read_files(repository: Path) -> Iterator[tuple[str, str]]:
    """Yield path and text of the Markdown files below `_posts` of a blog's git repository, bare or not."""
    command = ["git", "-C", str(repository), "archive", "HEAD", "_posts"]
    packed = subprocess.run(command, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for member in archive.getmembers():
            if member.name.endswith((".md", ".markdown")) and (file := archive.extractfile(member)):
                yield member.name, file.read().decode()


def _post(name: str, text: str) -> Post:
    match = _FILE.fullmatch(name)
    _, front, body = text.split("---\n", 2)
    title = _TITLE.search(front)
    if match is None or title is None:
        raise ValueError(f"{name} is no dated post with a title")
    day = date.fromisoformat(match["day"])
    shown = next(part for part in title.groups() if part is not None).replace("''", "'")
    return Post(day, f"/{match['folder']}/{day:%Y/%m/%d}/{match['slug']}/", shown, _MARKDOWN.render(body))


@contextmanager
def serving(posts: Sequence[Post]) -> Iterator[Blog]:
    """Serve the blog on a free port of 127.0.0.1, with an ETag on everything; its `day` may be changed meanwhile."""
    blog = Blog(posts, posts[0].day)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            kind, text = blog.answer(self.path) or ("text/plain", "")
            body = text.encode()
            etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            is_known = bool(text) and self.headers.get("If-None-Match") == etag
            self.send_response(304 if is_known else 200 if text else 404)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("ETag", etag)
            self.send_header("Content-Length", "0" if is_known else str(len(body)))
            self.end_headers()
            if not is_known:
                blog.bodies[self.path] += 1
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        blog.url = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield blog
        finally:
            server.shutdown()


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay showed."""

    days: int
    posts: int
    seconds: tuple[float, ...]
    """Of each day, all stages together."""
    fetched_again: int
    """Bodies of posts that were sent more than once."""
    documents: int
    different_documents: int
    """Documents that only one of the two has: the replay, and one crawl at the end."""
    gap: float
    """Largest difference of a weight, frequency, norm or latent vector from a build from scratch."""


def replay(posts: Sequence[Post], catalog: Path, days: int, folder: Path) -> Replayed:
    """Crawl the blog on each of its first publishing days, then compare with what one crawl at the end gives.

    Args:
        posts: oldest first.
        catalog: whom to look for.
        days: how many publishing days are replayed.
        folder: for the lakes; empty.
    """
    chosen = sorted({post.day for post in posts})[:days]
    lake = Lake(folder / "daily", create=True)
    import_catalog(lake, catalog)
    with serving(posts) as blog:
        seconds = tuple(_day(lake, blog, day) for day in chosen)
        again = sum(number - 1 for path, number in blog.bodies.items() if re.search(r"/\d{4}/", path))
        whole = Lake(folder / "whole", create=True)
        crawl(whole, [_source(blog, SourceKind.SITEMAP, "/sitemap.xml")], day=chosen[-1])
        parse(whole)
    mine, theirs = _documents(lake), _documents(whole)
    scratch = empty_copy(lake, folder / "scratch")
    for day in lake.days(Dataset.DOCUMENTS):
        copy_day(lake, scratch, day)
    weigh(scratch, day=chosen[-1], settings=WeighSettings())
    different = ((mine - theirs) + (theirs - mine)).total()
    gap = largest_difference(read_snapshot(lake), read_snapshot(scratch))
    published = sum(post.day <= chosen[-1] for post in posts)
    return Replayed(len(chosen), published, seconds, again, mine.total(), different, gap)


def _day(lake: Lake, blog: Blog, day: date) -> float:
    began = perf_counter()
    blog.day = day
    crawl(lake, [_source(blog, SourceKind.FEED, "/feed.xml")], day=day)
    parse(lake)
    count(lake, settings=CountSettings())
    weigh(lake, day=day, settings=WeighSettings())
    print(f"{day}: {perf_counter() - began:.1f} s", file=sys.stderr, flush=True)
    return perf_counter() - began


def _source(blog: Blog, kind: SourceKind, path: str) -> Source:
    return Source("lacking", kind, (blog.url + path,), delay=0, allow_private=True)


def _documents(lake: Lake) -> Counter[str]:
    """Return all documents but for when they were fetched and which they repeat, which depends on the order."""
    names = [name for name in DOCUMENTS.names if name not in ("fetched_at", "duplicate_of")]
    tables = [read_table(path, DOCUMENTS).select(names) for path in lake.files(Dataset.DOCUMENTS)]
    return Counter(str(row) for table in tables for row in table.to_pylist())


def main() -> None:
    """Run the benchmark as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repository", type=Path, required=True, help="the blog's git repository, bare or not")
    parser.add_argument("--catalog", type=Path, required=True, help="artists to look for")
    parser.add_argument("--days", type=int, default=40, help="publishing days to replay (40)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = replay(read_posts(given.repository), given.catalog, given.days, Path(folder))
    print(f"{found.days} publishing days, {found.posts} posts, {found.documents} documents over HTTP")
    print(f"a day: {median(found.seconds):.1f} s (median), all of them {sum(found.seconds):.0f} s")
    print(f"bodies of posts fetched again: {found.fetched_again}")
    print(f"documents other than those of one crawl at the end: {found.different_documents}")
    print(f"largest difference of a weight from a build from scratch: {found.gap:.3g}")


if __name__ == "__main__":
    main()
