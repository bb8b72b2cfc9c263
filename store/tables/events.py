"""Inbound events: stored before they are acknowledged, so that each has one effect."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from store.columns import id_field, json_field, moment_field, workspace_field


class InboundEvent(SQLModel, table=True):
    """Something Slack told us, and how far we are with it.

    `event_key` is Slack's event id (or trigger id for clicks and commands); `message_key` is
    channel + ts, because one mention arrives as two events.
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
    payload: dict[str, Any] = json_field()
    state: str = Field(default="received", index=True)  # received | working | done | failed
    attempts: int = 0
    leased_until: datetime | None = moment_field(nullable=True)
    error_ref: str | None = None
    error: str | None = None
    received_at: datetime = moment_field(index=True)
    done_at: datetime | None = moment_field(nullable=True)
