"""The Stop button: nothing more is thought about the question, and its message says that it was stopped.

To stop a question is to call its event off: whoever works on it finds that out at the next stage, and what it would
have brought about is rolled back. What streams already, stays as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import speaking
from bot.blocks import plan
from bot.deliver import View
from bot.slack.messenger import Posted, Speech
from store.tables import conversations, events

if TYPE_CHECKING:
    from collections.abc import Collection

    from slack_bolt import App
    from sqlmodel import Session

    from bot.services import Services
    from store.tables import OutboxMessage

NAME = "stopped"


def register(app: App, services: Services) -> None:
    """Listen to the Stop button of messages and of agent sessions."""

    def stopped(event: dict[str, Any]) -> None:
        stop(services, event)

    app.event("agent_session_stopped")(stopped)


def stop(services: Services, event: dict[str, Any]) -> None:
    """Call off what is being thought in a thread, end what streams, and let the session wait for the next question."""
    channel, thread_ts = event["channel"], event.get("thread_ts")
    given = event.get("streaming_message_ts") or []
    stamps = [given] if isinstance(given, str) else list(given)
    with services.database.transaction() as session:
        if stamps:
            _call_off_streams(session, services, channel, stamps)
        elif thread_ts:
            _call_off_thread(session, services, channel, thread_ts, event.get("user") or "")
    for ts in stamps:
        services.messenger.stop_stream(Posted(channel, ts))
    if thread_ts:
        services.messenger.status(channel, thread_ts, "")
        services.messenger.session_status(channel, thread_ts, "active")
    services.wake_outbox()


def _call_off_streams(session: Session, services: Services, channel_id: str, stamps: Collection[str]) -> None:
    """Those whose answer is only being thought; the message in which it would have streamed says so."""
    for question in conversations.streaming_in(session, services.workspace_id, channel_id, stamps):
        key = f"{channel_id}:{question.ts}"
        if not events.call_off(session, services.workspace_id, key, now=services.clock.now()):
            continue
        question.is_question = False  # nobody waits for an answer any more
        session.add(question)
        speaking.send(
            session,
            services,
            NAME,
            key=f"{NAME}:{channel_id}:{question.stream_ts}",
            kind="update",
            channel_id=channel_id,
            ts=question.stream_ts,
        )


def _call_off_thread(
    session: Session, services: Services, channel_id: str, thread_ts: str, user_id: str
) -> None:
    """What that person asked in the thread, where no stream shows that it is thought about."""
    for ts in events.call_off_in_thread(
        session,
        services.workspace_id,
        channel_id=channel_id,
        thread_ts=thread_ts,
        user_id=user_id,
        now=services.clock.now(),
    ):
        question = conversations.message_at(session, services.workspace_id, channel_id, ts)
        if question is not None:
            question.is_question = False
            session.add(question)


def _conclude(services: Services, message: OutboxMessage) -> None:
    where = Posted(str(message.channel_id), str(message.payload["ts"]))
    services.messenger.complete_stream(where, plan.stopped(), key=message.key)


VIEWS = {NAME: View(render=lambda *_: Speech(text=""), perform=_conclude)}
