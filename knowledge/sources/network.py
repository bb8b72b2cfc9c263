"""Connections to public addresses only: what a site's name resolves to is checked, and exactly that is connected to.

Whoever can name a web page for Guidepost to read could otherwise have it read the machine's own network
(server-side request forgery), directly, by a redirect, or by a name that resolves differently the second time.
The check sits below HTTP, so that no redirect and no later look-up can go around it.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpcore

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable

    Resolve = Callable[[str, int], list[str]]
    Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class AddressRefused(Exception):  # noqa: N818
    """A name leads into a network that is not public."""


def is_public(text: str) -> bool:
    """Whether an IP address is one of the public internet, also where it wraps another address."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return all(one.is_global and not one.is_multicast for one in _unwrapped(address))


def _unwrapped(address: Address) -> list[Address]:
    """The address and those that it stands for: mapped, 6to4, Teredo, NAT64."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    if address.ipv4_mapped:
        return [address.ipv4_mapped]
    inner = [address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        return [ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)]
    return [address, *(one for one in inner if one)]


def resolved(host: str, port: int) -> list[str]:
    """The IP addresses of a name, as the system knows them.

    Raises:
        OSError: nobody knows the name.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass
class Deadline:
    """The moment by which the present request must be done, shared by all connections of a client."""

    until: float = field(default_factory=time.monotonic)  # seconds, as time.monotonic counts

    def begin(self, seconds: float) -> None:
        """Give the next request that long."""
        self.until = time.monotonic() + seconds

    def left(self, timeout: float | None) -> float:
        """The seconds that one operation may take.

        Raises:
            httpcore.ReadTimeout: the time is over.
        """
        left = self.until - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time for this page is over")
        return min(left, timeout) if timeout is not None else left


class PublicNetwork(httpcore.NetworkBackend):
    """Opens TCP connections to public addresses only.

    Args:
        deadline: bounds every operation.
        private_hosts: names that may lead anywhere, because whoever runs Guidepost said so.
        resolve: name and port -> IP addresses.
    """

    def __init__(
        self, deadline: Deadline, private_hosts: Iterable[str] = (), resolve: Resolve = resolved
    ) -> None:
        self._deadline = deadline
        self._private_hosts = frozenset(private_hosts)
        self._resolve = resolve
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to one of the name's addresses, after all of them were checked.

        Raises:
            AddressRefused: one of them is not public.
            httpcore.ConnectError: nobody knows the name, or nobody answers.
        """
        try:
            addresses = self._resolve(host, port)
        except OSError as error:
            raise httpcore.ConnectError(f"nobody knows the name {host}") from error
        if host not in self._private_hosts and not all(map(is_public, addresses)):
            raise AddressRefused(host)
        failure: httpcore.ConnectError | httpcore.ConnectTimeout = httpcore.ConnectError("it has no address")
        for address in addresses:
            try:
                stream = self._network.connect_tcp(
                    address, port, self._deadline.left(timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, self._deadline)
        raise failure


class _TimedStream(httpcore.NetworkStream):
    """A stream whose every operation ends by the deadline, however slowly the other side drips."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return _TimedStream(inner, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
