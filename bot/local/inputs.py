"""What Slack's own client refuses in a modal before the app hears of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.local.payloads import Payload

REQUIRED = "Please complete this required field."
_PLAIN_TEXT = 3000
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_ANSWERS = (
    "value",
    "selected_option",
    "selected_options",
    "selected_date",
    "selected_time",
    "selected_date_time",
    "selected_user",
    "selected_users",
    "selected_channel",
    "selected_channels",
    "selected_conversation",
    "selected_conversations",
    "rich_text_value",
    "files",
)


def problems(blocks: list[Payload], values: Payload) -> dict[str, str]:
    """The sentence below each input that is empty or does not fit, by block_id."""
    found = {}
    for block in blocks:
        if block["type"] == "input":
            sentence = _problem(block, values)
            if sentence:
                found[block["block_id"]] = sentence
    return found


def _problem(block: Payload, values: Payload) -> str:
    element = block["element"]
    given = _part(_part(values, block["block_id"]), element.get("action_id"))
    answer = next((given[name] for name in _ANSWERS if given.get(name) not in (None, "", [])), None)
    if answer is None:
        return "" if block.get("optional") else REQUIRED
    return _of_text(element, answer) if isinstance(answer, str) else ""


def _part(values: Payload, key: object) -> Payload:
    part = values.get(str(key))
    return part if isinstance(part, dict) else {}


def _of_text(element: Payload, answer: str) -> str:
    match element["type"]:
        case "plain_text_input":
            return _length(answer, element.get("min_length", 0), element.get("max_length", _PLAIN_TEXT))
        case "email_text_input":
            return "" if _EMAIL.fullmatch(answer) else "Please enter a valid email address."
        case "url_text_input":
            return "" if re.match(r"\w+://\S+", answer) else "Please enter a valid URL."
        case "number_input":
            return _number(element, answer)
        case _:
            return ""


def _length(answer: str, least: int, most: int) -> str:
    if len(answer) < least:
        return f"This must be at least {least} characters."
    return f"This must be at most {most} characters." if len(answer) > most else ""


def _number(element: Payload, answer: str) -> str:
    try:
        number = float(answer)
    except ValueError:
        return "Please enter a valid number."
    if not element.get("is_decimal_allowed") and not number.is_integer():
        return "Please enter a whole number."
    least, most = float(element.get("min_value", "-inf")), float(element.get("max_value", "inf"))
    return "" if least <= number <= most else f"This must be between {least:g} and {most:g}."
