"""Who asked to be forgotten: nothing but a salted hash of their address and their Slack id is kept."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Session, SQLModel, select

from store.columns import id_field, json_field, moment_field, workspace_field
from store.upsert import insert_new


class Erasure(SQLModel, table=True):
    """One name of a person who was erased: they are not written down again under it."""

    __tablename__ = "erasures"
    __table_args__ = (UniqueConstraint("workspace_id", "subject_hash"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    subject_hash: str
    requested_by: str
    requested_at: datetime = moment_field()
    done_at: datetime | None = moment_field(nullable=True)
    counts: dict[str, Any] = json_field()  # what was erased, by table


def hash_of(workspace_id: str, name: str) -> str:
    """The hash of an e-mail address or a Slack id within a workspace: 32 hex digits."""
    return hashlib.sha256(f"{workspace_id}:{name.strip().lower()}".encode()).hexdigest()[:32]


def request_erasure(session: Session, erasure: Erasure) -> bool:
    """Write a request down; False if it is there already."""
    return insert_new(session, erasure)


def find_erasure(session: Session, workspace_id: str, name: str) -> Erasure | None:
    """The erasure of whoever had this address or Slack id."""
    return session.exec(
        select(Erasure).where(
            Erasure.workspace_id == workspace_id, Erasure.subject_hash == hash_of(workspace_id, name)
        )
    ).first()
