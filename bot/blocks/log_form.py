"""The form of a call, a meeting, an e-mail or a note: what it was, when, what was said, and whether it is a sign."""

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
from bot.blocks.text import harmless, shortened
from store.tables.activities import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from slack_sdk.models.blocks import InputInteractiveElement

OPEN, MODAL = "log_form_open", "log_form"
KIND, DAY, WORDS, SIGN, WHICH = "kind", "day", "words", "sign", "which"
SIGNS = {
    "growth": "They expect to grow",
    "department": "A new department uses it (its name below)",
    "use": "They use it for something new (named below)",
}
LABEL_LIMIT, WORDS_LIMIT = 150, 3000  # characters; Slack's forms take no more words


def open_button(account_id: str) -> Any:
    """The button that opens the form, for a row of actions."""
    return parts.button("Write something down…", OPEN, account_id)


def log_modal(account: str, today: date, context: Mapping[str, Any]) -> dict[str, Any]:
    """The form; a call of today until something else is chosen."""
    kinds = [parts.option(kind.capitalize(), kind) for kind in KINDS]
    return parts.form(
        MODAL,
        "Write it down",
        "Save",
        context,
        [
            _input(
                KIND,
                "What was it?",
                StaticSelectElement(action_id=KIND, options=kinds, initial_option=kinds[0]),
            ),
            _input(DAY, "When?", DatePickerElement(action_id=DAY, initial_date=today.isoformat())),
            _input(
                WORDS,
                f"What did {account} say?",
                PlainTextInputElement(action_id=WORDS, multiline=True, max_length=WORDS_LIMIT),
            ),
            _input(
                SIGN,
                "Is it a sign that they need more?",
                StaticSelectElement(
                    action_id=SIGN, options=[parts.option(label, value) for value, label in SIGNS.items()]
                ),
                hint="A playbook may begin with it.",
                optional=True,
            ),
            _input(
                WHICH,
                "Which department, or what for?",
                PlainTextInputElement(action_id=WHICH, max_length=LABEL_LIMIT),
                optional=True,
            ),
        ],
    )


def _input(
    name: str,
    label: str,
    element: InputInteractiveElement,
    *,
    hint: str | None = None,
    optional: bool = False,
) -> InputBlock:
    words = PlainTextObject(text=shortened(harmless(label), LABEL_LIMIT))
    return InputBlock(block_id=name, label=words, element=element, hint=hint, optional=optional)
