"""The bytes of one file -> a document with title, fields and sections."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bs4 import BeautifulSoup
from bs4.dammit import EncodingDetector

from knowledge.errors import UnreadableDocument
from knowledge.sources.blocks import Block, Heading, Part, parts_of
from knowledge.sources.front_matter import FrontMatter, front_matter, split_front_matter
from knowledge.sources.html import read_page
from knowledge.sources.markdown import to_html
from knowledge.sources.outline import outline
from knowledge.types import Section, SourceDocument

if TYPE_CHECKING:
    from collections.abc import Callable

# Part of every content hash: raise it when reading or splitting changes, and the next sync reads all anew.
SPLITTING_RULES_VERSION = 1

_WRAPPED = re.compile(r"(?m)^(.{50,}\S)\n(?=\w)(?!\d+[.)] )")  # a long line that goes on in the next
_BOMS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}


@dataclass(frozen=True)
class _Read:
    head: FrontMatter
    parts: list[Part]


def read_document(uri: str, data: bytes) -> SourceDocument:
    """The document at a path inside its source, from its raw bytes.

    Raises:
        UnreadableDocument: it is no text, or its front matter is broken.
    """
    path = PurePosixPath(uri)
    suffix = path.suffix.lower()
    try:
        read = READERS[suffix](_decoded(data, html=suffix in (".html", ".htm")), suffix)
    except RecursionError as error:
        raise UnreadableDocument("Its elements are nested too deeply; flatten the page.") from error
    title = read.head.title or _first_heading(read.parts) or _readable(path)
    description = str(read.head.meta.get("description") or "").strip()
    sections = outline(read.parts, title)
    if not sections and description:
        sections = (Section((), None, description),)
    return SourceDocument(
        uri=uri,
        title=title,
        sections=sections,
        content_hash=hashlib.sha256(data + f"\0rules {SPLITTING_RULES_VERSION}".encode()).hexdigest(),
        audience=read.head.audience,
        plan=read.head.plan,
        stage=read.head.stage,
        language=read.head.language or "en",
        owner=read.head.owner,
        reviewed_on=read.head.reviewed_on,
        meta=read.head.meta,
    )


def _decoded(data: bytes, *, html: bool) -> str:
    encoding = next((name for bom, name in _BOMS.items() if data.startswith(bom)), None)
    if not encoding and html:
        encoding = EncodingDetector.find_declared_encoding(data, is_html=True)
    try:
        text = data.decode(encoding or "utf-8")
    except (UnicodeDecodeError, LookupError) as error:
        raise UnreadableDocument("It is not text in UTF-8; save it again with that encoding.") from error
    if "\0" in text:
        raise UnreadableDocument("It is not a text file although its name says so; remove or rename it.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _markdown(text: str, suffix: str) -> _Read:
    head, body = split_front_matter(text)
    soup = BeautifulSoup(to_html(body, mdx=suffix == ".mdx"), "html.parser")
    return _Read(head, parts_of(soup))


def _html(text: str, _: str) -> _Read:
    head, body = split_front_matter(text)
    page = read_page(body)
    head = replace(front_matter(page.fields), **{name: value for name, value in vars(head).items() if value})
    parts = parts_of(page.main)
    return _Read(replace(head, title=head.title or _first_heading(parts) or page.title), parts)


def _plain(text: str, _: str) -> _Read:
    head, body = split_front_matter(text)
    paragraphs = (_WRAPPED.sub(r"\1 ", paragraph.strip()) for paragraph in re.split(r"\n\s*\n", body))
    return _Read(head, [Block(paragraph) for paragraph in paragraphs if paragraph])


def _first_heading(parts: list[Part]) -> str:
    return next((part.text for part in parts if isinstance(part, Heading) and part.level == 1), "")


def _readable(path: PurePosixPath) -> str:
    stem = path.parent.name if path.stem.lower() == "index" and path.parent.name else path.stem
    words = re.sub(r"[-_.\s]+", " ", stem).strip()
    return words[:1].upper() + words[1:] or path.name


READERS: dict[str, Callable[[str, str], _Read]] = {
    **dict.fromkeys((".md", ".markdown", ".mdx"), _markdown),
    **dict.fromkeys((".html", ".htm"), _html),
    ".txt": _plain,
}
