"""Fetching one web page after another: bounded in bytes, seconds and redirects, polite, and only from public hosts."""

from __future__ import annotations

import time
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import httpcore

from knowledge.errors import KnowledgeError
from knowledge.sources.addresses import web_link
from knowledge.sources.network import AddressRefused, Deadline, PublicNetwork, resolved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from knowledge.sources.network import Resolve

AGENT = "Guidepost"
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_MOST_REDIRECTS = 5
_WAIT_AND_TRY_AGAIN = frozenset((429, 503))
_LONGEST_WAIT = 30.0  # seconds, whatever Retry-After says


class PageUnavailable(KnowledgeError):  # noqa: N818
    """A page could not be fetched; the sentence says why.

    Attributes:
        status: HTTP status, where there was an answer.
    """

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True)
class Fetched:
    """An answer. `url` is where it came from in the end; `headers` have names in lower case."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """The type without its parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str:
        """The character set that the server names, or nothing."""
        _, _, parameters = self.headers.get("content-type", "").partition(";")
        named = parameters.lower().partition("charset=")[2]
        return named.strip(" \"'").partition(";")[0].strip(" \"'")


class WebClient:
    """Fetches pages.

    Args:
        private_hosts: hosts that may be in a network that is not public; none but by setting.
        delay: seconds to wait before a request, at least.
        page_seconds: how long one page may take, redirects included.
        resolve: name and port -> IP addresses.
        sleep: waits.
    """

    def __init__(
        self,
        *,
        private_hosts: Iterable[str] = (),
        delay: float = 0.2,
        page_seconds: float = 20.0,
        resolve: Resolve = resolved,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._delay = delay
        self._page_seconds = page_seconds
        self._sleep = sleep
        self._deadline = Deadline()
        self._pool = httpcore.ConnectionPool(
            max_connections=1,
            keepalive_expiry=30.0,
            network_backend=PublicNetwork(self._deadline, private_hosts, resolve),
        )

    def get(
        self,
        url: str,
        *,
        most_bytes: int,
        stays: Callable[[str], bool],
        headers: Mapping[str, str] | None = None,
        delay: float = 0.0,
    ) -> Fetched:
        """Fetch a page, following redirects as long as `stays` says so of their targets.

        `delay` is what the site asks to be waited before each request, in seconds.

        Raises:
            PageUnavailable: it cannot be had, is too large or too slow, or leads elsewhere.
        """
        self._sleep(max(self._delay, delay))
        answer = self._follow(url, most_bytes, stays, headers or {})
        if answer.status in _WAIT_AND_TRY_AGAIN:
            wait = answer.headers.get("retry-after", "")
            self._sleep(min(float(wait) if wait.isdigit() else 5.0, _LONGEST_WAIT))
            answer = self._follow(url, most_bytes, stays, headers or {})
        if answer.status >= 400:
            raise PageUnavailable(f"The server answers {answer.status}.", answer.status)
        return answer

    def close(self) -> None:
        """Close what is open; another request opens it again."""
        self._pool.close()

    def _follow(
        self, url: str, most_bytes: int, stays: Callable[[str], bool], headers: Mapping[str, str]
    ) -> Fetched:
        self._deadline.begin(self._page_seconds)
        for _ in range(_MOST_REDIRECTS + 1):
            answer = self._fetch(url, most_bytes, headers)
            if answer.status not in _REDIRECTS or "location" not in answer.headers:
                return answer
            target = urljoin(url, answer.headers["location"])
            if not stays(target):
                raise PageUnavailable(f"It redirects to {target[:200]}, which is not to be read.")
            url = target
        raise PageUnavailable(f"It redirects more than {_MOST_REDIRECTS} times.")

    def _fetch(self, url: str, most_bytes: int, headers: Mapping[str, str]) -> Fetched:
        sent = {"User-Agent": AGENT, "Accept": "text/html, */*;q=0.5", "Accept-Encoding": "gzip", **headers}
        try:
            with self._pool.stream("GET", _sendable(url), headers=list(sent.items())) as answer:
                received = {
                    name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers
                }
                body = _body(answer.iter_stream(), received.get("content-encoding", ""), most_bytes)
                return Fetched(url, answer.status, received, body)
        except AddressRefused as error:
            raise PageUnavailable(
                f"{error} is not in the public internet; such hosts are not read."
            ) from error
        except httpcore.TimeoutException as error:
            raise PageUnavailable(f"It takes more than {self._page_seconds:g} seconds.") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
            raise PageUnavailable(f"It could not be fetched ({error}).") from error


def _body(chunks: Iterable[bytes], encoding: str, most_bytes: int) -> bytes:
    """The whole body, unpacked; never more than asked for is kept."""
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise PageUnavailable(f"It is packed as {encoding}, which was not asked for.")
    pieces, size = list[bytes](), 0
    for piece in _unpacked(chunks, most_bytes) if "gzip" in encoding else chunks:
        size += len(piece)
        if size > most_bytes:
            raise PageUnavailable(f"It has more than {most_bytes / 1024 / 1024:g} MB.")
        pieces.append(piece)
    return b"".join(pieces)


def _unpacked(chunks: Iterable[bytes], most_bytes: int) -> Iterator[bytes]:
    unpack, started = zlib.decompressobj(16 + zlib.MAX_WBITS), False
    try:
        for chunk in chunks:
            started = True
            yield unpack.decompress(chunk, most_bytes + 1)
    except zlib.error as error:
        raise PageUnavailable("Its compression is broken.") from error
    if started and not unpack.eof:
        raise PageUnavailable("Its compression is broken.")


def unpack_gzip(data: bytes, most_bytes: int) -> bytes:
    """The content of a .gz file.

    Raises:
        PageUnavailable: it is broken or unpacks to more than that.
    """
    return _body([data], "gzip", most_bytes)


def _sendable(url: str) -> str:
    """The address as HTTP sends it."""
    address = web_link(url)
    if address is None:
        raise PageUnavailable("Its address is no web address.")
    return address.partition("#")[0]
