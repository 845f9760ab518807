"""Which addresses may be connected to, however they are found."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from twisted.internet.address import IPv4Address

from crawler import addresses
from crawler.addresses import GuardedResolver, is_private, is_public, may_connect, permit_private, refusal


@pytest.fixture(autouse=True)
def _forget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "_private_hosts", Counter())
    monkeypatch.setattr(addresses, "_refused", {})


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_addresses_of_the_open_internet_are_public(address: str) -> None:
    assert is_public(address)
    assert not is_private(address)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "192.168.0.1", "::1", "fd00::1", "::ffff:127.0.0.1"])
def test_addresses_of_this_machine_and_network_are_private(address: str) -> None:
    assert not is_public(address)
    assert is_private(address)


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "fe80::1%eth0", "0.0.0.0", "224.0.0.1", "100.64.0.1", "240.0.0.1", "255.255.255.255",
     "2002:7f00:1::", "::ffff:169.254.169.254"],
)  # fmt: skip
def test_other_addresses_are_never_connected_to(address: str) -> None:
    permit_private("http://blog.example/")
    assert not may_connect("blog.example", 80, address)


def test_only_the_host_and_port_that_a_source_starts_at_may_be_private() -> None:
    permit_private("http://Intranet.example:8080/blog/")
    assert may_connect("intranet.example", 8080, "10.0.0.7")
    assert not may_connect("intranet.example", 22, "10.0.0.7")
    assert not may_connect("other.example", 8080, "10.0.0.7")
    assert may_connect("other.example", 443, "8.8.8.8")


class ChangingResolver:
    """Answers every look-up with the next of its answers."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = iter(answers)

    def resolveHostName(self, receiver: Any, host: str, port: int, types: object, semantics: str) -> object:  # noqa: N802
        receiver.resolutionBegan(self)
        for address in next(self._answers):
            receiver.addressResolved(IPv4Address("TCP", address, port))
        receiver.resolutionComplete()
        return self


class Receiver:
    """Keeps the addresses that it is given to connect to."""

    def __init__(self) -> None:
        self.addresses: list[str] = []
        self.is_complete = False

    def resolutionBegan(self, resolution: object) -> None:  # noqa: N802
        pass

    def addressResolved(self, address: IPv4Address) -> None:  # noqa: N802
        self.addresses.append(address.host)

    def resolutionComplete(self) -> None:  # noqa: N802
        self.is_complete = True


def test_an_answer_that_changes_to_a_private_address_is_refused_when_it_does() -> None:
    resolver = GuardedResolver(None, ChangingResolver(["8.8.8.8"], ["127.0.0.1", "8.8.4.4"], ["169.254.169.254"]))
    given = []
    for _ in range(3):
        receiver = Receiver()
        resolver.resolveHostName(receiver, "rebind.example", portNumber=80)
        assert receiver.is_complete
        given.append(receiver.addresses)
    assert given == [["8.8.8.8"], ["8.8.4.4"], []]
    assert refusal("Rebind.example") == "169.254.169.254 is not a public address"
