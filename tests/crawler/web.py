"""A site on loopback that answers as it is told and remembers who asked for what."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from crawler.sources import Source, SourceKind

PARAGRAPH = (
    "The guitars arrive like weather, a slow front of grey and gold, and the singer stays just behind it, half asleep. "
    "Nothing here is in a hurry, and yet the record is over before you have noticed that it was holding its breath. "
)


@dataclass
class Answer:
    """What to answer; a body that is no bytes is sent piece by piece."""

    body: bytes | Iterable[bytes] = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "text/html; charset=utf-8"
    has_validators: bool = True


Pages = dict[str, Answer | Callable[[str], Answer | None]]


@dataclass
class Site:
    """A running site: `pages` by path (or a function for a path's beginning), and what was asked of it."""

    pages: Pages
    url: str = ""
    asked: Counter[str] = field(default_factory=Counter)
    bodies: Counter[str] = field(default_factory=Counter)
    agents: set[str] = field(default_factory=set)

    def find(self, path: str) -> Answer | None:
        """Return the answer to a path; the longest beginning that has a function is asked otherwise."""
        found = self.pages.get(path)
        if isinstance(found, Answer):
            return found
        for prefix in sorted(self.pages, key=len, reverse=True):
            make = self.pages[prefix]
            if not isinstance(make, Answer) and path.startswith(prefix):
                return make(path)
        return None

    def forget(self) -> None:
        """Forget what was asked so far."""
        self.asked.clear()
        self.bodies.clear()

    def source(self, kind: SourceKind = SourceKind.BLOG, start: str = "/", **limits: Any) -> Source:
        """Return a source that starts at a path of this site, without any delay."""
        settings: dict[str, Any] = {"delay": 0.0, "allow_private": True, "timeout": 5.0, **limits}
        return Source(settings.pop("name", "site"), kind, (self.url + start,), **settings)


def page(title: str, *links: str, text: str = PARAGRAPH * 3, head: str = "") -> Answer:
    """Return a page with a text and links."""
    anchors = "".join(f'<li><a href="{link}">{link}</a></li>' for link in links)
    return Answer(
        f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head><body><nav><ul>{anchors}</ul></nav>"
        f"<article><h1>{title}</h1><p>{title}. {text}</p></article></body></html>".encode()
    )


def text_about(number: int) -> str:
    """Return a text that resembles no other of another number."""
    return " ".join(f"word{number}x{i}" for i in range(60)) + ". " + PARAGRAPH


@contextmanager
def serving(pages: "Pages | dict[str, Answer]") -> Iterator[Site]:
    """Serve a site on a free port of 127.0.0.1."""
    site = Site(dict(pages))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked[self.path] += 1
            site.agents.add(self.headers.get("User-Agent", ""))
            answer = site.find(self.path) or Answer(b"nothing here", 404)
            with suppress(OSError):
                _send(self, site, answer)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        site.url = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield site
        finally:
            server.shutdown()


def _send(handler: BaseHTTPRequestHandler, site: Site, answer: Answer) -> None:
    headers = {"Content-Type": answer.content_type, **answer.headers}
    pieces = [answer.body] if isinstance(answer.body, bytes) else answer.body
    if isinstance(answer.body, bytes):
        headers.setdefault("Content-Length", str(len(answer.body)))
        if answer.has_validators and answer.status == 200:
            headers["ETag"] = f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"'
            if handler.headers.get("If-None-Match") == headers["ETag"]:
                handler.send_response(304)
                handler.send_header("ETag", headers["ETag"])
                handler.end_headers()
                return
    handler.send_response(answer.status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    site.bodies[handler.path] += 1
    for piece in pieces:
        handler.wfile.write(piece)
