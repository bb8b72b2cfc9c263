"""The bytes of one file -> a document with title, fields and sections."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bs4 import BeautifulSoup

from knowledge.errors import UnreadableDocument
from knowledge.sources.blocks import Block, Heading, Part, parts_of
from knowledge.sources.front_matter import front_matter, split_front_matter
from knowledge.sources.hidden import drop_hidden
from knowledge.sources.html import read_page
from knowledge.sources.markdown import to_html
from knowledge.sources.outline import outline
from knowledge.sources.reading import Origin, Read, decoded
from knowledge.types import Section, SourceDocument
from store.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable

# Part of every content hash: raise it when reading or splitting changes, and the next sync reads all anew.
SPLITTING_RULES_VERSION = 2

_WRAPPED = re.compile(r"(?m)^(.{50,}\S)\n(?=\w)(?!\d+[.)] )")  # a long line that goes on in the next


def read_document(uri: str, data: bytes, base_url: str | None = None) -> SourceDocument:
    """The document at a path inside its source, from its raw bytes.

    Args:
        uri: the path; its suffix tells the format.
        data: the file's bytes.
        base_url: where the source is published; relative links lead there.

    Raises:
        UnreadableDocument: it is not what its name says, or its front matter is broken.
    """
    origin = Origin(uri, base_url)
    return as_document(origin, read_format(PurePosixPath(uri).suffix.lower(), data, origin), data)


def read_format(suffix: str, data: bytes, origin: Origin) -> Read:
    """What bytes in the format of that suffix say.

    Raises:
        UnreadableDocument: they are not in that format, or cannot be taken apart.
    """
    try:
        return READERS[suffix](data, origin)
    except RecursionError as error:
        raise UnreadableDocument("Its elements are nested too deeply; flatten the page.") from error


def as_document(origin: Origin, read: Read, data: bytes) -> SourceDocument:
    """What was read as a document; `data` is what its content hash stands for."""
    title = visible(read.head.title or first_heading(read.parts)) or _readable(PurePosixPath(origin.uri))
    description = str(read.head.meta.get("description") or "").strip()
    sections = outline(read.parts, title)
    if not sections and description:
        sections = (Section((), None, description),)
    said = vars(read.head) | {"title": title}
    return SourceDocument(
        uri=origin.uri,
        sections=sections,
        content_hash=_content_hash(data, origin),
        link=origin.link or _slug_link(origin, read.head.meta.get("slug")),
        **said,
    )


def _slug_link(origin: Origin, slug: object) -> str | None:
    """Where a page is published whose front matter names its own path: from the source's root, or beside its file."""
    if not (origin.base_url and slug and isinstance(slug, str)):
        return None
    path = slug if slug.startswith("/") else str(PurePosixPath(origin.uri).parent / slug)
    return f"{origin.base_url.rstrip('/')}/{path.lstrip('/')}"


def _content_hash(data: bytes, origin: Origin) -> str:
    rules = f"\0rules {SPLITTING_RULES_VERSION}"
    published = "".join(f"\0{address}" for address in (origin.base_url, origin.link) if address)
    return hashlib.sha256(data + (rules + published).encode()).hexdigest()


def _markdown(data: bytes, origin: Origin) -> Read:
    head, body = split_front_matter(decoded(data))
    soup = BeautifulSoup(to_html(body, mdx=origin.uri.lower().endswith(".mdx")), "html.parser")
    drop_hidden(soup)
    origin.resolve(soup)
    return Read(head, parts_of(soup))


def _html(data: bytes, origin: Origin) -> Read:
    """A web page: front matter before `meta` tags, the article's heading before the page's title."""
    head, body = split_front_matter(decoded(data, html=True))
    page = read_page(body)
    origin.resolve(page.main)
    head = replace(front_matter(page.fields), **{name: value for name, value in vars(head).items() if value})
    parts = parts_of(page.main)
    return Read(replace(head, title=head.title or first_heading(parts) or page.title), parts)


def _plain(data: bytes, _: Origin) -> Read:
    head, body = split_front_matter(decoded(data))
    paragraphs = (_WRAPPED.sub(r"\1 ", paragraph.strip()) for paragraph in re.split(r"\n\s*\n", body))
    return Read(head, [Block(paragraph) for paragraph in paragraphs if paragraph])


def _restructured(data: bytes, origin: Origin) -> Read:
    from knowledge.sources.rst import to_html as rst_to_html

    head, body = split_front_matter(decoded(data))
    fields, main = rst_to_html(body)
    origin.resolve(main)
    head = replace(front_matter(fields), **{name: value for name, value in vars(head).items() if value})
    return Read(head, parts_of(main))


def _pdf(data: bytes, origin: Origin) -> Read:
    from knowledge.sources.pdf import read_pdf

    return read_pdf(data, origin)


def _docx(data: bytes, origin: Origin) -> Read:
    from knowledge.sources.docx import read_docx

    return read_docx(data, origin)


def first_heading(parts: list[Part]) -> str:
    """The first heading of the first level, or nothing."""
    return next((part.text for part in parts if isinstance(part, Heading) and part.level == 1), "")


def _readable(path: PurePosixPath) -> str:
    stem = path.parent.name if path.stem.lower() == "index" and path.parent.name else path.stem
    words = re.sub(r"[-_.\s]+", " ", stem).strip()
    return words[:1].upper() + words[1:] or path.name


READERS: dict[str, Callable[[bytes, Origin], Read]] = {
    **dict.fromkeys((".md", ".markdown", ".mdx"), _markdown),
    **dict.fromkeys((".html", ".htm"), _html),
    ".docx": _docx,
    ".pdf": _pdf,
    ".rst": _restructured,
    ".txt": _plain,
}
