"""What stands before every question: a bound on what is posted, and a rate for each client."""

import asyncio
import ipaddress
import math
import time
from collections.abc import Callable, Mapping
from typing import Any

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.settings import ServeSettings

_BODY_SECONDS = 10.0
_UNLIMITED = frozenset({"/health", "/ready", "/metrics"})
_IPV6_NETWORK = 64
"""Bits that tell clients apart in IPv6: whoever has one address has all that share them."""


class Guard:
    """Refuses bodies that are too large or too slow, and clients that ask too often.

    Args:
        app: what is guarded.
        settings: the bounds.
        refuse: gives the answer for a path, a status, what is wrong and headers.
    """

    def __init__(self, app: ASGIApp, settings: ServeSettings, refuse: Callable[..., Response]) -> None:
        self._app = app
        self._settings = settings
        self._refuse = refuse
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._rate = parse(f"{max(1, settings.requests_per_minute)}/minute")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or answer it with a problem."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        wait = self._seconds_to_wait(scope)
        if wait:
            detail = f"more than {self._settings.requests_per_minute} requests a minute; try again in {wait} s"
            await self._refuse(scope["path"], 429, detail, headers={"Retry-After": str(wait)})(scope, receive, send)
            return
        try:
            body = await asyncio.wait_for(self._read(scope, receive), _BODY_SECONDS)
        except TimeoutError:
            await self._refuse(scope["path"], 408, f"the body did not come within {_BODY_SECONDS:g} s")(
                scope, receive, send
            )
            return
        if body is None:
            detail = f"the body has more than {self._settings.max_body} bytes"
            await self._refuse(scope["path"], 413, detail, headers={"Connection": "close"})(scope, receive, send)
            return
        await self._app(scope, _replay(body, receive), send)

    def _seconds_to_wait(self, scope: Mapping[str, Any]) -> int:
        client = client_of(scope)
        is_free = not self._settings.requests_per_minute or scope["path"] in _UNLIMITED
        if is_free or (client == "loopback" and not self._settings.limit_loopback):
            return 0
        if self._limiter.hit(self._rate, client):
            return 0
        reset = self._limiter.get_window_stats(self._rate, client).reset_time
        return max(1, math.ceil(reset - time.time()))

    async def _read(self, scope: Scope, receive: Receive) -> bytes | None:
        """Read the body; None if it is too large."""
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > self._settings.max_body:
            return None
        body = bytearray()
        while True:
            message = await receive()
            body += message.get("body", b"")
            if len(body) > self._settings.max_body:
                return None
            if not message.get("more_body"):
                return bytes(body)


def client_of(scope: Mapping[str, Any]) -> str:
    """Return what a client is known by: its address, its network in IPv6, or `loopback`."""
    try:
        address = ipaddress.ip_address((scope.get("client") or ("",))[0])
    except ValueError:
        return "unknown"
    if address.is_loopback:
        return "loopback"
    if address.version == 6:
        return str(ipaddress.ip_network((address, _IPV6_NETWORK), strict=False))
    return str(address)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return a receiver that gives the body that was read, then whatever comes (that the client left, say)."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return messages.pop() if messages else await receive()

    return replayed
