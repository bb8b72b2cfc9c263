"""Whose rows of when a digest is made from: what every one of its sections is given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlmodel import Session, select

from store.tables.accounts import Account, StaffMember

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from store.insights.values import Period, Scope

PROSPECTS = frozenset({"consideration", "decision"})  # stages before somebody is a customer


@dataclass(frozen=True)
class Frame:
    """A period as it stood at `now`, for a scope, with what the scope's rows are named by."""

    workspace_id: str
    period: Period
    scope: Scope
    now: datetime
    accounts: Mapping[str, Account] = field(default_factory=dict)  # those of the scope, by id
    staff: Mapping[str, str] = field(default_factory=dict)  # everybody's address, lower case -> name

    @property
    def today(self) -> date:
        """The day of `now`."""
        return self.now.date()

    def covers(self, account_id: str | None) -> bool:
        """Whether rows of this account (None: of none) are in."""
        return self.scope.covers(account_id)

    def name(self, account_id: str | None) -> str | None:
        """The name of an account of the scope."""
        account = self.accounts.get(account_id or "")
        return account.name if account else None

    def worth(self, account_id: str | None) -> int:
        """What an account pays a year, in minor units of its currency; 0 where that is not known."""
        account = self.accounts.get(account_id or "")
        return (account.arr_minor or 0) if account else 0

    def person(self, email: str | None) -> str | None:
        """The name of one of the staff, else the address."""
        return self.staff.get((email or "").lower()) or email or None

    def owner(self, account_id: str | None) -> str | None:
        """Who looks after an account."""
        account = self.accounts.get(account_id or "")
        return self.person(account.csm_email) if account else None


def frame_of(session: Session, workspace_id: str, period: Period, scope: Scope, now: datetime) -> Frame:
    """Read the accounts and the names that a digest needs."""
    accounts = session.exec(select(Account).where(Account.workspace_id == workspace_id)).all()
    staff = session.exec(
        select(StaffMember.email, StaffMember.name).where(StaffMember.workspace_id == workspace_id)
    ).all()
    return Frame(
        workspace_id,
        period,
        scope,
        now,
        accounts={one.id: one for one in accounts if scope.covers(one.id)},
        staff={email.lower(): name for email, name in staff},
    )


def revenue_of(accounts: Iterable[Account]) -> tuple[tuple[int, str], ...]:
    """Annual recurring revenue of accounts: one sum a currency, in minor units; nothing where none is known."""
    return sums((one.arr_minor, one.currency) for one in accounts)


def sums(amounts: Iterable[tuple[int | None, str]]) -> tuple[tuple[int, str], ...]:
    """Amounts added up by currency, in minor units; unknown ones add nothing."""
    totals: dict[str, int] = {}
    for minor, currency in amounts:
        totals[currency] = totals.get(currency, 0) + (minor or 0)
    return tuple((minor, currency) for currency, minor in sorted(totals.items()) if minor)
