"""What I answer in a channel: the line that says it, and the modal that changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slack_sdk.models.blocks import InputBlock, Option, PlainTextObject, RadioButtonsElement

from bot.blocks import parts
from store.tables.channels import EVERY, MENTION, PRIVATE, SILENT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.slack.messenger import Speech

CHANGE, MODAL, POLICY = "channel_change", "channel_policy", "policy"
LABELS: Mapping[str, str] = {
    MENTION: "Only where I am mentioned",
    EVERY: "Every question",
    PRIVATE: "Every question, privately",
    SILENT: "Nothing",
}
EXPLAINED: Mapping[str, str] = {
    MENTION: "I answer where somebody mentions me, and follow-ups in that thread.",
    EVERY: "I answer in its thread. What I find no answer to, only its asker hears.",
    PRIVATE: "Only the asker sees my answer, and may share it with the channel.",
    SILENT: "I say nothing here. Direct messages and /cs work as before.",
}
IN_DM = "This is between us: I answer everything you write here. Use `/cs channel` in a channel."
NOT_YOURS = (
    "This channel belongs to an account of another team; their CSM, their manager or an admin decides here."
)
FOR_STAFF = "What I answer in a channel is decided by the team that looks after it."


def usage() -> str:
    """How to decide by a word."""
    words = ", ".join(f"`{one}` ({LABELS[one].lower()})" for one in LABELS)
    return f"Write `/cs channel` and one of {words}; or `/cs channel` alone to see what holds."


def policy_speech(policy: str, *, changed: bool = False) -> Speech:
    """What holds in this channel, with a button to change it."""
    lead = "From now on I answer here:" if changed else "What I answer here:"
    text = f"{lead} *{LABELS[policy]}*. {EXPLAINED[policy]}"
    return parts.speech(text, [parts.section(text), parts.actions(parts.button("Change", CHANGE))])


def policy_modal(policy: str, context: Mapping[str, Any]) -> dict[str, Any]:
    """The modal with all four; `context` comes back with it."""
    options = {
        value: Option(
            text=PlainTextObject(text=label),
            value=value,
            description=PlainTextObject(text=EXPLAINED[value]),
        )
        for value, label in LABELS.items()
    }
    return parts.form(
        MODAL,
        "This channel",
        "Save",
        context,
        [
            InputBlock(
                block_id=POLICY,
                label=PlainTextObject(text="What do I answer here?"),
                element=RadioButtonsElement(
                    action_id=POLICY, options=list(options.values()), initial_option=options[policy]
                ),
            )
        ],
    )
