"""What every reader takes and gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bs4.dammit import EncodingDetector

from knowledge import links
from knowledge.errors import UnreadableDocument

if TYPE_CHECKING:
    from bs4 import Tag

    from knowledge.sources.blocks import Part
    from knowledge.sources.front_matter import FrontMatter

_BOMS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}


@dataclass(frozen=True)
class Origin:
    """Where a document comes from, so that its relative links can be made absolute.

    Attributes:
        uri: its path inside the source.
        base_url: where the source is published, if it says so.
        link: the document's own web address, if it has one.
    """

    uri: str
    base_url: str | None = None
    link: str | None = None

    def resolve(self, tree: Tag) -> None:
        """Make the links below an element absolute, as far as anybody knows where they lead."""
        for name in ("href", "to"):
            for tag in tree.select(f"[{name}]"):
                tag[name] = links.absolute(str(tag[name]), self.uri, self.base_url, self.link)


@dataclass(frozen=True)
class Read:
    """A document as its format's reader leaves it: what its head says, and its parts in reading order."""

    head: FrontMatter
    parts: list[Part]


def decoded(data: bytes, *, html: bool = False) -> str:
    """The bytes as text whose lines end as on Unix.

    Raises:
        UnreadableDocument: it is not text in UTF-8, nor in the encoding that it declares.
    """
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
