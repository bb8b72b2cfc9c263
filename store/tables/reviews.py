"""The week's sample of answers, the bot's and people's, and what reviewers said of each on one rubric."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import UniqueConstraint, func
from sqlmodel import Field, Session, SQLModel, col, select

from store.columns import id_field, json_field, moment_field, workspace_field
from store.tables.accounts import StaffMember
from store.tables.answers import Answer
from store.tables.conversations import Conversation, Message
from store.upsert import insert_new, insert_or_change

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

BOT, HUMAN = "bot", "human"
CRITERIA = ("correct", "complete", "clear", "tone", "source")
MARKS = ("yes", "partly", "no", "n/a")
SHORTEST = 20  # characters of what a person wrote, for it to be an answer


class SampledAnswer(SQLModel, table=True):
    """One answer of a week's sample. What it said is read from where it stands, so that erasing holds."""

    __tablename__ = "sampled_answers"
    __table_args__ = (UniqueConstraint("workspace_id", "week", "message_id"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    week: date = Field(index=True)  # its Monday
    position: int  # in which the sample is read
    kind: str  # bot | human
    message_id: str = Field(foreign_key="messages.id")  # the question of a bot's answer; a person's own words
    answer_id: str | None = Field(default=None, foreign_key="answers.id")
    account_id: str | None = Field(default=None, foreign_key="accounts.id", index=True)
    created_at: datetime = moment_field()


class AnswerReview(SQLModel, table=True):
    """What one reviewer says of one answer; the last word counts."""

    __tablename__ = "answer_reviews"
    __table_args__ = (UniqueConstraint("workspace_id", "sampled_id", "slack_user_id"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    sampled_id: str = Field(foreign_key="sampled_answers.id", index=True)
    slack_user_id: str  # the reviewer
    marks: dict[str, Any] = json_field()  # criterion -> yes | partly | no | n/a
    note: str | None = None  # for who answered
    created_at: datetime = moment_field()
    updated_at: datetime = moment_field()


def sample(session: Session, rows: Sequence[SampledAnswer]) -> int:
    """Write a sample down; how many of it are new."""
    return sum(insert_new(session, row) for row in rows)


def sample_of(session: Session, workspace_id: str, week: date) -> list[SampledAnswer]:
    """The sample of a week, in its order."""
    statement = select(SampledAnswer).where(
        SampledAnswer.workspace_id == workspace_id, SampledAnswer.week == week
    )
    return list(session.exec(statement.order_by(col(SampledAnswer.position), col(SampledAnswer.id))).all())


def find_sampled(session: Session, workspace_id: str, sampled_id: str) -> SampledAnswer | None:
    """One answer of a sample of this workspace."""
    found = session.get(SampledAnswer, sampled_id)
    return found if found is not None and found.workspace_id == workspace_id else None


def review(
    session: Session, sampled: SampledAnswer, *, by: str, marks: dict[str, str], note: str, now: datetime
) -> None:
    """Note what a reviewer says of an answer; said again, the last word counts."""
    row = AnswerReview(
        workspace_id=sampled.workspace_id,
        sampled_id=sampled.id,
        slack_user_id=by,
        marks=dict(marks),
        note=note or None,
        created_at=now,
        updated_at=now,
    )
    key = ("workspace_id", "sampled_id", "slack_user_id")
    insert_or_change(session, row, key, ("marks", "note", "updated_at"))


def reviews_of(session: Session, sampled_ids: Collection[str]) -> list[AnswerReview]:
    """What was said of these answers, the first word first."""
    statement = select(AnswerReview).where(col(AnswerReview.sampled_id).in_(sorted(sampled_ids)))
    return list(session.exec(statement.order_by(col(AnswerReview.created_at), col(AnswerReview.id))).all())


def given(
    session: Session, workspace_id: str, since: datetime, until: datetime
) -> list[tuple[AnswerReview, str | None]]:
    """What reviewers said between two moments, the first word first, each with the account of the answer."""
    statement = (
        select(AnswerReview, SampledAnswer.account_id)
        .join(SampledAnswer, col(SampledAnswer.id) == col(AnswerReview.sampled_id))
        .where(
            AnswerReview.workspace_id == workspace_id,
            AnswerReview.created_at >= since,
            AnswerReview.created_at < until,
        )
    )
    return list(session.exec(statement.order_by(col(AnswerReview.created_at), col(AnswerReview.id))).all())


def bot_answers(session: Session, workspace_id: str, since: datetime, until: datetime) -> list[Answer]:
    """The bot's answers between two moments that stand: found, not withdrawn, not erased."""
    statement = select(Answer).where(
        Answer.workspace_id == workspace_id,
        col(Answer.status).in_(["answered", "partial"]),
        Answer.created_at >= since,
        Answer.created_at < until,
        col(Answer.withdrawn_at).is_(None),
        Answer.text != "",
    )
    return list(session.exec(statement.order_by(col(Answer.id))).all())


def human_answers(
    session: Session,
    workspace_id: str,
    since: datetime,
    until: datetime,
) -> list[tuple[Message, str]]:
    """What our own people wrote in customers' conversations between two moments, each with its account's id."""
    ours = select(StaffMember.slack_user_id).where(
        StaffMember.workspace_id == workspace_id, col(StaffMember.slack_user_id).is_not(None)
    )
    statement = (
        select(Message, Conversation.account_id)
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .where(
            Message.workspace_id == workspace_id,
            Message.author == "person",
            col(Message.slack_user_id).in_(ours),
            col(Message.is_question).is_(False),
            Message.created_at >= since,
            Message.created_at < until,
            col(Conversation.account_id).is_not(None),
            func.length(Message.text) >= SHORTEST,
        )
    )
    return [(message, str(account_id)) for message, account_id in session.exec(statement).all()]
