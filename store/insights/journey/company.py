"""Whose touches they are: accounts with what they were at a moment, their people, and the hours in which they work."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlmodel import Session, col, select

from store.insights.service import BusinessHours
from store.tables.accounts import Account, Contact, StaffMember
from store.tables.changes import changes_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from store.insights.values import Scope
    from store.tables.changes import AccountChange


@dataclass(frozen=True)
class Company:
    """The accounts of a scope and what is needed to place a touch among them."""

    workspace_id: str
    accounts: Mapping[str, Account]
    staff_ids: frozenset[str] = frozenset()  # Slack ids of our own people
    _changes: Mapping[tuple[str, str], Sequence[AccountChange]] = field(default_factory=dict)  # oldest first
    _personas: Mapping[tuple[str, str], str] = field(default_factory=dict)  # account, Slack or contact id
    _hours: Mapping[str, BusinessHours] = field(default_factory=dict)  # by zone

    def was(self, account_id: str, kind: str, at: datetime) -> str:
        """The stage or segment of an account at a moment: what the first move after it left, else today's."""
        moves = self._changes.get((account_id, kind), ())
        later = bisect_right(moves, at, key=lambda move: move.at)
        if later < len(moves):
            return moves[later].before
        value: str = getattr(self.accounts[account_id], kind)
        return value

    def moves(self, kind: str) -> list[AccountChange]:
        """Every move of these accounts, oldest first."""
        found = [move for (_, of), moves in self._changes.items() if of == kind for move in moves]
        return sorted(found, key=lambda move: (move.at, move.id))

    def persona(self, account_id: str, who: str | None) -> str | None:
        """The persona of somebody at an account, by Slack id or contact id."""
        return self._personas.get((account_id, who or ""))

    def minutes(self, account_id: str, start: datetime, end: datetime) -> float:
        """Business minutes of an account between two moments."""
        return self._hours[self.accounts[account_id].timezone].minutes(start, max(start, end))


def company_of(session: Session, workspace_id: str, scope: Scope) -> Company:
    """Read the accounts of a scope."""
    found = session.exec(select(Account).where(Account.workspace_id == workspace_id)).all()
    accounts = {account.id: account for account in found if scope.covers(account.id)}
    staff = select(StaffMember.slack_user_id).where(StaffMember.workspace_id == workspace_id)
    changes: dict[tuple[str, str], list[AccountChange]] = defaultdict(list)
    for move in changes_in(session, workspace_id):
        if move.account_id in accounts:
            changes[move.account_id, move.kind].append(move)
    return Company(
        workspace_id,
        accounts,
        frozenset(one for one in session.exec(staff).all() if one),
        changes,
        _personas(session, workspace_id),
        {zone: BusinessHours(zone) for zone in {account.timezone for account in accounts.values()}},
    )


def _personas(session: Session, workspace_id: str) -> dict[tuple[str, str], str]:
    statement = select(Contact.account_id, Contact.id, Contact.slack_user_id, Contact.persona).where(
        col(Contact.workspace_id) == workspace_id
    )
    found = {}
    for account_id, contact_id, slack_user_id, persona in session.exec(statement).all():
        found[account_id, contact_id] = persona
        if slack_user_id:
            found[account_id, slack_user_id] = persona
    return found
