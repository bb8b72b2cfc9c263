"""Block Kit elements that several views share, built with Slack's own models so that limits hold."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    MarkdownTextObject,
    Option,
    PlainTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.blocks.text import BUTTON_LIMIT, FALLBACK_LIMIT, SECTION_LIMIT, harmless, shortened
from bot.slack.messenger import Speech

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slack_sdk.models.blocks import Block

JsonBlock = dict[str, Any]
MESSAGE_TEXT = 12_500  # of all blocks together; Slack refuses some 700 characters later
MESSAGE_BLOCKS = 50
CONTEXT_LIMIT = 2000
MORE = "… there is more than fits here."


def as_json(blocks: Sequence[Block]) -> list[JsonBlock]:
    """Blocks as they travel.

    Raises:
        SlackObjectFormationError: a block breaks one of Slack's limits.
    """
    return [block.to_dict() for block in blocks]


def speech(text: str, blocks: Sequence[Block]) -> Speech:
    """A message of blocks that Slack takes as a whole; what does not fit is left out at the end, and said so.

    Args:
        text: mrkdwn that stands for the blocks, in notifications and for screen readers.
        blocks: each within its own limits.
    """
    kept: list[JsonBlock] = []
    room = MESSAGE_TEXT
    for block in as_json(blocks):
        room -= _length(block)
        if room < 0 or len(kept) == MESSAGE_BLOCKS - 1:
            kept += as_json([context(MORE)])
            break
        kept.append(block)
    return Speech(text=shortened(text, FALLBACK_LIMIT), blocks=kept)


def _length(value: Any) -> int:
    """How many characters people read in it."""
    if isinstance(value, dict):
        own = len(value["text"]) if isinstance(value.get("text"), str) else 0
        return own + sum(_length(inner) for inner in value.values())
    return sum(map(_length, value)) if isinstance(value, list) else 0


def section(mrkdwn_text: str, *, block_id: str | None = None, accessory: Any = None) -> SectionBlock:
    """A paragraph of mrkdwn, cut to Slack's limit."""
    return SectionBlock(
        text=MarkdownTextObject(text=shortened(mrkdwn_text, SECTION_LIMIT)),
        block_id=block_id,
        accessory=accessory,
    )


def context(*mrkdwn_texts: str, block_id: str | None = None) -> ContextBlock:
    """Small grey lines."""
    return ContextBlock(
        elements=[MarkdownTextObject(text=shortened(text, CONTEXT_LIMIT)) for text in mrkdwn_texts[:10]],
        block_id=block_id,
    )


def header(text: str) -> HeaderBlock:
    """A heading."""
    return HeaderBlock(text=PlainTextObject(text=shortened(harmless(text), 150), emoji=True))


def divider() -> DividerBlock:
    """A line."""
    return DividerBlock()


def button(
    text: str,
    action_id: str,
    value: str = "-",
    *,
    style: str | None = None,
    url: str | None = None,
    confirm: ConfirmObject | None = None,
) -> ButtonElement:
    """A button; its label is cut to Slack's limit and read out in full by screen readers."""
    label = shortened(harmless(text), BUTTON_LIMIT)
    return ButtonElement(
        text=PlainTextObject(text=label, emoji=True),
        action_id=action_id,
        value=value,
        style=style,
        url=url,
        confirm=confirm,
        accessibility_label=label,
    )


def option(text: str, value: str) -> Option:
    """An option of a menu; its label is cut to Slack's limit."""
    return Option(text=PlainTextObject(text=shortened(harmless(text), BUTTON_LIMIT)), value=value)


def actions(*elements: Any, block_id: str | None = None) -> ActionsBlock:
    """A row of buttons or menus, at most 25."""
    return ActionsBlock(elements=list(elements[:25]), block_id=block_id)


def markdown(text: str) -> JsonBlock:
    """Slack's own Markdown block."""
    return {"type": "markdown", "text": text}


def form(
    callback_id: str,
    title: str,
    submit: str,
    context: Mapping[str, Any],
    blocks: Sequence[Block],
    *,
    close: str = "Cancel",
) -> JsonBlock:
    """A modal that is filled in and sent; `context` comes back with it.

    Raises:
        SlackObjectFormationError: a part breaks one of Slack's limits.
    """
    view = View(
        type="modal",
        callback_id=callback_id,
        title=PlainTextObject(text=title),
        submit=PlainTextObject(text=submit),
        close=PlainTextObject(text=close),
        private_metadata=json.dumps(context),
        blocks=list(blocks),
    )
    return view.to_dict()
