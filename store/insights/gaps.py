"""What the knowledge base does not say: gaps ranked by the accounts and the revenue that they touch.

A gap is read from the rows of `store.tables.gaps`, which `store.gathering` keeps. Whoever reads sees only the
questions of their own accounts, and no gap that has none.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlmodel import Session, col, func, select

from store.insights.values import Figure
from store.tables import gaps as rows
from store.tables.accounts import Account, Subscription
from store.tables.answers import Answer
from store.tables.conversations import Conversation, Message
from store.tables.gaps import GapQuestion, KnowledgeGap

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from store.insights.values import Period, Scope

TOP_GAPS = 5
ONBOARDING_DAYS = 90  # of the onboarding playbook


@dataclass(frozen=True)
class GapAsked:
    """One question of a gap, word for word."""

    question_id: str
    answer_id: str
    conversation_id: str
    text: str
    why: str  # refused | unhelpful | handed_over
    account_id: str | None
    account: str | None  # its name
    asked_by: str  # Slack user id
    asked_at: datetime
    channel_id: str
    thread_ts: str
    ts: str
    told_at: datetime | None


@dataclass(frozen=True)
class Gap:
    """What several people asked and did not find, as far as its reader may see it."""

    id: str
    state: str  # open | drafted | published | told | dismissed
    owner_email: str | None
    reason: str  # why it was dismissed
    reopened: int
    opened_at: datetime
    asked: tuple[GapAsked, ...]  # newest first
    accounts: tuple[str, ...]  # names
    arr: tuple[tuple[int, str], ...]  # of these accounts: minor units and currency

    @property
    def title(self) -> str:
        """The question, as it was asked first."""
        return self.asked[-1].text

    @property
    def figure(self) -> Figure:
        """How many questions, with their ids."""
        ids = tuple(one.question_id for one in self.asked)
        return Figure(f"gaps.{self.id}", f"questions: {self.title}", "question", ids)

    @property
    def rank(self) -> tuple[int, int, int, datetime, str]:
        """Most accounts first, then most revenue, then most questions, then who has waited longest."""
        revenue = sum(minor for minor, _ in self.arr)
        return -len(self.accounts), -revenue, -len(self.asked), self.asked[-1].asked_at, self.asked[-1].ts


def top_gaps(
    session: Session,
    workspace_id: str,
    scope: Scope,
    *,
    limit: int | None = TOP_GAPS,
    states: Collection[str] = rows.UNSOLVED,
    period: Period | None = None,
    now: datetime | None = None,
) -> tuple[Gap, ...]:
    """The gaps that touch most accounts, then most revenue, then most questions.

    Args:
        session: a session.
        workspace_id: whose.
        scope: whose questions count; a gap without any is left out.
        limit: how many at most; None for all.
        states: of the gaps.
        period: only questions that were asked in it count.
        now: only what was known by then counts.
    """
    found = [
        gap for gap in rows.gaps_in(session, workspace_id, states) if now is None or gap.opened_at <= now
    ]
    asked = _asked(session, workspace_id, [gap.id for gap in found])
    accounts = _accounts(session, workspace_id)
    made = [_gap(gap, _within(asked[gap.id], scope, period, now), accounts) for gap in found]
    return tuple(sorted((one for one in made if one.asked), key=lambda one: one.rank)[:limit])


def gap_seen(session: Session, workspace_id: str, gap_id: str, scope: Scope) -> Gap | None:
    """One gap, in whatever state; None if there is none of this id with a question in the scope."""
    gap = rows.find_gap(session, workspace_id, gap_id)
    if gap is None:
        return None
    asked = _within(_asked(session, workspace_id, [gap.id])[gap.id], scope, None, None)
    return _gap(gap, asked, _accounts(session, workspace_id)) if asked else None


def onboarding_days(session: Session, workspace_id: str, gap_id: str) -> dict[str, int]:
    """Which accounts asked it in the ninety days of their onboarding: account id -> on which day first."""
    started = (
        select(
            col(Subscription.account_id).label("account_id"), func.min(Subscription.started_on).label("on")
        )
        .where(Subscription.workspace_id == workspace_id)
        .group_by(col(Subscription.account_id))
        .subquery()
    )
    statement = (
        select(GapQuestion.account_id, func.min(GapQuestion.asked_at), started.c.on)
        .join(started, started.c.account_id == col(GapQuestion.account_id))
        .where(GapQuestion.workspace_id == workspace_id, GapQuestion.gap_id == gap_id)
        .group_by(col(GapQuestion.account_id), started.c.on)
    )
    days = {
        str(account_id): (asked_at.date() - on).days
        for account_id, asked_at, on in session.exec(statement).all()
    }
    return {account_id: day for account_id, day in days.items() if 0 <= day <= ONBOARDING_DAYS}


def _within(
    asked: Iterable[GapAsked], scope: Scope, period: Period | None, now: datetime | None
) -> list[GapAsked]:
    return [
        one
        for one in asked
        if scope.covers(one.account_id)
        and (period is None or period.start <= one.asked_at < period.end)
        and (now is None or one.asked_at <= now)
    ]


def _gap(gap: KnowledgeGap, asked: Sequence[GapAsked], accounts: dict[str, Account]) -> Gap:
    touched = {one.account_id for one in asked if one.account_id in accounts}
    sums: Counter[str] = Counter()
    for account_id in touched:
        account = accounts[account_id or ""]
        sums[account.currency] += account.arr_minor or 0
    return Gap(
        id=gap.id,
        state=gap.state,
        owner_email=gap.owner_email,
        reason=gap.reason,
        reopened=gap.reopened,
        opened_at=gap.opened_at,
        asked=tuple(asked),
        accounts=tuple(sorted(accounts[one or ""].name for one in touched)),
        arr=tuple((minor, currency) for currency, minor in sorted(sums.items()) if minor),
    )


def _accounts(session: Session, workspace_id: str) -> dict[str, Account]:
    found = session.exec(select(Account).where(Account.workspace_id == workspace_id)).all()
    return {account.id: account for account in found}


def _asked(session: Session, workspace_id: str, gap_ids: Collection[str]) -> dict[str, list[GapAsked]]:
    """The questions of gaps, newest first; those that were deleted are left out."""
    columns: list[Any] = [
        GapQuestion,
        Message.text,
        Message.channel_id,
        Message.ts,
        Conversation,
        Account.name,
    ]
    statement = (
        select(*columns)
        .join(Message, col(Message.id) == col(GapQuestion.question_id))
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .join(Answer, col(Answer.id) == col(GapQuestion.answer_id))
        .outerjoin(Account, col(Account.id) == col(GapQuestion.account_id))
        .where(
            GapQuestion.workspace_id == workspace_id,
            col(GapQuestion.gap_id).in_(sorted(gap_ids)),
            col(Answer.withdrawn_at).is_(None),
            Message.text != "",
        )
        .order_by(col(GapQuestion.asked_at).desc(), col(GapQuestion.id))
    )
    found: dict[str, list[GapAsked]] = defaultdict(list)
    for row, text, channel_id, ts, conversation, account in session.exec(statement).all():
        found[row.gap_id].append(
            GapAsked(
                question_id=row.question_id,
                answer_id=row.answer_id,
                conversation_id=conversation.id,
                text=text,
                why=row.why,
                account_id=row.account_id,
                account=account,
                asked_by=row.asked_by,
                asked_at=row.asked_at,
                channel_id=channel_id,
                thread_ts=conversation.thread_ts,
                ts=ts,
                told_at=row.told_at,
            )
        )
    return found
