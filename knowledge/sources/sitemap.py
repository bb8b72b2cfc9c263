"""Which pages a site has: robots.txt and the sitemaps that it names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree as ET

from protego import Protego

from knowledge.errors import KnowledgeError
from knowledge.sources.web import AGENT, Fetched, PageUnavailable, unpack_gzip

if TYPE_CHECKING:
    from collections.abc import Callable

    from knowledge.sources.web import WebClient

_LARGEST = 50 * 1024 * 1024  # bytes; sitemaps.org allows no more
_LARGEST_ROBOTS = 512 * 1024  # bytes; RFC 9309 asks for 500 KiB at least
_MOST_SITEMAPS = 50
_MOST_SECONDS = 300  # for all sitemaps
_SLOWEST = 10.0  # seconds between requests that a robots.txt may ask for
_GZIP = b"\x1f\x8b"


class SiteUnreadable(KnowledgeError):  # noqa: N818
    """A site's list of pages could not be read, so nothing of it was changed."""


@dataclass(frozen=True)
class Site:
    """A site as its address was given: host, the part of it that is meant, and what its robots.txt says."""

    start: str
    robots: Protego

    @property
    def delay(self) -> float:
        """Seconds between requests that the site asks for."""
        return min(float(self.robots.crawl_delay(AGENT) or 0.0), _SLOWEST)

    def holds(self, url: str) -> bool:
        """Whether an address is on the site's host, `www.` aside, and not in plain text where the site is not."""
        ours, theirs = urlsplit(self.start), urlsplit(url)
        return same_host(self.start, url) and theirs.scheme in ("https", ours.scheme)

    def wants(self, url: str) -> bool:
        """Whether an address is a page of the part of the site that was asked for."""
        below = "/" if is_sitemap(self.start) else urlsplit(self.start).path.rstrip("/") + "/"
        return self.holds(url) and (urlsplit(url).path.rstrip("/") + "/").startswith(below)

    def allows(self, url: str) -> bool:
        """Whether robots.txt lets us read an address."""
        return bool(self.robots.can_fetch(url, AGENT))


def same_host(one: str, other: str) -> bool:
    """Whether two addresses are on the same host and port; `www.` makes no difference."""
    try:
        hosts = [
            ((urlsplit(url).hostname or "").removeprefix("www."), urlsplit(url).port) for url in (one, other)
        ]
    except ValueError:
        return False
    return hosts[0] == hosts[1] and urlsplit(other).scheme in ("http", "https")


def is_sitemap(url: str) -> bool:
    """Whether an address names a sitemap and not a page."""
    return urlsplit(url).path.lower().endswith((".xml", ".xml.gz"))


def open_site(client: WebClient, start: str) -> Site:
    """What is to be read, and what its robots.txt allows.

    Raises:
        SiteUnreadable: nobody can tell what robots.txt says; then nothing may be read.
    """
    address = urljoin(start, "/robots.txt")
    try:
        found = client.get(address, most_bytes=_LARGEST_ROBOTS, stays=lambda url: same_host(start, url))
        text = found.body.decode("utf-8", "replace")
    except PageUnavailable as error:
        if error.status is None or error.status >= 500:
            raise SiteUnreadable(
                f"{address} could not be read, so nobody knows what may be: {error} Try again later."
            ) from error
        text = ""  # there is none: everything is allowed
    return Site(start, Protego.parse(text))


def pages_of(client: WebClient, site: Site, seconds: Callable[[], float]) -> list[str]:
    """The addresses of the site's pages, as its sitemaps list them. `seconds` is a clock that moves forward.

    Raises:
        SiteUnreadable: a sitemap is missing or broken.
    """
    waiting = [site.start] if is_sitemap(site.start) else _announced(site)
    seen, pages, started = set[str](), dict[str, None](), seconds()
    while waiting:
        if seconds() - started > _MOST_SECONDS:
            raise SiteUnreadable(
                f"Its sitemaps take more than {_MOST_SECONDS // 60} minutes; name one of them."
            )
        address = waiting.pop(0)
        if address in seen:
            continue
        seen.add(address)
        if len(seen) > _MOST_SITEMAPS:
            raise SiteUnreadable(f"It has more than {_MOST_SITEMAPS} sitemaps; name one of them.")
        nested, listed = _read(client, site, address)
        waiting += [url for url in nested if site.holds(url)]
        pages |= dict.fromkeys(url for url in listed if site.wants(url))
    if not pages:
        raise SiteUnreadable(f"The sitemap of {site.start} lists no page there; check the address.")
    return list(pages)


def _announced(site: Site) -> list[str]:
    named = [url for url in site.robots.sitemaps if site.holds(url)]
    return named or [urljoin(site.start, "/sitemap.xml")]


def _read(client: WebClient, site: Site, address: str) -> tuple[list[str], list[str]]:
    """The sitemaps and the pages that a sitemap lists."""
    try:
        found = client.get(address, most_bytes=_LARGEST, stays=site.holds)
        tree = ET.fromstring(_xml(found))  # noqa: S314 - expat bounds entities; a broken one is an error
    except PageUnavailable as error:
        raise SiteUnreadable(f"The sitemap {address} could not be read: {error}") from error
    except ET.ParseError as error:
        raise SiteUnreadable(f"{address} is no sitemap in XML ({error}); check the address.") from error
    found_in = {"sitemap": list[str](), "url": list[str]()}
    for entry in tree:
        kind = entry.tag.rpartition("}")[2]
        for location in entry:
            if location.tag.rpartition("}")[2] == "loc" and location.text and kind in found_in:
                found_in[kind].append(urljoin(found.url, location.text.strip()))
    return found_in["sitemap"], found_in["url"]


def _xml(found: Fetched) -> bytes:
    return unpack_gzip(found.body, _LARGEST) if found.body.startswith(_GZIP) else found.body
