"""Open tasks as a list with a button each, and the forms that let one rest or give it to somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slack_sdk.models.blocks import (
    DatePickerElement,
    InputBlock,
    PlainTextObject,
    StaticSelectElement,
    UserSelectElement,
)

from bot.blocks import parts
from bot.blocks.text import brief, slack_moment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from slack_sdk.models.blocks import Block

    from bot.slack.messenger import Speech

DONE, SNOOZE, GIVE = "task_done", "task_snooze", "task_give"
SNOOZE_MODAL, GIVE_MODAL = "task_snooze_modal", "task_give_modal"
TASK, DAY, PERSON = "task", "day", "person"
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
    covered: bool = False  # its owner is away, and the reader stands in


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
    blocks.append(
        parts.actions(parts.button("Snooze one…", SNOOZE, whose), parts.button("Hand one over…", GIVE, whose))
    )
    lines = "\n".join(f"• {brief(item.title, 120)}" for item in items[:SHOWN])
    return parts.speech(f"{title}: {count}\n{lines}", blocks)


def task_row(item: TaskItem, action_id: str, *, with_owner: bool = False) -> Block:
    """A task in two lines with its Done button."""
    mark = "🔴 " if item.overdue else ("🔸 " if item.high else "")
    due = f"due {slack_moment(item.due_at)}" if item.due_at else "no date"
    if item.overdue:
        due = f"*over{due}*"
    owner = (
        f"for {brief(item.owner)}, who is away" if item.covered else brief(item.owner) if with_owner else ""
    )
    about = [due, brief(item.account), owner]
    return parts.section(
        f"{mark}{brief(item.title, 200)}\n{' · '.join(part for part in about if part)}",
        accessory=parts.button("Done", action_id, item.task_id),
    )


def snooze_modal(context: Mapping[str, Any], items: Sequence[TaskItem], tomorrow: date) -> dict[str, Any]:
    """Which task rests, until when?"""
    day = InputBlock(
        block_id=DAY,
        label=PlainTextObject(text="Until"),
        hint=PlainTextObject(text="It comes back at 9:00 on that day. Its due date stays."),
        element=DatePickerElement(action_id=DAY, initial_date=tomorrow.isoformat()),
    )
    return parts.form(SNOOZE_MODAL, "Snooze a task", "Snooze", context, [_which(items), day])


def give_modal(context: Mapping[str, Any], items: Sequence[TaskItem]) -> dict[str, Any]:
    """Which task goes to whom?"""
    person = InputBlock(
        block_id=PERSON,
        label=PlainTextObject(text="Who takes it"),
        hint=PlainTextObject(text="Somebody of our team; they are told by a direct message."),
        element=UserSelectElement(action_id=PERSON),
    )
    return parts.form(GIVE_MODAL, "Hand a task over", "Hand over", context, [_which(items), person])


def given_speech(item: TaskItem, by: str) -> Speech:
    """What somebody hears who was given a task."""
    text = f"*{brief(by)}* handed a task over to you."
    return parts.speech(
        f"{text} {brief(item.title, 200)}", [parts.section(text), task_row(item, f"{DONE}_{MINE}")]
    )


def _which(items: Sequence[TaskItem]) -> InputBlock:
    options = [
        parts.option(f"{item.account}: {item.title}" if item.account else item.title or "Task", item.task_id)
        for item in items[:100]
    ]
    menu = StaticSelectElement(action_id=TASK, options=options, initial_option=options[0])
    return InputBlock(block_id=TASK, label=PlainTextObject(text="Task"), element=menu)
