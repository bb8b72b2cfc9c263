"""The outbox: what is to be said in Slack, written in the transaction that decided it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from store.columns import id_field, json_field, moment_field, workspace_field


class OutboxMessage(SQLModel, table=True):
    """One outbound message. `key` makes it unique and travels in Slack's message metadata."""

    __tablename__ = "outbox"
    __table_args__ = (UniqueConstraint("workspace_id", "key"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    key: str
    kind: str  # post | update | ephemeral | dm
    channel_id: str | None = None
    slack_user_id: str | None = None  # recipient of a dm or an ephemeral
    thread_ts: str | None = None
    payload: dict[str, Any] = json_field()  # text, blocks, ...
    state: str = Field(default="pending", index=True)  # pending | sending | sent | failed | cancelled
    attempts: int = 0
    due_at: datetime = moment_field(index=True)
    leased_until: datetime | None = moment_field(nullable=True)
    sent_channel_id: str | None = None
    sent_ts: str | None = None
    error: str | None = None
    created_at: datetime = moment_field()
    sent_at: datetime | None = moment_field(nullable=True)
