"""The story of a run: every step with what became of it, when, and why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot.blocks import parts
from bot.blocks.text import brief, slack_moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slack_sdk.models.blocks import Block

    from bot.slack.messenger import Speech
    from playbooks.pace import Pace
    from playbooks.runner import RunOverview
    from store.tables import StepEvent

STORY = "run_story_button"
MARKS = {"reached": "🏁", "on track": "🟢", "behind": "🟡", "stuck": "🔴", "paused": "⏸️", "over": "▪️"}
LINES_SHOWN = 10  # of a step
NOTHING = "Nothing has happened yet."


def pace_line(pace: Pace) -> str:
    """On track, behind or stuck, and why, as a line of mrkdwn."""
    return f"{MARKS[pace.state]} *{pace.state.capitalize()}*: {brief(pace.why, 200)}"


def story_button(run: RunOverview) -> Any:
    """The button that tells why each message was sent, waited, or was left out."""
    return parts.button("Why each message", STORY, json.dumps({"run": run.run_id}))


def story_speech(run: RunOverview, told: Sequence[StepEvent]) -> Speech:
    """Every step in the order in which it began, each with its own story."""
    title = f"*{brief(run.playbook)}* for {brief(run.account)}: why each message was sent or not"
    titles = {step.key: step.title for step in run.steps}
    by_step: dict[str, list[StepEvent]] = {}
    for one in told:
        by_step.setdefault(one.key, []).append(one)
    blocks: list[Block] = [parts.section(title)]
    lines = []
    for key, events in by_step.items():
        rows = [_line(one) for one in events[-LINES_SHOWN:]]
        left_out = len(events) - LINES_SHOWN
        head = f"*{brief(titles.get(key, key))}* `{brief(key, 40)}`" + (
            f" … {left_out} earlier" if left_out > 0 else ""
        )
        lines.append("\n".join([head, *rows]))
    blocks += [parts.section(line) for line in lines or [NOTHING]]
    return parts.speech("\n".join([title, *lines] if lines else [title, NOTHING]), blocks)


def _line(one: StepEvent) -> str:
    note = f": {brief(one.note, 200)}" if one.note else ""
    due = (
        f" (for {slack_moment(one.due_at)})"
        if one.due_at and one.state in {"planned", "approved", "held"}
        else ""
    )
    return f"• {slack_moment(one.at)} {one.state.replace('_', ' ')}{due}{note}"
