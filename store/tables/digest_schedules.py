"""Digests that come by themselves: which, where, when, and in whose name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint, func
from sqlmodel import Field, Session, SQLModel, col, select

from store.columns import id_field, moment_field, workspace_field
from store.upsert import insert_or_change

WEEKLY, MONTHLY = "weekly", "monthly"
_KEY = ("workspace_id", "channel_id", "every", "scope")
_CHANGED = ("zone", "at", "set_by", "created_at", "next_at")


class DigestSchedule(SQLModel, table=True):
    """A digest that is sent every week or month. It covers what `set_by` sees when it is sent, never more.

    Set again for the same channel, rhythm and scope, it replaces what was there.
    """

    __tablename__ = "digest_schedules"
    __table_args__ = (UniqueConstraint(*_KEY),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    channel_id: str  # a DM: in whose name it is
    every: str  # weekly: Mondays | monthly: the first working day
    scope: str = Field(default="", max_length=80)  # as it was said; empty: whatever is theirs
    zone: str  # IANA name
    at: str = Field(max_length=5)  # HH:MM in the zone
    set_by: str  # Slack user id
    created_at: datetime = moment_field()
    next_at: datetime = moment_field(index=True)


def set_schedule(session: Session, schedule: DigestSchedule) -> None:
    """Write a schedule down, in the place of one for the same channel, rhythm and scope."""
    insert_or_change(session, schedule, _KEY, _CHANGED)


def schedules_of(
    session: Session, workspace_id: str, *, set_by: str | None = None, channel_id: str | None = None
) -> list[DigestSchedule]:
    """The schedules of a workspace, in the order in which they were set.

    Args:
        session: a session.
        workspace_id: the workspace.
        set_by: only those in this person's name.
        channel_id: only those of this channel.
    """
    wanted = select(DigestSchedule).where(DigestSchedule.workspace_id == workspace_id)
    if set_by is not None:
        wanted = wanted.where(DigestSchedule.set_by == set_by)
    if channel_id is not None:
        wanted = wanted.where(DigestSchedule.channel_id == channel_id)
    return list(session.exec(wanted.order_by(col(DigestSchedule.created_at), col(DigestSchedule.id))).all())


def next_due(session: Session, workspace_id: str) -> datetime | None:
    """When the next digest comes by itself; None if none does."""
    earliest = select(func.min(DigestSchedule.next_at)).where(DigestSchedule.workspace_id == workspace_id)
    return session.exec(earliest).first()


def take_due(session: Session, workspace_id: str, now: datetime) -> list[DigestSchedule]:
    """The schedules whose time has come, for this transaction alone; the caller sets their next time."""
    due = (
        select(DigestSchedule)
        .where(DigestSchedule.workspace_id == workspace_id, DigestSchedule.next_at <= now)
        .order_by(col(DigestSchedule.next_at), col(DigestSchedule.id))
        .with_for_update(skip_locked=True)
    )
    return list(session.exec(due).all())
