"""What became of a playbook's message stands under it, in the place of its buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import speaking
from bot.slack.messenger import Posted
from store.tables import outbox

if TYPE_CHECKING:
    from sqlmodel import Session

    from bot.services import Services
    from store.tables import InboundEvent, OutboxMessage

SPENT = ("confirm", "again", "nudge")  # what was asked about a question, and is closed with it


def close_message(session: Session, services: Services, event: InboundEvent, what: str) -> None:
    """The message whose button was pressed says what became of it, and its buttons go."""
    payload = event.payload
    ts = payload.get("message_ts") or (payload.get("context") or {}).get("message_ts")
    if payload.get("channel_id") and ts:
        mark(session, services, Posted(payload["channel_id"], ts), what, key=event.id)


def mark(session: Session, services: Services, where: Posted, what: str, *, key: str, **changes: str) -> None:
    """Say under a message what became of it, in the place of its buttons."""
    show_again(session, services, where, key=f"closed:{key}", answered=what, **changes)


def show_again(session: Session, services: Services, where: Posted, *, key: str, **changes: str) -> None:
    """Make a message of a playbook anew in its place, as things are now."""
    sent = outbox.find_sent(
        session, workspace_id=services.workspace_id, channel_id=where.channel_id, ts=where.ts
    )
    if sent is None:
        return
    payload = {name: value for name, value in sent.payload.items() if name != "view"}
    in_channel = not where.channel_id.startswith("D") and not payload.get("reply_to")
    payload |= {"in_channel": in_channel, "mention": sent.slack_user_id, "ts": where.ts}
    speaking.send(
        session,
        services,
        sent.payload["view"],
        key=key,
        kind="update",
        channel_id=where.channel_id,
        **payload | changes,
    )


def close_cards(
    session: Session, services: Services, step: tuple[str, str], what: str, *, key: str, **changes: str
) -> None:
    """What staff were shown of a step (its run and key) beforehand is decided: its buttons would do nothing."""
    for kind in ("preview", "approval"):
        shown = outbox.sent_with_prefix(
            session, workspace_id=services.workspace_id, key_prefix=f"{step[0]}:{step[1]}:{kind}:"
        )
        for one in shown:
            where = Posted(str(one.sent_channel_id), str(one.sent_ts))
            mark(session, services, where, what, key=f"{one.id}:{key}", **changes)


def close_spent(session: Session, services: Services, message: OutboxMessage, label: str) -> None:
    """The reminders and the "right?" of a question that is answered say what was recorded."""
    step = f"{message.payload['run_id']}:{message.payload['step_key']}"
    for kind in SPENT:
        for one in outbox.sent_with_prefix(
            session, workspace_id=services.workspace_id, key_prefix=f"{step}:{kind}:"
        ):
            if one.kind != "update":
                where = Posted(str(one.sent_channel_id), str(one.sent_ts))
                mark(session, services, where, f"Recorded: {label}", key=f"{one.id}:{message.id}")
