"""The customer's journey in Slack: a view part by part, and the rows behind one of its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slack_sdk.models.blocks import PlainTextObject, StaticSelectElement

from bot.blocks import parts
from bot.blocks.digest_parts import LINKED, modal, row_words
from bot.blocks.text import brief
from store.insights.journey.words import TONES
from store.insights.wording import period_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from slack_sdk.models.blocks import Block

    from bot.blocks.digest_parts import Link
    from bot.slack.messenger import Speech
    from store.insights.journey.requests import View
    from store.insights.journey.words import Line, Part
    from store.insights.values import EvidenceRow

ROWS = "journey_rows"  # the beginning of action ids; the place of the line in the view is the value
BLOCK = "journey"  # the beginning of block ids; what the view was made from follows
MARKS = {
    "red": ":red_circle:",
    "yellow": ":large_yellow_circle:",
    "green": ":large_green_circle:",
    "thin": ":white_circle:",
}
LINES, BUTTONS, MENU = 7, 8, 100
FIRST_ROWS, MORE_ROWS = 12, 3
PICTURE = "The map comes as a picture in our direct messages, too. What to mend first: `/cs journey audit`."


def journey_speech(view: View, made_from: str, *, pictured: bool = False) -> Speech:
    """The message.

    Args:
        view: what is shown.
        made_from: comes back with every press, at most 240 characters.
        pictured: whether a picture of it follows.
    """
    head = f"*{brief(view.title, 200)}*  {period_words(view.cut.period)}"
    blocks: list[Block] = [parts.section(head)]
    told = [head]
    for n, part in enumerate(view.parts):
        in_full = view.name == "audit" and n == 0
        blocks += _findings(part, made_from) if in_full else [_section(part)]
        told += [part.heading, part.note, *(line.text for line in part.lines[:LINES])]
    if options := list(_options(view)):
        menu = StaticSelectElement(
            action_id=f"{ROWS}_any",
            placeholder=PlainTextObject(text="Open the rows of…"),
            options=options[:MENU],
        )
        blocks.append(parts.actions(menu, block_id=f"{BLOCK}99:{made_from}"))
    if pictured:
        blocks.append(parts.context(PICTURE))
    return parts.speech("\n".join(brief(one, 300) for one in told if one), blocks)


def _section(part: Part) -> Block:
    lines = [f"*{brief(part.heading)}*", *([f"_{brief(part.note, 500)}_"] if part.note else [])]
    lines += [f"{'' if line.tone else '• '}{_line(line)}" for line in part.lines[:LINES]]
    rest = len(part.lines) - LINES
    return parts.section("\n".join(lines) + (f"\n… and {rest} more, in the menu below" if rest > 0 else ""))


def _findings(part: Part, made_from: str) -> Iterator[Block]:
    """What is to be mended, each with its threads behind a button."""
    yield parts.section(f"*{brief(part.heading)}*\n{brief(part.note, 500)}")
    for n, line in enumerate(part.lines[:BUTTONS]):
        yield parts.section(
            _line(line),
            block_id=f"{BLOCK}{n}:{made_from}",
            accessory=parts.button("Show threads", f"{ROWS}_finding", f"audit:0:{n}"),
        )


def _line(line: Line) -> str:
    mark = f"{MARKS[line.tone]} " if line.tone else ""
    word = f" · _{TONES[line.tone]}_" if line.tone in {"red", "yellow"} else ""
    return f"{mark}*{brief(line.title, 120)}*  {brief(' · '.join(line.details), 260)}{word}"


def _options(view: View) -> Iterator[Any]:
    for n, part in enumerate(view.parts):
        for m, line in enumerate(part.lines):
            if any(figure.value for figure in line.figures):
                heading = f"{part.heading}: " if view.name in {"map", "versions", "market"} else ""
                yield parts.option(f"{heading}{line.title}", f"{view.name}:{n}:{m}")


def line_at(view: View, place: str) -> Line:
    """The line that a press means.

    Raises:
        LookupError: the view has none there any more.
        ValueError: that is no place.
    """
    _, part, line = place.split(":")
    return view.parts[int(part)].lines[int(line)]


def line_modal(line: Line, rows: Mapping[str, Sequence[EvidenceRow]], link: Link) -> dict[str, Any]:
    """The rows behind a line: of its first figure most, with links to their threads."""
    blocks: list[Block] = [
        parts.section(f"*{brief(line.title, 150)}*\n{brief(' · '.join(line.details), 500)}")
    ]
    shown: set[tuple[str, ...]] = set()
    links = LINKED
    for figure in line.figures:
        if not figure.value or figure.evidence in shown:
            continue
        most = MORE_ROWS if shown else FIRST_ROWS
        shown.add(figure.evidence)
        blocks.append(parts.section(f"*{brief(figure.label.capitalize(), 100)}: {figure.value}*"))
        for row in rows.get(figure.key, ())[:most]:
            blocks.append(parts.section(row_words(row, link if links > 0 else None)))
            links -= 1
        if figure.value > most:
            blocks.append(
                parts.context(
                    f"… and {figure.value - most} more; `guidepost journey --format html` has them."
                )
            )
    return modal("Rows", blocks)
