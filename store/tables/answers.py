"""Answers and what they cite."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, Column, UniqueConstraint, and_, case, delete, distinct, func
from sqlmodel import Field, Session, SQLModel, col, select

from store.columns import id_field, json_field, moment_field, workspace_field
from store.tables.accounts import Account, Contact
from store.tables.conversations import Message
from store.tables.documents import Document, Passage

if TYPE_CHECKING:
    from collections.abc import Collection

SEVERAL = 2  # accounts that must have asked about something before others hear that it is asked about


class Answer(SQLModel, table=True):
    """How one question ended."""

    __tablename__ = "answers"
    __table_args__ = (UniqueConstraint("workspace_id", "question_id"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    question_id: str = Field(foreign_key="messages.id")
    conversation_id: str = Field(foreign_key="conversations.id", index=True)
    account_id: str | None = Field(default=None, foreign_key="accounts.id", index=True)
    asked_by: str  # Slack user id
    status: str = Field(index=True)  # answered | partial | clarify | refused | error
    text: str
    standalone_question: str | None = None
    confidence: float | None = None  # 0-1
    timings_ms: dict[str, Any] = json_field()
    closest: list[str] = json_field(list)  # titles of the nearest documents, shown with a refusal
    # What about the reader chose among the evidence: "your plan: Growth".
    answered_for: str = Field(default="", sa_column_kwargs={"server_default": ""})
    # What a question that may mean several things may mean, each as a question of its own.
    readings: list[str] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False, server_default="[]")
    )
    channel_id: str | None = None
    message_ts: str | None = None  # the bot's message
    withdrawn_at: datetime | None = moment_field(nullable=True)  # its question was deleted
    created_at: datetime = moment_field(index=True)


class Citation(SQLModel, table=True):
    """A passage as it was when it was cited; it outlives changes of its document."""

    __tablename__ = "citations"
    __table_args__ = (UniqueConstraint("answer_id", "n"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    answer_id: str = Field(foreign_key="answers.id", index=True)
    n: int
    passage_id: str  # not a foreign key: the passage may be gone
    document_id: str | None = None
    title: str
    heading_path: list[str] = json_field(list)
    uri: str
    quote: str
    passage_text: str
    document_hash: str | None = None  # to tell whether the source has changed since
    audience: str | None = None  # who might read the passage when it was cited


@dataclass(frozen=True)
class Asked:
    """A question that was asked, with how it ended."""

    answer_id: str
    account_id: str | None
    text: str
    status: str
    asked_by: str
    asked_at: datetime
    channel_id: str | None
    message_ts: str | None  # of the answer


def find_answer(session: Session, workspace_id: str, answer_id: str) -> Answer | None:
    """An answer of this workspace, unless it was withdrawn."""
    answer = session.get(Answer, answer_id)
    known = answer is not None and answer.workspace_id == workspace_id and answer.withdrawn_at is None
    return answer if known else None


def answer_at(session: Session, workspace_id: str, channel_id: str, message_ts: str) -> Answer | None:
    """The answer that a message of ours in Slack is, unless it was withdrawn."""
    return session.exec(
        select(Answer).where(
            Answer.workspace_id == workspace_id,
            Answer.channel_id == channel_id,
            Answer.message_ts == message_ts,
            col(Answer.withdrawn_at).is_(None),
        )
    ).first()


def find_citation(session: Session, workspace_id: str, citation_id: str) -> Citation | None:
    """A citation of this workspace."""
    citation = session.get(Citation, citation_id)
    return citation if citation is not None and citation.workspace_id == workspace_id else None


def last_in_conversation(session: Session, conversation_id: str, asked_by: str) -> Answer | None:
    """The newest answer that a person got in a conversation."""
    statement = (
        select(Answer)
        .where(
            Answer.conversation_id == conversation_id,
            Answer.asked_by == asked_by,
            col(Answer.withdrawn_at).is_(None),
        )
        .order_by(col(Answer.created_at).desc())
    )
    return session.exec(statement).first()


def shown_in_conversation(session: Session, conversation_id: str, limit: int) -> list[Answer]:
    """The newest answers of a conversation that stand in Slack."""
    statement = (
        select(Answer)
        .where(
            Answer.conversation_id == conversation_id,
            col(Answer.message_ts).is_not(None),
            col(Answer.withdrawn_at).is_(None),
        )
        .order_by(col(Answer.created_at).desc())
        .limit(limit)
    )
    return list(session.exec(statement).all())


def answered_since(
    session: Session, workspace_id: str, asked_by: str, since: datetime, *, limit: int
) -> list[datetime]:
    """When questions of a person were answered since then, the newest first, at most so many."""
    statement = (
        select(Answer.created_at)
        .where(
            Answer.workspace_id == workspace_id,
            Answer.asked_by == asked_by,
            col(Answer.created_at) > since,
        )
        .order_by(col(Answer.created_at).desc())
        .limit(limit)
    )
    return list(session.exec(statement).all())


def withdraw(session: Session, answer: Answer, now: datetime) -> None:
    """Forget what an answer said: its question was deleted by who asked it."""
    answer.withdrawn_at, answer.text, answer.standalone_question = now, "", None
    answer.readings, answer.closest = [], []
    session.add(answer)
    drop_citations(session, answer.id)


def last_questions(
    session: Session,
    workspace_id: str,
    *,
    limit: int,
    asked_by: str | None = None,
    account_ids: Collection[str] | None = None,
) -> list[Asked]:
    """The newest questions of a person or of some accounts, newest first."""
    statement = select(Answer, Message).where(
        Answer.question_id == Message.id,
        Answer.workspace_id == workspace_id,
        col(Answer.withdrawn_at).is_(None),
    )
    if asked_by is not None:
        statement = statement.where(Answer.asked_by == asked_by)
    if account_ids is not None:
        statement = statement.where(col(Answer.account_id).in_(sorted(account_ids)))
    newest = statement.order_by(col(Answer.created_at).desc(), col(Answer.id)).limit(limit)
    return [_asked(answer, message) for answer, message in session.exec(newest).all()]


def _asked(answer: Answer, message: Message) -> Asked:
    return Asked(
        answer_id=answer.id,
        account_id=answer.account_id,
        text=message.text,
        status=answer.status,
        asked_by=answer.asked_by,
        asked_at=answer.created_at,
        channel_id=answer.channel_id,
        message_ts=answer.message_ts,
    )


def answer_to(session: Session, question_id: str) -> Answer | None:
    """How a question ended, if it has."""
    return session.exec(select(Answer).where(Answer.question_id == question_id)).first()


def citations_of(session: Session, answer_id: str) -> list[Citation]:
    """What an answer cites, by number."""
    statement = select(Citation).where(Citation.answer_id == answer_id).order_by(col(Citation.n))
    return list(session.exec(statement).all())


def drop_citations(session: Session, answer_id: str) -> None:
    """Forget what an answer cites: it is about to be given anew, or is withdrawn."""
    session.exec(delete(Citation).where(col(Citation.answer_id) == answer_id))


def asked_about(
    session: Session,
    workspace_id: str,
    *,
    stage: str,
    persona: str | None,
    audiences: Collection[str],
    since: datetime,
    limit: int,
) -> list[str]:
    """Titles of the articles that answered people of several accounts at a stage, what their like asked most first.

    Titles, never anybody's words; only of articles that their reader may open too.

    Args:
        session: a session.
        workspace_id: the workspace.
        stage: of the accounts.
        persona: whose questions come first.
        audiences: what the reader may read; audiences of one account are left out.
        since: how far back.
        limit: how many at most.
    """
    accounts_asking = func.count(distinct(col(Answer.account_id)))
    alike = func.count(distinct(case((col(Contact.persona) == persona, col(Answer.id)))))
    statement = (
        select(Document.title)
        .join(Citation, col(Citation.document_id) == col(Document.id))
        .join(Answer, col(Answer.id) == col(Citation.answer_id))
        .join(Account, col(Account.id) == col(Answer.account_id))
        .outerjoin(
            Contact,
            and_(
                col(Contact.workspace_id) == col(Answer.workspace_id),
                col(Contact.slack_user_id) == col(Answer.asked_by),
            ),
        )
        .where(
            Answer.workspace_id == workspace_id,
            Account.stage == stage,
            Citation.n == 1,
            col(Answer.status).in_(["answered", "partial"]),
            col(Answer.withdrawn_at).is_(None),
            Answer.created_at >= since,
            col(Document.audience).in_(sorted(one for one in audiences if not one.startswith("account:"))),
        )
        .group_by(col(Document.id), col(Document.title))
        .having(accounts_asking >= SEVERAL)
        .order_by(alike.desc(), func.count(distinct(col(Answer.id))).desc(), col(Document.title))
        .limit(limit)
    )
    return list(session.exec(statement).all())


def link_citations(session: Session, workspace_id: str) -> int:
    """Point citations that were recorded without ids at the documents and passages they quote.

    Returns:
        How many found their passage.
    """
    unlinked = select(Citation).where(Citation.workspace_id == workspace_id, Citation.document_id == "")
    linked = 0
    for citation in session.exec(unlinked).all():
        quoted = session.exec(
            select(Passage, Document)
            .join(Document, col(Document.id) == col(Passage.document_id))
            .where(
                Document.workspace_id == workspace_id,
                Document.uri == citation.uri.partition("#")[0],
                Passage.text == citation.passage_text,
            )
        ).first()
        if quoted is not None:
            passage, document = quoted
            citation.passage_id, citation.document_id = passage.id, document.id
            citation.document_hash = document.content_hash
            session.add(citation)
            linked += 1
    return linked
