"""Forms for answers that no button holds: several ticks, a day, a person, a number, several fields at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slack_sdk.models.blocks import (
    CheckboxesElement,
    DatePickerElement,
    InputBlock,
    NumberInputElement,
    PlainTextInputElement,
    PlainTextObject,
    StaticSelectElement,
    UserSelectElement,
)

from bot.blocks import parts
from bot.blocks.text import shortened

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slack_sdk.models.blocks import InputInteractiveElement

ANSWER_MODAL = "playbook_answer_modal"
ANSWER = "answer"  # the block of the one field; a form's fields are `field_NAME`
FIELD = "field_"
BUTTONS = {
    "multi": "Choose…",
    "date": "Pick a day",
    "person": "Name a person",
    "number": "Give a number",
    "form": "Fill in",
}
LABELS = {
    "multi": "Everything that applies",
    "date": "Which day?",
    "person": "Who?",
    "number": "How many?",
}
LABEL_LIMIT, WORDS_LIMIT = 150, 3000


def inputs_of(
    ask_type: str, options: Sequence[Mapping[str, Any]], fields: Sequence[Mapping[str, Any]]
) -> list[InputBlock]:
    """The fields of a question's form."""
    if ask_type != "form":
        return [_input(ANSWER, ask_type, LABELS[ask_type], options)]
    return [
        _input(
            f"{FIELD}{field['name']}",
            str(field["type"]),
            str(field["label"]),
            field.get("options") or (),
            optional=bool(field.get("optional")),
            at_most=field.get("at_most"),
        )
        for field in fields
    ]


def answer_of(values: Mapping[str, str]) -> tuple[str | None, dict[str, str]]:
    """What was entered: the one answer, or a form's fields by their name."""
    fields = {
        name.removeprefix(FIELD): value.strip() for name, value in values.items() if name.startswith(FIELD)
    }
    return values.get(ANSWER), fields


def _input(
    block_id: str,
    kind: str,
    label: str,
    options: Sequence[Mapping[str, Any]],
    *,
    optional: bool = False,
    at_most: int | None = None,
) -> InputBlock:
    return InputBlock(
        block_id=block_id,
        label=PlainTextObject(text=shortened(label, LABEL_LIMIT)),
        element=_element(block_id, kind, options, at_most or WORDS_LIMIT),
        optional=optional,
    )


def _element(
    action_id: str, kind: str, options: Sequence[Mapping[str, Any]], at_most: int
) -> InputInteractiveElement:
    if kind == "multi":
        return CheckboxesElement(action_id=action_id, options=_entries(options))
    if kind == "select":
        return StaticSelectElement(action_id=action_id, options=_entries(options))
    if kind == "date":
        return DatePickerElement(action_id=action_id)
    if kind == "person":
        return UserSelectElement(action_id=action_id)
    if kind == "number":
        return NumberInputElement(action_id=action_id, is_decimal_allowed=True)
    return PlainTextInputElement(action_id=action_id, max_length=at_most)


def _entries(options: Sequence[Mapping[str, Any]]) -> list[Any]:
    return [parts.option(str(option["label"]), str(option["value"])) for option in options]
