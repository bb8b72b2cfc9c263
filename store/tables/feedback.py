"""What people told us."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint, func
from sqlmodel import Field, Session, SQLModel, col, select

from store.columns import id_field, moment_field, workspace_field
from store.tables.answers import Answer, Citation
from store.tables.conversations import Message
from store.tables.documents import Document
from store.upsert import insert_new


class Feedback(SQLModel, table=True):
    """A rating of an answer, or an answer to a playbook's question, or a noted remark.

    A rating is state: one row per person and answer, the last write wins.
    """

    __tablename__ = "feedback"
    __table_args__ = (UniqueConstraint("workspace_id", "slack_user_id", "subject"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    kind: str  # answer_rating | playbook_answer | remark | complaint | praise
    subject: str  # what it is about: answer:<id>, step:<id>, message:<channel>:<ts>
    slack_user_id: str
    account_id: str | None = Field(default=None, foreign_key="accounts.id", index=True)
    answer_id: str | None = Field(default=None, foreign_key="answers.id", index=True)
    rating: int | None = None  # +1 helpful, -1 not helpful
    reason: str | None = None  # wrong | outdated | incomplete | not_my_question | other
    comment: str | None = None
    channel_id: str | None = None
    message_ts: str | None = None
    created_at: datetime = moment_field(index=True)
    updated_at: datetime = moment_field()


def rate_answer(
    session: Session,
    *,
    workspace_id: str,
    answer_id: str,
    account_id: str | None,
    slack_user_id: str,
    now: datetime,
    rating: int | None = None,
    reason: str | None = None,
    comment: str | None = None,
    channel_id: str | None = None,
    message_ts: str | None = None,
) -> Feedback:
    """Note what a person thinks of an answer. The last click wins; a click never adds a second row.

    `now` is when it was said: what was said before the row's last change comes too late.
    """
    subject = f"answer:{answer_id}"
    row = session.exec(
        select(Feedback).where(
            Feedback.workspace_id == workspace_id,
            Feedback.slack_user_id == slack_user_id,
            Feedback.subject == subject,
        )
    ).first()
    if row is None:
        row = Feedback(
            workspace_id=workspace_id,
            kind="answer_rating",
            subject=subject,
            slack_user_id=slack_user_id,
            account_id=account_id,
            answer_id=answer_id,
            channel_id=channel_id,
            message_ts=message_ts,
            created_at=now,
            updated_at=now,
        )
    if now < row.updated_at:
        return row
    if rating is not None and rating != row.rating:
        row.rating, row.reason, row.comment = rating, None, None
    row.reason = reason if reason is not None else row.reason
    row.comment = comment if comment is not None else row.comment
    row.updated_at = now
    session.add(row)
    session.flush()
    return row


def take_back(
    session: Session, *, workspace_id: str, answer_id: str, slack_user_id: str, rating: int, now: datetime
) -> bool:
    """Forget that a person rated an answer so; False if they think otherwise by now, or said nothing."""
    row = rating_by(session, workspace_id=workspace_id, answer_id=answer_id, slack_user_id=slack_user_id)
    if row is None or row.rating != rating or now < row.updated_at:
        return False
    row.rating, row.reason, row.comment, row.updated_at = None, None, None, now
    session.add(row)
    session.flush()
    return True


def poor_ratings(
    session: Session, workspace_id: str, *, owner: str, since: datetime, until: datetime
) -> list[tuple[Feedback, Answer, Message]]:
    """Ratings as not helpful, given between two moments, of answers that cite a document of this owner.

    Args:
        session: a session.
        workspace_id: the workspace.
        owner: as the document's head names them, in whatever case.
        since: the first moment.
        until: the moment after the last.
    """
    cited = (
        select(Citation.answer_id)
        .join(Document, col(Document.id) == col(Citation.document_id))
        .where(Document.workspace_id == workspace_id, func.lower(Document.owner) == owner.lower())
    )
    statement = (
        select(Feedback, Answer, Message)
        .join(Answer, col(Answer.id) == col(Feedback.answer_id))
        .join(Message, col(Message.id) == col(Answer.question_id))
        .where(
            Feedback.workspace_id == workspace_id,
            Feedback.rating == -1,
            Feedback.updated_at >= since,
            Feedback.updated_at < until,
            col(Answer.withdrawn_at).is_(None),
            col(Answer.id).in_(cited),
        )
        .order_by(col(Feedback.updated_at), col(Feedback.id))
    )
    return list(session.exec(statement).all())


def record_remark(
    session: Session,
    *,
    workspace_id: str,
    slack_user_id: str,
    account_id: str | None,
    channel_id: str,
    message_ts: str,
    text: str,
    now: datetime,
    rating: int | None = None,
    kind: str = "remark",
) -> bool:
    """Note what somebody said without being asked; False if that message is noted already.

    `kind` is complaint or praise where a person has said that it is.
    """
    return insert_new(
        session,
        Feedback(
            workspace_id=workspace_id,
            kind=kind,
            subject=f"message:{channel_id}:{message_ts}",
            slack_user_id=slack_user_id,
            account_id=account_id,
            rating=rating,
            comment=text,
            channel_id=channel_id,
            message_ts=message_ts,
            created_at=now,
            updated_at=now,
        ),
    )


def rating_by(session: Session, *, workspace_id: str, answer_id: str, slack_user_id: str) -> Feedback | None:
    """What a person thinks of an answer, if they have said so."""
    return session.exec(
        select(Feedback).where(
            Feedback.workspace_id == workspace_id,
            Feedback.slack_user_id == slack_user_id,
            Feedback.subject == f"answer:{answer_id}",
        )
    ).first()


def record_step_reply(
    session: Session,
    *,
    workspace_id: str,
    subject: str,
    kind: str,
    slack_user_id: str,
    account_id: str,
    answer: str | None,
    words: str,
    now: datetime,
) -> bool:
    """Note what somebody answered to a playbook's question (`playbook_answer`), or said beside it (`remark`).

    What one person says twice beside one question, by pressing again, is one remark.

    Returns:
        False if it is noted already.
    """
    if kind == "remark" and _is_said(session, workspace_id, subject, slack_user_id, words):
        return False
    return insert_new(
        session,
        Feedback(
            workspace_id=workspace_id,
            kind=kind,
            subject=subject,
            slack_user_id=slack_user_id,
            account_id=account_id,
            reason=answer,
            comment=words,
            created_at=now,
            updated_at=now,
        ),
    )


def _is_said(session: Session, workspace_id: str, subject: str, slack_user_id: str, words: str) -> bool:
    """Whether this person said these words beside this question before; a remark's subject ends with its number."""
    same = select(Feedback.id).where(
        Feedback.workspace_id == workspace_id,
        Feedback.slack_user_id == slack_user_id,
        Feedback.kind == "remark",
        Feedback.comment == words,
        col(Feedback.subject).startswith(f"{subject.rpartition(':')[0]}:", autoescape=True),
    )
    return session.exec(same.limit(1)).first() is not None
