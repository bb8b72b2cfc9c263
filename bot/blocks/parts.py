"""Block Kit elements that several views share, built with Slack's own models so that limits hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from bot.blocks.text import BUTTON_LIMIT, SECTION_LIMIT, shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slack_sdk.models.blocks import Block

JsonBlock = dict[str, Any]


def as_json(blocks: Sequence[Block]) -> list[JsonBlock]:
    """Blocks as they travel.

    Raises:
        SlackObjectFormationError: a block breaks one of Slack's limits.
    """
    return [block.to_dict() for block in blocks]


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
        elements=[MarkdownTextObject(text=shortened(text, SECTION_LIMIT)) for text in mrkdwn_texts[:10]],
        block_id=block_id,
    )


def header(text: str) -> HeaderBlock:
    """A heading."""
    return HeaderBlock(text=PlainTextObject(text=shortened(text, 150), emoji=True))


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
    return ButtonElement(
        text=PlainTextObject(text=shortened(text, BUTTON_LIMIT), emoji=True),
        action_id=action_id,
        value=value,
        style=style,
        url=url,
        confirm=confirm,
        accessibility_label=shortened(text, BUTTON_LIMIT),
    )


def actions(*elements: Any, block_id: str | None = None) -> ActionsBlock:
    """A row of buttons or menus, at most 25."""
    return ActionsBlock(elements=list(elements[:25]), block_id=block_id)


def markdown(text: str) -> JsonBlock:
    """Slack's own Markdown block."""
    return {"type": "markdown", "text": text}
