"""What a row that was just written means for playbooks: a trial that begins, a first contract, a sign of growth.

Whoever writes such a row says so here, in the same transaction: the import of files, `/cs log`, an answer that a
playbook noted. Each is said once, and nothing old is: a history that is imported begins no playbook.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from store.tables import accounts, happenings
from store.tables.accounts import Subscription, UsageFact

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlmodel import Session, SQLModel

TRIAL, TRIAL_END = "evaluation_started", "trial_end"
GROWTH, DEPARTMENT, USE_CASE = "growth", "department", "use_case"
OF_FACTS = {
    TRIAL: "evaluation.started",
    GROWTH: "growth.stated",
    DEPARTMENT: "department.new",
    USE_CASE: "use_case.second",
}  # what happens with a fact of that kind
ONCE = frozenset({DEPARTMENT, USE_CASE})  # the same one again is nothing new
FIRST_USE = "use_case.first"
SUBSCRIBED = "subscription.started"
RAISED = frozenset({*OF_FACTS.values(), FIRST_USE, SUBSCRIBED})
FRESH = timedelta(days=14)  # what was observed, or began, longer ago is history
PAID_FOR = frozenset({"active", "renewed"})  # states of a term of somebody who was not lost


def note(
    session: Session,
    *,
    workspace_id: str,
    account_id: str,
    kind: str,
    value: str,
    on: date,
    now: datetime,
    note: str | None = None,
) -> bool:
    """Note a fact, and say what happened with it; True if something did."""
    accounts.note_fact(
        session, workspace_id=workspace_id, account_id=account_id, kind=kind, value=value, on=on, now=now, note=note
    )  # fmt: skip
    fact = UsageFact(
        workspace_id=workspace_id, account_id=account_id, kind=kind, value=value, observed_on=on, created_at=now
    )  # fmt: skip
    return tell(session, fact, now)


def tell(session: Session, row: SQLModel, now: datetime) -> bool:
    """Say what happened with a row that is stored; True if something did that was not said before."""
    if isinstance(row, UsageFact):
        return _of_fact(session, row, now)
    return isinstance(row, Subscription) and _of_subscription(session, row, now)


def _of_fact(session: Session, fact: UsageFact, now: datetime) -> bool:
    name = OF_FACTS.get(fact.kind)
    if name is None or fact.observed_on < now.date() - FRESH:
        return False
    which = hashlib.sha256(_same(fact.value).encode()).hexdigest()[:16]
    if fact.kind not in ONCE:  # that they grow, or try it, may be so again
        which = f"{fact.observed_on}:{which}"
    if fact.kind == USE_CASE and not happenings.has_happened(session, fact.account_id, (FIRST_USE, name)):
        name = FIRST_USE
    key = f"fact:{fact.account_id}:{fact.kind}:{which}"
    return happenings.tell(
        session, workspace_id=fact.workspace_id, account_id=fact.account_id, key=key, name=name, now=now
    )


def _same(value: str) -> str:
    return " ".join(value.casefold().split())


def _of_subscription(session: Session, row: Subscription, now: datetime) -> bool:
    """The first term of somebody who has none, or had left; a renewed one is no new beginning."""
    others = (one for one in accounts.subscriptions_of(session, row.account_id) if one.id != row.id)
    if row.status != "active" or row.started_on < now.date() - FRESH:
        return False
    if any(one.status in PAID_FOR and one.started_on <= row.started_on for one in others):
        return False
    return happenings.tell(
        session,
        workspace_id=row.workspace_id,
        account_id=row.account_id,
        key=f"subscription:{row.id}",
        name=SUBSCRIBED,
        now=now,
    )
