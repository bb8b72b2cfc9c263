"""When an account moved to another stage or segment: what it is today stands in its own row, what it was here."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlmodel import Field, Session, SQLModel, col, select

from store.columns import id_field, moment_field, workspace_field

if TYPE_CHECKING:
    from store.tables.accounts import Account

STAGE, SEGMENT = "stage", "segment"


class AccountChange(SQLModel, table=True):
    """One move of an account. Only ever added to; `after` is never `before`."""

    __tablename__ = "account_changes"

    id: str = id_field()
    workspace_id: str = workspace_field()
    account_id: str = Field(foreign_key="accounts.id", index=True)
    kind: str  # stage | segment
    before: str
    after: str
    at: datetime = moment_field(index=True)


def note_change(session: Session, account: Account, kind: str, before: str, now: datetime) -> None:
    """Note that an account was at `before`, if it is somewhere else now."""
    after = getattr(account, kind)
    if before != after:
        session.add(
            AccountChange(
                workspace_id=account.workspace_id,
                account_id=account.id,
                kind=kind,
                before=before,
                after=after,
                at=now,
            )
        )
        session.flush()


def changes_in(session: Session, workspace_id: str) -> list[AccountChange]:
    """Every move of a workspace's accounts, oldest first."""
    statement = select(AccountChange).where(AccountChange.workspace_id == workspace_id)
    return list(session.exec(statement.order_by(col(AccountChange.at), col(AccountChange.id))).all())
