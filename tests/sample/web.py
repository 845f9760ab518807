"""A minimal client for the served blog."""

from dataclasses import dataclass
from email.message import Message
from functools import cache
from http.client import HTTPConnection
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml import html


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    headers: Message
    body: bytes

    @property
    def tree(self) -> html.HtmlElement:
        return html.fromstring(self.body)


def get(url: str, etag: str = "") -> Answer:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=10)
    try:
        connection.request("GET", parts.path, headers={"If-None-Match": etag} if etag else {})
        response = connection.getresponse()
        return Answer(response.status, response.msg, response.read())
    finally:
        connection.close()


@cache
def crawl(base_url: str) -> dict[str, Answer]:
    """Follow every link from the front page, robots.txt notwithstanding; paths with their answers."""
    found: dict[str, Answer] = {}
    waiting = ["/"]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found[path] = get(base_url + path)
        if found[path].headers.get_content_type() == "text/html" and found[path].status == 200:
            targets = (urljoin(base_url + path, target) for target in found[path].tree.xpath("//@href"))
            waiting += [urlsplit(urldefrag(url)[0]).path for url in targets if url.startswith(base_url)]
    return found


def outside(base_url: str, pages: dict[str, Answer]) -> list[str]:
    """All links that leave the site."""
    links = [link for page in pages.values() if b"<html" in page.body for link in page.tree.xpath("//@href")]
    return [link for link in links if not urljoin(base_url, link).startswith(base_url)]
