"""Word documents by mammoth: styles, lists and tables to HTML; then as every other page."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import mammoth
from bs4 import BeautifulSoup

from knowledge.errors import UnreadableDocument
from knowledge.sources.blocks import parts_of
from knowledge.sources.front_matter import FrontMatter
from knowledge.sources.reading import Read

if TYPE_CHECKING:
    from bs4 import Tag

    from knowledge.sources.reading import Origin

MOST_TEXT = 50 * 1024 * 1024  # bytes of XML, unpacked
_OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Code'] => pre:separator('\\n')
p[style-name='Source Code'] => pre:separator('\\n')
p[style-name='HTML Preformatted'] => pre:separator('\\n')
p[style-name='macro'] => pre:separator('\\n')
r[style-name='Code Char'] => code
r[style-name='Verbatim Char'] => code
r[style-name='HTML Code'] => code
strike => s
"""


def read_docx(data: bytes, origin: Origin) -> Read:
    """The document's headings, paragraphs, lists, tables and pictures' texts.

    Raises:
        UnreadableDocument: it is damaged, locked, an old `.doc`, or unpacks to more than it should.
    """
    if data.startswith(_OLD_WORD):
        raise UnreadableDocument(
            "It is locked with a password, or in the format of Word before 2007; save it as DOCX without one."
        )
    try:
        title = _checked_title(data)
        html = mammoth.convert_to_html(
            io.BytesIO(data), style_map=_STYLES, convert_image=mammoth.images.img_element(lambda _: {})
        ).value
    except UnreadableDocument:
        raise
    except Exception as error:  # zip, XML and mammoth each raise their own
        raise UnreadableDocument("It is damaged or no DOCX; save it again from Word.") from error
    soup = BeautifulSoup(html, "html.parser")
    _tidy(soup)
    origin.resolve(soup)
    return Read(FrontMatter(title=title), parts_of(soup))


def _checked_title(data: bytes) -> str:
    """The title among the file's properties, once it is clear that it may be unpacked."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        texts = [part for part in packed.infolist() if part.filename.endswith((".xml", ".rels"))]
        if sum(part.file_size for part in texts) > MOST_TEXT:  # nothing unpacks to more than it declares
            raise UnreadableDocument(
                f"It unpacks to more than {MOST_TEXT // 1024 // 1024} MB of text; split it or leave it out."
            )
        if "docProps/core.xml" not in packed.namelist():
            return ""
        properties = ET.fromstring(packed.read("docProps/core.xml"))  # noqa: S314 - expat bounds entities
        return (properties.findtext(_TITLE) or "").strip()


def _tidy(soup: Tag) -> None:
    """Take away what only serves Word: bookmarks, and the way to footnotes and back."""
    for tag in soup.select("a[href^='#footnote'], a[href^='#endnote'], a[href^='#comment']"):
        tag.decompose()
    for tag in soup.select("a[id]"):
        del tag["id"]
