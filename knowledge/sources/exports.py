"""Help centres as their own APIs give them away: Zendesk Guide's and Intercom's articles in JSON.

Each is recognised by what it holds, whatever the file is called: pages of a list, one article, or a bare list.
What is not published is passed over. Fields as in the public API references of both.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from knowledge.errors import UnreadableDocument
from knowledge.sources.addresses import web_link
from knowledge.sources.blocks import parts_of
from knowledge.sources.documents import as_document
from knowledge.sources.front_matter import front_matter
from knowledge.sources.html import read_page
from knowledge.sources.reading import Origin, Read, decoded
from knowledge.types import CUSTOMER, INTERNAL, SourceDocument, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LOOKS_LIKE_ONE = re.compile(rb'"(?:html_url|articles|workspace_id|translated_content)"\s*:')
_SEGMENTS = {"signed_in_users": CUSTOMER, "staff": INTERNAL}


@dataclass(frozen=True)
class _Article:
    """What both systems say about an article. `html` is its body."""

    key: str
    title: str
    html: str
    link: str
    fields: dict[str, Any] = field(default_factory=dict)


def read_export(
    uri: str, data: bytes, base_url: str | None = None
) -> Iterator[SourceDocument | Unreadable] | None:
    """The export's published articles, at `uri/key`, or None where the file is no export.

    Raises:
        UnreadableDocument: it looks like an export and is damaged.
    """
    try:
        value = json.loads(decoded(data))
    except (ValueError, RecursionError, UnreadableDocument) as error:
        if data.strip() and not _LOOKS_LIKE_ONE.search(data):
            return None
        raise UnreadableDocument("It is cut off or no sound JSON; export it again.") from error
    items = _items(value)
    if items and all(map(_is_zendesk, items)):
        articles = _zendesk(items, value if isinstance(value, dict) else {})
    elif items and all(map(_is_intercom, items)):
        articles = _intercom(items)
    else:
        return None
    return (_document(article, uri, base_url) for article in articles)


def _items(value: Any) -> list[dict[str, Any]]:
    """The articles of a page of a list, of a bare list, or a single one."""
    if isinstance(value, dict):
        value = value.get("articles") or value.get("data") or [value.get("article") or value]
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _document(article: _Article, uri: str, base_url: str | None) -> SourceDocument:
    origin = Origin(f"{uri}/{article.key}", base_url, web_link(article.link))
    main = read_page(article.html).main
    origin.resolve(main)
    read = Read(front_matter({"title": article.title, **article.fields}), parts_of(main))
    said = json.dumps([article.title, article.html, article.fields], sort_keys=True).encode()
    return as_document(origin, read, said)


# Zendesk ----------------------------------------------------------------------------------------------------


def _is_zendesk(item: Mapping[str, Any]) -> bool:
    return "id" in item and "html_url" in item and "body" in item


def _zendesk(items: list[dict[str, Any]], page: Mapping[str, Any]) -> Iterator[_Article]:
    """Articles with names of section and category where the export holds those beside them."""
    sections = _by_id(page.get("sections"))
    categories = _by_id(page.get("categories"))
    segments = _by_id(page.get("user_segments"))
    for item in items:
        if item.get("draft"):
            continue
        section = sections.get(item.get("section_id"), {})
        category = categories.get(section.get("category_id"), {})
        yield _Article(
            key=str(item["id"]),
            title=str(item.get("title") or item.get("name") or ""),
            html=str(item["body"] or ""),
            link=str(item["html_url"] or ""),
            fields=_said(
                audience=_zendesk_audience(item.get("user_segment_id"), segments),
                language=item.get("locale"),
                section=section.get("name"),
                category=category.get("name"),
                labels=item.get("label_names"),
                outdated=item.get("outdated") or None,
            ),
        )


def _zendesk_audience(segment_id: Any, segments: Mapping[Any, Mapping[str, Any]]) -> str | None:
    """Who may read: a segment narrows it; one that the export does not explain leaves staff only."""
    if segment_id is None:
        return None
    return _SEGMENTS.get(str(segments.get(segment_id, {}).get("user_type")), INTERNAL)


def _by_id(rows: Any) -> dict[Any, dict[str, Any]]:
    listed = rows if isinstance(rows, list) else []
    return {row.get("id"): row for row in listed if isinstance(row, dict)}


# Intercom ---------------------------------------------------------------------------------------------------


def _is_intercom(item: Mapping[str, Any]) -> bool:
    return item.get("type") == "article" and "id" in item and "state" in item and "body" in item


def _intercom(items: list[dict[str, Any]]) -> Iterator[_Article]:
    """Articles, and each of their translations as an article of its own."""
    for item in items:
        default = item.get("default_locale") or ""
        translations = item.get("translated_content")
        versions = {default: item} | {
            locale: version
            for locale, version in (translations if isinstance(translations, dict) else {}).items()
            if isinstance(version, dict) and locale not in (default, "type")
        }
        for locale, version in versions.items():
            if version.get("state") == "published":
                yield _Article(
                    key=f"{item['id']}" + (f"-{locale}" if locale != default else ""),
                    title=str(version.get("title") or ""),
                    html=str(version.get("body") or ""),
                    link=str(version.get("url") or ""),
                    fields=_said(
                        language=locale,
                        description=version.get("description"),
                        updated_on=_day(version.get("updated_at")),
                    ),
                )


def _day(seconds: Any) -> str | None:
    if not isinstance(seconds, int | float):
        return None
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


def _said(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "", [])}
