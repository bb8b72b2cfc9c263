"""The form of a promise, and the line that confirms it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from slack_sdk.models.blocks import DatePickerElement, InputBlock, PlainTextInputElement, PlainTextObject

from bot.blocks import log, parts
from bot.blocks.text import brief, harmless, shortened, slack_day
from store.tables import proposals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.slack.messenger import Speech
    from store.tables import Promise, Proposal

MODAL, TEXT, DUE = "promise_modal", "text", "due"
YES, OTHER_DAY, NO = "proposal_yes", "proposal_other_day", "proposal_no"
NO_PROMISE = "All right, that was no promise. Nothing is noted."
SETTLED = {
    proposals.CONFIRMED: "That is noted already.",
    proposals.DECLINED: "That was settled already: nothing is noted.",
}
LIMIT = 500


def promise_modal(account: str, text: str, due: date, context: Mapping[str, Any]) -> dict[str, Any]:
    """What was promised to an account, and until when."""
    words = InputBlock(
        block_id=TEXT,
        label=PlainTextObject(text=shortened(harmless(f"What do we promise {account}?"), 150)),
        element=PlainTextInputElement(
            action_id=TEXT,
            multiline=True,
            max_length=LIMIT,
            initial_value=shortened(harmless(text), LIMIT) or None,
        ),
    )
    day = InputBlock(
        block_id=DUE,
        label=PlainTextObject(text="By when"),
        hint=PlainTextObject(text="You hear of it two days before, and it is in the renewal brief."),
        element=DatePickerElement(action_id=DUE, initial_date=due.isoformat()),
    )
    return parts.form(MODAL, "Make a promise", "Note it", context, [words, day])


def problems(values: Mapping[str, str], today: date) -> dict[str, str]:
    """What is wrong with the form, by block; empty if nothing is."""
    if not values.get(TEXT, "").strip():
        return {TEXT: "Write what we will do."}
    try:
        due = date.fromisoformat(values.get(DUE, ""))
    except ValueError:
        return {DUE: "Choose a day."}
    return {} if due >= today else {DUE: "That day is over."}


def made_text(account: str, due: date) -> str:
    """It is noted."""
    return f"🤞 Noted for {brief(account)}, by {slack_day(due)}. `/cs log @{brief(account)}` shows it."


def proposal_speech(proposal: Proposal, account: str, due: date, link: str | None) -> Speech:
    """To who said it: was that a promise?"""
    where = f"<{link}|you wrote>" if link else "you wrote"
    text = f"🤞 To *{brief(account)}* {where}:\n> {brief(proposal.text, 400)}"
    asks = f"Shall I note it as a promise, due *{due:%A}, {slack_day(due)}*? Until you say so it counts for nothing."
    buttons = parts.actions(
        parts.button("Yes, note it", YES, proposal.id, style="primary"),
        parts.button("Another date", OTHER_DAY, proposal.id),
        parts.button("No promise", NO, proposal.id),
    )
    return parts.speech(f"{text}\n{asks}", [parts.section(text), parts.section(asks), buttons])


def reminder_speech(promise: Promise, account: str, *, late: bool) -> Speech:
    """To its owner: today is the day, or it was."""
    day = slack_day(promise.due_on)
    asks = (
        f":warning: You promised *{brief(account)}* this by {day}, and nobody has said that it was kept. Was it?"
        if late
        else f"🤞 Today, {day}, is the day on which you promised *{brief(account)}*:"
    )
    text = f"{asks}\n> {brief(promise.text, 400)}"
    not_kept = [parts.button("Not kept", log.BROKEN, promise.id)] if late else []
    buttons = [parts.button("Kept", log.KEPT, promise.id, style="primary"), *not_kept]
    return parts.speech(text, [parts.section(text), parts.actions(*buttons)])
