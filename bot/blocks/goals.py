"""An account's goals: where they began, where they are, where they should be, until when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import parts
from bot.blocks.goal_form import open_button
from bot.blocks.text import brief, slack_day

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from slack_sdk.models.blocks import Block

    from bot.slack.messenger import Speech
    from store.tables.goals import GoalStanding

BAR = 10  # cells
HINT = (
    "Add: `/cs goals @{name} add Less planning: 95 -> 35 minutes by 2026-06-01` · note where it is: "
    "`now 1 50` · `met 1` · `drop 1`"
)
NONE_YET = "No goal is written down for {name} yet. What does success look like for them, in a number?"


def goals_speech(
    name: str, goals: Sequence[GoalStanding], today: date, note: str = "", *, account_id: str = ""
) -> Speech:
    """The goals of an account, each with its way so far.

    Args:
        name: the account's.
        goals: see `store.tables.goals.goals_of`.
        today: to tell what is late.
        note: what has just happened, may be empty.
        account_id: for the button that adds one; none without it.
    """
    title = f"*Goals of {brief(name)}*"
    lines = [goal_line(goal, today) for goal in goals] or [NONE_YET.format(name=brief(name))]
    blocks: list[Block] = [
        parts.section(f"{title}  {note}".strip()),
        *(parts.section(line) for line in lines[:20]),
    ]
    blocks += [parts.actions(open_button(account_id))] if account_id else []
    blocks.append(parts.context(HINT.format(name=brief(name))))
    return parts.speech("\n".join([title, note, *lines]).strip(), blocks)


def goal_line(goal: GoalStanding, today: date) -> str:
    """A goal in two lines of mrkdwn."""
    number = f"*{goal.number}.* " if goal.number else "• "
    where = figures(goal)
    due = ""
    if goal.due_on:
        late = goal.due_on < today and not goal.is_met
        due = f"*was due {slack_day(goal.due_on)}*" if late else f"due {slack_day(goal.due_on)}"
    seen = f"as of {slack_day(goal.observed_on)}" if goal.observed_on else ""
    source = "from the import" if goal.number is None else ""
    about = " · ".join(part for part in (where, due, seen, source) if part)
    mark = "✅ " if goal.is_met else ""
    return f"{number}{mark}{brief(goal.title, 200)}\n{about or '_no figures yet: how will we know?_'}"


def figures(goal: GoalStanding) -> str:
    """`95 → 50 of 35 minutes a day  ▓▓▓▓▓▓▓░░░ 75 %`; what is not known is left out."""
    known = [_figure(value) for value in (goal.baseline, goal.now) if value is not None]
    way = " → ".join(dict.fromkeys(known))
    if goal.target is not None:
        way = f"{way}, target {_figure(goal.target)}" if way else f"target {_figure(goal.target)}"
    way = f"{way} {brief(goal.unit, 40)}".strip()
    return way + (f"  {bar(goal.progress)}" if goal.progress is not None else "")


def bar(share: float) -> str:
    """A share as ten cells and a percentage; below 0 and above 1 it is said, not drawn."""
    filled = round(max(0.0, min(1.0, share)) * BAR)
    return f"{'▓' * filled}{'░' * (BAR - filled)} {share:.0%}"


def _figure(value: float) -> str:
    return f"{value:,.10g}"
