"""What happened at accounts: signals, imports, words between playbooks. Triggers and runs that wait hear of each once."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import UniqueConstraint, bindparam, update
from sqlmodel import Field, Session, SQLModel, col, select

from store.columns import id_field, json_field, moment_field, workspace_field
from store.remembering import remembered
from store.upsert import insert_new

if TYPE_CHECKING:
    from collections.abc import Collection


class Happening(SQLModel, table=True):
    """One thing that happened at an account, by a name such as `signal.champion_left` or `health.red`."""

    __tablename__ = "happenings"
    __table_args__ = (UniqueConstraint("workspace_id", "key"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    account_id: str = Field(foreign_key="accounts.id", index=True)
    key: str  # makes it once: what it comes from
    name: str
    data: dict[str, Any] = json_field()  # words about it; text values
    happened_at: datetime = moment_field()
    handled_at: datetime | None = moment_field(nullable=True, index=True)


def tell(
    session: Session,
    *,
    workspace_id: str,
    account_id: str,
    key: str,
    name: str,
    now: datetime,
    data: dict[str, str] | None = None,
) -> bool:
    """Say that something happened; False if that was said before under the same key."""
    row = Happening(
        workspace_id=workspace_id,
        account_id=account_id,
        key=key,
        name=name,
        data=dict(data or {}),
        happened_at=now,
    )
    return insert_new(session, row)


def unheard(session: Session, workspace_id: str | None, limit: int = 50) -> list[Happening]:
    """What nobody has heard of yet, oldest first."""
    if workspace_id is None:
        return list(session.exec(_UNHEARD, params={"limit": limit}).all())
    where = {"limit": limit, "workspace_id": workspace_id}
    return list(session.exec(_UNHEARD_IN, params=where).all())


_UNHEARD = remembered(
    select(Happening)
    .where(col(Happening.handled_at).is_(None))
    .order_by(col(Happening.happened_at), col(Happening.id))
    .limit(bindparam("limit"))
)
_UNHEARD_IN = _UNHEARD.where(Happening.workspace_id == bindparam("workspace_id"))


def mark_heard(session: Session, happening_id: str, now: datetime) -> bool:
    """Everybody has heard of it; False if somebody else was first."""
    statement = (
        update(Happening)
        .where(col(Happening.id) == happening_id, col(Happening.handled_at).is_(None))
        .values(handled_at=now)
    )
    return session.exec(statement).rowcount == 1


def happenings_of(session: Session, account_id: str, limit: int = 50) -> list[Happening]:
    """What happened at an account, newest first."""
    statement = select(Happening).where(Happening.account_id == account_id)
    newest = statement.order_by(col(Happening.happened_at).desc(), col(Happening.id)).limit(limit)
    return list(session.exec(newest).all())


def has_happened(session: Session, account_id: str, names: Collection[str]) -> bool:
    """Whether one of these has ever happened at an account."""
    statement = select(Happening.id).where(
        Happening.account_id == account_id, col(Happening.name).in_(sorted(names))
    )
    return session.exec(statement.limit(1)).first() is not None
