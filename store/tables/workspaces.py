"""Workspaces, and the Slack people we have met in them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from store.columns import id_field, moment_field, workspace_field


class Workspace(SQLModel, table=True):
    """A company's Slack workspace. Created unbound by the first command; bound when the bot connects."""

    __tablename__ = "workspaces"

    id: str = id_field()
    slack_team_id: str | None = Field(default=None, unique=True)
    name: str = ""
    bot_user_id: str | None = None
    is_local: bool = False
    created_at: datetime = moment_field()


class SlackUser(SQLModel, table=True):
    """A person as Slack knows them, remembered so that zone, locale and first contact are at hand."""

    __tablename__ = "slack_users"
    __table_args__ = (UniqueConstraint("workspace_id", "slack_user_id"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    slack_user_id: str
    name: str = ""
    email: str | None = None
    timezone: str = "UTC"
    locale: str = "en-US"
    team_id: str | None = None
    is_bot: bool = False
    introduced_at: datetime | None = moment_field(nullable=True)
    opted_out_at: datetime | None = moment_field(nullable=True)
    updated_at: datetime = moment_field()
