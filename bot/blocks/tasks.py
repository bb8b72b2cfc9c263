"""Open tasks as a list with a button each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.blocks import parts
from bot.blocks.text import brief, slack_moment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from slack_sdk.models.blocks import Block

    from bot.slack.messenger import Speech

DONE = "task_done"
SHOWN = 15
MINE, TEAM = "mine", "team"
_NOBODY = {MINE: "You have no open tasks. :tada:", TEAM: "Your team has no open tasks. :tada:"}


@dataclass(frozen=True)
class TaskItem:
    """One open task."""

    task_id: str
    title: str
    account: str = ""
    owner: str = ""  # shown in the team's list
    due_at: datetime | None = None
    overdue: bool = False
    high: bool = False


def tasks_speech(items: Sequence[TaskItem], whose: str, note: str = "") -> Speech:
    """The list, in the order given; pressing Done takes a task off and shows the rest.

    Args:
        items: overdue ones first.
        whose: mine or team.
        note: what has just happened, may be empty.
    """
    if not items:
        text = f"{note} {_NOBODY[whose]}".strip()
        return parts.speech(text, [parts.section(text)])
    overdue = sum(item.overdue for item in items)
    title = "Your open tasks" if whose == MINE else "Open tasks of your team"
    count = f"{len(items)} open" + (f", {overdue} overdue" if overdue else "")
    blocks: list[Block] = [parts.section(f"*{title}*  {count}")]
    blocks += [task_row(item, f"{DONE}_{whose}", with_owner=whose == TEAM) for item in items[:SHOWN]]
    notes = [note] if note else []
    if len(items) > SHOWN:
        notes.append(f"… and {len(items) - SHOWN} more, due later")
    if notes:
        blocks.append(parts.context(*notes))
    lines = "\n".join(f"• {brief(item.title, 120)}" for item in items[:SHOWN])
    return parts.speech(f"{title}: {count}\n{lines}", blocks)


def task_row(item: TaskItem, action_id: str, *, with_owner: bool = False) -> Block:
    """A task in two lines with its Done button."""
    mark = "🔴 " if item.overdue else ("🔸 " if item.high else "")
    due = f"due {slack_moment(item.due_at)}" if item.due_at else "no date"
    if item.overdue:
        due = f"*over{due}*"
    about = [due, brief(item.account), brief(item.owner) if with_owner else ""]
    return parts.section(
        f"{mark}{brief(item.title, 200)}\n{' · '.join(part for part in about if part)}",
        accessory=parts.button("Done", action_id, item.task_id),
    )
