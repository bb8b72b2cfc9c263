"""A website by its sitemap -> documents, one a page, each under its own address."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup

from knowledge.errors import KnowledgeError, ReadersUnknown, UnreadableDocument
from knowledge.sources.addresses import site_address, web_link
from knowledge.sources.documents import as_document, read_format
from knowledge.sources.page_cache import PageCache
from knowledge.sources.reading import Origin
from knowledge.sources.sitemap import open_site, pages_of
from knowledge.sources.web import Fetched, PageUnavailable
from knowledge.types import SourceDocument, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from knowledge.sources.sitemap import Site
    from knowledge.sources.web import WebClient

_NO_LONGER_PUBLIC = frozenset((401, 403, 404, 410))
_SUFFIXES = {  # media type -> the format that reads it
    "application/pdf": ".pdf",
    "application/xhtml+xml": ".html",
    "text/html": ".html",
    "text/markdown": ".md",
    "text/plain": ".txt",
}


@dataclass(frozen=True)
class Limits:
    """How much of a site is read in one go."""

    pages: int = 2000
    page_bytes: int = 10 * 1024 * 1024
    seconds: float = 3600.0


class Website:
    """Reads sites.

    Args:
        client: fetches pages.
        cache_folder: where pages are kept, so that a server need only say that one has not changed.
        limits: bounds of one reading.
        seconds: a clock that only moves forward, for the bound in time.
    """

    def __init__(
        self,
        client: WebClient,
        cache_folder: Path | None = None,
        limits: Limits | None = None,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._cache_folder = cache_folder
        self._limits = limits or Limits()
        self._seconds = seconds

    def read(self, start: str) -> Iterator[SourceDocument | Unreadable]:
        """The pages that a sitemap lists, or of the site whose root or part is named.

        robots.txt and the sitemaps are read at once, so that an unreadable site changes nothing; each page is
        fetched when its turn comes.

        Raises:
            KnowledgeError: robots.txt or a sitemap cannot be read.
        """
        try:
            site = open_site(self._client, site_address(start))
            listed = pages_of(self._client, site, self._seconds)
            urls = [url for url in listed if site.allows(url)]
        except KnowledgeError:
            self._client.close()
            raise
        return self._read_all(site, urls)

    def _read_all(self, site: Site, urls: list[str]) -> Iterator[SourceDocument | Unreadable]:
        try:
            yield from self._pages(site, urls)
        finally:
            self._client.close()

    def _pages(self, site: Site, urls: list[str]) -> Iterator[SourceDocument | Unreadable]:
        cache = self._cache_of(site.start)
        started, seen = self._seconds(), set[str | None]()
        for url in urls[: self._limits.pages]:
            if self._seconds() - started > self._limits.seconds:
                yield Unreadable(_path(url), "The time for one reading of the site was over; sync again.")
                continue
            found = self._page(site, url, cache)
            if isinstance(found, Unreadable):
                yield found
            elif found.link not in seen:  # many addresses may lead to one page
                seen.add(found.link)
                yield found
        if len(urls) > self._limits.pages:
            reason = f"The sitemap lists {len(urls)} pages; the first {self._limits.pages} were read."
            yield Unreadable(site.start, f"{reason} Name a part of the site, or raise GUIDEPOST_SITE_PAGES.")
        if cache:
            cache.keep_only(urls)

    def forget(self, start: str) -> None:
        """Remove what was kept of a site's pages."""
        cache = self._cache_of(site_address(start))
        if cache:
            cache.keep_only(())

    def _cache_of(self, start: str) -> PageCache | None:
        name = hashlib.sha256(start.encode()).hexdigest()[:16]
        return PageCache(self._cache_folder / name) if self._cache_folder else None

    def _page(self, site: Site, url: str, cache: PageCache | None) -> SourceDocument | Unreadable:
        try:
            return _document(url, self._fetched(site, url, cache), site)
        except PageUnavailable as error:
            return Unreadable(_path(url), str(error), readers_unknown=error.status in _NO_LONGER_PUBLIC)
        except UnreadableDocument as error:
            return Unreadable(_path(url), str(error), readers_unknown=isinstance(error, ReadersUnknown))

    def _fetched(self, site: Site, url: str, cache: PageCache | None) -> Fetched:
        """The page, from the cache where the server says that it has not changed."""
        cached = cache.get(url) if cache else None
        asked = cached.validators if cached else {}
        found = self._client.get(
            url,
            most_bytes=self._limits.page_bytes,
            stays=lambda to: site.holds(to) and site.allows(to),
            headers=asked,
            delay=site.delay,
        )
        if found.status == 304 and cached:
            return cached.fetched
        if cache:
            cache.put(url, found)
        return found


def _document(url: str, found: Fetched, site: Site) -> SourceDocument:
    """The page under the path that the sitemap lists, linked to where it can be opened."""
    suffix = _SUFFIXES.get(found.media_type)
    if suffix is None:
        raise UnreadableDocument(f"It is {found.media_type or 'of no named type'}, which is no page.")
    is_html = suffix == ".html"
    data = _in_utf8(found) if is_html else found.body
    link = _canonical(data, found.url, site) if is_html else found.url
    origin = Origin(_path(url), link=web_link(link))
    read = read_format(suffix, data, origin)
    return as_document(origin, read, repr(read).encode())  # what surrounds the article changes at every call


def _in_utf8(found: Fetched) -> bytes:
    """The page with the character set that the server names, which counts more than the page's own word."""
    if not found.charset:
        return found.body
    try:
        return found.body.decode(found.charset).encode("utf-8-sig")
    except (LookupError, UnicodeError):
        return found.body


def _canonical(data: bytes, url: str, site: Site) -> str:
    """The address under which the page wants to be known, if that is on the same site."""
    soup = BeautifulSoup(data[:100_000], "html.parser")
    tag = soup.select_one("link[rel=canonical][href]")
    address = urljoin(url, str(tag["href"]).strip()) if tag else url
    is_root = urlsplit(address).path in ("", "/")  # some sites say so of every page
    return url if is_root or not site.holds(address) else address.partition("#")[0]


def _path(url: str) -> str:
    """A page's path inside its site; the root is `index`."""
    parts = urlsplit(url)
    path = parts.path.strip("/") or "index"
    return f"{path}?{parts.query}" if parts.query else path
