"""The modal in which an answer is approved as knowledge, and what is said about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slack_sdk.models.blocks import (
    DatePickerElement,
    InputBlock,
    PlainTextInputElement,
    PlainTextObject,
    StaticSelectElement,
)

from bot.blocks import parts
from bot.blocks.text import brief, shortened, slack_day
from bot.verifying.answers import ANSWER, ANSWER_LIMIT, AUDIENCE, EXPIRES, QUESTION, QUESTION_LIMIT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from bot.verifying.answers import Draft

MODAL, EDIT_MODAL = "add_to_knowledge_base", "kb_draft_edit"
NOT_FOR_YOU = (
    "Only customer success managers can add to the knowledge base. Ask your CSM, or press "
    "“Talk to a person” below an answer."
)
_CARE = (
    "It is quoted with the name of whoever approves it to everybody who may read it. Take out names, prices and whatever only one "
    "customer may know."
)
_READERS = {"internal": "Our team only", "customer": "All customers", "public": "Everybody"}


def readers(account_id: str | None, account_name: str) -> dict[str, str]:
    """Who may be chosen as readers here: audience -> label. The narrowest comes first."""
    own = {f"account:{account_id}": f"Only {account_name} (and our team)"} if account_id else {}
    return own | _READERS


def approval_modal(
    draft: Draft,
    choices: Mapping[str, str],
    context: Mapping[str, Any],
    *,
    callback_id: str = MODAL,
    submit: str = "Save",
) -> dict[str, Any]:
    """The modal, filled with what is known; `context` comes back with it."""
    options = {value: parts.option(shortened(label, 75), value) for value, label in choices.items()}
    return parts.form(
        callback_id,
        "Add to knowledge base",
        submit,
        context,
        [
            _text(QUESTION, "Question, as a customer asks it", draft.question, QUESTION_LIMIT),
            _text(ANSWER, "Answer", draft.answer, ANSWER_LIMIT, multiline=True),
            InputBlock(
                block_id=AUDIENCE,
                label=PlainTextObject(text="Who may read it"),
                element=StaticSelectElement(
                    action_id=AUDIENCE, options=list(options.values()), initial_option=options[draft.audience]
                ),
            ),
            InputBlock(
                block_id=EXPIRES,
                optional=True,
                label=PlainTextObject(text="True until"),
                hint=PlainTextObject(
                    text="After that day it is no longer used. Empty: until it is withdrawn."
                ),
                element=DatePickerElement(
                    action_id=EXPIRES, initial_date=draft.expires_on.isoformat() if draft.expires_on else None
                ),
            ),
            parts.context(_CARE),
        ],
    )


def approved_text(pair_id: str, question: str, label: str, expires_on: date | None) -> str:
    """What whoever approved is told."""
    until = f", until {slack_day(expires_on)}" if expires_on else ""
    return (
        f"Saved. I will answer “{brief(question, 150)}” with it in a moment. Readers: {brief(label)}{until}. "
        f"An admin can take it back: `guidepost knowledge qa expire {pair_id[:8]}`."
    )


def _text(block_id: str, label: str, value: str, limit: int, *, multiline: bool = False) -> InputBlock:
    return InputBlock(
        block_id=block_id,
        label=PlainTextObject(text=label),
        element=PlainTextInputElement(
            action_id=block_id,
            multiline=multiline,
            max_length=limit,
            initial_value=shortened(value, limit) or None,
        ),
    )
