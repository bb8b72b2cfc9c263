"""Conversations in Slack and their messages."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from store.columns import id_field, moment_field, workspace_field


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
    __table_args__ = (UniqueConstraint("workspace_id", "channel_id", "ts"),)

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
    created_at: datetime = moment_field(index=True)
