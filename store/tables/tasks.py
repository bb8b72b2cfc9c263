"""Work for people."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Session, SQLModel

from store.columns import id_field, json_field, moment_field, workspace_field
from store.upsert import insert_new


class Task(SQLModel, table=True):
    """Something that a member of staff has to do, from a playbook or a customer's wish for a person."""

    __tablename__ = "tasks"
    __table_args__ = (UniqueConstraint("workspace_id", "key"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    key: str  # makes it once: run:step:n, or handover:answer id
    kind: str = "playbook"  # playbook | handover | approval
    account_id: str | None = Field(default=None, foreign_key="accounts.id", index=True)
    run_id: str | None = Field(default=None, foreign_key="playbook_runs.id", index=True)
    owner_email: str | None = Field(default=None, index=True)
    title: str
    body: str = ""
    priority: str = "normal"  # low | normal | high
    state: str = Field(default="open", index=True)  # open | done | cancelled
    due_at: datetime | None = moment_field(nullable=True, index=True)
    link: dict[str, Any] = json_field()  # where it came from: channel, ts, answer id ...
    created_at: datetime = moment_field()
    done_at: datetime | None = moment_field(nullable=True)


def open_task(session: Session, task: Task) -> bool:
    """Write a task down; False if one with its key is there already."""
    return insert_new(session, task)
