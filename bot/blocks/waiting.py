"""The modal that stands there while its rows are read."""

from __future__ import annotations

from typing import Any

from slack_sdk.models.views import View

from bot.blocks import parts

WAITING_MODAL = "waiting"
COUNTING = "One moment, I am going through the rows."


def waiting_modal(text: str = COUNTING) -> dict[str, Any]:
    """A modal with one sentence, to be filled."""
    view = View(
        type="modal",
        callback_id=WAITING_MODAL,
        title="Rows",
        close="Close",
        blocks=[parts.section(text)],
    )
    return view.to_dict()
