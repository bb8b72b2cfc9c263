"""Saying something that has been made already: its text and blocks travel in the outbox row itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.deliver import View
from bot.slack.messenger import Speech
from store.tables import outbox

if TYPE_CHECKING:
    from sqlmodel import Session

    from bot.services import Services
    from store.tables import InboundEvent, OutboxMessage

VIEW_NAME = "speech"


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
    """Put a finished message into the outbox; False if a message of this key is already there.

    Args:
        session: the transaction that decides it.
        services: the running bot.
        speech: what to say.
        key: makes the message one.
        kind: see `OutboxMessage.kind`.
        channel_id: where; with none, a DM to `slack_user_id`.
        slack_user_id: the recipient of a DM or an ephemeral.
        thread_ts: the thread.
        more: further payload: `response_url`, `replace`, `in_channel`, `ts`.
    """
    now = services.clock.now()
    payload = {
        "view": VIEW_NAME,
        "text": speech.text,
        "blocks": list(speech.blocks),
        "simple_blocks": list(speech.simple_blocks),
        **more,
    }
    return outbox.enqueue(
        session,
        workspace_id=services.workspace_id,
        key=key,
        kind=kind,
        channel_id=channel_id,
        slack_user_id=slack_user_id,
        thread_ts=thread_ts,
        payload=payload,
        due_at=now,
        now=now,
    )


def reply(
    session: Session, services: Services, event: InboundEvent, speech: Speech, *, replace: bool = False
) -> None:
    """Answer whoever pressed or commanded, so that only they see it.

    By the response URL where the event has one, else as an ephemeral message where they are, else by DM.

    Args:
        session: the transaction that decides it.
        services: the running bot.
        event: a stored click, command or submitted modal; its payload has `user_id`.
        speech: what to say.
        replace: put it in the place of the message whose button was pressed.
    """
    payload = event.payload
    key, user, channel = f"reply:{event.id}", payload["user_id"], payload.get("channel_id")
    if payload.get("response_url"):
        say(
            session,
            services,
            speech,
            key=key,
            kind="respond",
            channel_id=channel,
            slack_user_id=user,
            response_url=payload["response_url"],
            replace=replace,
        )
    elif channel:
        say(
            session,
            services,
            speech,
            key=key,
            kind="ephemeral",
            channel_id=channel,
            slack_user_id=user,
            thread_ts=payload.get("thread_ts"),
        )
    else:
        say(session, services, speech, key=key, kind="dm", slack_user_id=user)


def _render(_services: Services, message: OutboxMessage) -> Speech:
    payload = message.payload
    return Speech(
        text=payload["text"], blocks=payload["blocks"], simple_blocks=payload.get("simple_blocks") or ()
    )


SPEECH_VIEW = View(render=_render)


VIEW = View(render=_render)
