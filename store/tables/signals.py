"""What somebody should look at: opened by what happened, closed when it is over, or put aside with a reason."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import UniqueConstraint, func
from sqlmodel import Field, Session, SQLModel, col, select

from store.columns import id_field, json_field, moment_field, workspace_field
from store.upsert import insert_new

if TYPE_CHECKING:
    from collections.abc import Collection

OPEN, CLOSED, DISMISSED = "open", "closed", "dismissed"


class Signal(SQLModel, table=True):
    """One thing that was noticed. Of an account and kind, one is open at a time; the next gets a number."""

    __tablename__ = "signals"
    __table_args__ = (UniqueConstraint("workspace_id", "account_id", "kind", "number"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    account_id: str = Field(foreign_key="accounts.id", index=True)
    kind: str  # silence | contradiction | champion_left | promise_due | usage_drop | health_red ...
    number: int
    state: str = Field(default=OPEN, index=True)  # open | closed | dismissed
    summary: str
    evidence: list[Any] = json_field(list)  # [{text, source, channel_id, ts, on}]
    opened_at: datetime = moment_field(index=True)
    closed_at: datetime | None = moment_field(nullable=True)
    dismissed_by: str | None = None
    dismissed_reason: str | None = None
    suppressed_until: date | None = None  # a dismissed one does not come again before


def open_signal(session: Session, signal: Signal) -> bool:
    """Open a signal under the next number of its kind; False if one of the kind is open."""
    if current_signal(session, signal.account_id, signal.kind) is not None:
        return False
    newest = select(func.max(Signal.number)).where(
        Signal.account_id == signal.account_id, Signal.kind == signal.kind
    )
    signal.number = int(session.exec(newest).one() or 0) + 1
    return insert_new(session, signal)


def current_signal(session: Session, account_id: str, kind: str) -> Signal | None:
    """The signal of this kind that is open."""
    return session.exec(
        select(Signal).where(Signal.account_id == account_id, Signal.kind == kind, Signal.state == OPEN)
    ).first()


def suppressed_until(session: Session, account_id: str, kind: str) -> date | None:
    """Until when signals of a kind were put aside for an account."""
    statement = select(func.max(Signal.suppressed_until)).where(
        Signal.account_id == account_id, Signal.kind == kind, Signal.state == DISMISSED
    )
    return session.exec(statement).one()


def signals_of(
    session: Session, account_id: str, *, states: Collection[str] = (OPEN,), limit: int = 50
) -> list[Signal]:
    """An account's signals, newest first."""
    statement = select(Signal).where(Signal.account_id == account_id, col(Signal.state).in_(sorted(states)))
    newest = statement.order_by(col(Signal.opened_at).desc(), col(Signal.id)).limit(limit)
    return list(session.exec(newest).all())


def reword_signal(session: Session, signal: Signal, summary: str, evidence: list[Any]) -> None:
    """Say of a signal that is open what is so today."""
    if (signal.summary, signal.evidence) != (summary, evidence):
        signal.summary, signal.evidence = summary, evidence
        session.add(signal)
        session.flush()


def close_signal(session: Session, signal_id: str, now: datetime) -> bool:
    """What was noticed is over; False if it was not open."""
    return _end(session, signal_id, now, CLOSED) is not None


def dismiss_signal(
    session: Session, signal_id: str, *, by: str, reason: str, until: date, now: datetime
) -> Signal | None:
    """Somebody knows why it is no risk: put aside until a day; None if it was not open."""
    signal = _end(session, signal_id, now, DISMISSED)
    if signal is not None:
        signal.dismissed_by, signal.dismissed_reason, signal.suppressed_until = by, reason, until
        session.add(signal)
        session.flush()
    return signal


def _end(session: Session, signal_id: str, now: datetime, state: str) -> Signal | None:
    signal = session.get(Signal, signal_id, with_for_update=True, populate_existing=True)
    if signal is None or signal.state != OPEN:
        return None
    signal.state, signal.closed_at = state, now
    session.add(signal)
    session.flush()
    return signal
