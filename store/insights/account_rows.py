"""Everything on record about one account that its health, its signals and its renewal brief are made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlmodel import Session, col, select

from store.tables import accounts, activities, goals, loops, promises
from store.tables.answers import Answer, Citation
from store.tables.conversations import Message
from store.tables.documents import Document
from store.tables.feedback import Feedback
from store.tables.playbooks import PlaybookRun, RunStep
from store.tables.tasks import Task

if TYPE_CHECKING:
    from collections.abc import Mapping

    from store.tables.accounts import Account, Contact, Subscription, UsageFact
    from store.tables.activities import Activity
    from store.tables.goals import GoalStanding
    from store.tables.loops import FeedbackLoop, LoopItem
    from store.tables.promises import Promise

LOOK_BACK = timedelta(days=365)
SURVEYS = ("nps", "csat", "ces")


@dataclass(frozen=True)
class Words:
    """What somebody of the account wrote, and where."""

    on: date
    who: str  # name
    slack_user_id: str
    text: str
    is_question: bool
    channel_id: str
    ts: str


@dataclass(frozen=True)
class Asked:
    """A question of the account and how it ended."""

    words: Words
    status: str  # answered | partial | clarify | refused | error
    rating: int | None  # +1, -1
    reason: str | None
    channel_id: str | None  # of the answer
    message_ts: str | None
    other_plan: str = ""  # the article that answered, if it is for plans that they are not on

    @property
    def is_resolved(self) -> bool:
        """Answered, and nobody said that it did not help."""
        return self.status in {"answered", "partial"} and self.rating != -1


@dataclass(frozen=True)
class Score:
    """A survey's answer: recommendation (nps, 0-10), satisfaction (csat, 1-5), effort (ces, 1-7)."""

    survey: str
    value: float
    on: date
    contact_id: str | None  # None: a figure of the imported files
    who: str = ""
    text: str = ""
    channel_id: str | None = None
    message_ts: str | None = None


@dataclass(frozen=True)
class Wish:
    """Something that they asked for and somebody decided on: asked, decided, there, told."""

    feedback_id: str
    text: str
    state: str  # planned | declined | shipped | told
    asked_on: date
    decided_on: date
    shipped_on: date | None = None
    told_on: date | None = None
    untold: str = ""  # why they are not told
    channel_id: str | None = None
    message_ts: str | None = None


@dataclass(frozen=True)
class AccountRows:
    """One account, as of a moment."""

    account: Account
    now: datetime
    today: date
    contacts: tuple[Contact, ...]  # everybody who ever was one
    words: tuple[Words, ...]  # of the last year, oldest first
    asked: tuple[Asked, ...]
    scores: tuple[Score, ...]  # oldest first
    usage: tuple[UsageFact, ...]  # of the last year, oldest first
    steps: tuple[RunStep, ...]  # that reached a person, oldest first
    requests: tuple[Task, ...]  # wishes for a person
    open_tasks: tuple[Task, ...]
    goals: tuple[GoalStanding, ...]
    promises: tuple[Promise, ...]  # open, kept and broken ones
    activities: tuple[Activity, ...]  # newest first
    term: Subscription | None
    wishes: tuple[Wish, ...] = ()  # the newest decision first

    @property
    def active(self) -> tuple[Contact, ...]:
        """The contacts who are there."""
        return tuple(one for one in self.contacts if one.status == "active")

    def since(self, days: int) -> date:
        """The day so many days ago."""
        return self.today - timedelta(days=days)

    def newest(self, kind: str) -> UsageFact | None:
        """The newest observation of a kind."""
        return next((fact for fact in reversed(self.usage) if fact.kind == kind), None)


def read_account(session: Session, account: Account, now: datetime) -> AccountRows:
    """Read what is on record about an account."""
    today, since = now.date(), now - LOOK_BACK
    contacts = tuple(accounts.everybody_at(session, account.id))
    usage = tuple(accounts.usage_since(session, account.id, since.date()))
    names = {one.slack_user_id: one.name for one in contacts if one.slack_user_id}
    words = _words(session, account, names, since)
    steps = _steps(session, account, since)
    return AccountRows(
        account=account,
        now=now,
        today=today,
        contacts=contacts,
        words=words,
        asked=_asked(session, account, words, since),
        scores=_scores(steps, usage, {one.id: one.name for one in contacts}),
        usage=usage,
        steps=steps,
        requests=_tasks(session, account, since, kind="handover"),
        open_tasks=_tasks(session, account, since, state="open"),
        goals=tuple(goals.goals_of(session, account)),
        promises=tuple(promises.promises_of(session, account.id)),
        activities=tuple(activities.activities_of(session, account.id)),
        term=accounts.running_subscription(session, account.id),
        wishes=tuple(_wish(*one) for one in loops.loops_of_account(session, account.id)),
    )


def _wish(item: LoopItem, loop: FeedbackLoop, said: Feedback) -> Wish:
    return Wish(
        said.id,
        said.comment or loop.title,
        loop.state,
        item.asked_at.date(),
        loop.decided_at.date(),
        loop.shipped_at.date() if loop.shipped_at else None,
        item.told_at.date() if item.told_at else None,
        item.untold,
        said.channel_id,
        said.message_ts,
    )


def _words(
    session: Session, account: Account, names: Mapping[str, str], since: datetime
) -> tuple[Words, ...]:
    statement = select(Message).where(
        Message.workspace_id == account.workspace_id,
        Message.author == "person",
        col(Message.slack_user_id).in_(sorted(names)),
        col(Message.created_at) >= since,
    )
    rows = session.exec(statement.order_by(col(Message.created_at), col(Message.id))).all()
    return tuple(_said(row, names) for row in rows)


def _said(row: Message, names: Mapping[str, str]) -> Words:
    return Words(
        row.created_at.date(),
        names.get(row.slack_user_id, ""),
        row.slack_user_id,
        row.text,
        row.is_question,
        row.channel_id,
        row.ts,
    )


def _asked(
    session: Session, account: Account, words: tuple[Words, ...], since: datetime
) -> tuple[Asked, ...]:
    by_place = {(one.channel_id, one.ts): one for one in words}
    statement = (
        select(Answer, Message)
        .join(Message, col(Message.id) == col(Answer.question_id))
        .where(
            Answer.account_id == account.id,
            col(Answer.created_at) >= since,
            col(Answer.withdrawn_at).is_(None),
        )
        .order_by(col(Answer.created_at), col(Answer.id))
    )
    rated, others = _ratings(session, account), _of_other_plans(session, account, since)
    found = []
    for answer, message in session.exec(statement).all():
        said = by_place.get((message.channel_id, message.ts)) or _said(message, {})
        rating = rated.get(answer.id)
        found.append(
            Asked(
                said,
                answer.status,
                rating.rating if rating else None,
                rating.reason if rating else None,
                answer.channel_id,
                answer.message_ts,
                others.get(answer.id, ""),
            )
        )
    return tuple(found)


def _of_other_plans(session: Session, account: Account, since: datetime) -> dict[str, str]:
    """Titles of cited articles that are written for plans which the account is not on, by answer."""
    if account.plan is None:
        return {}
    statement = (
        select(Citation.answer_id, Citation.title, Document.plan)
        .join(Answer, col(Answer.id) == col(Citation.answer_id))
        .join(Document, col(Document.id) == col(Citation.document_id))
        .where(
            Answer.account_id == account.id, col(Answer.created_at) >= since, col(Document.plan).is_not(None)
        )
        .order_by(col(Citation.n).desc())
    )
    own = account.plan.strip().lower()
    return {
        answer_id: title
        for answer_id, title, plan in session.exec(statement).all()
        if not {own, "all"} & {one.strip().lower() for one in (plan or "all").split(",")}
    }


def _ratings(session: Session, account: Account) -> dict[str, Feedback]:
    """The newest rating of each answer; one that does not help beats one that does."""
    statement = select(Feedback).where(
        Feedback.workspace_id == account.workspace_id,
        Feedback.account_id == account.id,
        Feedback.kind == "answer_rating",
        col(Feedback.rating).is_not(None),
    )
    rows = session.exec(statement.order_by(col(Feedback.updated_at))).all()
    return {row.answer_id: row for row in sorted(rows, key=lambda row: -(row.rating or 0)) if row.answer_id}


def _steps(session: Session, account: Account, since: datetime) -> tuple[RunStep, ...]:
    statement = (
        select(RunStep)
        .join(PlaybookRun, col(PlaybookRun.id) == col(RunStep.run_id))
        .where(PlaybookRun.account_id == account.id, col(RunStep.sent_at) >= since)
        .order_by(col(RunStep.sent_at), col(RunStep.key))
    )
    return tuple(session.exec(statement).all())


def _tasks(
    session: Session, account: Account, since: datetime, *, kind: str | None = None, state: str | None = None
) -> tuple[Task, ...]:
    statement = select(Task).where(Task.account_id == account.id)
    if kind is not None:
        statement = statement.where(Task.kind == kind, col(Task.created_at) >= since)
    if state is not None:
        statement = statement.where(Task.state == state)
    return tuple(session.exec(statement.order_by(col(Task.created_at), col(Task.key))).all())


def _scores(
    steps: tuple[RunStep, ...],
    usage: tuple[UsageFact, ...],
    names: Mapping[str, str],
) -> tuple[Score, ...]:
    """The surveys' answers, and scores among the imported facts."""
    answered = [step for step in steps if step.answered_at and step.answer]
    found = [
        Score(kind, value, step.answered_at.date(), step.contact_id, names.get(step.contact_id or "", ""),
              step.answer_text or "", step.channel_id, step.message_ts)
        for step in answered
        if step.answered_at
        and (kind := step.survey)
        and (value := number(step.answer)) is not None
    ]  # fmt: skip
    found += [
        Score(fact.kind, value, fact.observed_on, None, text=fact.note or "")
        for fact in usage
        if fact.kind in SURVEYS and (value := number(fact.value)) is not None
    ]
    return tuple(sorted(found, key=lambda score: score.on))


def number(text: str | None) -> float | None:
    """A number, None where it is none."""
    try:
        return float(text) if text else None
    except ValueError:
        return None
