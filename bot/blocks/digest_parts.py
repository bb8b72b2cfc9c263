"""What the digest's message and its modals share: names of actions, rows in words, and the modal around them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from slack_sdk.models.blocks import PlainTextObject, StaticSelectElement
from slack_sdk.models.views import View

from bot.blocks import parts
from bot.blocks.text import brief, harmless, slack_date
from store.insights.section_words import count_words
from store.insights.wording import figure_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from slack_sdk.models.blocks import Block, ButtonElement

    from store.insights.section_values import Action
    from store.insights.values import EvidenceRow, Figure

    Link = Callable[[str | None, str | None], str | None]  # (channel id, ts) -> web address

ROWS = "digest_rows"  # the beginning of action ids; the figure's key is the value
SECTION = "digest_section"  # the same; the section's key is the value
FILES = "digest_files"  # the page and the table
DEED = "digest_do"  # its value is a command without `/cs`, carried out as if it were written
BLOCK = "digest"  # the beginning of block ids; what the digest was made from follows
ROWS_SHOWN, LINKED, MENU, LONGEST_DEED = 40, 8, 60, 200


def made_from_of(block_id: str) -> str:
    """What the digest was made from, out of the id of a block."""
    return re.sub(rf"^{BLOCK}\d+:", "", block_id)


def rows_modal(figure: Figure, rows: Sequence[EvidenceRow], link: Link) -> dict[str, Any]:
    """The rows behind a figure.

    Args:
        figure: the figure, counted anew.
        rows: its evidence.
        link: the web address of a message; asked for the first rows only.
    """
    blocks: list[Block] = [parts.section(f"*{brief(count_words(figure), 150)}*")]
    blocks += [
        parts.section(row_words(row, link if n < LINKED else None)) for n, row in enumerate(rows[:ROWS_SHOWN])
    ]
    if len(rows) > ROWS_SHOWN:
        blocks.append(
            parts.context(f"… and {len(rows) - ROWS_SHOWN} more; `guidepost digest --format csv` has all.")
        )
    return modal("Rows", blocks)


def notice_modal(text: str) -> dict[str, Any]:
    """The modal when there is nothing to show."""
    return modal("Rows", [parts.section(text)])


def modal(title: str, blocks: Sequence[Block], opened_at: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A modal that is read; `opened_at` is where what its buttons do is answered."""
    view = View(
        type="modal",
        title=PlainTextObject(text=title[:24]),
        close=PlainTextObject(text="Close"),
        private_metadata=json.dumps(opened_at) if opened_at else None,
        blocks=list(blocks[:100]),
    )
    return view.to_dict()


def counted(figure: Figure, label: str = "") -> str:
    """`*12 questions* ▲ was 6`; under a shorter label where one is given."""
    _, _, trend = figure_words(figure).partition(" ")
    words = f"{figure.value} {label}" if label else count_words(figure)
    return f"*{brief(words, 150)}*" + (f" {trend}" if trend else "")


def menu_of(figures: Iterable[Figure], name: str = "any") -> StaticSelectElement | None:
    """A menu that opens the rows behind any of these; None where all are 0."""
    filled = list({one.key: one for one in figures if one.value}.values())
    if not filled:
        return None
    return StaticSelectElement(
        action_id=f"{ROWS}_{name}",
        placeholder=PlainTextObject(text="Rows behind any figure"),
        options=[parts.option(count_words(one), one.key) for one in filled[:MENU]],
    )


def deed_button(action: Action) -> ButtonElement:
    """The button that does the one thing that a line asks for."""
    command = harmless(action.command.removeprefix("/cs "))[:LONGEST_DEED]
    return parts.button(action.label or "Do it", DEED, command or "help")


def linked(address: str | None) -> str:
    """A link to the message, where there is one."""
    return f" · <{address}|open>" if address else ""


def row_words(row: EvidenceRow, link: Link | None) -> str:
    """A row: what was said, by whom, when, and where it stands; a link where one is to be asked for."""
    who = f"<@{row.who}>" if row.who and row.who[:1] in "UW" and "@" not in row.who else brief(row.who or "")
    about = [
        f"*{brief(row.account)}*" if row.account else "",
        who,
        brief(row.detail.replace("_", " ")),
        slack_date(row.at) if row.at else "",
    ]
    opened = linked(link(row.channel_id, row.message_ts)) if link else ""
    return f"{brief(row.text, 300)}\n{' · '.join(part for part in about if part)}{opened}"
