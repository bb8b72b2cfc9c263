"""What was promised to a customer: by whom, until when, and whether it was kept."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from store.columns import id_field, moment_field, workspace_field
from store.upsert import insert_new

if TYPE_CHECKING:
    from collections.abc import Collection

OPEN, KEPT, BROKEN, WITHDRAWN = "open", "kept", "broken", "withdrawn"


class Promise(SQLModel, table=True):
    """Something that we said we would do."""

    __tablename__ = "promises"
    __table_args__ = (UniqueConstraint("workspace_id", "key"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    key: str  # makes it once: of the event or message that brought it
    account_id: str = Field(foreign_key="accounts.id", index=True)
    text: str
    due_on: date = Field(index=True)
    owner_email: str | None = None
    state: str = Field(default=OPEN, index=True)  # open | kept | broken | withdrawn
    said_by: str  # Slack user id
    channel_id: str | None = None
    message_ts: str | None = None
    created_at: datetime = moment_field()
    closed_on: date | None = None


def make_promise(session: Session, promise: Promise) -> bool:
    """Write a promise down; False if it is there already."""
    return insert_new(session, promise)


def promises_of(
    session: Session, account_id: str, *, states: Collection[str] = (OPEN, KEPT, BROKEN)
) -> list[Promise]:
    """What was promised to an account, the one due first at the top."""
    statement = select(Promise).where(
        Promise.account_id == account_id, col(Promise.state).in_(sorted(states))
    )
    return list(session.exec(statement.order_by(col(Promise.due_on), col(Promise.created_at))).all())


def close_promise(
    session: Session, workspace_id: str, promise_id: str, state: str, on: date
) -> Promise | None:
    """Say what became of an open promise; None if there is none of this id that is open."""
    promise = session.get(Promise, promise_id, with_for_update=True, populate_existing=True)
    if promise is None or promise.workspace_id != workspace_id or promise.state != OPEN:
        return None
    promise.state, promise.closed_on = state, on
    session.add(promise)
    session.flush()
    return promise
