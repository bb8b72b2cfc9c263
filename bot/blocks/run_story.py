"""The story of a run: every step with what became of it, when, and why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot.blocks import parts
from bot.blocks.text import brief, slack_moment, with_days

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slack_sdk.models.blocks import Block

    from bot.slack.messenger import Speech
    from playbooks.overview import RunOverview, StepOverview
    from playbooks.pace import Pace
    from store.tables import StepEvent

STORY = "run_story_button"
MARKS = {"reached": "🏁", "on track": "🟢", "behind": "🟡", "stuck": "🔴", "paused": "⏸️", "over": "▪️"}
LINES_SHOWN = 10  # of a step
NOTHING = "Nothing has happened yet."


def pace_line(pace: Pace) -> str:
    """On track, behind or stuck, and why, as a line of mrkdwn."""
    return f"{MARKS[pace.state]} *{pace.state.capitalize()}*: {with_days(brief(pace.why, 200))}"


def story_button(run: RunOverview) -> Any:
    """The button that tells why each message was sent, waited, or was left out."""
    return parts.button("Why each message", STORY, json.dumps({"run": run.run_id}))


def story_speech(run: RunOverview, told: Sequence[StepEvent]) -> Speech:
    """Every step in the order in which it began, each with its own story; what was only decided is left out."""
    title = f"*{brief(run.playbook)}* for {brief(run.account)}: why each message was sent or not"
    steps = {step.key: step for step in run.steps}
    by_step: dict[str, list[StepEvent]] = {}
    for one in told:
        by_step.setdefault(one.key, []).append(one)
    lines = [
        _story_of(key, steps.get(key), events)
        for key, events in by_step.items()
        if not _only_decided(steps.get(key), events)
    ] or [NOTHING]
    blocks: list[Block] = [parts.section(line) for line in (title, *lines)]
    return parts.speech("\n".join([title, *lines]), blocks)


def _only_decided(step: StepOverview | None, events: Sequence[StepEvent]) -> bool:
    """Whether the step was a fork on the way: nobody was told or asked anything, and nothing came of it to do."""
    return {one.state for one in events} == {"done"} and not (step and (step.contact or step.tasks))


def _story_of(key: str, step: StepOverview | None, events: Sequence[StepEvent]) -> str:
    """A step's title, what became of it, and the tasks that it made."""
    left_out = len(events) - LINES_SHOWN
    head = f"*{brief(step.title if step else key)}* `{brief(key, 40)}`"
    tasks = [f"• ☑️ {brief(one.title, 200)} ({one.state})" for one in (step.tasks if step else ())]
    rows = [_line(one) for one in events[-LINES_SHOWN:]]
    return "\n".join([f"{head} … {left_out} earlier" if left_out > 0 else head, *rows, *tasks])


def _line(one: StepEvent) -> str:
    due = (
        f" (for {slack_moment(one.due_at)})"
        if one.due_at and one.state in {"planned", "approved", "held"}
        else ""
    )
    note, state = brief(one.note or "", 200), one.state.replace("_", " ")
    said = note if note.startswith("waits") else f"{state}{due}{': ' if note else ''}{note}"
    return f"• {slack_moment(one.at)} {said}"
