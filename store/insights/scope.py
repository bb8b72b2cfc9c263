"""Which period and whose rows a digest covers, from the words of a person."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlmodel import Session, col, select

from store.errors import NotFound, StoreError
from store.finding import find_account
from store.insights.values import Period, Scope
from store.people import Person, visible_accounts
from store.tables.accounts import StaffMember

if TYPE_CHECKING:
    from store.tables.accounts import Account

WHOLE_WORKSPACE = Scope("all accounts")
SEGMENTS = ("SMB", "MM", "ENT")
_DAYS = re.compile(r"(\d{1,3})\s*d(ays?)?", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_AHEAD = re.compile(r"\b(tomorrow|next|coming|in \d+)\b")
_PERIODS = "Write a number of days from 1d to 366d, like 7d or 30d, or a month, like 2026-02."
_WORDS = {"": "7d", "week": "7d", "weekly": "7d", "month": "30d", "monthly": "30d", "quarter": "90d"}


def period_of(text: str, now: datetime) -> Period:
    """The days up to now (`7d`, `30d`, `week`, `month`), or a calendar month (`2026-02`, in UTC) as far as it has gone.

    Raises:
        StoreError: it is no period, longer than a year, or in the future.
    """
    asked = text.strip().lower()
    if month := _MONTH.fullmatch(asked):
        return _month(int(month[1]), int(month[2]), now)
    if _AHEAD.search(asked):
        raise StoreError(f"“{text.strip()}” has not been yet, so there is nothing to count. {_PERIODS}")
    match = _DAYS.fullmatch(_WORDS.get(asked, asked))
    days = int(match[1]) if match else 0
    if not 1 <= days <= 366:
        raise StoreError(f"'{text}' is no period. {_PERIODS}")
    return Period(now - timedelta(days=days), now, f"{days}d")


def _month(year: int, month: int, now: datetime) -> Period:
    if not (1 <= month <= 12 and 2000 <= year < 9999):
        raise StoreError(f"'{year}-{month:02}' is no month. {_PERIODS}")
    start = datetime(year, month, 1, tzinfo=UTC)
    if start >= now:
        raise StoreError(f"{start:%B %Y} has not begun yet, so there is nothing to count. {_PERIODS}")
    after = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    return Period(start, min(after, now), f"{start:%B %Y}")


def scope_for(session: Session, workspace_id: str, person: Person, text: str = "") -> Scope:
    """Whose rows a member of staff gets: never more than the accounts they see.

    Args:
        session: a session.
        workspace_id: the workspace.
        person: who asks.
        text: empty (a CSM: their own accounts; a manager: their teams'; an admin: everything), `team`,
            a segment, a CSM's name or e-mail address, or an account as `find_account` understands it.

    Raises:
        StoreError: the person is no member of staff.
        NotFound: the text names nothing that they see.
    """
    if not person.is_staff:
        raise StoreError(
            "Digests are for the customer success team. Ask an admin to add you to the staff list."
        )
    seen = visible_accounts(session, workspace_id, person)
    wanted = text.strip().strip("@")
    if not wanted:
        return _default(person, seen)
    if wanted.upper() in SEGMENTS:
        return _some(f"segment {wanted.upper()}", [a for a in seen if a.segment == wanted.upper()])
    if wanted.lower() == "team":
        return WHOLE_WORKSPACE if person.may_act_as("admin") else _some("the team's accounts", seen)
    email = _csm_called(session, workspace_id, wanted.lower(), seen)
    if email:
        owned = [a for a in seen if (a.csm_email or "").lower() == email]
        return _some(f"accounts of {email}", owned, email)
    return _one(session, workspace_id, text, seen)


def _csm_called(session: Session, workspace_id: str, wanted: str, seen: list[Account]) -> str | None:
    """The address of the one CSM of these accounts with that address, name or first name (lower case)."""
    emails = {account.csm_email.lower() for account in seen if account.csm_email}
    if wanted in emails:
        return wanted
    staff = session.exec(select(StaffMember).where(col(StaffMember.workspace_id) == workspace_id)).all()
    fitting = {
        one.email.lower() for one in staff if wanted in {one.name.lower(), one.name.lower().split(" ")[0]}
    } & emails
    return fitting.pop() if len(fitting) == 1 else None


def _default(person: Person, seen: list[Account]) -> Scope:
    if person.may_act_as("admin"):
        return WHOLE_WORKSPACE
    if person.may_act_as("manager"):
        return _some("your teams' accounts", seen, person.email)
    own = [a for a in seen if person.email and (a.csm_email or "").lower() == person.email.lower()]
    return _some("your accounts", own, person.email)


def _one(session: Session, workspace_id: str, text: str, seen: list[Account]) -> Scope:
    match = find_account(session, workspace_id, text, [account.id for account in seen])
    if match.account is not None:
        return _some(match.account.name, [match.account])
    if match.accounts:
        names = ", ".join(account.name for account in match.accounts)
        raise NotFound(f"“{text.strip()}” could mean {names}. Write one of these names.")
    raise NotFound(
        f"“{text.strip()}” is no account, segment or CSM that you see. Write SMB, MM, ENT, a CSM's name "
        "or an account's."
    )


def _some(label: str, accounts: list[Account], owner_email: str | None = None) -> Scope:
    return Scope(label, frozenset(account.id for account in accounts), owner_email)
