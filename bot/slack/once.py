"""Each inbound event has one effect: it is stored before Slack is told that we have it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from store.tables import events

if TYPE_CHECKING:
    from bot.services import Services

log = logging.getLogger(__name__)


def remember(
    services: Services, kind: str, event_key: str, payload: dict[str, Any], *, message_key: str | None = None
) -> bool:
    """Store an event and wake the workers; False if we have it already (Slack redelivers)."""
    with services.database.transaction() as session:
        new = events.remember(
            session,
            workspace_id=services.workspace_id,
            kind=kind,
            event_key=event_key,
            payload=payload,
            message_key=message_key,
            now=services.clock.now(),
        )
    if new:
        services.wake_workers()
    else:
        log.debug("seen before, left alone: %s %s", kind, event_key)
    return new
