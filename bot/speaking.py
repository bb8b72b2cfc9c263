"""Saying something that has been made already: its text and blocks travel in the outbox row itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.deliver import View
from bot.slack.messenger import Speech
from store.tables import outbox

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from bot.services import Services
    from store.tables import InboundEvent, OutboxMessage

VIEW_NAME = "speech"


def send(
    session: Session,
    services: Services,
    view: str,
    *,
    key: str,
    kind: str,
    channel_id: str | None = None,
    slack_user_id: str | None = None,
    thread_ts: str | None = None,
    due_at: datetime | None = None,
    **payload: Any,
) -> bool:
    """Put a message into the outbox; False if one of this key is there.

    Args:
        session: the transaction that decides it.
        services: the running bot.
        view: what makes it when it is sent; a key of VIEWS in bot/app.py.
        key: makes the message one.
        kind: see `OutboxMessage.kind`.
        channel_id: where; with none, a DM to `slack_user_id`.
        slack_user_id: the recipient of a DM or an ephemeral.
        thread_ts: the thread.
        due_at: when it is said; without, at once.
        payload: what the view needs, and `response_url`, `replace`, `in_channel`, `ts` for the kinds that do.
    """
    now = services.clock.now()
    return outbox.enqueue(
        session,
        workspace_id=services.workspace_id,
        key=key,
        kind=kind,
        channel_id=channel_id,
        slack_user_id=slack_user_id,
        thread_ts=thread_ts,
        payload={"view": view, **payload},
        due_at=due_at or now,
        now=now,
    )


def say(
    session: Session,
    services: Services,
    speech: Speech,
    *,
    key: str,
    kind: str = "post",
    channel_id: str | None = None,
    slack_user_id: str | None = None,
    thread_ts: str | None = None,
    **more: Any,
) -> bool:
    """Put a finished message into the outbox; see `send`."""
    return send(
        session,
        services,
        VIEW_NAME,
        key=key,
        kind=kind,
        channel_id=channel_id,
        slack_user_id=slack_user_id,
        thread_ts=thread_ts,
        text=speech.text,
        blocks=list(speech.blocks),
        simple_blocks=list(speech.simple_blocks),
        **more,
    )


def reply(
    session: Session,
    services: Services,
    event: InboundEvent,
    speech: Speech,
    *,
    replace: bool = False,
    echo: bool = False,
) -> None:
    """Answer whoever pressed or commanded, so that only they see it.

    By the response URL where the event has one, in a thread as an ephemeral message, else by DM. (What a
    response URL says without replacing lands outside the thread.)

    Args:
        session: the transaction that decides it.
        services: the running bot.
        event: a stored click, command or submitted modal; its payload has `user_id`.
        speech: what to say.
        replace: put it in the place of the message whose button was pressed.
        echo: whether nothing is lost without it (a thank-you); after a crash it is rather missed than
            repeated, where anything else is rather repeated than missed (docs/adr/0003).
    """
    address = address_of(event, replace=replace)
    say(session, services, speech, **address, echo=echo)


def address_of(event: InboundEvent, *, replace: bool = False) -> dict[str, Any]:
    """How to reach whoever pressed or commanded, for `send` and `say`; see `reply`."""
    payload = event.payload
    channel, thread = payload.get("channel_id"), payload.get("thread_ts")
    address: dict[str, Any] = {"key": f"reply:{event.id}", "slack_user_id": payload["user_id"]}
    if payload.get("response_url") and (replace or not thread):
        return address | {
            "kind": "respond",
            "channel_id": channel,
            "response_url": payload["response_url"],
            "replace": replace,
        }
    if channel:
        return address | {"kind": "ephemeral", "channel_id": channel, "thread_ts": thread}
    return address | {"kind": "dm"}


def _render(_services: Services, message: OutboxMessage) -> Speech:
    payload = message.payload
    return Speech(
        text=payload["text"], blocks=payload["blocks"], simple_blocks=payload.get("simple_blocks") or ()
    )


VIEW = View(render=_render)
