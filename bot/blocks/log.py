"""What was written down about an account, and what was promised to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import parts
from bot.blocks.log_form import open_button
from bot.blocks.text import brief, slack_day
from store.tables import promises

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from slack_sdk.models.blocks import Block

    from bot.slack.messenger import Speech
    from store.tables import Activity, Promise

KEPT, BROKEN, WITHDRAWN = "promise_kept", "promise_broken", "promise_withdrawn"
SETTLES = {KEPT: promises.KEPT, BROKEN: promises.BROKEN, WITHDRAWN: promises.WITHDRAWN}
SETTLED_WORDS = {
    promises.KEPT: "Kept.",
    promises.BROKEN: "Noted as not kept.",
    promises.WITHDRAWN: "Withdrawn.",
}
_PICTURES = {"call": "📞", "meeting": "🤝", "email": "✉️", "note": "📝"}
_HINT = (
    "`/cs log @{name} call They plan a second depot` · `on 2026-03-01` before the words for an earlier day · "
    "`promise 2026-06-01 We send the export`"
)


def log_speech(
    name: str,
    activities: Sequence[Activity],
    promised: Sequence[Promise],
    today: date,
    note: str = "",
    *,
    account_id: str,
) -> Speech:
    """Open promises with their buttons, then what happened, newest first, and a form for more."""
    title = f"*Log of {brief(name)}*"
    blocks: list[Block] = [parts.section(f"{title}  {note}".strip())]
    for one in promised[:10]:
        blocks += [
            parts.section(promise_line(one, today)),
            parts.actions(
                parts.button("Kept", KEPT, one.id, style="primary"),
                *([parts.button("Not kept", BROKEN, one.id)] if one.due_on < today else []),
                parts.button("Withdraw", WITHDRAWN, one.id),
            ),
        ]
    lines = [activity_line(one) for one in activities] or ["Nothing is written down yet."]
    blocks += [
        parts.section("\n".join(lines)),
        parts.actions(open_button(account_id)),
        parts.context(_HINT.format(name=brief(name))),
    ]
    told = [promise_line(one, today) for one in promised]
    return parts.speech("\n".join([title, note, *told, *lines]).strip(), blocks)


def activity_line(activity: Activity) -> str:
    """One call or note in a line of mrkdwn."""
    picture = _PICTURES.get(activity.kind, "•")
    who = f"_{activity.kind}, {brief(activity.by_name)}, {slack_day(activity.happened_on)}_"
    return f"{picture} {brief(activity.text, 300)} {who}"


def promise_line(promise: Promise, today: date) -> str:
    """One open promise in a line of mrkdwn."""
    due = f"by {slack_day(promise.due_on)}"
    late = promise.due_on < today
    owner = f", {brief(promise.owner_email)}" if promise.owner_email else ""
    return f"🤞 {brief(promise.text, 300)} {f'*overdue, {due}*' if late else due}{owner}"
