"""Who became a customer, and when: by their stage, the end of their trial, or their first contract."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Literal

from sqlalchemy import func
from sqlmodel import Session, col, select

from store.insights.frame import PROSPECTS
from store.tables.accounts import Subscription
from store.tables.changes import SEGMENT, STAGE
from store.tables.playbooks import PlaybookRun

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.insights.journey.company import Company
    from store.insights.journey.values import Cut

Because = Literal["stage", "trial", "contract"]
TRIAL, WON = "evaluation", "won"  # the playbook of trials, and its good end


def wins(session: Session, company: Company, cut: Cut) -> dict[str, tuple[datetime, Because]]:
    """Account id -> when it was won in the period, and how one knows; what is known first counts.

    Only accounts of the cut's segment, as they were at that moment.
    """
    found: dict[str, tuple[datetime, Because]] = {}
    for account_id, at, because in _signs(session, company):
        if account_id in company.accounts and at <= cut.now:
            found[account_id] = min(found.get(account_id, (at, because)), (at, because))
    return {
        account_id: (at, because)
        for account_id, (at, because) in sorted(
            found.items(), key=lambda one: (one[1][0], company.accounts[one[0]].name, one[0])
        )
        if cut.period.start <= at < cut.period.end
        and cut.group.segment in (None, company.was(account_id, SEGMENT, at))
    }


def _signs(session: Session, company: Company) -> Iterator[tuple[str, datetime, Because]]:
    for move in company.moves(STAGE):
        if move.before in PROSPECTS and move.after not in PROSPECTS:
            yield move.account_id, move.at, "stage"
    ended = select(PlaybookRun.account_id, PlaybookRun.ended_at).where(
        PlaybookRun.workspace_id == company.workspace_id,
        PlaybookRun.playbook == TRIAL,
        PlaybookRun.outcome == WON,
    )
    for account_id, at in session.exec(ended).all():
        if at is not None:
            yield account_id, at, "trial"
    first = (
        select(Subscription.account_id, func.min(Subscription.started_on))
        .where(Subscription.workspace_id == company.workspace_id)
        .group_by(col(Subscription.account_id))
    )
    for account_id, day in session.exec(first).all():
        yield account_id, datetime.combine(day, time(), UTC), "contract"
