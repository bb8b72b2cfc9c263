"""Roles that admins give in Slack; the same rows as those of the staff file, which updates them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from store.errors import StoreError
from store.tables.accounts import StaffMember

if TYPE_CHECKING:
    from datetime import datetime

    from store.tables.workspaces import SlackUser

GIVEN, NONE = ("csm", "manager", "admin"), "none"


def members(session: Session, workspace_id: str) -> list[StaffMember]:
    """Everybody of the team, by name."""
    of_workspace = select(StaffMember).where(StaffMember.workspace_id == workspace_id)
    return list(session.exec(of_workspace.order_by(StaffMember.name, StaffMember.email)).all())


def give_role(session: Session, workspace_id: str, user: SlackUser, role: str, *, now: datetime) -> None:
    """Let a person of our organisation act as csm, manager or admin; `none` takes them off the team.

    Their accounts and tasks stay as they are: these name them by their address.

    Raises:
        StoreError: there is no such role, or the person has no address.
    """
    if role not in {*GIVEN, NONE} or not user.email:
        raise StoreError(
            f"A role is one of {', '.join(GIVEN)} or {NONE}, for somebody whose address is known."
        )
    theirs = or_(
        col(StaffMember.slack_user_id) == user.slack_user_id,
        func.lower(StaffMember.email) == user.email.lower(),
    )
    found = session.exec(select(StaffMember).where(StaffMember.workspace_id == workspace_id, theirs)).all()
    if role == NONE:
        for row in found:
            session.delete(row)
    elif found:
        for row in found:
            row.role, row.updated_at = role, now
            session.add(row)
    else:
        session.add(
            StaffMember(
                workspace_id=workspace_id,
                email=user.email.lower(),
                name=user.name or user.email,
                role=role,
                slack_user_id=user.slack_user_id,
                timezone=user.timezone,
                created_at=now,
                updated_at=now,
            )
        )
    session.flush()
