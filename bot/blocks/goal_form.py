"""The form of a goal: what is to be reached, where it stands, where it should be, until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slack_sdk.models.blocks import (
    DatePickerElement,
    InputBlock,
    NumberInputElement,
    PlainTextInputElement,
    PlainTextObject,
)

from bot.blocks import parts
from bot.blocks.text import harmless, shortened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slack_sdk.models.blocks import InputInteractiveElement

OPEN, MODAL = "goal_form_open", "goal_form"
TITLE, UNIT, BASELINE, TARGET, DUE = "title", "unit", "baseline", "target", "due"
LABEL_LIMIT, TITLE_LIMIT, UNIT_LIMIT = 150, 200, 40


def open_button(account_id: str) -> Any:
    """The button that opens the form, for a row of actions."""
    return parts.button("Add a goal…", OPEN, account_id)


def goal_modal(account: str, context: Mapping[str, Any]) -> dict[str, Any]:
    """An empty form; only what is to be reached must be filled in, figures may follow."""
    return parts.form(
        MODAL,
        "Add a goal",
        "Add",
        context,
        [
            _input(
                TITLE,
                f"What does {account} want to reach?",
                PlainTextInputElement(action_id=TITLE, max_length=TITLE_LIMIT),
                optional=False,
            ),
            _input(UNIT, "Measured in", PlainTextInputElement(action_id=UNIT, max_length=UNIT_LIMIT)),
            _input(BASELINE, "Where they began", _number(BASELINE)),
            _input(TARGET, "Where they want to be", _number(TARGET)),
            _input(DUE, "Until when", DatePickerElement(action_id=DUE)),
        ],
    )


def _input(name: str, label: str, element: InputInteractiveElement, *, optional: bool = True) -> InputBlock:
    words = PlainTextObject(text=shortened(harmless(label), LABEL_LIMIT))
    return InputBlock(block_id=name, label=words, element=element, optional=optional)


def _number(name: str) -> NumberInputElement:
    return NumberInputElement(action_id=name, is_decimal_allowed=True)
