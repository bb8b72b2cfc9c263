"""Where a document and its passages can be opened, and where its own links lead."""

from __future__ import annotations

import posixpath
import re
from pathlib import PurePosixPath
from urllib.parse import urljoin, urlsplit

# What a static site generator makes of a file's name; every other file is published under its own.
_PUBLISHED = {**dict.fromkeys((".md", ".markdown", ".mdx", ".html", ".htm", ".txt"), ""), ".rst": ".html"}
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def citation_uri(document_uri: str, anchor: str | None, base_url: str | None, link: str | None = None) -> str:
    """Path and anchor; a web link where the document has one or the source says where it is published.

    A published page has no file suffix, and an index page is its folder.
    """
    fragment = f"#{anchor}" if anchor else ""
    if link:
        return link.partition("#")[0] + fragment if fragment else link
    if not base_url:
        return document_uri + fragment
    path = PurePosixPath(document_uri)
    suffix = _PUBLISHED.get(path.suffix.lower(), path.suffix)
    if path.stem == "index" and suffix != path.suffix:
        path = path.parent
    elif suffix != path.suffix:
        path = path.with_suffix(suffix)
    page = "" if str(path) == "." else str(path)
    return f"{base_url.rstrip('/')}/{page}{fragment}"


def absolute(href: str, document_uri: str, base_url: str | None, link: str | None = None) -> str:
    """The web address that a link inside a document leads to; unchanged where nobody knows it."""
    href = href.strip()
    if _SCHEME.match(href):
        return href
    if link:
        return urljoin(link, href)
    if not base_url or not href:
        return href
    if href.startswith("/"):
        return urljoin(base_url, href)
    parts = urlsplit(href)
    target = posixpath.join(posixpath.dirname(document_uri), parts.path) if parts.path else document_uri
    within = posixpath.normpath("/" + target).lstrip("/")  # a link cannot climb above the source
    return citation_uri(within, parts.fragment or None, base_url)
