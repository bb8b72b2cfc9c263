"""Having a chat model write the headline of a digest: shown only if it says nothing that the figures do not say."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from knowledge.chat import Message
from knowledge.prompts import prompt
from knowledge.writing import as_data
from store.insights.headline import refusal

if TYPE_CHECKING:
    from knowledge.calling import ChatDesk

log = logging.getLogger(__name__)


class HeadlineWriter:
    """Writes headlines.

    Args:
        desk: the way to the chat model.
    """

    def __init__(self, desk: ChatDesk) -> None:
        self._desk = desk

    def write(self, figures: str) -> str | None:
        """One to three sentences on these figures (JSON); None where the model fails or says something else."""
        messages = [
            Message("system", prompt("headline")),
            Message("user", f"<figures>\n{as_data(figures)}\n</figures>"),
        ]
        reply = self._desk.ask(messages)
        if reply is None:
            return None
        said = " ".join(reply.text.split())
        reason = refusal(said, figures)
        if reason is not None:
            log.info("the model's headline is not shown: %s", reason)
            self._desk.disappointed()
            return None
        self._desk.keep(reply)
        return said
