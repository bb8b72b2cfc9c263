"""The drawing of a playbook as a picture: every step that comes by itself is a row, what follows an answer stands to its right."""

from __future__ import annotations

import io
import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from playbooks.diagram import followers

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

    from playbooks.diagram import Drawing, Node

BOX, GAP, HIGH, ROW, CHIP = 250, 190, 58, 70, 36  # pixels: a step's width, the room for an answer, heights
EDGE, TOP, TEXT, SMALL = 28, 96, 15, 13
WIDE = 30  # characters of a line in a box
INK, PALE, WHITE = "#1d2733", "#5b6673", "#ffffff"
FILLS = {
    "question": ("#e8f1fb", "#2c6cb0"), "notice": ("#eef7ee", "#3f8f4f"), "staff": ("#fdf3dc", "#b7791f"),
    "task": ("#fdf3dc", "#b7791f"), "end": ("#f0f0f0", "#666666"), "playbook": ("#f3ecfa", "#7a4fa3"),
}  # fmt: skip
PLAIN = ("#ffffff", "#8a94a0")
PLAINER = str.maketrans({"“": '"', "”": '"', "…": "...", "→": "->"})
LEGEND = "Blue: asked of a customer. Green: told to a customer. Yellow: for our own people. Dashed: nobody answered."


@dataclass
class Placed:
    """A node where it stands. `y` is its middle; `again` if it stands elsewhere already, or ends the course."""

    node: Node
    depth: int
    label: str = ""
    silent: bool = False
    again: bool = False
    y: float = 0.0
    children: list[Placed] = field(default_factory=list)


def placed(drawing: Drawing) -> list[Placed]:
    """The roots in the order of the definition, each with what follows it; every node stands once."""
    nodes = {node.key: node for node in drawing.nodes}
    leaving, seen = followers(drawing), set[str]()
    reached = {arrow.target for arrow in drawing.arrows}
    roots = [node for node in drawing.nodes if node.when or node.key not in reached]

    def grow(one: Placed) -> Placed:
        seen.add(one.node.key)
        for arrow in leaving.get(one.node.key, ()):
            node = nodes[arrow.target]
            again = node.key in seen or bool(node.when) or node.kind in {"end", "playbook"}
            child = Placed(node, one.depth + 1, arrow.label, arrow.silent, again)
            one.children.append(child if again else grow(child))
        return one

    found = [grow(Placed(node, 0)) for node in roots]
    found += [grow(Placed(node, 0)) for node in drawing.nodes if node.key not in seen and node.key in leaving]
    top = float(TOP)
    for root in found:
        top = _set(root, top)
    return found


def _set(one: Placed, top: float) -> float:
    """Give a node and what follows it their heights; where the next may begin."""
    least = CHIP if one.again else ROW
    below = top
    for child in one.children:
        below = _set(child, below)
    one.y = max(one.children[0].y, top + least / 2) if one.children else top + least / 2
    return max(below, one.y + least / 2)


def everything(roots: list[Placed]) -> list[Placed]:
    """All that stands in the picture."""
    return [one for root in roots for one in (root, *everything(root.children))]


def picture(title: str, drawing: Drawing) -> bytes:
    """The picture as PNG."""
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415 - most processes draw nothing

    roots = placed(drawing)
    stands = everything(roots)
    width = 2 * EDGE + BOX + max(one.depth for one in stands) * (BOX + GAP)
    height = int(max(one.y for one in stands)) + ROW
    image = Image.new("RGB", (width, height), WHITE)
    pen = _Pen(ImageDraw.Draw(image), ImageFont.load_default(TEXT), ImageFont.load_default(SMALL))
    pen.ink.text((EDGE, 22), title.translate(PLAINER), fill=INK, font=ImageFont.load_default(26))
    pen.ink.text((EDGE, 60), LEGEND, fill=PALE, font=pen.small)
    for one in stands:
        for child in one.children:
            pen.arrow(one, child)
    for one in stands:
        pen.node(one)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def in_words(title: str, drawing: Drawing) -> str:
    """The picture for whoever does not see it: how much there is, and what comes by itself when."""
    steps = [node for node in drawing.nodes if node.kind not in {"end", "playbook", "watch"}]
    dated = "; ".join(f"{node.when}: {node.label}" for node in steps if node.when)
    ends = "; ".join(node.label for node in drawing.nodes if node.kind == "end")
    words = f"The course of “{title}”: {len(steps)} steps. {dated}." + (f" Ends: {ends}." if ends else "")
    return textwrap.shorten(words, 1900, placeholder=" …")


@dataclass(frozen=True)
class _Pen:
    """Draws on one picture."""

    ink: ImageDraw
    font: FreeTypeFont | ImageFont
    small: FreeTypeFont | ImageFont

    def node(self, one: Placed) -> None:
        """A step as a box; what stands elsewhere or ends the course as a line."""
        x = EDGE + one.depth * (BOX + GAP)
        fill, border = FILLS.get(one.node.kind, PLAIN)
        if one.again:
            mark = "" if one.node.kind in {"end", "playbook"} else "-> "
            words = textwrap.shorten(mark + one.node.label, WIDE + 6, placeholder="...")
            self.ink.rounded_rectangle((x, one.y - 13, x + BOX, one.y + 13), 13, fill=fill, outline=border)
            self.ink.text((x + 12, one.y), words.translate(PLAINER), fill=INK, font=self.small, anchor="lm")
            return
        box = (x, one.y - HIGH / 2, x + BOX, one.y + HIGH / 2)
        self.ink.rounded_rectangle(box, 8, fill=fill, outline=border, width=2)
        more = " · ".join(
            part for part in (one.node.when, f"only {one.node.only}" if one.node.only else "") if part
        )
        lines = textwrap.wrap(
            one.node.label.translate(PLAINER), WIDE, max_lines=1 if more else 2, placeholder="..."
        )
        top = one.y - (len(lines) + bool(more)) * 10 + 10
        for n, line in enumerate(lines):
            self.ink.text((x + 12, top + n * 20), line, fill=INK, font=self.font, anchor="lm")
        if more:
            words = textwrap.shorten(more, 38, placeholder="...")
            self.ink.text((x + 12, top + len(lines) * 20), words, fill=PALE, font=self.small, anchor="lm")

    def arrow(self, source: Placed, target: Placed) -> None:
        """From a box to what follows, with the answer above the line."""
        left, right = EDGE + source.depth * (BOX + GAP) + BOX, EDGE + target.depth * (BOX + GAP)
        bend, color = left + 16, PALE if target.silent else INK
        self.ink.line((left, source.y, bend, source.y), fill=color)
        self.ink.line((bend, source.y, bend, target.y), fill=color)
        for x in range(bend, right - 4, 8 if target.silent else right):
            self.ink.line(
                (x, target.y, min(x + (4 if target.silent else right), right), target.y), fill=color
            )
        self.ink.polygon(
            [(right, target.y), (right - 7, target.y - 4), (right - 7, target.y + 4)], fill=color
        )
        words = textwrap.wrap(target.label.translate(PLAINER), 25, max_lines=1, placeholder="...")
        for line in words:
            self.ink.text((bend + 6, target.y - 9), line, fill=color, font=self.small, anchor="lm")
