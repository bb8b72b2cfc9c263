"""PDF by pdfplumber: lines and ruled tables page by page, each page an anchor (`#page=3`)."""

from __future__ import annotations

import io
import re
import time
import zlib
from collections import Counter
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect

from knowledge.errors import UnreadableDocument
from knowledge.sources.blocks import Heading
from knowledge.sources.columns import regions
from knowledge.sources.front_matter import FrontMatter
from knowledge.sources.inline import link_text, picture_text
from knowledge.sources.paper import Line, Picture, Sheet, Table, parts_of_sheets
from knowledge.sources.reading import Read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pdfplumber.page import Page
    from pdfplumber.pdf import PDF

    from knowledge.sources.reading import Origin

MOST_PAGES = 1000
LARGEST_STREAM = 100 * 1024 * 1024  # bytes of one part, unpacked
_PIECE = 64 * 1024
_MOST_SECONDS = 300  # for one file
_LARGEST_BULLET = 6  # points; browsers draw bullets as shapes
_NEAR_BULLET = 24  # points between such a shape and its line
_TITLE_OF_A_PROGRAM = re.compile(
    r"microsoft word|untitled|anonymous|unspecified|\.\w{2,5}$|^\W*$", re.IGNORECASE
)
_UNMAPPED = re.compile(r"\(cid:\d+\)")
_BOLD = re.compile(r"bold|black|heavy|semibold|demi", re.IGNORECASE)
_MONO = re.compile(r"mono|courier|consol|menlo|code", re.IGNORECASE)


def read_pdf(data: bytes, _: Origin) -> Read:
    """The document's headings (from its bookmarks, else from size and weight), paragraphs, lists and tables.

    Raises:
        UnreadableDocument: it is damaged, locked, too long, or holds pictures of text only.
    """
    _check_size(data)
    with _opened(data) as pdf:
        if len(pdf.pages) > MOST_PAGES:
            raise UnreadableDocument(f"It has {len(pdf.pages)} pages; a PDF may have {MOST_PAGES}. Split it.")
        sheets = list(_sheets(pdf))
        bookmarks = _bookmarks(pdf)
        title = str((pdf.metadata or {}).get("Title") or "").strip()
    if sheets and not any(sheet.items for sheet in sheets):
        raise UnreadableDocument("It holds no text, only pictures; run text recognition (OCR) over it.")
    parts = parts_of_sheets(sheets, bookmarks)
    shows_title = any(isinstance(part, Heading) and part.level == 1 for part in parts[:1])
    usable = title and not shows_title and not _TITLE_OF_A_PROGRAM.search(title)
    return Read(FrontMatter(title=title if usable else ""), parts)


def _check_size(data: bytes) -> None:
    """Refuse a file that hides more than it should: pdfminer unpacks a stream whole."""
    for stream in re.finditer(rb"stream\r?\n", data):
        unpack, at, size = zlib.decompressobj(), stream.end(), 0
        with suppress(zlib.error):  # not packed this way
            while not unpack.eof and (unpack.unconsumed_tail or at < len(data)):
                piece = unpack.unconsumed_tail or data[at : at + _PIECE]
                at += 0 if unpack.unconsumed_tail else _PIECE
                size += len(unpack.decompress(piece, _PIECE * 64))
                if size > LARGEST_STREAM:
                    raise UnreadableDocument(
                        f"It holds a part that unpacks to more than {LARGEST_STREAM // 1024 // 1024} MB; leave it out."
                    )


@contextmanager
def _opened(data: bytes) -> Iterator[PDF]:
    """The PDF; whatever its reader stumbles over is one sentence."""
    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            yield pdf
    except UnreadableDocument:
        raise
    except Exception as error:  # pdfminer raises whatever a damaged file provokes
        locked = any(isinstance(cause, PDFPasswordIncorrect) for cause in (error, *error.args))
        raise UnreadableDocument(
            "It is locked with a password; save a copy without one."
            if locked
            else "It is damaged or no PDF; save it again from the program that made it."
        ) from error


def _sheets(pdf: PDF) -> Iterator[Sheet]:
    started = time.monotonic()
    for page in pdf.pages:
        if time.monotonic() - started > _MOST_SECONDS:
            raise UnreadableDocument(f"Reading it takes more than {_MOST_SECONDS // 60} minutes; split it.")
        yield _sheet(page)
        page.close()


def _sheet(page: Page) -> Sheet:
    """The page's lines, tables and pictures in reading order: column by column, from top to bottom."""
    upright = page.filter(lambda thing: thing.get("upright", True))
    tables = [table for table in upright.find_tables() if _is_grid(table)]
    outside: Page = upright
    for table in tables:
        outside = outside.outside_bbox(table.bbox, strict=False)
    bullets = [curve for curve in page.curves if curve["width"] < _LARGEST_BULLET]
    placed: list[tuple[float, Table | Picture]] = [
        (table.bbox[0], Table(_cells(table.extract()), table.bbox[1])) for table in tables
    ]
    placed += _pictures(page)
    items: list[Line | Table | Picture] = []
    for left, top, right, bottom in regions(outside.extract_words(), float(page.width), float(page.height)):
        part = outside.crop((left, top, right, bottom), relative=False, strict=False)
        found = part.extract_text_lines(return_chars=True, strip=True)
        lines = [_line(line, bullets, page.hyperlinks) for line in found if line["text"].strip()]
        inside = [item for x, item in placed if left <= max(x, 0) < right and top <= item.top < bottom]
        items += sorted([*lines, *inside], key=lambda item: item.top)
    return Sheet(page.page_number, float(page.height), tuple(items))


def _pictures(page: Page) -> Iterator[tuple[float, Picture]]:
    """What the tags of an accessible PDF say about its pictures, and how far left each is."""
    places = {image["mcid"]: (image["x0"], image["top"]) for image in page.images if "mcid" in image}
    for element in _elements(page.structure_tree):
        alt = picture_text(str(element.get("alt_text") or ""))
        if alt:
            left, top = next(
                (places[mark] for mark in element.get("mcids", []) if mark in places), (0.0, 0.0)
            )
            yield left, Picture(alt, top)


def _elements(tree: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    waiting = list(tree)
    while waiting:
        element = waiting.pop()
        yield element
        waiting += element.get("children", [])


def _is_grid(table: Any) -> bool:
    rows = table.extract()
    return len(rows) > 1 and max(map(len, rows)) > 1 and sum(bool(cell) for row in rows for cell in row) > 2


def _cells(rows: list[list[str | None]]) -> list[list[str]]:
    return [[" ".join(_UNMAPPED.sub("", cell or "").split()) for cell in row] for row in rows]


def _line(found: dict[str, Any], bullets: list[dict[str, Any]], links: list[dict[str, Any]]) -> Line:
    chars = [char for char in found["chars"] if not char["text"].isspace()] or found["chars"]
    sizes = Counter(round(char["size"] * 2) / 2 for char in chars)
    fonts = [str(char["fontname"]).rpartition("+")[2] for char in chars]
    is_item = any(
        found["top"] < bullet["top"] < found["bottom"] and 0 < found["x0"] - bullet["x1"] < _NEAR_BULLET
        for bullet in bullets
    )
    return Line(
        text=("• " if is_item else "") + _UNMAPPED.sub("•", _with_links(found, links)).strip(),
        left=found["x0"],
        top=found["top"],
        bottom=found["bottom"],
        size=sizes.most_common(1)[0][0],
        bold=all(map(_BOLD.search, fonts)),
        mono=all(map(_MONO.search, fonts)),
    )


def _with_links(found: dict[str, Any], links: list[dict[str, Any]]) -> str:
    """The line's text; a link that would not tell where it leads shows its address."""
    text = str(found["text"])
    for link in links:
        linked = "".join(char["text"] for char in found["chars"] if _is_inside(char, link)).strip()
        if linked:
            text = text.replace(linked, link_text(linked, str(link.get("uri") or "")), 1)
    return text


def _is_inside(char: dict[str, Any], link: dict[str, Any]) -> bool:
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return bool(link["x0"] <= x <= link["x1"] and link["top"] <= y <= link["bottom"])


def _bookmarks(pdf: PDF) -> dict[str, int]:
    """The outline that readers show at the side: title -> level."""
    try:
        return {" ".join(title.split()): level for level, title, *_ in pdf.doc.get_outlines()}
    except Exception:  # noqa: BLE001 - most have none, and a damaged one is no loss
        return {}
