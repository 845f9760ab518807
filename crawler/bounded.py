"""Downloads whose headers are bounded, too: Scrapy bounds bodies, Twisted bounds lines, nobody bounds their number."""

from typing import Any

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from twisted.web._newclient import HEADER, STATUS

MAX_HEADER_BYTES = 256_000
"""Bytes of a response's headers, all in all; large sites send some ten thousand."""


class BoundedDownloadHandler(HTTP11DownloadHandler):
    """Downloads over HTTP/1.1 and hangs up on a server whose headers do not end."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _Factory


class _Protocol(_LenientHTTP11ClientProtocol):
    _header_bytes = 0

    def request(self, request: Any) -> Any:
        self._header_bytes = 0
        return super().request(request)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - the name is Twisted's
        if self._parser is not None and self._parser.state in (STATUS, HEADER):
            self._header_bytes += len(data)
            if self._header_bytes > MAX_HEADER_BYTES:
                self.transport.abortConnection()
                return
        super().dataReceived(data)


class _Factory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, _address: object) -> _Protocol:  # noqa: N802 - the name is Twisted's
        return _Protocol(self._quiescentCallback)
