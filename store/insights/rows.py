"""The rows that a digest is computed from, read in one session."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlmodel import Session, col, select

from store.insights.standing import Standing, standing_of
from store.tables import renewals
from store.tables.accounts import Account, StaffMember, Subscription
from store.tables.answers import Answer
from store.tables.conversations import Conversation, Message
from store.tables.feedback import Feedback
from store.tables.playbooks import PlaybookRun, RunStep
from store.tables.tasks import Task

AHEAD = timedelta(days=120)  # of renewals about which health and forecasts are told

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from store.insights.values import Period, Scope
    from store.tables.renewals import Forecast


@dataclass(frozen=True)
class Asked:
    """A question and how it ended."""

    message: Message
    answer: Answer | None  # None: not answered yet
    account_id: str | None

    @property
    def status(self) -> str | None:
        """answered, partial, clarify, refused, error; None while it waits."""
        return self.answer.status if self.answer else None


@dataclass(frozen=True)
class Rows:
    """Everything a digest needs, already cut to its scope."""

    accounts: Mapping[str, Account]
    asked: list[Asked]
    asked_before: list[Asked]
    ratings: list[Feedback]  # of answers to `asked`
    feedback: list[Feedback]
    feedback_before: list[Feedback]
    open_runs: list[PlaybookRun]
    ended_runs: list[PlaybookRun]
    last_steps: Mapping[str, RunStep]  # run id -> the step that moved last
    open_tasks: list[Task]
    subscriptions: list[Subscription]
    staff: Mapping[str, str]  # e-mail, lower case -> name
    standings: Mapping[str, Standing] = field(default_factory=dict)  # account id -> health in force
    calls: Mapping[str, Forecast] = field(default_factory=dict)  # subscription id -> newest forecast


def read_rows(session: Session, workspace_id: str, period: Period, scope: Scope, now: datetime) -> Rows:
    """Read what a digest of this period and scope is computed from, as it stood at `now`.

    What came later (an answer, a rating, a task done) is left out, so that a digest that is made again to
    open one of its figures has the same figures.
    """
    accounts = {
        account.id: account
        for account in session.exec(select(Account).where(Account.workspace_id == workspace_id)).all()
        if scope.covers(account.id)
    }
    asked = questions(session, workspace_id, period, scope, now)
    runs = _runs(session, workspace_id, period, scope, now)
    terms = _subscriptions(session, workspace_id, scope)
    soon = [term for term in terms if term.status == "active" and term.renews_on <= now.date() + AHEAD]
    open_runs = [run for run in runs if run.ended_at is None or run.ended_at > now]
    return Rows(
        accounts=accounts,
        asked=asked,
        asked_before=questions(session, workspace_id, period.before, scope, now),
        ratings=_ratings(session, {row.answer.id for row in asked if row.answer}, now),
        feedback=_feedback(session, workspace_id, period, scope),
        feedback_before=_feedback(session, workspace_id, period.before, scope),
        open_runs=open_runs,
        ended_runs=[run for run in runs if run not in open_runs],
        last_steps=_last_steps(session, [run.id for run in open_runs]),
        open_tasks=_open_tasks(session, workspace_id, scope, now),
        subscriptions=terms,
        staff=_staff(session, workspace_id),
        standings={
            one.account_id: standing_of(session, accounts[one.account_id], now.date())
            for one in soon
            if one.account_id in accounts
        },
        calls={one.id: calls[0] for one in soon if (calls := renewals.forecasts_of(session, one))},
    )


def questions(
    session: Session, workspace_id: str, period: Period, scope: Scope, now: datetime
) -> list[Asked]:
    """The questions of a period, oldest first, each with how it had ended by `now`."""
    in_time = (col(Answer.question_id) == col(Message.id)) & (col(Answer.created_at) <= now)
    statement = (
        select(Message, Conversation, Answer)
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .outerjoin(Answer, in_time)
        .where(col(Message.workspace_id) == workspace_id, col(Message.is_question).is_(True))
        .where(col(Message.created_at) >= period.start, col(Message.created_at) < period.end)
        .order_by(col(Message.created_at), col(Message.id))
    )
    found = [_asked(*row) for row in session.exec(statement).all()]
    return [row for row in found if scope.covers(row.account_id)]


def _asked(message: Message, conversation: Conversation, answer: Answer | None) -> Asked:
    return Asked(message, answer, (answer.account_id if answer else None) or conversation.account_id)


def _ratings(session: Session, answer_ids: set[str], now: datetime) -> list[Feedback]:
    statement = select(Feedback).where(
        Feedback.kind == "answer_rating",
        col(Feedback.rating).is_not(None),
        col(Feedback.answer_id).in_(answer_ids),
        col(Feedback.created_at) <= now,
    )
    return list(session.exec(statement.order_by(col(Feedback.created_at), col(Feedback.id))).all())


def _feedback(session: Session, workspace_id: str, period: Period, scope: Scope) -> list[Feedback]:
    statement = select(Feedback).where(
        Feedback.workspace_id == workspace_id,
        col(Feedback.created_at) >= period.start,
        col(Feedback.created_at) < period.end,
    )
    found = session.exec(statement.order_by(col(Feedback.created_at), col(Feedback.id))).all()
    return [row for row in found if scope.covers(row.account_id)]


def _runs(
    session: Session, workspace_id: str, period: Period, scope: Scope, now: datetime
) -> list[PlaybookRun]:
    """Runs that were open at `now`, and those that ended in the period."""
    ended_at = col(PlaybookRun.ended_at)
    statement = select(PlaybookRun).where(
        PlaybookRun.workspace_id == workspace_id,
        col(PlaybookRun.started_at) <= now,
        ended_at.is_(None) | (ended_at > now) | ((ended_at >= period.start) & (ended_at < period.end)),
    )
    found = session.exec(statement.order_by(col(PlaybookRun.started_at), col(PlaybookRun.id))).all()
    return [run for run in found if scope.covers(run.account_id)]


def _last_steps(session: Session, run_ids: list[str]) -> dict[str, RunStep]:
    statement = select(RunStep).where(col(RunStep.run_id).in_(run_ids), RunStep.state != "planned")
    steps = session.exec(statement.order_by(col(RunStep.updated_at), col(RunStep.key))).all()
    return {step.run_id: step for step in steps}


def _open_tasks(session: Session, workspace_id: str, scope: Scope, now: datetime) -> list[Task]:
    statement = select(Task).where(
        Task.workspace_id == workspace_id,
        col(Task.created_at) <= now,
        (col(Task.state) == "open") | (col(Task.done_at) > now),
    )
    found = session.exec(statement.order_by(col(Task.due_at), col(Task.id))).all()
    return [task for task in found if _is_task_of(scope, task)]


def _is_task_of(scope: Scope, task: Task) -> bool:
    if task.account_id is None and scope.owner_email is not None:
        return (task.owner_email or "").lower() == scope.owner_email.lower()
    return scope.covers(task.account_id)


def _subscriptions(session: Session, workspace_id: str, scope: Scope) -> list[Subscription]:
    statement = select(Subscription).where(Subscription.workspace_id == workspace_id)
    found = session.exec(statement.order_by(col(Subscription.renews_on), col(Subscription.key))).all()
    return [term for term in found if scope.covers(term.account_id)]


def _staff(session: Session, workspace_id: str) -> dict[str, str]:
    statement = select(StaffMember.email, StaffMember.name).where(StaffMember.workspace_id == workspace_id)
    return {email.lower(): name for email, name in session.exec(statement).all()}
