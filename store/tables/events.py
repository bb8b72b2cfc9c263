"""Inbound events: stored before they are acknowledged, so that each has one effect."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import UniqueConstraint, and_, func, or_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased
from sqlmodel import Field, Session, SQLModel, col, select

from store.columns import id_field, json_field, moment_field, workspace_field

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement


class InboundEvent(SQLModel, table=True):
    """Something Slack told us, and how far we are with it.

    `event_key` is Slack's event id (or trigger id for clicks and commands); `message_key` is
    channel + ts, because one mention arrives as two events. `vanished` counts the workers that took the
    event and were never heard of again: their process ended, perhaps because of it.
    """

    __tablename__ = "inbound_events"
    __table_args__ = (
        UniqueConstraint("workspace_id", "event_key"),
        UniqueConstraint("workspace_id", "message_key"),
    )

    id: str = id_field()
    workspace_id: str = workspace_field()
    event_key: str
    message_key: str | None = None
    kind: str  # question | click | command | view | playbook
    person: str | None = Field(default=None, index=True)  # Slack id of whose doing it is
    payload: dict[str, Any] = json_field()
    state: str = Field(default="received", index=True)  # received | working | done | failed | set_aside
    attempts: int = 0
    vanished: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    leased_until: datetime | None = moment_field(nullable=True)  # while it rests: not before
    error_ref: str | None = None
    error: str | None = None
    received_at: datetime = moment_field(index=True)
    rank_at: datetime | None = moment_field(nullable=True)  # in what order it is taken; unset: as received
    done_at: datetime | None = moment_field(nullable=True)


SPACING = timedelta(seconds=5)


def remember(
    session: Session,
    *,
    workspace_id: str,
    kind: str,
    event_key: str,
    payload: dict[str, Any],
    now: datetime,
    message_key: str | None = None,
) -> bool:
    """Store an inbound event; False if it (or the same message) is already stored.

    Who sends many at once has them ranked SPACING apart, so that others need not wait behind all of them.
    """
    same = [col(InboundEvent.event_key) == event_key]
    if message_key is not None:
        same.append(col(InboundEvent.message_key) == message_key)
    known = select(InboundEvent.id).where(InboundEvent.workspace_id == workspace_id, or_(*same))
    if session.exec(known).first() is not None:
        return False
    person = payload.get("user_id")
    event = InboundEvent(
        workspace_id=workspace_id,
        kind=kind,
        event_key=event_key,
        message_key=message_key,
        payload=payload,
        person=person,
        received_at=now,
        rank_at=_rank(session, workspace_id, person, now),
    )
    try:
        with session.begin_nested():
            session.add(event)
    except IntegrityError:  # another process stored it between our look and our write
        return False
    return True


_OPEN = ("received", "working")


def _rank(session: Session, workspace_id: str, person: str | None, now: datetime) -> datetime:
    """Now, or behind what the same person waits for already."""
    if person is None:
        return now
    statement = select(func.max(InboundEvent.rank_at)).where(
        InboundEvent.workspace_id == workspace_id,
        InboundEvent.person == person,
        col(InboundEvent.state).in_(["received", "working"]),
    )
    last = session.exec(statement).one()
    return max(now, last + SPACING) if last else now


RESTS_AFTER = 2  # workers that vanished


def claim(
    session: Session,
    *,
    workspace_id: str,
    wall: datetime,
    lease: timedelta,
    rest: timedelta = timedelta(0),
) -> InboundEvent | None:
    """Take the first event in rank that nobody works on, or whose worker's lease has run out.

    Events whose workers vanished are taken one at a time, so that one which ends the process every time
    does not bring others under suspicion with it. The second time it rests for a while: a storm of kills that
    has nothing to do with it may pass. Leases go by `wall`, the machine's clock: the moved clock of a local
    workspace must not break them.
    """
    while (event := _next(session, workspace_id, wall)) is not None:
        vanished = event.state == "working"
        event.vanished += vanished
        if vanished and event.vanished == RESTS_AFTER and rest:
            event.state, event.leased_until = "received", wall + rest
            continue
        event.state = "working"
        event.attempts += 1
        event.leased_until = wall + lease
        return event
    return None


def _next(session: Session, workspace_id: str, wall: datetime) -> InboundEvent | None:
    is_open = col(InboundEvent.state).in_(["received", "working"])
    rested = or_(col(InboundEvent.leased_until).is_(None), col(InboundEvent.leased_until) <= wall)
    beyond_doubt = and_(col(InboundEvent.state) == "received", col(InboundEvent.vanished) == 0)
    in_turn = or_(beyond_doubt, ~_works_on_doubtful(workspace_id, wall))
    statement = (
        select(InboundEvent)
        .where(InboundEvent.workspace_id == workspace_id, is_open, rested, in_turn)
        .order_by(
            func.coalesce(InboundEvent.rank_at, InboundEvent.received_at),
            func.coalesce(InboundEvent.person, ""),  # of one moment: the same order each time
            func.coalesce(InboundEvent.message_key, ""),
            col(InboundEvent.id),
        )
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return session.exec(statement).first()


def _works_on_doubtful(workspace_id: str, wall: datetime) -> Any:
    """Whether somebody is at an event whose earlier worker vanished."""
    other = aliased(InboundEvent)
    return (
        select(other.id)
        .where(
            other.workspace_id == workspace_id,
            other.state == "working",
            other.vanished > 0,
            col(other.leased_until) > wall,
        )
        .exists()
    )


def renew(session: Session, event: InboundEvent, until: datetime) -> bool:
    """Keep an event that is still being worked on; False if another worker has it, or had it done."""
    return _end_attempt(session, event, leased_until=until)


def finish(session: Session, event_id: str, *, now: datetime) -> bool:
    """Mark an event as carried out; False if somebody else already did, so that the caller rolls back."""
    statement = (
        update(InboundEvent)
        .where(col(InboundEvent.id) == event_id, col(InboundEvent.state) == "working")
        .values(state="done", done_at=now, leased_until=None)
    )
    return session.exec(statement).rowcount == 1


def call_off(session: Session, workspace_id: str, message_key: str, *, now: datetime) -> bool:
    """End the event of a message, also while it is being worked on; False if it has ended already."""
    return _call_off(session, workspace_id, now, col(InboundEvent.message_key) == message_key)


def call_off_in_thread(
    session: Session, workspace_id: str, *, channel_id: str, thread_ts: str, user_id: str, now: datetime
) -> list[str]:
    """End what a person's messages in a thread are still to bring about; the timestamps of these messages."""
    payload = col(InboundEvent.payload)
    ts, thread = payload["ts"].as_string(), payload["thread_ts"].as_string()
    in_thread = select(InboundEvent.id, ts).where(
        InboundEvent.workspace_id == workspace_id,
        InboundEvent.person == user_id,
        col(InboundEvent.state).in_(_OPEN),
        payload["channel_id"].as_string() == channel_id,
        ts.is_not(None),
        func.coalesce(thread, ts) == thread_ts,
    )
    return [
        ts
        for event_id, ts in session.exec(in_thread).all()
        if _call_off(session, workspace_id, now, col(InboundEvent.id) == event_id)
    ]


def _call_off(session: Session, workspace_id: str, now: datetime, which: ColumnElement[bool]) -> bool:
    statement = (
        update(InboundEvent)
        .where(col(InboundEvent.workspace_id) == workspace_id, col(InboundEvent.state).in_(_OPEN), which)
        .values(state="done", done_at=now, leased_until=None)
    )
    return session.exec(statement).rowcount > 0


def is_over(session: Session, event_id: str) -> bool:
    """Whether an event has ended, so that nothing more needs to be done for it."""
    event = session.get(InboundEvent, event_id)
    return event is None or event.state not in _OPEN


def end_leases(session: Session, *, workspace_id: str, wall: datetime) -> None:
    """Let everything that is being worked on be taken again: for a start that knows to be the only one."""
    session.exec(
        update(InboundEvent)
        .where(col(InboundEvent.workspace_id) == workspace_id, col(InboundEvent.state) == "working")
        .values(leased_until=wall)
    )


def release(session: Session, event: InboundEvent) -> bool:
    """Give an event back, to be tried again at once; False if another worker has it, or had it done."""
    return _end_attempt(session, event, state="received", leased_until=None)


def postpone(session: Session, event: InboundEvent, *, until: datetime) -> bool:
    """Let an event rest until then, by the machine's clock; False as in `release`."""
    return _end_attempt(session, event, state="received", leased_until=until)


def fail(session: Session, event: InboundEvent, *, ref: str, error: str, now: datetime) -> bool:
    """Give an event up; `ref` is what the person was told. False as in `release`."""
    return _give_up(session, event, "failed", ref=ref, error=error, now=now)


def set_aside(session: Session, event: InboundEvent, *, ref: str, error: str, now: datetime) -> bool:
    """Put an event away that ends the process of whoever works on it. False as in `release`."""
    return _give_up(session, event, "set_aside", ref=ref, error=error, now=now)


def _give_up(
    session: Session, event: InboundEvent, state: str, *, ref: str, error: str, now: datetime
) -> bool:
    return _end_attempt(
        session,
        event,
        state=state,
        error_ref=ref,
        error=error[:2000],
        done_at=now,
        leased_until=None,
    )


def _end_attempt(session: Session, event: InboundEvent, **values: Any) -> bool:
    """Change an event as its worker may: while no later attempt has begun and nobody has finished it."""
    mine = (
        col(InboundEvent.id) == event.id,
        col(InboundEvent.state) == "working",
        col(InboundEvent.attempts) == event.attempts,
    )
    return session.exec(update(InboundEvent).where(*mine).values(**values)).rowcount == 1


def done_since(
    session: Session, workspace_id: str, person: str, kind: str, since: datetime, *, limit: int
) -> list[datetime]:
    """When events of a kind that are a person's doing were carried out since then, newest first, at most so many."""
    done_at = col(InboundEvent.done_at)
    statement = (
        select(done_at)
        .where(
            InboundEvent.workspace_id == workspace_id,
            InboundEvent.person == person,
            InboundEvent.kind == kind,
            InboundEvent.state == "done",
            done_at > since,
        )
        .order_by(done_at.desc())
        .limit(limit)
    )
    return [moment for moment in session.exec(statement).all() if moment is not None]


def count_of(session: Session, *, workspace_id: str, state: str) -> int:
    """How many events are in a state."""
    statement = select(func.count()).where(
        InboundEvent.workspace_id == workspace_id, col(InboundEvent.state) == state
    )
    return session.exec(statement).one()


def is_stored(session: Session, *, workspace_id: str, message_key: str) -> bool:
    """Whether an event of that message is stored."""
    statement = select(InboundEvent.id).where(
        InboundEvent.workspace_id == workspace_id, col(InboundEvent.message_key) == message_key
    )
    return session.exec(statement).first() is not None


def is_waiting(session: Session, *, workspace_id: str, event_key: str) -> bool:
    """Whether that event is stored and not yet carried out."""
    statement = select(InboundEvent.state).where(
        InboundEvent.workspace_id == workspace_id, col(InboundEvent.event_key) == event_key
    )
    return session.exec(statement).first() in {"received", "working"}


def waiting_count(session: Session, *, workspace_id: str) -> int:
    """How many events are stored and not yet carried out."""
    statement = select(func.count()).where(
        InboundEvent.workspace_id == workspace_id, col(InboundEvent.state).in_(["received", "working"])
    )
    return session.exec(statement).one()
