"""The first sign that we are at work: shown as soon as something is stored, however many wait before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.tables import channels, conversations, events
from store.tables.channels import PRIVATE, SILENT

if TYPE_CHECKING:
    from bot.services import Services
    from bot.slack.incoming import Said

READING = "is reading your message…"


def show(services: Services, said: Said) -> None:
    """Show it where what was said is certainly for us, and its answer for everybody there.

    It says less than the worker's own line, which takes its place: by then we know what was meant. A worker
    that was quicker than this has nothing to take it away with, so that is done here.
    """
    if not _is_certain(services, said):
        return
    services.messenger.status(said.channel_id, said.root_ts, READING)
    with services.database.reading() as session:
        waiting = events.is_waiting(session, workspace_id=services.workspace_id, event_key=said.event_key)
        question = conversations.message_at(session, services.workspace_id, said.channel_id, said.ts)
    if not waiting or (question is not None and question.stream_ts):
        take_back(services, said)


def take_back(services: Services, said: Said) -> None:
    """No answer follows it."""
    if _is_certain(services, said):
        services.messenger.status(said.channel_id, said.root_ts, "")


def _is_certain(services: Services, said: Said) -> bool:
    if said.surface == "dm":
        return True
    if not said.mentions_bot:
        return False
    with services.database.reading() as session:
        policy = channels.policy_of(session, services.workspace_id, said.channel_id)
    return policy not in (PRIVATE, SILENT)
