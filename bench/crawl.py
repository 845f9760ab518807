"""Pages a second of the crawl against plain Scrapy with the same settings, on the same site, in one run.

Plain Scrapy comes twice: a spider that finds its way as ours does, by the links of the pages, and keeps nothing; and
one that is given all addresses and looks at no page. Measured between the first and the last request that reach the
site, so that the start of a process does not count.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import monotonic

from crawler.crawl import crawl
from crawler.sources import Source, SourceKind
from records.lake import Lake
from sample.site import build

_PAGES = 300
_DELAYS = (0.0, 0.05)
"""Seconds between requests: none, which shows what we cost, and some, less than is polite, which shows what matters."""

_FOLLOWS, _LOOKS_AT_NOTHING = "Scrapy, follows links", "Scrapy, empty callback"
_SPIDERS = {
    _FOLLOWS: """
    start_urls = [f"{sys.argv[1]}/0"]
    links = LinkExtractor(allow=r"/\\d+$")
    def parse(self, response):
        for link in self.links.extract_links(response):
            yield response.follow(link)
""",
    _LOOKS_AT_NOTHING: """
    start_urls = [f"{sys.argv[1]}/{n}" for n in range(int(sys.argv[2]))]
    def parse(self, response): pass
""",
}
_PROGRAM = """
import sys
from scrapy.crawler import CrawlerProcess
from scrapy import Spider
from scrapy.linkextractors import LinkExtractor
class Plain(Spider):
    name = "plain"
%s
process = CrawlerProcess({
    "ROBOTSTXT_OBEY": True, "CONCURRENT_REQUESTS": 1, "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "AUTOTHROTTLE_ENABLED": True, "AUTOTHROTTLE_START_DELAY": float(sys.argv[3]), "DOWNLOAD_DELAY": float(sys.argv[3]),
    "LOG_ENABLED": False, "TELNETCONSOLE_ENABLED": False, "COOKIES_ENABLED": False})
process.crawl(Plain)
process.start()
"""


def measure() -> list[tuple[str, str, float, str]]:
    """Return (what, variant, value, unit) for every crawler at each delay."""
    rows = []
    for delay in _DELAYS:
        what = f"crawl, {delay} s between requests"
        with _site() as (url, times):
            _crawl_ours(url, delay)
            rows.append((what, "topterms", _rate(times), "pages/s"))
        for peer in _SPIDERS:
            with _site() as (url, times):
                _crawl_plain(peer, url, delay)
                rows.append((what, peer, _rate(times), "pages/s"))
    return rows


def _rate(times: list[float]) -> float:
    return (len(times) - 1) / (times[-1] - times[0])


def _crawl_plain(peer: str, url: str, delay: float) -> None:
    subprocess.run([sys.executable, "-c", _PROGRAM % _SPIDERS[peer], url, str(_PAGES), str(delay)], check=True)


def _crawl_ours(url: str, delay: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(Path(folder) / "lake", create=True)
        source = Source("bench", SourceKind.BLOG, (f"{url}/0",), allow=(r"/\d+$",), delay=delay, allow_private=True)
        crawl(lake, [source], day=date(2026, 11, 21))


@contextmanager
def _site() -> Iterator[tuple[str, list[float]]]:
    """Serve pages of the sample blog under numbers, each linking to some others; give the times of requests."""
    times: list[float] = []
    bodies = _bodies()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            number = self.path.strip("/")
            if number.isdecimal():
                times.append(monotonic())
            body = bodies[int(number)] if number.isdecimal() else b""
            self.send_response(200 if number.isdecimal() else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", times
        server.shutdown()


def _bodies() -> list[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder), "http://sample.invalid")
        posts = [path.read_bytes() for path in sorted(Path(folder).glob("20*/*/*/index.html"))]
    links = [f"<a href='/{(10 * n + k) % _PAGES}'>next</a>" for n in range(_PAGES) for k in range(10)]
    return [
        posts[n % len(posts)].replace(b"<body>", f"<body>{''.join(links[10 * n : 10 * n + 10])}".encode())
        for n in range(_PAGES)
    ]
