"""Somebody's Slack account was closed, or opened again: who left is known at once, and what follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.slack.once import remember
from bot.watching import Watch
from store import people

if TYPE_CHECKING:
    from slack_bolt import App

    from bot.services import Services
    from store.tables import InboundEvent

CHANGED = "person_changed"


def register(app: App, services: Services) -> None:
    """Listen to changes of people; only whether they are still there matters here."""

    def changed(body: dict[str, Any], event: dict[str, Any]) -> None:
        user = event["user"]
        gone = bool(user.get("deleted"))
        with services.database.reading() as session:
            if not people.presence_differs(session, services.workspace_id, user["id"], gone=gone):
                return
        key = str(body.get("event_id") or f"user:{user['id']}:{event.get('event_ts')}")
        remember(services, CHANGED, key, {"user_id": user["id"], "gone": gone})

    app.event("user_change")(changed)


def carry_out_changed(services: Services, event: InboundEvent) -> None:
    """Note it with the contacts, and look at their accounts: a champion who left is a signal."""
    user_id, gone = event.payload["user_id"], event.payload["gone"]
    watch = Watch(services)
    with services.effect_of(event.id) as session:
        account_ids = people.note_presence(
            session, services.workspace_id, user_id, gone=gone, now=services.clock.now()
        )
        for account_id in account_ids:
            watch.look(session, account_id, only_notes=False)
    if account_ids:
        services.wake_workers()


HANDLERS = {CHANGED: carry_out_changed}
