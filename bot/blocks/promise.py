"""The form of a promise, and the line that confirms it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from slack_sdk.models.blocks import DatePickerElement, InputBlock, PlainTextInputElement, PlainTextObject

from bot.blocks import parts
from bot.blocks.text import brief, harmless, shortened

if TYPE_CHECKING:
    from collections.abc import Mapping

MODAL, TEXT, DUE = "promise_modal", "text", "due"
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
    return f":crossed_fingers: Noted for {brief(account)}, by {due:%-d %b %Y}. `/cs log @{brief(account)}` shows it."
