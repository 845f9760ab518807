"""A site that means harm: nothing is reached that should not be, nothing grows without bound, good pages come home."""

import gzip
import socket
import socketserver
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from crawler.crawl import crawl
from crawler.sources import Source, SourceKind
from records.lake import Lake
from records.types import StageReport
from tests.crawler.reading import counts, paths
from tests.crawler.web import Answer, Pages, page, serving

DAY = date(2026, 11, 21)
MEGABYTE = 1_000_000


@pytest.fixture
def inner() -> Iterator[tuple[str, list[str]]]:
    """Give a service that must not be reached, and the list of what reached it."""
    reached: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            reached.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}", reached
        server.shutdown()


class Endless:
    """A body that does not end."""

    def __init__(self, piece: bytes, pause: float = 0.0) -> None:
        self._piece = piece
        self._pause = pause

    def __iter__(self) -> Iterator[bytes]:
        while True:
            yield self._piece
            time.sleep(self._pause)  # the site is slow, not the test


def notes(report: StageReport) -> str:
    return "\n".join(report.notes)


def test_redirects_and_names_that_lead_inside_are_refused_before_a_connection(
    lake: Lake, inner: tuple[str, list[str]]
) -> None:
    """Another port of the same host, names and spellings of loopback, link-local: all refused, none reached."""
    address, reached = inner
    port = address.split(":")[1]
    inside = [
        f"http://{host}:{port}/x" for host in ("127.0.0.1", "localhost", "127.1", "0x7f000001", "[::ffff:127.0.0.1]")
    ]
    inside.append("http://169.254.169.254/latest/meta-data/")
    pages: Pages = {f"/r{i}": Answer(status=302, headers={"Location": url}) for i, url in enumerate(inside)}
    pages["/"] = page("Home", *pages, *inside, "/good")
    pages["/good"] = page("Good")
    hosts = ("localhost", "127.1", "0x7f000001", "169.254.169.254", "::ffff:127.0.0.1", "::ffff:7f00:1")
    with serving(pages) as site:
        report = crawl(lake, [site.source(hosts=hosts)], day=DAY)
        assert all(site.asked[f"/r{i}"] for i in range(len(inside)))
    assert reached == []
    assert paths(lake) == ["/", "/good"]
    assert "is not a public address" in notes(report)


def test_a_private_site_is_not_crawled_unless_its_source_says_so(lake: Lake) -> None:
    with serving({"/": page("Home")}) as site:
        open_source = Source("open", SourceKind.BLOG, (site.url + "/",), delay=0)
        by_name = Source("name", SourceKind.BLOG, (site.url.replace("127.0.0.1", "localhost") + "/",), delay=0)
        report = crawl(lake, [open_source, by_name], day=DAY)
        assert site.asked == {}
    assert counts(report)["sources failed"] == 2
    assert notes(report).count("127.0.0.1 is not a public address") == 2


def test_what_one_source_may_reach_another_of_the_same_site_may_not(lake: Lake) -> None:
    with serving({"/": page("Home"), "/other": page("Other")}) as site:
        other = Source("other", SourceKind.BLOG, (site.url + "/other",), delay=0)
        report = crawl(lake, [site.source(), other], day=DAY)
        assert site.asked["/other"] == 0
    assert paths(lake) == ["/"]
    assert "other: 1 × 127.0.0.1 is not a public address" in notes(report)


def test_what_is_larger_than_the_source_allows_is_dropped_packed_or_not(lake: Lake) -> None:
    """A body of 2 GB that is announced, one that never ends, and a gzip bomb, while memory stays bounded."""
    endless = Endless(b"<p>more</p>" * 10_000)
    bomb = gzip.compress(gzip.compress(b"\0" * 300 * MEGABYTE))
    site_pages: Pages = {
        "/": page("Home", "/huge", "/endless", "/bomb", "/good"),
        "/huge": Answer(endless, headers={"Content-Length": str(2 * 1024**3)}),
        "/endless": Answer(endless),
        "/bomb": Answer(bomb, headers={"Content-Encoding": "gzip, gzip"}),
        "/good": page("Good"),
    }
    with serving(site_pages) as site:
        report = crawl(lake, [site.source(max_size=MEGABYTE)], day=DAY)
    assert paths(lake) == ["/", "/good"]
    assert counts(report)["requests failed"] == 3
    assert "larger than max_size" in notes(report)
    assert "larger than max_size when unpacked" in notes(report)


@contextmanager
def raw(say: Callable[[socket.socket], None]) -> Iterator[str]:
    """Serve whatever is said on a connection, on loopback, after the request was read."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            asked = self.request.recv(65536)
            with suppress(OSError):
                if b"/robots.txt" in asked:
                    self.request.sendall(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                else:
                    say(self.request)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def test_a_page_that_drips_is_given_up_and_the_next_one_is_fetched(lake: Lake) -> None:
    drip = Endless(b"x", pause=0.05)
    site_pages: Pages = {"/": page("Home", "/drip", "/good"), "/drip": Answer(drip), "/good": page("Good")}
    with serving(site_pages) as site:
        report = crawl(lake, [site.source(timeout=1.0)], day=DAY)
    assert paths(lake) == ["/", "/good"]
    assert "took longer than timeout" in notes(report)


def test_a_robots_txt_that_drips_forbids_all(lake: Lake) -> None:
    with serving({"/robots.txt": Answer(Endless(b"#", pause=0.05)), "/": page("Home")}) as site:
        report = crawl(lake, [site.source(timeout=1.0)], day=DAY)
        assert site.asked["/"] == 0
    assert counts(report)["sources failed"] == 1
    assert "robots.txt cannot be had (DownloadTimeoutError): the site is left alone" in notes(report)


def test_headers_that_never_end_broken_chunks_and_noise_end_the_request_and_not_the_crawl(lake: Lake) -> None:
    sent: list[int] = []

    def headers(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"X-Filler: " + b"y" * 1000 + b"\r\n")
            sent.append(1000)

    def chunks(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnot a number\r\n<html>")

    def noise(connection: socket.socket) -> None:
        connection.sendall(b"\x1b[2J\x00 no protocol at all\r\n\r\n")

    with ExitStack() as servers:
        urls = {f"far-{say.__name__}": servers.enter_context(raw(say)) for say in (headers, chunks, noise)}
        sources = [Source(n, SourceKind.BLOG, (u,), delay=0, timeout=20, allow_private=True) for n, u in urls.items()]
        good = servers.enter_context(serving({"/": page("Good")}))
        report = crawl(lake, [*sources, good.source()], day=DAY)
    assert paths(lake) == ["/"]
    assert counts(report)["sources failed"] == 3
    assert sum(sent) < 60 * MEGABYTE, "three attempts, each ended at some hundred kilobytes and what the sockets hold"
    assert notes(report).isprintable() or all(line.isprintable() for line in report.notes)


def test_an_endless_calendar_session_ids_and_ten_thousand_links_cost_the_budget_and_hide_nothing(lake: Lake) -> None:
    """The pages near the start are fetched first, the crawl ends within its budget, and no session makes a page new."""

    def calendar(path: str) -> Answer:
        day = int(path.rsplit("/", 1)[1])
        return page(f"Day {day}", f"/calendar/{day + 1}", f"/calendar/{day - 1}", f"/good?sid={day}")

    site_pages: Pages = {
        "/": page("Home", "/calendar/0", "/links", "/good?PHPSESSID=1", "/list"),
        "/calendar/": calendar,
        "/links": page("Links", *(f"/trap/{i}" for i in range(10_000))),
        "/trap/": lambda path: page("Trap", f"{path}/deeper", f"{path}/and/deeper"),
        "/list": page("List", "/good2"),
        "/good": page("Good"),
        "/good2": page("Good, too"),
    }
    with serving(site_pages) as site:
        report = crawl(lake, [site.source(max_pages=60)], day=DAY)
        assert sum(site.asked.values()) <= 61, "the budget and robots.txt"
        assert max(site.asked.values()) == 1
    assert {"/", "/good", "/good2", "/list", "/links"} <= set(paths(lake))
    assert "budget" in notes(report)


def test_redirects_in_a_circle_end(lake: Lake) -> None:
    def circle(path: str) -> Answer:
        return Answer(status=302, headers={"Location": f"{path}x"})

    with serving({"/": page("Home", "/turn"), "/turn": circle}) as site:
        crawl(lake, [site.source()], day=DAY)
        assert sum(site.asked.values()) <= 8
    assert paths(lake) == ["/"]
