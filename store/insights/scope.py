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
LONGEST = 366  # days
_UNITS = {"d": 1, "w": 7, "m": 30, "y": 365}
_DATE = r"\d{4}-\d{2}(?:-\d{2})?"
_RANGE = rf"(?:from\s+)?{_DATE}\s*(?:\.\.\.?|-|to|until)\s*{_DATE}"
_LENGTH = r"[+-]?\d+(?:[.,]\d+)?(?:[dwmy]|\s*d|\s*(?:days?|weeks?|months?|years?))"
_NAMED = r"(?:the\s+)?(?:(?:last|past|this|next|coming|in)\s+)?"
_TIME = (
    rf"{_RANGE}|{_DATE}|{_NAMED}{_LENGTH}"
    rf"|{_NAMED}(?:week(?:ly)?|month(?:ly)?|quarter|year)|today|tomorrow|yesterday"
)
_FIRST = re.compile(rf"(?:{_TIME})(?=\s|$)", re.IGNORECASE | re.ASCII)
_LAST = re.compile(rf"(?:^|(?<=\s))(?:{_TIME})$", re.IGNORECASE | re.ASCII)
_DAYS = re.compile(r"(?:(?:the )?(?:last|past) )?(\d{1,9}) ?([dwmy])(?:ays?|eeks?|onths?|ears?)?", re.ASCII)
_FROM_TO = re.compile(rf"(?:from )?({_DATE}) ?(?:\.\.\.?|-|to|until) ?({_DATE})", re.ASCII)
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_AHEAD = re.compile(r"\b(tomorrow|next|coming|in \d+)\b")
_PERIODS = (
    "Write a number of days from 1d to 366d, like 7d or 30d, a month, like 2026-02, or days, like "
    "2026-02-03..2026-02-16."
)
_WORDS = {"week": "7d", "weekly": "7d", "month": "30d", "monthly": "30d", "quarter": "90d", "year": "365d"}


def split_period(words: str) -> tuple[str, str]:
    """The words that name a time, at the beginning or the end, and the others; empty where there are none.

    What names a time that cannot be shown (`next week`, `10 years`) is a period too, so that it is refused as one.
    """
    said = " ".join(words.split())
    found = _FIRST.match(said) or _LAST.search(said)
    if found is None:
        return "", said
    return found[0], (said[: found.start()] + said[found.end() :]).strip()


def period_of(text: str, now: datetime) -> Period:
    """The days up to now (`7d`, `2 weeks`, `month`), a calendar month (`2026-02`) or days (`2026-02-03..2026-02-16`).

    Months and days are those of UTC, the last one included, as far as they have gone; empty is a week.

    Raises:
        StoreError: it is no period, longer than a year, reversed, or in the future.
    """
    asked = " ".join(text.lower().split())
    if _AHEAD.search(asked):
        raise StoreError(f"“{text.strip()}” has not been yet, so there is nothing to count. {_PERIODS}")
    if dates := _FROM_TO.fullmatch(asked):
        return _between(_dated(dates[1])[0], _dated(dates[2])[1], now)
    if _MONTH.fullmatch(asked) or _DAY.fullmatch(asked):
        return _between(*_dated(asked), now)
    bare = re.sub(r"^(the )?(last|past|this) (?!\d)", "", asked)
    match = _DAYS.fullmatch(_WORDS.get(bare, asked or "7d"))
    days = int(match[1]) * _UNITS[match[2]] if match else 0
    if days < 1:
        raise StoreError(f"“{text.strip()}” is no period. {_PERIODS}")
    if days > LONGEST:
        raise StoreError(f"“{text.strip()}” is longer than a year. {_PERIODS}")
    return Period(now - timedelta(days=days), now, f"{days}d")


def _dated(text: str) -> tuple[datetime, datetime]:
    """Where a day or a month begins and ends."""
    year, month, day = (int(part) for part in f"{text}-01".split("-")[:3])
    if not (1 <= month <= 12 and 2000 <= year < 9999):
        raise StoreError(f"“{text}” is no month. {_PERIODS}")
    if _MONTH.fullmatch(text):
        after = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
        return datetime(year, month, 1, tzinfo=UTC), after
    try:
        start = datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        raise StoreError(f"“{text}” is no day. {_PERIODS}") from None
    return start, start + timedelta(days=1)


def _between(start: datetime, end: datetime, now: datetime) -> Period:
    first, last = start.date(), (end - timedelta(days=1)).date()
    if last < first:
        raise StoreError(f"{first} comes after {last}: the first day of a period stands first. {_PERIODS}")
    whole = start.day == 1 and end == _dated(f"{start:%Y-%m}")[1]
    if start >= now:
        named = f"{start:%B %Y}" if whole else str(first)
        raise StoreError(f"{named} has not begun yet, so there is nothing to count. {_PERIODS}")
    days = (end - start).days
    if days > LONGEST:
        raise StoreError(f"{first} to {last} is longer than a year. {_PERIODS}")
    return Period(start, min(end, now), f"{start:%B %Y}" if whole else f"{days}d")


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
        f"“{text.strip()}” is no account, segment or CSM that you see, and no period. Write SMB, MM, ENT, a "
        "CSM's name or an account's; a period like 7d or 2026-02."
    )


def _some(label: str, accounts: list[Account], owner_email: str | None = None) -> Scope:
    return Scope(label, frozenset(account.id for account in accounts), owner_email)
