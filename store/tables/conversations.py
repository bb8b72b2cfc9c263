"""Conversations in Slack and their messages."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Index, UniqueConstraint, bindparam, case, func, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, SQLModel, col, select

from store.columns import id_field, moment_field, workspace_field
from store.errors import NotFound
from store.remembering import remembered

if TYPE_CHECKING:
    from collections.abc import Collection


class Conversation(SQLModel, table=True):
    """A thread, or a DM with the bot."""

    __tablename__ = "conversations"
    __table_args__ = (UniqueConstraint("workspace_id", "channel_id", "thread_ts"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    channel_id: str
    thread_ts: str
    surface: str  # channel | dm | assistant | command | cli
    account_id: str | None = Field(default=None, foreign_key="accounts.id", index=True)
    opened_by: str  # Slack user id
    created_at: datetime = moment_field()


class Message(SQLModel, table=True):
    """One message of a conversation, a person's or the bot's."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("workspace_id", "channel_id", "ts"),
        Index("ix_messages_stream", "workspace_id", "channel_id", "stream_ts", unique=True),
    )

    id: str = id_field()
    workspace_id: str = workspace_field()
    conversation_id: str = Field(foreign_key="conversations.id", index=True)
    channel_id: str
    ts: str
    author: str  # person | bot
    slack_user_id: str
    text: str
    is_question: bool = False
    embedding: bytes | None = None  # of a question: float32, so that themes need no model
    embedding_model: str | None = None
    edited_ts: str | None = None  # of the last edit that was taken in
    stream_ts: str | None = None  # of a question: the message of ours in which its answer streams
    created_at: datetime = moment_field(index=True)


def open_conversation(
    session: Session,
    *,
    workspace_id: str,
    channel_id: str,
    thread_ts: str,
    surface: str,
    opened_by: str,
    account_id: str | None,
    now: datetime,
) -> Conversation:
    """The conversation of a thread, begun if it is new."""
    found = find_conversation(session, workspace_id=workspace_id, channel_id=channel_id, thread_ts=thread_ts)
    if found is not None:
        return found
    conversation = Conversation(
        workspace_id=workspace_id,
        channel_id=channel_id,
        thread_ts=thread_ts,
        surface=surface,
        opened_by=opened_by,
        account_id=account_id,
        created_at=now,
    )
    session.add(conversation)
    session.flush()
    return conversation


def find_conversation(
    session: Session, *, workspace_id: str, channel_id: str, thread_ts: str
) -> Conversation | None:
    """The conversation of a thread, if we are part of one there."""
    return session.exec(
        select(Conversation).where(
            Conversation.workspace_id == workspace_id,
            Conversation.channel_id == channel_id,
            Conversation.thread_ts == thread_ts,
        )
    ).first()


def record_message(
    session: Session,
    conversation: Conversation,
    *,
    ts: str,
    author: str,
    slack_user_id: str,
    text: str,
    now: datetime,
    is_question: bool = False,
) -> Message:
    """Note a message of a conversation; the same channel and ts is the same message."""
    known = session.exec(
        select(Message).where(
            Message.workspace_id == conversation.workspace_id,
            Message.channel_id == conversation.channel_id,
            Message.ts == ts,
        )
    ).first()
    message = known or Message(
        workspace_id=conversation.workspace_id,
        conversation_id=conversation.id,
        channel_id=conversation.channel_id,
        ts=ts,
        author=author,
        slack_user_id=slack_user_id,
        text=text,
        created_at=now,
    )
    message.is_question = message.is_question or is_question
    session.add(message)
    session.flush()
    return message


def message_at(session: Session, workspace_id: str, channel_id: str, ts: str) -> Message | None:
    """A recorded message, if it is on record."""
    return session.exec(
        select(Message).where(
            Message.workspace_id == workspace_id, Message.channel_id == channel_id, Message.ts == ts
        )
    ).first()


def find_message(session: Session, *, workspace_id: str, channel_id: str, ts: str) -> Message:
    """A recorded message.

    Raises:
        NotFound: it was never recorded.
    """
    message = message_at(session, workspace_id, channel_id, ts)
    if message is None:
        raise NotFound("That message is not on record.")
    return message


def streaming_in(
    session: Session, workspace_id: str, channel_id: str, stamps: Collection[str]
) -> list[Message]:
    """The questions whose answers stream, or will, in these messages of ours."""
    statement = select(Message).where(
        Message.workspace_id == workspace_id,
        Message.channel_id == channel_id,
        col(Message.stream_ts).in_(sorted(stamps)),
    )
    return list(session.exec(statement).all())


def claim_stream(session: Session, workspace_id: str, channel_id: str, ts: str, stream_ts: str) -> str | None:
    """The message in which a question's answer streams: this one, or the one that another worker noted first.

    None where another question has taken this one, also at this very moment: no two may have the same.
    """
    mine = (
        col(Message.workspace_id) == workspace_id,
        col(Message.channel_id) == channel_id,
        col(Message.ts) == ts,
    )
    claim = update(Message).where(*mine, col(Message.stream_ts).is_(None)).values(stream_ts=stream_ts)
    with suppress(IntegrityError), session.begin_nested():
        session.exec(claim)
    return session.exec(select(Message.stream_ts).where(*mine)).one()


def streams_in(session: Session, conversation_id: str) -> set[str]:
    """Where answers stream, or have streamed, in a conversation."""
    begun = select(Message.stream_ts).where(Message.conversation_id == conversation_id)
    return {ts for ts in session.exec(begun).all() if ts}


def streams_in_thread(session: Session, workspace_id: str, channel_id: str, thread_ts: str) -> set[str]:
    """The same for a thread; none where we are not part of it."""
    found = find_conversation(session, workspace_id=workspace_id, channel_id=channel_id, thread_ts=thread_ts)
    return streams_in(session, found.id) if found else set()


def edit(session: Session, message: Message, text: str, edited_ts: str) -> bool:
    """Take in that a message says something else now; False if a later edit was taken in already."""
    session.refresh(message, with_for_update=True)
    if message.edited_ts and message.edited_ts >= edited_ts:
        return False
    message.text, message.edited_ts = text, edited_ts
    session.add(message)
    return True


def forget(session: Session, message: Message) -> None:
    """Forget what a message said: who wrote it has deleted it. That there was one stays known."""
    message.text, message.embedding, message.is_question = "", None, False
    session.add(message)


def earlier_messages(session: Session, conversation_id: str, *, before_ts: str, limit: int) -> list[Message]:
    """The last messages of a conversation before a moment, oldest first."""
    statement = (
        select(Message)
        .where(Message.conversation_id == conversation_id, col(Message.ts) < before_ts)
        .order_by(col(Message.ts).desc())
        .limit(limit)
    )
    return list(reversed(session.exec(statement).all()))


def later_messages(session: Session, conversation_id: str, *, after_ts: str) -> list[Message]:
    """The messages of a conversation after a moment, oldest first."""
    statement = select(Message).where(Message.conversation_id == conversation_id, col(Message.ts) > after_ts)
    return list(session.exec(statement.order_by(col(Message.ts))).all())


def last_question_before(session: Session, workspace_id: str, channel_id: str, ts: str) -> Message | None:
    """The question that was asked last in a channel before a moment, in whatever thread."""
    statement = (
        select(Message)
        .where(
            Message.workspace_id == workspace_id,
            Message.channel_id == channel_id,
            col(Message.is_question).is_(True),
            col(Message.ts) < ts,
        )
        .order_by(col(Message.ts).desc())
        .limit(1)
    )
    return session.exec(statement).first()


@dataclass(frozen=True)
class Activity:
    """What somebody has written to the bot so far."""

    questions: int
    last_at: datetime


def activity_of(session: Session, workspace_id: str, slack_user_ids: Collection[str]) -> dict[str, Activity]:
    """How much each of these people has asked, and when they last wrote; who never wrote is left out."""
    whom = {"workspace_id": workspace_id, "ids": sorted(slack_user_ids)}
    found = session.exec(_ACTIVITY_OF, params=whom).all()
    return {who: Activity(int(questions), last) for who, questions, last in found}


_ACTIVITY_OF = remembered(
    select(
        Message.slack_user_id,
        func.sum(case((col(Message.is_question).is_(True), 1), else_=0)),
        func.max(Message.created_at),
    )
    .where(
        Message.workspace_id == bindparam("workspace_id"),
        Message.author == "person",
        col(Message.slack_user_id).in_(bindparam("ids", expanding=True)),
    )
    .group_by(col(Message.slack_user_id))
)
