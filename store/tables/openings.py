"""Articles that customers opened from an answer: once a person, article and day."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Session, SQLModel

from store.columns import id_field, moment_field, workspace_field
from store.upsert import insert_new


class Opening(SQLModel, table=True):
    """Somebody pressed the button beside a source."""

    __tablename__ = "openings"
    __table_args__ = (UniqueConstraint("workspace_id", "slack_user_id", "uri", "opened_on"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    account_id: str | None = Field(default=None, foreign_key="accounts.id", index=True)
    slack_user_id: str
    citation_id: str  # of the answer that named it; not a foreign key: an answer may be erased
    uri: str
    title: str
    opened_on: date  # in the account's zone
    channel_id: str | None = None
    message_ts: str | None = None  # of the answer
    created_at: datetime = moment_field(index=True)


def note_opening(session: Session, opening: Opening) -> bool:
    """Note that somebody opened an article; False if they did so that day already."""
    return insert_new(session, opening)
