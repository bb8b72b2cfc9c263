"""Who works for the company, and who answers for an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func
from sqlmodel import Session, select

from store.remembering import remembered
from store.tables.absences import cover_on
from store.tables.accounts import Account, StaffMember

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

_EVERYONE = remembered(
    select(StaffMember)
    .where(StaffMember.workspace_id == bindparam("workspace_id"))
    .order_by(StaffMember.email)
)


def staff_of(session: Session, workspace_id: str, email: str) -> StaffMember | None:
    """The member of staff with this address."""
    statement = select(StaffMember).where(
        StaffMember.workspace_id == workspace_id, func.lower(StaffMember.email) == email.lower()
    )
    return session.exec(statement).first()


def owner_of(session: Session, account: Account, on: date | None = None) -> StaffMember | None:
    """The account's CSM; None if it has none or the address is not in the staff table.

    With a day: who stands in for them if they are away on it.
    """
    return _owner(session, _everyone(session, account.workspace_id), account, on)


def ladder(
    session: Session, workspace_id: str, account: Account | None, on: date | None = None
) -> list[StaffMember]:
    """Who answers for an account, nearest first: its CSM, their manager, the team's managers, the admins.

    Without an account (an unknown person asks): every manager, then the admins. With a day: who stands in for a
    CSM that is away on it comes first.
    """
    everyone = _everyone(session, workspace_id)
    if account is None:
        return _steps(everyone, None)
    covering = _owner(session, everyone, account, on) if on is not None else None
    steps = _steps(everyone, _owner(session, everyone, account))
    return _each_once([covering, *steps]) if covering is not None else steps


def in_charge(
    session: Session, account: Account, today: date
) -> tuple[StaffMember | None, list[StaffMember]]:
    """`owner_of` on a day, and the `ladder` without regard to the day."""
    everyone = _everyone(session, account.workspace_id)
    return _owner(session, everyone, account, today), _steps(everyone, _owner(session, everyone, account))


def _everyone(session: Session, workspace_id: str) -> Sequence[StaffMember]:
    return session.exec(_EVERYONE, params={"workspace_id": workspace_id}).all()


def _owner(
    session: Session, everyone: Sequence[StaffMember], account: Account, on: date | None = None
) -> StaffMember | None:
    if not account.csm_email:
        return None
    email = account.csm_email.lower()
    covering = cover_on(session, account.workspace_id, email, on) if on else email
    return _of_address(everyone, covering) or _of_address(everyone, email)


def _of_address(everyone: Sequence[StaffMember], email: str | None) -> StaffMember | None:
    return next((one for one in everyone if one.email.lower() == (email or "").lower()), None)


def _steps(everyone: Sequence[StaffMember], owner: StaffMember | None) -> list[StaffMember]:
    if owner is not None:
        above = (owner.manager_email or "").lower()
        steps = [owner, *(one for one in everyone if one.email.lower() == above)]
        steps += [one for one in everyone if one.role == "manager" and one.team and one.team == owner.team]
    else:
        steps = [one for one in everyone if one.role == "manager"]
    return _each_once([*steps, *(one for one in everyone if one.role == "admin")])


def _each_once(steps: Sequence[StaffMember]) -> list[StaffMember]:
    return list({one.id: one for one in steps}.values())
