"""The questions of a period, how each ended, and how many there used to be."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, case
from sqlmodel import Session, col, func, select

from store.tables.answers import Answer, Citation
from store.tables.conversations import Conversation, Message
from store.tables.feedback import Feedback
from store.tables.tasks import Task

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from store.insights.frame import Frame
    from store.insights.values import Period

SETTLED_DAYS = 14  # a shorter period has few questions that are old enough to have stayed solved
WEEKS_BEFORE = 4  # periods before, of which the usual number is the mean


class Asked(NamedTuple):
    """A question and how it had ended by the moment of the digest; a tuple, since there are many."""

    id: str
    text: str
    channel_id: str
    ts: str
    at: datetime
    by: str  # Slack user id
    conversation_id: str
    account_id: str | None
    answer_id: str | None  # None: not answered yet
    status: str | None  # answered | partial | clarify | refused | error
    standalone: str | None
    answered_at: datetime | None

    @property
    def said(self) -> str:
        """The question, so that it stands alone."""
        return self.standalone or self.text


class Rated(NamedTuple):
    """What somebody thinks of one of these answers."""

    id: str
    answer_id: str
    account_id: str | None
    rating: int  # +1, -1
    channel_id: str | None
    message_ts: str | None


@dataclass(frozen=True)
class Questions:
    """The questions of a period, their ratings, and the counts of each ending in the periods before."""

    asked: list[Asked]
    ratings: list[Rated] = field(default_factory=list)
    before: tuple[Counter[str | None], ...] = ()  # one a period before, the nearest first
    earlier: list[Asked] = field(default_factory=list)  # of the period before
    cited: frozenset[str] = frozenset()  # answers with at least one source
    handed: frozenset[str] = frozenset()  # answers after which a person was asked for

    @property
    def endings_before(self) -> Counter[str | None]:
        """How the questions of the period before had ended, counted."""
        return self.before[0] if self.before else Counter()


def read_questions(session: Session, frame: Frame) -> Questions:
    """The questions of the period and scope, oldest first, with the ratings of their answers."""
    asked = _asked(session, frame, frame.period)
    return Questions(
        asked,
        _ratings(session, frame, asked),
        endings_before(session, frame),
        _asked(session, frame, frame.period.before),
        _cited(session, frame),
        _handed(session, frame),
    )


def _cited(session: Session, frame: Frame) -> frozenset[str]:
    statement = select(Answer.id).where(
        Answer.workspace_id == frame.workspace_id,
        col(Answer.created_at) >= frame.period.before.start,
        col(Answer.created_at) <= frame.now,
        col(Answer.id).in_(select(Citation.answer_id)),
    )
    return frozenset(session.exec(statement))


def _handed(session: Session, frame: Frame) -> frozenset[str]:
    statement = select(Task.link).where(
        Task.workspace_id == frame.workspace_id,
        Task.kind == "handover",
        col(Task.created_at) >= frame.period.before.start,
        col(Task.created_at) <= frame.now,
    )
    return frozenset(str(link["answer_id"]) for link in session.exec(statement) if link.get("answer_id"))


def _asked(session: Session, frame: Frame, period: Period) -> list[Asked]:
    columns: list[Any] = [
        Message.id, Message.text, Message.channel_id, Message.ts, Message.created_at, Message.slack_user_id,
        Message.conversation_id, _ACCOUNT, Answer.id, Answer.status, Answer.standalone_question, Answer.created_at,
    ]  # fmt: skip
    statement = (
        select(*columns)
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .outerjoin(Answer, _in_time(frame))
        .where(*asked_in(frame, period))
        .order_by(col(Message.created_at), col(Message.id))
    )
    found = map(Asked._make, session.exec(statement))
    return [one for one in found if frame.covers(one.account_id)]


def vectors_of(session: Session, frame: Frame, *, status: str | None = None) -> dict[str, tuple[str, bytes]]:
    """Question id -> model and vector of the period's questions; of those that ended so, if a status is given."""
    columns: list[Any] = [Message.id, Message.embedding_model, Message.embedding]
    statement = select(*columns).where(*asked_in(frame, frame.period), col(Message.embedding).is_not(None))
    if status is not None:
        ended_so = _in_time(frame) & (col(Answer.status) == status)
        statement = statement.join(Answer, ended_so)
    return {id_: (model or "", vector) for id_, model, vector in session.exec(statement)}


def _ratings(session: Session, frame: Frame, asked: list[Asked]) -> list[Rated]:
    columns: list[Any] = [
        Feedback.id, Feedback.answer_id, Feedback.account_id, Feedback.rating, Feedback.channel_id,
        Feedback.message_ts,
    ]  # fmt: skip
    statement = (
        select(*columns)
        .join(Answer, col(Answer.id) == col(Feedback.answer_id))
        .join(Message, col(Message.id) == col(Answer.question_id))
        .where(
            *asked_in(frame, frame.period),
            Feedback.kind == "answer_rating",
            col(Feedback.rating).is_not(None),
            col(Feedback.created_at) <= frame.now,
        )
        .order_by(col(Feedback.created_at), col(Feedback.id))
    )
    ours = {one.answer_id for one in asked}
    return [Rated._make(row) for row in session.exec(statement) if row[1] in ours]


def endings_before(session: Session, frame: Frame) -> tuple[Counter[str | None], ...]:
    """How many questions of each period before ended how; only of periods in which the bot was asked already."""
    periods = [frame.period.earlier(n) for n in range(1, WEEKS_BEFORE + 1)]
    inside = [func.sum(case((_within(one), 1), else_=0)) for one in periods]
    columns: list[Any] = [_ACCOUNT, Answer.status, *inside]
    statement = (
        select(*columns)
        .select_from(Message)
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .outerjoin(Answer, _in_time(frame))
        .where(
            Message.workspace_id == frame.workspace_id,
            col(Message.is_question).is_(True),
            col(Message.created_at) >= periods[-1].start,
            col(Message.created_at) < periods[0].end,
        )
        .group_by(_ACCOUNT, col(Answer.status))
    )
    counts: tuple[Counter[str | None], ...] = tuple(Counter() for _ in periods)
    for account_id, status, *numbers in session.exec(statement):
        if frame.covers(account_id):
            for counter, number in zip(counts, numbers, strict=True):
                counter[status] += int(number)
    return counts[: max(1, _began(session, frame, periods))]


def _began(session: Session, frame: Frame, periods: list[Period]) -> int:
    """How many of these periods lie after the first question that the workspace ever asked."""
    first = session.exec(
        select(Message.created_at)
        .where(Message.workspace_id == frame.workspace_id, col(Message.is_question).is_(True))
        .order_by(col(Message.created_at))
        .limit(1)
    ).first()
    return 0 if first is None else sum(one.start >= first for one in periods)


def asked_in(frame: Frame, period: Period) -> tuple[Any, ...]:
    """The conditions of a question of this workspace and period."""
    return (
        Message.workspace_id == frame.workspace_id,
        col(Message.is_question).is_(True),
        _within(period),
    )


def _within(period: Period) -> Any:
    return and_(col(Message.created_at) >= period.start, col(Message.created_at) < period.end)


def _in_time(frame: Frame) -> Any:
    """The answers of questions, by their index, which begins with the workspace."""
    return and_(
        col(Answer.workspace_id) == frame.workspace_id,
        col(Answer.question_id) == col(Message.id),
        col(Answer.created_at) <= frame.now,
    )


def by_answer(asked: list[Asked]) -> Mapping[str, Asked]:
    """The questions that ended, by the id of their answer."""
    return {one.answer_id: one for one in asked if one.answer_id}


_ACCOUNT: Any = func.coalesce(col(Answer.account_id), col(Conversation.account_id))
