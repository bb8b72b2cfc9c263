"""What happened with a customer outside Slack: calls and notes that a member of staff wrote down."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from store.columns import id_field, moment_field, workspace_field
from store.upsert import insert_new

KINDS = ("call", "meeting", "email", "note")
TOUCHING = ("call", "meeting", "email")  # in which the customer took part; a note is ours alone


class Activity(SQLModel, table=True):
    """A call, meeting, e-mail or note about an account."""

    __tablename__ = "activities"
    __table_args__ = (UniqueConstraint("workspace_id", "key"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    key: str  # makes it once: of the event that brought it
    account_id: str = Field(foreign_key="accounts.id", index=True)
    kind: str  # call | meeting | email | note
    text: str
    by_name: str
    by_email: str | None = None
    happened_on: date
    created_at: datetime = moment_field()


def log_activity(session: Session, activity: Activity) -> bool:
    """Write an activity down; False if it is there already."""
    return insert_new(session, activity)


def activities_of(session: Session, account_id: str, *, limit: int = 20) -> list[Activity]:
    """What was written down about an account, newest first."""
    statement = select(Activity).where(Activity.account_id == account_id)
    newest = statement.order_by(col(Activity.happened_on).desc(), col(Activity.created_at).desc())
    return list(session.exec(newest.limit(limit)).all())


def last_touch(session: Session, account_id: str) -> date | None:
    """The day of the last call, meeting or e-mail with the customer."""
    statement = select(col(Activity.happened_on)).where(
        Activity.account_id == account_id, col(Activity.kind).in_(TOUCHING)
    )
    return session.exec(statement.order_by(col(Activity.happened_on).desc())).first()
