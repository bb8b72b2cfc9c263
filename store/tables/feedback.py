"""What people told us."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from store.columns import id_field, moment_field, workspace_field


class Feedback(SQLModel, table=True):
    """A rating of an answer, or an answer to a playbook's question, or a noted remark.

    A rating is state: one row per person and answer, the last write wins.
    """

    __tablename__ = "feedback"
    __table_args__ = (UniqueConstraint("workspace_id", "slack_user_id", "subject"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    kind: str  # answer_rating | playbook_answer | remark
    subject: str  # what it is about: answer:<id>, step:<id>, message:<channel>:<ts>
    slack_user_id: str
    account_id: str | None = Field(default=None, foreign_key="accounts.id", index=True)
    answer_id: str | None = Field(default=None, foreign_key="answers.id", index=True)
    rating: int | None = None  # +1 helpful, -1 not helpful
    reason: str | None = None  # wrong | outdated | incomplete | not_my_question | other
    comment: str | None = None
    channel_id: str | None = None
    message_ts: str | None = None
    created_at: datetime = moment_field(index=True)
    updated_at: datetime = moment_field()
