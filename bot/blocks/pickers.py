"""Inputs for an account and for a playbook, whose options come while somebody types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slack_sdk.models.blocks import ExternalDataSelectElement, InputBlock, PlainTextObject

from bot.blocks import parts

if TYPE_CHECKING:
    from slack_sdk.models.blocks import Option

ACCOUNT, PLAYBOOK = "pick_account", "pick_playbook"
OPTIONS_AT_MOST = 100  # that Slack takes


def account_option(name: str, account_id: str) -> Option:
    """An account to choose."""
    return parts.option(name, account_id)


def playbook_option(title: str, name: str) -> Option:
    """A playbook to choose."""
    return parts.option(title, name)


def account_input(chosen: Option | None) -> InputBlock:
    """Which account; `chosen`: the one that is probably meant."""
    return _input(ACCOUNT, "Account", "Type a few letters", chosen)


def playbook_input() -> InputBlock:
    """Which playbook."""
    return _input(PLAYBOOK, "Playbook", "Type a few letters, or look", None)


def _input(block_id: str, label: str, placeholder: str, chosen: Option | None) -> InputBlock:
    element = ExternalDataSelectElement(
        action_id=block_id, placeholder=placeholder, min_query_length=0, initial_option=chosen
    )
    return InputBlock(block_id=block_id, label=PlainTextObject(text=label), element=element)
