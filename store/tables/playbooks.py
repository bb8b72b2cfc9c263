"""Playbook definitions, runs, their steps, and timers."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from store.columns import id_field, json_field, moment_field, workspace_field

if TYPE_CHECKING:
    from collections.abc import Collection


class PlaybookDefinition(SQLModel, table=True):
    """A published version of a playbook; runs are pinned to one."""

    __tablename__ = "playbook_definitions"
    __table_args__ = (UniqueConstraint("workspace_id", "name", "content_hash"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    name: str  # onboarding | renewal
    version: str
    content_hash: str
    body: dict[str, Any] = json_field()
    created_at: datetime = moment_field()


class PlaybookRun(SQLModel, table=True):
    """One account's way through a playbook."""

    __tablename__ = "playbook_runs"
    __table_args__ = (UniqueConstraint("workspace_id", "playbook", "account_id", "cycle"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    definition_id: str = Field(foreign_key="playbook_definitions.id")
    playbook: str
    account_id: str = Field(foreign_key="accounts.id", index=True)
    cycle: str  # what makes a second run of the same cycle impossible, e.g. the subscription's term
    state: str = Field(default="active", index=True)  # active | paused | finished | stopped
    snapshot: dict[str, Any] = json_field()  # the engine's Run value
    revision: int = 0  # grows with every saved transition
    started_by: str  # Slack user id
    outcome: str | None = None
    reason: str | None = None
    started_at: datetime = moment_field()
    ended_at: datetime | None = moment_field(nullable=True)


class RunStep(SQLModel, table=True):
    """One step of a run as it happened."""

    __tablename__ = "run_steps"
    __table_args__ = (UniqueConstraint("run_id", "key"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    run_id: str = Field(foreign_key="playbook_runs.id", index=True)
    key: str  # step id, and the round if it is asked again: O2, O2#2
    step: str
    state: str  # planned | preview | awaiting_approval | sent | answered | expired | skipped | held
    contact_id: str | None = Field(default=None, foreign_key="contacts.id")
    text: str | None = None
    note: str | None = None  # why it was skipped or held
    answer: str | None = None
    answer_text: str | None = None  # the person's own words
    answered_by: str | None = None  # Slack user id
    due_at: datetime | None = moment_field(nullable=True)
    sent_at: datetime | None = moment_field(nullable=True)
    answered_at: datetime | None = moment_field(nullable=True)
    channel_id: str | None = None
    message_ts: str | None = None
    updated_at: datetime = moment_field()


class Timer(SQLModel, table=True):
    """A moment at which a run wants to hear from us. Fires once."""

    __tablename__ = "timers"
    __table_args__ = (UniqueConstraint("workspace_id", "key"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    run_id: str = Field(foreign_key="playbook_runs.id", index=True)
    key: str  # run id : timer name
    name: str
    due_at: datetime = moment_field(index=True)
    state: str = Field(default="waiting", index=True)  # waiting | fired | cancelled
    late_policy: str = "send"  # send | skip | ask
    leased_until: datetime | None = moment_field(nullable=True)
    attempts: int = 0
    created_at: datetime = moment_field()
    fired_at: datetime | None = moment_field(nullable=True)


def open_runs(session: Session, workspace_id: str, account_ids: Collection[str]) -> list[PlaybookRun]:
    """The runs of these accounts that have not ended, oldest first."""
    statement = select(PlaybookRun).where(
        PlaybookRun.workspace_id == workspace_id,
        col(PlaybookRun.account_id).in_(sorted(account_ids)),
        col(PlaybookRun.state).in_(["active", "paused"]),
    )
    return list(session.exec(statement.order_by(col(PlaybookRun.started_at), col(PlaybookRun.id))).all())
