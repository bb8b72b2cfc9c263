"""The outbox: what is to be said in Slack, written in the transaction that decided it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import UniqueConstraint, and_, func, or_, update
from sqlmodel import Field, Session, SQLModel, col, select

from store.columns import id_field, json_field, moment_field, workspace_field

if TYPE_CHECKING:
    from sqlmodel.sql.expression import SelectOfScalar


class OutboxMessage(SQLModel, table=True):
    """One outbound message. `key` makes it unique and travels in Slack's message metadata.

    `begun_at` is noted before something that cannot be looked up in Slack afterwards (an ephemeral message,
    a response URL) is handed over: if it is still there at the next attempt, the person may have seen it.
    `vanished` counts the senders that were never heard of again, as in `InboundEvent`.
    """

    __tablename__ = "outbox"
    __table_args__ = (UniqueConstraint("workspace_id", "key"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    key: str
    kind: str  # post | update | ephemeral | dm | respond (to a slash command)
    channel_id: str | None = None
    slack_user_id: str | None = None  # recipient of a dm or an ephemeral
    thread_ts: str | None = None
    payload: dict[str, Any] = json_field()  # text, blocks, ...
    state: str = Field(
        default="pending", index=True
    )  # pending | sending | sent | unsure | failed | cancelled
    attempts: int = 0
    vanished: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    begun_at: datetime | None = moment_field(nullable=True)
    due_at: datetime = moment_field(index=True)
    leased_until: datetime | None = moment_field(nullable=True)
    sent_channel_id: str | None = None
    sent_ts: str | None = None
    error: str | None = None
    created_at: datetime = moment_field()
    sent_at: datetime | None = moment_field(nullable=True)


def enqueue(
    session: Session,
    *,
    workspace_id: str,
    key: str,
    kind: str,
    payload: dict[str, Any],
    due_at: datetime,
    now: datetime,
    channel_id: str | None = None,
    slack_user_id: str | None = None,
    thread_ts: str | None = None,
) -> bool:
    """Say something at `due_at`; False if a message with this key is already there."""
    known = select(OutboxMessage.id).where(
        OutboxMessage.workspace_id == workspace_id, OutboxMessage.key == key
    )
    if session.exec(known).first() is not None:
        return False
    session.add(
        OutboxMessage(
            workspace_id=workspace_id,
            key=key,
            kind=kind,
            channel_id=channel_id,
            slack_user_id=slack_user_id,
            thread_ts=thread_ts,
            payload=payload,
            due_at=due_at,
            created_at=now,
        )
    )
    return True


def cancel(session: Session, *, workspace_id: str, key_prefix: str) -> int:
    """Take back what has not been sent yet; how many messages that were."""
    statement = (
        update(OutboxMessage)
        .where(
            col(OutboxMessage.workspace_id) == workspace_id,
            col(OutboxMessage.state) == "pending",
            col(OutboxMessage.key).startswith(key_prefix, autoescape=True),
        )
        .values(state="cancelled")
    )
    return session.exec(statement).rowcount


# Of what became due at one moment the place decides, not a random id: it is said in the same order each time.
_IN_TURN = (
    col(OutboxMessage.due_at),
    col(OutboxMessage.created_at),
    func.coalesce(OutboxMessage.channel_id, OutboxMessage.slack_user_id),
    func.coalesce(OutboxMessage.thread_ts, ""),
    col(OutboxMessage.id),
)


def claim(
    session: Session, *, workspace_id: str, now: datetime, wall: datetime, lease: timedelta
) -> OutboxMessage | None:
    """Take the message that has been due longest.

    One whose sender vanished comes back with `attempts` above 1: it may have been posted, so look first.
    What is due goes by `now`; leases go by `wall`, the machine's clock, which nobody moves.
    """
    free = or_(
        col(OutboxMessage.state) == "pending",
        and_(col(OutboxMessage.state) == "sending", col(OutboxMessage.leased_until) <= wall),
    )
    statement = (
        select(OutboxMessage)
        .where(OutboxMessage.workspace_id == workspace_id, free, col(OutboxMessage.due_at) <= now)
        .order_by(*_IN_TURN)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    message = session.exec(statement).first()
    if message is not None:
        message.vanished += message.state == "sending"
        message.state = "sending"
        message.attempts += 1
        message.leased_until = wall + lease
        session.add(message)
    return message


def end_leases(session: Session, *, workspace_id: str, wall: datetime) -> None:
    """Let everything that was being sent be taken again, as doubtful: for a start that knows to be the only one."""
    session.exec(
        update(OutboxMessage)
        .where(col(OutboxMessage.workspace_id) == workspace_id, col(OutboxMessage.state) == "sending")
        .values(leased_until=wall)
    )


def renew(session: Session, message: OutboxMessage, until: datetime) -> bool:
    """Keep a message that is still being said; False as in `postpone`."""
    return _end_attempt(session, message, leased_until=until)


def mark_started(session: Session, message_id: str, *, channel_id: str, ts: str) -> None:
    """Note where a message has begun to stream, before it is complete."""
    message = session.get_one(OutboxMessage, message_id)
    message.sent_channel_id, message.sent_ts = channel_id, ts
    session.add(message)


def place(session: Session, workspace_id: str, key: str, channel_id: str, ts: str) -> None:
    """Have the message of this key said in one that has begun to stream already."""
    session.exec(
        update(OutboxMessage)
        .where(
            col(OutboxMessage.workspace_id) == workspace_id,
            col(OutboxMessage.key) == key,
            col(OutboxMessage.state) == "pending",
        )
        .values(sent_channel_id=channel_id, sent_ts=ts)
    )


def mark_begun(session: Session, message: OutboxMessage, *, now: datetime) -> bool:
    """Note that a message is about to be handed to Slack for good; False as in `postpone`."""
    return _end_attempt(session, message, begun_at=now)


def mark_sent(
    session: Session, message_id: str, *, channel_id: str | None, ts: str | None, now: datetime
) -> bool:
    """Note that a message has been seen; False if that was noted before."""
    statement = (
        update(OutboxMessage)
        .where(col(OutboxMessage.id) == message_id, col(OutboxMessage.state) == "sending")
        .values(state="sent", sent_channel_id=channel_id, sent_ts=ts, sent_at=now, leased_until=None)
    )
    return session.exec(statement).rowcount == 1


def postpone(
    session: Session, message: OutboxMessage, *, until: datetime, error: str, refused: bool = False
) -> bool:
    """Try again later; False if another sender has it, or has said it.

    Args:
        session: the transaction.
        message: as it was claimed.
        until: when.
        error: why.
        refused: whether Slack certainly did not take it, so that a begun one is not in doubt.
    """
    certain = {"begun_at": None} if refused else {}
    return _end_attempt(
        session, message, state="pending", due_at=until, error=error[:500], leased_until=None, **certain
    )


def leave_unsure(session: Session, message: OutboxMessage) -> bool:
    """Leave a message that may have been seen as it is; False as in `postpone`."""
    return _end_attempt(
        session, message, state="unsure", error="cut off while it was being said", leased_until=None
    )


def leave_unsaid(session: Session, message: OutboxMessage, *, reason: str) -> bool:
    """Take back a message that was about to be said; False as in `postpone`."""
    return _end_attempt(session, message, state="cancelled", error=reason[:500], leased_until=None)


def mark_failed(session: Session, message: OutboxMessage, *, error: str) -> bool:
    """Give a message up; it stays visible to the admin. False as in `postpone`."""
    return _end_attempt(session, message, state="failed", error=error[:500], leased_until=None)


def _end_attempt(session: Session, message: OutboxMessage, **values: Any) -> bool:
    """Change a message as its sender may: while no later attempt has begun and nobody has said it."""
    mine = (
        col(OutboxMessage.id) == message.id,
        col(OutboxMessage.state) == "sending",
        col(OutboxMessage.attempts) == message.attempts,
    )
    return session.exec(update(OutboxMessage).where(*mine).values(**values)).rowcount == 1


def places_taken(session: Session, *, workspace_id: str, channel_id: str, message_id: str) -> set[str]:
    """The timestamps in a channel where other messages than this one stand, or have begun to stream."""
    statement = select(OutboxMessage.sent_ts).where(
        OutboxMessage.workspace_id == workspace_id,
        OutboxMessage.sent_channel_id == channel_id,
        OutboxMessage.id != message_id,
    )
    return {ts for ts in session.exec(statement).all() if ts}


def find_sent(session: Session, *, workspace_id: str, channel_id: str, ts: str) -> OutboxMessage | None:
    """The message of ours that stands in a channel at that timestamp."""
    return session.exec(
        select(OutboxMessage).where(
            OutboxMessage.workspace_id == workspace_id,
            OutboxMessage.sent_channel_id == channel_id,
            OutboxMessage.sent_ts == ts,
            OutboxMessage.kind != "update",
        )
    ).first()


def of_key(session: Session, workspace_id: str, key: str) -> OutboxMessage | None:
    """The message with this key, in whatever state."""
    return session.exec(
        select(OutboxMessage).where(OutboxMessage.workspace_id == workspace_id, OutboxMessage.key == key)
    ).first()


def waiting_count(session: Session, *, workspace_id: str, now: datetime) -> int:
    """How many messages are due and not yet said."""
    statement = select(func.count()).where(
        OutboxMessage.workspace_id == workspace_id,
        col(OutboxMessage.state).in_(["pending", "sending"]),
        col(OutboxMessage.due_at) <= now,
    )
    return session.exec(statement).one()


def sent_with_prefix(session: Session, *, workspace_id: str, key_prefix: str) -> list[OutboxMessage]:
    """The messages in Slack whose keys begin like this, oldest first."""
    statement = _with_prefix(workspace_id, key_prefix, "sent")
    return list(session.exec(statement.order_by(col(OutboxMessage.sent_at), col(OutboxMessage.id))).all())


def pending_with_prefix(session: Session, *, workspace_id: str, key_prefix: str) -> list[OutboxMessage]:
    """What is not said yet of the messages whose keys begin like this, oldest first."""
    statement = _with_prefix(workspace_id, key_prefix, "pending")
    return list(session.exec(statement.order_by(col(OutboxMessage.created_at), col(OutboxMessage.id))).all())


def _with_prefix(workspace_id: str, key_prefix: str, state: str) -> SelectOfScalar[OutboxMessage]:
    return select(OutboxMessage).where(
        OutboxMessage.workspace_id == workspace_id,
        OutboxMessage.state == state,
        col(OutboxMessage.key).startswith(key_prefix, autoescape=True),
    )


def sent_since(session: Session, workspace_id: str, since: datetime) -> list[OutboxMessage]:
    """What was said at that moment or after it, in the order in which it was said."""
    statement = select(OutboxMessage).where(
        OutboxMessage.workspace_id == workspace_id,
        OutboxMessage.state == "sent",
        col(OutboxMessage.sent_at) >= since,
    )
    order = (col(OutboxMessage.sent_at), col(OutboxMessage.sent_ts), col(OutboxMessage.key))
    return list(session.exec(statement.order_by(*order)).all())


def next_due(session: Session, workspace_id: str) -> datetime | None:
    """When the next message is due that waits."""
    return session.exec(
        select(OutboxMessage.due_at)
        .where(OutboxMessage.workspace_id == workspace_id, OutboxMessage.state == "pending")
        .order_by(col(OutboxMessage.due_at))
        .limit(1)
    ).first()
