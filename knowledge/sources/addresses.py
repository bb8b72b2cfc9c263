"""Web addresses as people write them."""

from __future__ import annotations

from urllib.parse import quote, urlsplit, urlunsplit

from knowledge.errors import KnowledgeError


def is_web_address(source: str) -> bool:
    """Whether a source is named by a web address and not by a path."""
    return source.lower().startswith(("http://", "https://"))


def site_address(source: str) -> str:
    """The one form of a site's address: host in lower case, a path, no user, no fragment.

    Raises:
        KnowledgeError: it is none.
    """
    try:
        parts = urlsplit(source.strip())
        is_one = bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_one = False
    if not is_one:
        raise KnowledgeError(
            f"{source} is no web address; write it like https://help.example.com/sitemap.xml."
        )
    host = parts.netloc.rpartition("@")[2].lower()
    return urlunsplit((parts.scheme.lower(), host, parts.path or "/", parts.query, ""))


def web_link(text: str) -> str | None:
    """An address as browsers and HTTP take it, without characters that end a link; None where it is none."""
    try:
        parts = urlsplit(text.strip())
        host = (parts.hostname or "").encode("idna").decode()
        port = f":{parts.port}" if parts.port else ""
    except (ValueError, UnicodeError):
        return None
    if parts.scheme.lower() not in ("http", "https") or not host:
        return None
    shown = f"[{host}]" if ":" in host else host
    path, query, fragment = (
        quote(part, safe="/%:@!$&'()*+,;=~?") for part in (parts.path or "/", parts.query, parts.fragment)
    )
    return urlunsplit((parts.scheme.lower(), shown + port, path, query, fragment))
