"""Cutting a passage into what an answer may quote: sentences, list items, table rows, whole code blocks.

Every unit's text stands in its passage exactly as it is; only list markers and table rules stay behind.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from knowledge.splitting import sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

UnitKind = Literal["sentence", "step", "item", "row", "code"]

_FENCE = re.compile(r"^\s*(```+|~~~+)")
_STEP = re.compile(r"^(\s*)(\d{1,3})[.)]\s+(?=\S)")
_ITEM = re.compile(r"^(\s*)[-*+]\s+(?=\S)")
_RULE = re.compile(r"^\s*\|?[\s:|-]*-[\s:|-]*\|?\s*$")
_CELL = re.compile(r"(?<!\\)\|")
_FURNITURE = re.compile(r"^\(Image(?::[^)]*)?\)$|^-{3,}$|^\W*$")


@dataclass(frozen=True)
class Unit:
    """A quotable piece of a passage.

    Attributes:
        kind: what it is.
        text: verbatim.
        block: number of the paragraph, list, table or code block that it belongs to.
        header: a table's first row, for a row.
        depth: indentation of a list item, 0 at the margin.
        number: of a step, as it is written.
    """

    kind: UnitKind
    text: str
    block: int
    header: str | None = None
    depth: int = 0
    number: int | None = None

    @property
    def is_lead_in(self) -> bool:
        """Whether it only introduces what comes next."""
        return self.kind in {"sentence", "step", "item"} and self.text.rstrip("*_ ").endswith(":")

    @property
    def readable(self) -> str:
        """What a model should read: a row as a sentence, "Seats. Starter: 3; Growth: 10"."""
        if not self.header:
            return self.text
        names, cells = _cells(self.header), _cells(self.text)
        said = "; ".join(
            f"{name}: {cell}" if name else cell
            for name, cell in zip(names[1:], cells[1:], strict=False)
            if cell
        )
        label = f"{names[0]}: {cells[0]}" if names[0] else cells[0]
        return f"{label}. {said}" if said else label


def _cells(row: str) -> list[str]:
    return [cell.strip().replace("\\|", "|") for cell in _CELL.split(row.strip().strip("|"))]


def units_of(text: str) -> list[Unit]:
    """A passage's units in reading order, page furniture left out."""
    return [unit for unit in _units(text.splitlines()) if not _FURNITURE.match(unit.text.strip())]


def _units(lines: list[str]) -> Iterator[Unit]:
    block, at = 0, 0
    while at < len(lines):
        if not lines[at].strip():
            block, at = block + 1, at + 1
        elif _FENCE.match(lines[at]):
            end = _end_of_fence(lines, at)
            yield Unit("code", "\n".join(lines[at:end]), block)
            block, at = block + 1, end
        elif _starts_table(lines, at):
            end = _end_of_table(lines, at)
            header = lines[at].strip()
            yield from (Unit("row", row.strip(), block, header) for row in lines[at + 2 : end])
            block, at = block + 1, end
        else:
            yield from _line_units(lines[at], block)
            at += 1


def _line_units(line: str, block: int) -> Iterator[Unit]:
    """One list item, or the sentences of a line of prose."""
    step, item = _STEP.match(line), _ITEM.match(line)
    if step:
        depth, number = len(step.group(1)) // 2, int(step.group(2))
        yield Unit("step", line[step.end() :].strip(), block, depth=depth, number=number)
    elif item:
        yield Unit("item", line[item.end() :].strip(), block, depth=len(item.group(1)) // 2)
    else:
        yield from (Unit("sentence", sentence, block) for sentence in sentences(line))


def _end_of_fence(lines: list[str], start: int) -> int:
    opening = _FENCE.match(lines[start])
    marks = opening.group(1) if opening else ""
    for at in range(start + 1, len(lines)):
        if lines[at].strip() == marks:
            return at + 1
    return len(lines)


def _starts_table(lines: list[str], at: int) -> bool:
    return lines[at].lstrip().startswith("|") and at + 1 < len(lines) and bool(_RULE.match(lines[at + 1]))


def _end_of_table(lines: list[str], start: int) -> int:
    end = start
    while end < len(lines) and lines[end].lstrip().startswith("|"):
        end += 1
    return end
