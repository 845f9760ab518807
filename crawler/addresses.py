"""Which network addresses may be connected to: public ones, unless a source says that its own host is private.

The check sits where names become addresses, on the very addresses that are then connected to. Whatever a name resolved
to before, a redirect, or an answer that changes between two look-ups, cannot get around it.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any
from urllib.parse import urlsplit

from twisted.internet.interfaces import IAddress, IHostnameResolver, IHostResolution, IResolutionReceiver
from zope.interface import implementer

_LOG = logging.getLogger(__name__)
_NAT64 = 0x64FF9B << 96
_PORTS = {"http": 80, "https": 443}

_private_hosts: Counter[tuple[str, int]] = Counter()
_refused: dict[str, str] = {}


def permit_private(url: str) -> None:
    """Let the host and port of an address be private or loopback, until as many withdrew that as permitted it."""
    _private_hosts[_host_and_port(url)] += 1


def withdraw_private(url: str) -> None:
    """Take back one permission of `permit_private`."""
    _private_hosts[_host_and_port(url)] -= 1


def _host_and_port(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return (parts.hostname or "").lower(), parts.port or _PORTS[parts.scheme]


def refusal(host: str) -> str:
    """Return why connections to a host were refused; empty if they were not."""
    return _refused.get(host.lower(), "")


def is_public(address: str) -> bool:
    """Say whether an address is one of the open internet, also where it is wrapped in an IPv6 address."""
    return all(ip.is_global and not ip.is_multicast and not ip.is_reserved for ip in _unwrapped(address))


def is_private(address: str) -> bool:
    """Say whether an address is of this machine or of a private network; link-local ones are neither."""
    return all((ip.is_private or ip.is_loopback) and not ip.is_link_local for ip in _unwrapped(address)) and not any(
        ip.is_unspecified or ip.is_multicast or (ip.is_reserved and not ip.is_loopback) for ip in _unwrapped(address)
    )


def _unwrapped(address: str) -> list[IPv4Address | IPv6Address]:
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv4Address):
        return [ip]
    if ip.ipv4_mapped:
        return [ip.ipv4_mapped]
    if int(ip) >> 32 == _NAT64 >> 32:
        return [IPv4Address(int(ip) & 0xFFFFFFFF)]
    return [ip, *([ip.sixtofour] if ip.sixtofour else ip.teredo or ())]


def may_connect(host: str, port: int, address: str) -> bool:
    """Say whether a connection to an address is allowed when a name and port were asked for."""
    return is_public(address) or (_private_hosts[host.lower(), port] > 0 and is_private(address))


@implementer(IHostnameResolver)
class GuardedResolver:
    """Resolves names as the reactor does and passes on only addresses that may be connected to."""

    def __init__(self, reactor: Any, inner: IHostnameResolver) -> None:
        self._reactor = reactor
        self._inner = inner

    @classmethod
    def from_crawler(cls, _crawler: object, reactor: Any) -> "GuardedResolver":
        """Make the resolver for a reactor; called by Scrapy."""
        return cls(reactor, reactor.nameResolver)

    def install_on_reactor(self) -> None:
        """Answer all look-ups of the reactor from now on; called by Scrapy."""
        self._reactor.installNameResolver(self)

    def resolveHostName(  # noqa: N802 - the name is Twisted's
        self,
        receiver: IResolutionReceiver,
        host: str,
        port: int = 0,
        address_types: Sequence[type[IAddress]] | None = None,
        semantics: str = "TCP",
        **names: Any,
    ) -> IHostResolution:
        """Look a name up and hand the allowed ones of its addresses to the receiver."""
        port = names.get("portNumber", port)
        return self._inner.resolveHostName(_Sieve(receiver, host, port), host, port, address_types, semantics)


@implementer(IResolutionReceiver)
class _Sieve:
    def __init__(self, receiver: Any, host: str, port: int) -> None:
        self._receiver = receiver
        self._host = host
        self._port = port

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        if may_connect(self._host, self._port, address.host):
            self._receiver.addressResolved(address)
            return
        _refused[self._host.lower()] = f"{address.host} is not a public address"
        _LOG.warning("refused to connect to %s:%d: %s", self._host, self._port, _refused[self._host.lower()])

    def resolutionComplete(self) -> None:  # noqa: N802
        self._receiver.resolutionComplete()
