"""The forms of the message shortcuts "Save as feedback" and "Start playbook"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slack_sdk.models.blocks import InputBlock, PlainTextInputElement, PlainTextObject, RadioButtonsElement

from bot.blocks import parts
from bot.blocks.pickers import account_input, playbook_input
from bot.blocks.text import brief, harmless, shortened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slack_sdk.models.blocks import Option

SAVE_MODAL, PLAY_MODAL = "save_feedback_modal", "start_playbook_modal"
WORDS, MOOD = "words", "mood"
WORDS_LIMIT = 2000
MOODS: Mapping[str, tuple[str, int | None]] = {
    "good": ("Praise", 1),
    "bad": ("A complaint", -1),
    "neither": ("Neither: a wish, a remark", None),
}
FOR_STAFF = "This is for the team that looks after accounts. Write me your question and I help."
NO_WORDS, NO_ACCOUNT = "Write what they said.", "Choose an account that you look after."
NO_PLAYBOOK = "Choose a playbook."


def save_modal(words: str, account: Option | None, context: Mapping[str, Any]) -> dict[str, Any]:
    """What somebody said without being asked; it counts in the digest."""
    moods = {value: parts.option(label, value) for value, (label, _) in MOODS.items()}
    said = InputBlock(
        block_id=WORDS,
        label=PlainTextObject(text="What they said"),
        element=PlainTextInputElement(
            action_id=WORDS,
            multiline=True,
            max_length=WORDS_LIMIT,
            initial_value=shortened(harmless(words), WORDS_LIMIT) or None,
        ),
    )
    mood = InputBlock(
        block_id=MOOD,
        label=PlainTextObject(text="What it is"),
        element=RadioButtonsElement(
            action_id=MOOD, options=list(moods.values()), initial_option=moods["neither"]
        ),
    )
    return parts.form(SAVE_MODAL, "Save as feedback", "Save", context, [account_input(account), said, mood])


def play_modal(account: Option | None, context: Mapping[str, Any]) -> dict[str, Any]:
    """Which playbook, for which account; what would be sent is shown before anything starts."""
    inputs = [account_input(account), playbook_input()]
    return parts.form(PLAY_MODAL, "Start playbook", "Preview", context, inputs)


def saved_text(account: str, words: str) -> str:
    """It is noted."""
    return f"Saved as feedback of {brief(account)}: “{brief(words, 150)}”. It is in the next digest."


def saved_before(account: str) -> str:
    """That message was noted before."""
    return f"That message is saved as feedback of {brief(account)} already."
