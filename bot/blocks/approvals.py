"""What waits for a CSM's word, in App Home: each message with its reader, its moment and its buttons."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.blocks import parts
from bot.blocks.text import brief, escaped, quoted, shortened, slack_moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from slack_sdk.models.blocks import Block

APPROVE, SEND, SKIP = "home_approve", "home_send_now", "home_skip"
LISTED, TEXT_SHOWN = 5, 400


@dataclass(frozen=True)
class ApprovalItem:
    """A message that waits: for approval, or to go out by itself unless somebody objects."""

    run_id: str
    step: str
    account: str
    title: str
    reader: str
    text: str
    send_at: datetime | None
    needs_word: bool  # False: a preview, which goes out untouched


def approval_rows(items: Sequence[ApprovalItem]) -> Iterator[Block]:
    """The list, what needs a word first; nothing where nothing waits."""
    if not items:
        return
    waiting = sum(item.needs_word for item in items)
    others = len(items) - waiting
    by_itself = f"{others} to go out by {'itself' if others == 1 else 'themselves'}" if others else ""
    count = ", ".join(filter(None, (f"{waiting} for your approval" if waiting else "", by_itself)))
    yield parts.section(f"*Messages that wait*  {count}")
    for item in sorted(items, key=lambda one: not one.needs_word)[:LISTED]:
        yield parts.section(_text(item))
        value = json.dumps({"run": item.run_id, "step": item.step})
        first = ("Approve", APPROVE) if item.needs_word else ("Send now", SEND)
        yield parts.actions(
            parts.button(*first, value, style="primary"),
            parts.button("Skip", SKIP, value),
        )
    more = f"… and {len(items) - LISTED} more. " if len(items) > LISTED else ""
    yield parts.context(f"{more}To change the words or the day, use the card in *Messages*.")


def _text(item: ApprovalItem) -> str:
    mark = "✋" if item.needs_word else "🕙"
    when = slack_moment(item.send_at) if item.send_at else "as soon as it may"
    head = f"{mark} *{brief(item.account)}* · {brief(item.title)} → {brief(item.reader)} · {when}"
    return f"{head}\n{quoted(escaped(shortened(item.text, TEXT_SHOWN)))}" if item.text else head
