"""Every time that a customer and we met, read from the rows that say so: questions, hand-overs, steps, tasks, calls, articles."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import select as columns_of
from sqlmodel import Session, col, select

from store.insights.journey.values import Touch, Touchpoint
from store.insights.voice import SATISFIED_FROM, SCALES
from store.tables.activities import TOUCHING, Activity
from store.tables.answers import Answer, Citation
from store.tables.changes import SEGMENT, STAGE
from store.tables.conversations import Conversation, Message
from store.tables.feedback import Feedback
from store.tables.openings import Opening
from store.tables.playbooks import PlaybookRun, RunStep
from store.tables.tasks import Task

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.insights.journey.company import Company

ANSWERED = frozenset({"answered", "partial"})
ANSWER_WITHIN = timedelta(hours=1)  # the bot takes seconds: what has none by then is lost
_PLACES = {"channel": ("channel", "in their channel"), "dm": ("dm", "in a direct message"),
           "assistant": ("dm", "in a direct message"), "command": ("command", "by command")}  # fmt: skip
QUESTION = {
    key: Touchpoint(f"question.{key}", f"Question {where}", "question", "answered")
    for key, where in _PLACES.values()
}
HANDOVER = Touchpoint("handover", "Asked for a person", "task", "handled")
OPENING = Touchpoint("opening", "Opened an article", "opening")
ACTIVITIES = {kind: Touchpoint(f"activity.{kind}", kind.capitalize(), "activity") for kind in TOUCHING}


@dataclass(frozen=True)
class Window:
    """What is read: rows from `start` up to `end`, as they stood at `now`."""

    start: datetime
    end: datetime
    now: datetime

    def holds(self, column: Any) -> Any:
        """The condition that a moment lies within."""
        return (col(column) >= self.start) & (col(column) < self.end) & (col(column) <= self.now)

    def known(self, moment: datetime | None) -> datetime | None:
        """A moment, unless it was still to come."""
        return moment if moment is not None and moment <= self.now else None


def touches(session: Session, company: Company, window: Window) -> list[Touch]:
    """All touches of a company's accounts, oldest first."""
    readers = (_questions, _steps, _tasks, _activities, _openings)
    found = [touch for read in readers for touch in read(session, company, window)]
    return sorted(found, key=lambda touch: (touch.at, touch.row))


def _touch(company: Company, point: Touchpoint, account_id: str, at: datetime, **rest: Any) -> Touch:
    """A touch, placed where the account stood at that moment; `who` among the rest tells whose persona it is."""
    stage, segment = company.was(account_id, STAGE, at), company.was(account_id, SEGMENT, at)
    persona = company.persona(account_id, rest.pop("who", None))
    return Touch(point, rest.pop("row"), account_id, at, stage, segment, persona, **rest)


def _questions(session: Session, company: Company, window: Window) -> Iterator[Touch]:
    """Questions that customers asked: answered if a source said it, rated by thumbs."""
    # The index of answers begins with the workspace: without it each question would look through all of them.
    same = (col(Answer.workspace_id) == col(Message.workspace_id)) & (
        col(Answer.question_id) == col(Message.id)
    )
    statement = (
        columns_of(col(Message.id), col(Message.created_at), col(Message.slack_user_id))
        .add_columns(col(Conversation.surface), col(Conversation.account_id))
        .add_columns(col(Answer.id), col(Answer.account_id), col(Answer.status), col(Answer.created_at))
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .outerjoin(Answer, same)
        .where(col(Message.workspace_id) == company.workspace_id, col(Message.is_question).is_(True))
        .where(window.holds(Message.created_at), col(Conversation.surface).in_(list(_PLACES)))
    )
    ratings, topics = _ratings(session, company, window), _topics(session, company, window)
    rows: list[Any] = list(session.connection().execute(statement))
    for row_id, at, who, surface, of_thread, answer_id, of_answer, status, ended_at in rows:
        account_id, ended = of_answer or of_thread, window.known(ended_at)
        if account_id not in company.accounts or who in company.staff_ids:
            continue
        is_answered = _is_said(status, at, ended, window)
        yield _touch(
            company, QUESTION[_PLACES[surface][0]], account_id, at, row=row_id, who=who,
            topic=topics.get(answer_id), is_answered=is_answered, ratings=tuple(ratings.get(answer_id, ())),
            wait=company.minutes(account_id, at, ended) if ended and is_answered else None, heard_at=at,
        )  # fmt: skip


def _is_said(status: str | None, at: datetime, ended: datetime | None, window: Window) -> bool | None:
    """Whether a question was answered; None where it was asked back, and while an answer may still come."""
    if ended is None:
        return False if at + ANSWER_WITHIN <= window.now else None
    return None if status == "clarify" else status in ANSWERED


def _ratings(session: Session, company: Company, window: Window) -> dict[str, list[tuple[str, bool]]]:
    """Answer id -> its ratings."""
    statement = (
        select(Feedback.id, Feedback.answer_id, Feedback.rating)
        .join(Answer, col(Answer.id) == col(Feedback.answer_id))
        .join(Message, col(Message.id) == col(Answer.question_id))
        .where(col(Feedback.workspace_id) == company.workspace_id, Feedback.kind == "answer_rating")
        .where(col(Feedback.rating).is_not(None), window.holds(Message.created_at))
        .where(col(Feedback.created_at) <= window.now)
        .order_by(col(Feedback.created_at), col(Feedback.id))
    )
    found: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for feedback_id, answer_id, rating in session.exec(statement).all():
        if answer_id and rating:
            found[answer_id].append((feedback_id, rating > 0))
    return found


def _topics(session: Session, company: Company, window: Window) -> dict[str, str]:
    """Answer id -> the title of the article that it cites first."""
    statement = (
        select(Citation.answer_id, Citation.title)
        .join(Answer, col(Answer.id) == col(Citation.answer_id))
        .join(Message, col(Message.id) == col(Answer.question_id))
        .where(col(Citation.workspace_id) == company.workspace_id, Citation.n == 1)
        .where(window.holds(Message.created_at))
    )
    return dict(session.exec(statement).all())


def _steps(session: Session, company: Company, window: Window) -> Iterator[Touch]:
    """What playbooks told and asked customers; CSAT where the step asks for it."""
    statement = (
        columns_of(col(RunStep.id), col(RunStep.step), col(RunStep.title), col(RunStep.asks))
        .add_columns(col(RunStep.survey), col(RunStep.contact_id))
        .add_columns(col(RunStep.state), col(RunStep.answer), col(RunStep.sent_at), col(RunStep.answered_at))
        .add_columns(col(PlaybookRun.playbook), col(PlaybookRun.account_id), col(PlaybookRun.ended_at))
        .join(PlaybookRun, col(PlaybookRun.id) == col(RunStep.run_id))
        .where(col(RunStep.workspace_id) == company.workspace_id, window.holds(RunStep.sent_at))
        .where(col(RunStep.contact_id).is_not(None))  # what goes to our own people is no touch
    )
    rows: list[Any] = list(session.connection().execute(statement))
    for row in rows:
        if row.account_id not in company.accounts:
            continue
        answered = window.known(row.answered_at)
        yield _touch(
            company, step_point(row.playbook, row.step, row.title, asks=row.asks), row.account_id, row.sent_at,
            row=row.id, who=row.contact_id, is_answered=is_replied(row, answered, window) if row.asks else None,
            wait=company.minutes(row.account_id, row.sent_at, answered) if row.asks and answered else None,
            ratings=scored(row) if answered else (), heard_at=answered,
        )  # fmt: skip


def step_point(playbook: str, step: str, title: str, *, asks: bool) -> Touchpoint:
    """The touchpoint that a step of a playbook is."""
    name = playbook.replace("_", " ").capitalize()
    return Touchpoint(
        f"step.{playbook}.{step}", f"{name}: {title or step}", "step", "replied" if asks else ""
    )


def is_replied(row: Any, answered: datetime | None, window: Window) -> bool | None:
    """Whether a step's question was answered; None while somebody may still answer it."""
    if answered:
        return True
    over = row.state == "expired" or window.known(row.ended_at) is not None
    return False if over else None


def scored(row: Any) -> tuple[tuple[str, bool], ...]:
    """What a step that asks for CSAT was answered with: its row, and whether they were content."""
    low, high = SCALES["csat"]
    if row.survey != "csat" or not (row.answer or "").isdigit() or not low <= int(row.answer) <= high:
        return ()
    return ((row.id, int(row.answer) >= SATISFIED_FROM),)


def _tasks(session: Session, company: Company, window: Window) -> Iterator[Touch]:
    """Wishes for a person, and work that playbooks and people made for us: done, or late."""
    statement = (
        select(Task, col(PlaybookRun.playbook))
        .outerjoin(PlaybookRun, col(PlaybookRun.id) == col(Task.run_id))
        .where(col(Task.workspace_id) == company.workspace_id, window.holds(Task.created_at))
    )
    for task, playbook in session.exec(statement).all():
        if task.account_id is None or task.account_id not in company.accounts:
            continue
        wished = task.kind == "handover"
        done = window.known(task.done_at) if task.state == "done" else None
        yield _touch(
            company, HANDOVER if wished else task_point(playbook or task.kind), task.account_id, task.created_at,
            row=task.id, who=str(task.link.get("asker") or "") if wished else None, is_answered=_is_done(task, done, window),
            wait=company.minutes(task.account_id, task.created_at, done) if done else None,
            heard_at=task.created_at if wished else None,
        )  # fmt: skip


def task_point(of: str) -> Touchpoint:
    """The touchpoint that the tasks of a playbook, or of a kind, are."""
    return Touchpoint(f"task.{of}", f"Task of {of.replace('_', ' ')}", "task", "done")


def _is_done(task: Task, done: datetime | None, window: Window) -> bool | None:
    """Whether a task is done; None while there is time left, and where nobody has to do it any more."""
    if done:
        return True
    if task.state == "cancelled" and window.known(task.done_at):
        return None
    return False if task.due_at is not None and task.due_at < window.now else None


def _activities(session: Session, company: Company, window: Window) -> Iterator[Touch]:
    """Calls, meetings and e-mails that were written down: at noon of their day, or when they were written down."""
    statement = select(Activity).where(
        col(Activity.workspace_id) == company.workspace_id, col(Activity.kind).in_(TOUCHING)
    )
    days = (window.start.date(), window.end.date())
    for one in session.exec(statement.where(col(Activity.happened_on).between(*days))).all():
        if one.account_id not in company.accounts:
            continue
        zone = ZoneInfo(company.accounts[one.account_id].timezone)
        noon = datetime.combine(one.happened_on, time(12), zone).astimezone(UTC)
        at = min(noon, one.created_at)
        if window.start <= at < window.end and one.created_at <= window.now:
            yield _touch(company, ACTIVITIES[one.kind], one.account_id, at, row=one.id, heard_at=at)


def _openings(session: Session, company: Company, window: Window) -> Iterator[Touch]:
    """Articles that customers opened."""
    statement = select(Opening).where(
        col(Opening.workspace_id) == company.workspace_id, window.holds(Opening.created_at)
    )
    for one in session.exec(statement).all():
        if one.account_id is not None and one.account_id in company.accounts:
            yield _touch(
                company, OPENING, one.account_id, one.created_at, row=one.id, who=one.slack_user_id,
                topic=one.title, heard_at=one.created_at,
            )  # fmt: skip
