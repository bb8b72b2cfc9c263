"""The forms of playbooks: an answer in words, the right person, another wording, another day."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from slack_sdk.models.blocks import (
    DatePickerElement,
    InputBlock,
    PlainTextInputElement,
    PlainTextObject,
    UserSelectElement,
)

from bot.blocks import parts
from bot.blocks.answer_forms import ANSWER_MODAL, inputs_of
from bot.blocks.text import shortened
from playbooks.types import MAX_MESSAGE
from playbooks.wording import WHOLE_MESSAGE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

WRITE_MODAL, NOT_ME_MODAL = "playbook_write_modal", "playbook_not_me_modal"
EDIT_MODAL, SNOOZE_MODAL = "playbook_edit_modal", "playbook_snooze_modal"
EVERY_MODAL = re.compile(r"^playbook_(write|answer|not_me|edit|snooze)_modal$")
TEXT, PERSON, DAY = "text", "person", "day"
ANSWER_LIMIT = 3000  # characters; what Slack lets people type


def write_modal(context: Mapping[str, Any], label: str) -> dict[str, Any]:
    """An answer in words."""
    return parts.form(WRITE_MODAL, "Your answer", "Send", context, [_text_input(label, "", ANSWER_LIMIT)])


def answer_modal(context: Mapping[str, Any], payload: Mapping[str, Any]) -> dict[str, Any]:
    """The form of a question whose answer no button holds; `payload` is the message's."""
    ask_type = str(payload["ask_type"])
    inputs = inputs_of(ask_type, payload.get("options") or (), payload.get("fields") or ())
    return parts.form(ANSWER_MODAL, "Your answer", "Send", {**context, "ask_type": ask_type}, inputs)


def not_me_modal(context: Mapping[str, Any]) -> dict[str, Any]:
    """Who is the right person?"""
    person = InputBlock(
        block_id=PERSON,
        optional=True,
        label=PlainTextObject(text="Who is the right person?"),
        hint=PlainTextObject(text="Leave it empty if you do not know; somebody from our team will find out."),
        element=UserSelectElement(action_id=PERSON),
    )
    return parts.form(NOT_ME_MODAL, "Not you?", "Send", context, [person])


def edit_modal(context: Mapping[str, Any], text: str) -> dict[str, Any]:
    """Another wording; it goes out as if it had been approved."""
    return parts.form(
        EDIT_MODAL,
        "Change the message",
        "Save and approve",
        context,
        [_text_input("Message", text, min(max(MAX_MESSAGE, len(text)), WHOLE_MESSAGE))],
    )


def snooze_modal(context: Mapping[str, Any]) -> dict[str, Any]:
    """Another day."""
    day = InputBlock(
        block_id=DAY,
        label=PlainTextObject(text="Send it on"),
        element=DatePickerElement(action_id=DAY),
    )
    return parts.form(SNOOZE_MODAL, "Another day", "Move", context, [day])


def problems(callback_id: str, values: Mapping[str, str], now: datetime) -> dict[str, str]:
    """What is wrong with a form, by block; empty if nothing is."""
    text = values.get(TEXT, "").strip()
    if callback_id in {WRITE_MODAL, EDIT_MODAL} and not text:
        return {TEXT: "Write at least a word."}
    if callback_id == EDIT_MODAL and len(text) > WHOLE_MESSAGE:
        return {TEXT: f"At most {WHOLE_MESSAGE} characters; this has {len(text)}."}
    return _problem_of_day(values.get(DAY, ""), now) if callback_id == SNOOZE_MODAL else {}


def _problem_of_day(day: str, now: datetime) -> dict[str, str]:
    try:
        chosen = date.fromisoformat(day)
    except ValueError:
        return {DAY: "Choose a day."}
    return {} if chosen > now.date() else {DAY: "Choose a day after today."}


def _text_input(label: str, initial: str, limit: int) -> InputBlock:
    return InputBlock(
        block_id=TEXT,
        label=PlainTextObject(text=shortened(label, 150)),
        element=PlainTextInputElement(
            action_id=TEXT, multiline=True, initial_value=shortened(initial, limit) or None, max_length=limit
        ),
    )
