"""The journey map as a picture: a column for each stage, a card for each touchpoint, its colour and a word say how it goes."""

from __future__ import annotations

import io
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.charts.flow import PLAINER
from store.insights.journey.values import STAGES
from store.insights.journey.words import TONES, cell_line
from store.insights.wording import period_words

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

    from store.insights.journey.values import JourneyMap
    from store.insights.journey.words import Line

    Font = FreeTypeFont | ImageFont

WIDE, GAP, EDGE, HEAD, TOP = (
    268,
    16,
    28,
    52,
    112,
)  # pixels: a column, between columns, around, of a stage, above
PAD, LINE, STRIPE = 12, 19, 6
TITLE_WIDE, DETAIL_WIDE, CARDS = 31, 37, 8  # characters of a line in a card; cards in a column
INK, PALE, WHITE, PAPER = "#1d2733", "#5b6673", "#ffffff", "#f6f8fa"
COLOURS = {"red": "#c62f2f", "yellow": "#b7791f", "green": "#3f8f4f", "thin": "#8a94a0"}


@dataclass(frozen=True)
class Card:
    """A touchpoint where it stands: its lines of text, its upper left corner and its height."""

    title: tuple[str, ...]
    details: tuple[str, ...]
    tone: str
    x: int
    y: int

    @property
    def height(self) -> int:
        """With the word for its colour at its end."""
        return 2 * PAD + LINE * (len(self.title) + len(self.details) + 1)


def cards(journey: JourneyMap) -> list[Card]:
    """Every card of the picture; of a stage with more, the busiest."""
    found = []
    for n, stage in enumerate(STAGES):
        y = TOP + HEAD + GAP
        for cell in journey.of_stage(stage)[:CARDS]:
            card = _card(cell_line(cell), EDGE + n * (WIDE + GAP), y)
            found.append(card)
            y += card.height + GAP
    return found


def _card(line: Line, x: int, y: int) -> Card:
    title = textwrap.wrap(line.title.translate(PLAINER), TITLE_WIDE, max_lines=2, placeholder="...")
    details = [
        part
        for detail in line.details
        for part in textwrap.wrap(detail.replace(" %", "%"), DETAIL_WIDE, subsequent_indent="  ")
    ]
    return Card(tuple(title), tuple(details), line.tone, x, y)


def picture(journey: JourneyMap) -> bytes:
    """The picture as PNG."""
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415 - most processes draw nothing

    stands = cards(journey)
    bottom = max((card.y + card.height for card in stands), default=TOP + HEAD + GAP + 2 * LINE)
    width = 2 * EDGE + len(STAGES) * (WIDE + GAP) - GAP
    image = Image.new("RGB", (width, bottom + EDGE + LINE), WHITE)
    pen = ImageDraw.Draw(image)
    small, font, large = (ImageFont.load_default(size) for size in (13, 15, 26))
    title = f"Journey map: {journey.cut.label}".translate(PLAINER)
    pen.text((EDGE, 22), textwrap.shorten(title, 100, placeholder="..."), fill=INK, font=large)
    pen.text((EDGE, 62), f"{period_words(journey.cut.period)}. {_legend()}", fill=PALE, font=small)
    for n, stage in enumerate(STAGES):
        _stage(pen, journey, stage, EDGE + n * (WIDE + GAP), font, small)
    for card in stands:
        _draw(pen, card, font, small)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _legend() -> str:
    return f"Each card ends in one of: {'; '.join(TONES.values())}."


def _stage(pen: ImageDraw, journey: JourneyMap, stage: str, x: int, font: Font, small: Font) -> None:  # noqa: PLR0917 - of one drawing
    """A stage's arrow, with how much happened in it."""
    cells = journey.of_stage(stage)
    right, middle, point = x + WIDE, TOP + HEAD / 2, 14
    corners = [(x, TOP), (right - point, TOP), (right, middle), (right - point, TOP + HEAD), (x, TOP + HEAD)]
    pen.polygon(corners, fill="#e8f1fb" if cells else PAPER, outline="#2c6cb0" if cells else "#c9d1d9")
    pen.text((x + PAD, TOP + 8), stage.capitalize(), fill=INK if cells else PALE, font=font)
    total = sum(cell.volume.value for cell in cells)
    more = f" ({CARDS} shown)" if len(cells) > CARDS else ""
    told = f"{total:,} times at {len(cells)} touchpoints{more}" if cells else "nobody met"
    pen.text((x + PAD, TOP + 29), told.replace(" 1 touchpoints", " 1 touchpoint"), fill=PALE, font=small)


def _draw(pen: ImageDraw, card: Card, font: Font, small: Font) -> None:
    """A card: a stripe in its colour, its words, and the word for the colour."""
    colour = COLOURS[card.tone]
    box = (card.x, card.y, card.x + WIDE, card.y + card.height)
    pen.rounded_rectangle(box, 6, fill=PAPER, outline="#c9d1d9")
    pen.rectangle((card.x, card.y, card.x + STRIPE, card.y + card.height), fill=colour)
    x, y = card.x + STRIPE + PAD, card.y + PAD
    for line in card.title:
        pen.text((x, y), line, fill=INK, font=font)
        y += LINE
    for line in card.details:
        pen.text((x, y), line, fill=PALE, font=small)
        y += LINE
    pen.text((x, y), TONES[card.tone], fill=colour, font=small)


def in_words(journey: JourneyMap) -> str:
    """The picture for whoever does not see it: each stage with its busiest touchpoints."""
    told = []
    for stage in journey.stages:
        shown = "; ".join(_said(cell_line(cell)) for cell in journey.of_stage(stage)[:3])
        told.append(f"{stage.capitalize()}: {shown}.")
    words = f"Journey map of {journey.cut.label}, {period_words(journey.cut.period)}. " + " ".join(told)
    return textwrap.shorten(words if told else f"{words}Nobody was met.", 1900, placeholder=" …")


def _said(line: Line) -> str:
    return f"{line.title} ({', '.join((*line.details[:2], TONES[line.tone]))})"
