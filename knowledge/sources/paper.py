"""Lines on pages -> headings, paragraphs, lists, code and tables: what a layout means, by size and distance."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from knowledge.sources.blocks import Block, Heading, Mark, Part
from knowledge.sources.tables import markdown_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from knowledge.types import PassageKind


@dataclass(frozen=True)
class Line:
    """One line of text; lengths in points, `top` and `bottom` from the page's upper edge."""

    text: str
    left: float
    top: float
    bottom: float
    size: float
    bold: bool = False
    mono: bool = False


@dataclass(frozen=True)
class Table:
    """A ruled table; its first row is its head."""

    rows: list[list[str]]
    top: float


@dataclass(frozen=True)
class Picture:
    """A picture that has a text for those who do not see it."""

    alt: str
    top: float


@dataclass(frozen=True)
class Sheet:
    """A page with its lines and tables from top to bottom."""

    number: int
    height: float
    items: tuple[Line | Table | Picture, ...]


_MARGIN = 0.1  # of the height: where running heads, feet and page numbers stand
_PAGE_NUMBER = re.compile(r"(?:page\s*)?\d+(?:\s*(?:of|/|\|)\s*\d+)?", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:\.\s?){4,}\s*\d+$")  # "Invoices ........ 12"
_LARGER = 1.12  # a heading's size against the text's
_LONGEST_HEADING = 120  # characters
_CLOSE = 0.8  # of the size: the distance of two lines of one paragraph
_CODE_GAP = 3  # of the size: a blank line in code is still code
_WRAPPED_HEADING = 0.45  # of the size
_BULLET = re.compile(r"[•·▪‣◦●○■□➢✓*\u2013-]\s+(?=\S)")
_NUMBER = re.compile(r"(\d{1,2})(?:[.)]\s+|\s+(?=[A-Z]))(?=\S)")
_HYPHENATED = re.compile(r"(?<=[a-zäöüß])-$")
_CHAR_WIDTH = 0.6  # of a fixed-width font's size


def parts_of_sheets(sheets: Sequence[Sheet], bookmarks: Mapping[str, int]) -> list[Part]:
    """The pages' parts in reading order; each page begins with its mark `page=N`."""
    running = _running(sheets)
    levels = _Levels.of(sheets, bookmarks)
    writer = _Writer(levels)
    for sheet in sheets:
        writer.begin(sheet.number)
        for item in sheet.items:
            if isinstance(item, Table):
                writer.add_block(Block(markdown_table(item.rows), "table"))
            elif isinstance(item, Picture):
                writer.add_block(Block(f"(Image: {item.alt})"))
            elif not (_is_furniture(item, sheet, running) or _CONTENTS.search(item.text)):
                writer.add(item)
    return writer.finished()


# Heads and feet ---------------------------------------------------------------------------------------------


def _running(sheets: Sequence[Sheet]) -> set[str]:
    """What stands in the margins of most pages, digits aside."""
    seen = Counter(
        key
        for sheet in sheets
        for key in {_key(item) for item in sheet.items if isinstance(item, Line) and _in_margin(item, sheet)}
    )
    return {key for key, pages in seen.items() if pages >= max(2, 0.6 * len(sheets))}


def _is_furniture(line: Line, sheet: Sheet, running: set[str]) -> bool:
    return _in_margin(line, sheet) and (_key(line) in running or bool(_PAGE_NUMBER.fullmatch(line.text)))


def _in_margin(line: Line, sheet: Sheet) -> bool:
    return line.bottom < _MARGIN * sheet.height or line.top > (1 - _MARGIN) * sheet.height


def _key(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text)


# Headings ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Levels:
    """Which lines are headings: those that the bookmarks name, else what is larger or bold and short."""

    body: float
    sizes: tuple[float, ...]
    bookmarks: Mapping[str, int]
    bold_means_heading: bool

    @classmethod
    def of(cls, sheets: Sequence[Sheet], bookmarks: Mapping[str, int]) -> _Levels:
        lines = [item for sheet in sheets for item in sheet.items if isinstance(item, Line)]
        letters = Counter[float]()
        for line in lines:
            letters[line.size] += 0 if line.mono else len(line.text)
        body = letters.most_common(1)[0][0] if letters else 10.0
        larger = {line.size for line in lines if line.size >= _LARGER * body and _looks_like_heading(line)}
        bold = sum(len(line.text) for line in lines if line.bold)
        return cls(
            body,
            tuple(sorted(larger, reverse=True)),
            bookmarks,
            bold < 0.3 * sum(len(line.text) for line in lines),
        )

    def level(self, line: Line, *, apart: bool) -> int | None:
        """The line's level as a heading, None if it is none. `apart`: it stands off from the line before."""
        named = self.bookmarks.get(" ".join(line.text.split()))
        if named:
            return named
        if not _looks_like_heading(line):
            return None
        deepest = max(self.bookmarks.values(), default=0)
        if line.size in self.sizes:
            return deepest + self.sizes.index(line.size) + 1
        if line.bold and apart and self.bold_means_heading and line.size >= self.body:
            return deepest + len(self.sizes) + 1
        return None


def _looks_like_heading(line: Line) -> bool:
    return (
        not line.mono
        and len(line.text) <= _LONGEST_HEADING
        and any(char.isalpha() for char in line.text)
        and not line.text.endswith((".", ",", ";", ":"))
        and not _BULLET.match(line.text)
    )


# Blocks -----------------------------------------------------------------------------------------------------


@dataclass
class _Run:
    """Neighbouring lines that are one paragraph, list or code."""

    kind: PassageKind
    lines: list[Line] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    marker: str = ""  # "-" or "1." in a list

    def take(self, line: Line, gap: float) -> bool:
        """Add the line if it belongs here; whether it does."""
        if self.kind == "code":
            fits = line.mono and gap < _CODE_GAP * line.size
            self.lines += [line] if fits else []
            return fits
        marker, text = _marked(line, len(self.items) + 1 if self.marker == "1." else 1)
        if marker:
            self.items += [text] if marker == self.marker else []
            return marker == self.marker
        elsewhere = gap == float("inf")  # on another page or in another column
        unfinished = elsewhere and text[:1].islower() and not self.items[-1].endswith((".", "!", "?"))
        if gap > _CLOSE * line.size and not unfinished:
            return False
        self.items[-1] = _joined(self.items[-1], text)
        return True

    def text(self) -> str:
        if self.kind == "code":
            return _code(self.lines)
        if not self.marker:
            return self.items[0]
        if self.marker == "-":
            return "\n".join(f"- {item}" for item in self.items)
        return "\n".join(f"{number}. {item}" for number, item in enumerate(self.items, start=1))


class _Writer:
    def __init__(self, levels: _Levels) -> None:
        self._levels = levels
        self._parts: list[Part] = []
        self._run: _Run | None = None
        self._last: Line | None = None
        self._page = ""

    def begin(self, page: int) -> None:
        """Begin a page. A sentence that goes on from the page before stays where it began."""
        self._page = f"page={page}"
        self._marked = False

    def finished(self) -> list[Part]:
        self._flush()
        return self._parts

    def add_block(self, block: Block) -> None:
        """Add what is a block of its own."""
        self._flush()
        self._mark()
        self._parts.append(block)

    def add(self, line: Line) -> None:
        """Add a line: a heading, more of the block before, or the first of a new one."""
        gap = self._gap(line)
        level = self._levels.level(line, apart=gap > _CLOSE * line.size)
        if level:
            self._head(line, level, gap)
        elif not (self._run and self._run.take(line, gap)):
            self._start(line)
        self._last = line

    def _gap(self, line: Line) -> float:
        """The distance from the line before; below nothing, and on a new page, far."""
        if self._last is None or not self._marked:
            return float("inf")
        gap = line.top - self._last.bottom
        return gap if gap > -line.size else float("inf")

    def _head(self, line: Line, level: int, gap: float) -> None:
        self._flush()
        before = self._parts[-1] if self._parts else None
        if isinstance(before, Heading) and before.level == level and gap < _WRAPPED_HEADING * line.size:
            self._parts[-1] = Heading(level, f"{before.text} {line.text}", before.anchor)
        else:
            self._marked = True
            self._parts.append(Heading(level, line.text, self._page))

    def _start(self, line: Line) -> None:
        self._flush()
        self._mark()
        if line.mono:
            self._run = _Run("code", [line])
            return
        marker, text = _marked(line, 1)
        self._run = _Run("steps" if marker == "1." else "text", items=[text], marker=marker)

    def _mark(self) -> None:
        if not self._marked:
            self._marked = True
            self._parts.append(Mark(self._page))

    def _flush(self) -> None:
        if self._run:
            self._parts.append(Block(self._run.text(), self._run.kind))
        self._run = None


def _marked(line: Line, expected: int) -> tuple[str, str]:
    """The list marker that a line begins with, if any, and the text behind it."""
    bullet = _BULLET.match(line.text)
    if bullet:
        return "-", line.text[bullet.end() :]
    number = _NUMBER.match(line.text)
    if number and int(number[1]) == expected:
        return "1.", line.text[number.end() :]
    return "", line.text


def _joined(text: str, more: str) -> str:
    if _HYPHENATED.search(text) and more[:1].islower():
        return text[:-1] + more
    return f"{text} {more}"


def _code(lines: list[Line]) -> str:
    margin = min(line.left for line in lines)
    written: list[str] = []
    for before, line in zip([None, *lines], lines, strict=False):
        if before and line.top - before.bottom > _CLOSE * line.size:
            written.append("")
        written.append(" " * round((line.left - margin) / (_CHAR_WIDTH * line.size)) + line.text)
    return "\n".join(["```", *written, "```"])
