"""`/cs play preview NAME SEGMENT` as a message: what a playbook would bring the accounts of a segment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import parts
from bot.blocks.text import brief, escaped, shortened, slack_date

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slack_sdk.models.blocks import Block

    from bot.slack.messenger import Speech
    from playbooks.course import Course, Line
    from store.tables import Account

HELD, TASKS = "not_sent", "task"
TOGETHER = 5  # accounts in a section


def segment_speech(
    title: str, name: str, segment: str, accounts: Sequence[Account], course: Course, *, more: int
) -> Speech:
    """A line an account: how much would go out, when, what is held, or why it cannot be started.

    Args:
        title: the playbook's.
        name: what commands call it.
        segment: theirs.
        accounts: those that were looked at.
        course: the course of all of them, if nobody answers.
        more: how many of the segment were not looked at.
    """
    messages = [line for line in course.lines if line.kind == "message"]
    count = len(accounts) - len(course.refused)
    text = (
        f"{brief(title)} for {segment}: it would start at {count} of {len(accounts)} accounts, with "
        f"{len(messages)} {'message' if len(messages) == 1 else 'messages'} in all."
    )
    shown = [_account(one, course) for one in accounts]
    blocks: list[Block] = [
        parts.header(f"{title}: {segment}"),
        parts.section(text),
        *(parts.section("\n".join(shown[n : n + TOGETHER])) for n in range(0, len(shown), TOGETHER)),
    ]
    rest = f"{more} more accounts of the segment were not looked at. " if more else ""
    blocks.append(
        parts.context(
            f"{rest}The course if nobody answers; nothing was sent. `/cs play preview {escaped(name)} @account` "
            "shows every message."
        )
    )
    return parts.speech(text, blocks)


def nobody_speech(title: str, segment: str) -> Speech:
    """There is no account to look at."""
    text = f"None of the accounts that you see is {segment}, so “{brief(title)}” would start nowhere."
    return parts.speech(text, [parts.section(text)])


def _account(account: Account, course: Course) -> str:
    if account.id in course.refused:
        return f"• *{brief(account.name)}*: ⚠️ {escaped(shortened(course.refused[account.id], 200))}"
    lines = [line for line in course.lines if line.account == account.name]
    return f"• *{brief(account.name)}*: {'; '.join(_facts(lines)) or 'nothing would be sent'}"


def _facts(lines: Sequence[Line]) -> list[str]:
    sent = [line for line in lines if line.kind == "message"]
    facts = []
    if sent:
        words = "1 message" if len(sent) == 1 else f"{len(sent)} messages"
        facts.append(f"{words}, {slack_date(sent[0].at)} to {slack_date(sent[-1].at)}")
    for kind, words in ((TASKS, "for you to do"), (HELD, "held")):
        count = sum(line.kind == kind for line in lines)
        facts += [f"{count} {words}"] if count else []
    collisions = sorted({line.collides_with for line in lines if line.collides_with})
    return facts + [f"collides with {brief(', '.join(collisions))}"] * bool(collisions)
