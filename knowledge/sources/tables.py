"""HTML tables as Markdown tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from knowledge.sources.inline import inline_text

if TYPE_CHECKING:
    from bs4 import Tag

_WIDEST = 50  # a cell that claims to span more is wrong


def table_text(node: Tag) -> tuple[str, bool]:
    """The table's text and whether it is one: with a single column it is a run of paragraphs."""
    rows = [row for row in _grid(node) if any(row)]
    if not rows:
        return "", False
    width = max(map(len, rows))
    if width == 1:
        return "\n\n".join(row[0] for row in rows), False
    if len(rows) == 1 and not node.find("th"):
        return " ".join(filter(None, rows[0])), False
    return markdown_table(rows), True


def markdown_table(rows: list[list[str]]) -> str:
    """Rows of cells, the head first, as a Markdown table."""
    width = max(map(len, rows))
    head, *body = [row + [""] * (width - len(row)) for row in rows]
    return "\n".join(map(_row, [head, ["---"] * width, *body]))


def _grid(node: Tag) -> list[list[str]]:
    """Cells by row; what spans several columns or rows is repeated in each, so that a row reads alone."""
    grid: list[list[str]] = []
    hanging: dict[int, tuple[str, int]] = {}  # column -> text, rows left
    for row in node.find_all("tr"):
        cells: list[str] = []
        for cell in row.find_all(["td", "th"], recursive=False):
            _hang(cells, hanging)
            text = inline_text([cell]).replace("\n", " ").replace("|", r"\|")
            for _ in range(_span(cell, "colspan")):
                hanging[len(cells)] = (text, _span(cell, "rowspan") - 1)
                cells.append(text)
        _hang(cells, hanging)
        grid.append(cells)
    return grid


def _hang(cells: list[str], hanging: dict[int, tuple[str, int]]) -> None:
    while hanging.get(len(cells), ("", 0))[1] > 0:
        text, left = hanging[len(cells)]
        hanging[len(cells)] = (text, left - 1)
        cells.append(text)


def _span(cell: Tag, name: str) -> int:
    value = str(cell.get(name, "1"))
    return min(max(int(value), 1), _WIDEST) if value.isdigit() else 1


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
