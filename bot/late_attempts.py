"""Attempts at a question that came too late: a plan that one of them began, and nobody goes on with, is taken back.

A worker that was slow, not dead, may begin a stream while another, who took its question over, answers without one.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.services import AlreadyDone
from bot.slack.messenger import Posted, TryLater, Unreachable
from store.tables import conversations, events, outbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.services import Services
    from bot.slack.incoming import Said
    from store.tables import InboundEvent

log = logging.getLogger(__name__)


@contextmanager
def cleared_up(services: Services, event: InboundEvent, said: Said) -> Iterator[None]:
    """Carry out an attempt; where there were several, one answer is left of them.

    Raises:
        AlreadyDone: another worker answered meanwhile.
    """
    try:
        yield
    except AlreadyDone:
        _clear_up(services, said)
        raise
    except TryLater:
        with services.database.reading() as session:
            over = events.is_over(session, event.id)
        if not over:
            raise
        _clear_up(services, said)
        raise AlreadyDone(f"Event {event.id} was carried out by another worker.") from None
    if event.attempts > 1:
        _clear_up(services, said)


def _clear_up(services: Services, said: Said) -> None:
    """Remove streams below the question in which nothing stands and nothing will."""
    try:
        for where in _left(services, said):
            log.info("a plan that nobody goes on with is taken back: %s", where)
            services.messenger.delete(where)
    except (TryLater, Unreachable) as error:
        log.warning("what attempts left below %s could not be taken back: %s", said.message_key, error)


def _left(services: Services, said: Said) -> list[Posted]:
    workspace = {"workspace_id": services.workspace_id, "channel_id": said.channel_id}
    found = services.messenger.find_unfinished(
        said.channel_id, services.bot_user_id, thread_ts=said.root_ts, oldest=said.ts, wordless=True
    )
    # Read after Slack was asked: what others begin meanwhile is theirs.
    with services.database.reading() as session:
        question = conversations.find_message(session, **workspace, ts=said.ts)
        if not question.is_question:  # somebody pressed Stop, and its message says so
            return []
        used = outbox.places_taken(session, **workspace, message_id="")
        others = conversations.streams_in(session, question.conversation_id) - {question.stream_ts}
    return [where for where in found if where.ts not in used | others]
