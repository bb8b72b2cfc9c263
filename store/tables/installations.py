"""The Slack workspaces that installed the app, in the tables that Slack's own library reads and writes.

`slack_sdk` brings the queries (bot/slack/installations.py); here are the tables, so that migrations make them,
and what the library has no query for. Names of columns are the library's. Tokens are sealed
before they come here and are longer then than the library's own tables allow, hence Text.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import DateTime, Index, Text, delete, update
from sqlmodel import Field, Session, SQLModel, col, select

from store.errors import NotFound, StoreError
from store.tables.workspaces import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

SEALED = (
    "bot_token",
    "bot_refresh_token",
    "user_token",
    "user_refresh_token",
    "incoming_webhook_url",
    "incoming_webhook_configuration_url",
)


class WorkspaceNotNamed(StoreError):  # noqa: N818
    """Which of the workspaces that installed the app is meant? The text says how to name it."""


class SlackBot(SQLModel, table=True):
    """The bot of one installation. The newest row of a workspace with a token counts. Moments are naive UTC."""

    __tablename__ = "slack_bots"
    __table_args__ = (Index("slack_bots_idx", "client_id", "enterprise_id", "team_id", "installed_at"),)

    id: int | None = Field(default=None, primary_key=True)
    client_id: str
    app_id: str
    enterprise_id: str | None = None
    enterprise_name: str | None = None
    team_id: str | None = None
    team_name: str | None = None
    bot_token: str | None = Field(default=None, sa_type=Text)
    bot_id: str | None = None
    bot_user_id: str | None = None
    bot_scopes: str | None = None
    bot_refresh_token: str | None = Field(default=None, sa_type=Text)
    bot_token_expires_at: datetime | None = Field(default=None, sa_type=DateTime)
    is_enterprise_install: bool = False
    installed_at: datetime = Field(sa_type=DateTime)


class SlackInstallation(SQLModel, table=True):
    """One installation, by whoever pressed Allow. Moments are naive UTC."""

    __tablename__ = "slack_installations"
    __table_args__ = (
        Index("slack_installations_idx", "client_id", "enterprise_id", "team_id", "user_id", "installed_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    client_id: str
    app_id: str
    enterprise_id: str | None = None
    enterprise_name: str | None = None
    enterprise_url: str | None = None
    team_id: str | None = None
    team_name: str | None = None
    bot_token: str | None = Field(default=None, sa_type=Text)
    bot_id: str | None = None
    bot_user_id: str | None = None
    bot_scopes: str | None = None
    bot_refresh_token: str | None = Field(default=None, sa_type=Text)
    bot_token_expires_at: datetime | None = Field(default=None, sa_type=DateTime)
    user_id: str
    user_token: str | None = Field(default=None, sa_type=Text)
    user_scopes: str | None = None
    user_refresh_token: str | None = Field(default=None, sa_type=Text)
    user_token_expires_at: datetime | None = Field(default=None, sa_type=DateTime)
    incoming_webhook_url: str | None = Field(default=None, sa_type=Text)
    incoming_webhook_channel: str | None = None
    incoming_webhook_channel_id: str | None = None
    incoming_webhook_configuration_url: str | None = Field(default=None, sa_type=Text)
    is_enterprise_install: bool = False
    token_type: str | None = None
    installed_at: datetime = Field(sa_type=DateTime)


class SlackOAuthState(SQLModel, table=True):
    """An installation that somebody has begun; used once, within ten minutes."""

    __tablename__ = "slack_oauth_states"

    id: int | None = Field(default=None, primary_key=True)
    state: str
    expire_at: datetime = Field(sa_type=DateTime)


def installed(session: Session, client_id: str) -> list[SlackBot]:
    """The bots that have a token, the newest of each workspace, in the order of their installation."""
    rows = session.exec(
        select(SlackBot)
        .where(
            SlackBot.client_id == client_id,
            col(SlackBot.bot_token).is_not(None),
            col(SlackBot.team_id).is_not(None),
        )
        .order_by(col(SlackBot.installed_at), col(SlackBot.id))
    ).all()
    return list({row.team_id: row for row in rows}.values())


def installed_bot(session: Session, client_id: str, team_id: str) -> SlackBot | None:
    """The newest bot of a workspace that has a token."""
    return next((row for row in installed(session, client_id) if row.team_id == team_id), None)


def first_installer(session: Session, client_id: str, team_id: str) -> str | None:
    """The Slack id of who installed the app first: an admin from then on, as no later installer is."""
    statement = select(SlackInstallation.user_id).where(
        SlackInstallation.client_id == client_id, SlackInstallation.team_id == team_id
    )
    return session.exec(
        statement.order_by(col(SlackInstallation.installed_at), col(SlackInstallation.id)).limit(1)
    ).first()


def workspace_named(session: Session, client_id: str, team_id: str | None) -> Workspace:
    """The workspace that a command works on where many have installed the app.

    Raises:
        NotFound: the one that is named has never installed the app.
        WorkspaceNotNamed: several have and none is named, or none has yet.
    """
    teams = session.exec(
        select(SlackInstallation.team_id).where(SlackInstallation.client_id == client_id)
    ).all()
    statement = select(Workspace).where(col(Workspace.slack_team_id).in_([team for team in teams if team]))
    found = {workspace.slack_team_id: workspace for workspace in session.exec(statement).all()}
    if not found:
        raise WorkspaceNotNamed(
            "No workspace has installed the app yet. Start the bot, then open /slack/install."
        )
    if team_id is None and len(found) > 1:
        names = ", ".join(sorted(f"{one.name} ({one.slack_team_id})" for one in found.values()))
        raise WorkspaceNotNamed(
            f"Several workspaces have installed the app: {names}. Say which one: guidepost --workspace T..."
        )
    if team_id is not None and team_id not in found:
        raise NotFound(f"The Slack workspace {team_id} has never installed the app.")
    return found[team_id] if team_id else next(iter(found.values()))


def own_workspace(session: Session, bot: SlackBot, now: datetime) -> Workspace:
    """The workspace of an installation, made at its first.

    It never takes over what commands prepared before (`bind_workspace` would): anybody may install first.
    """
    found = session.exec(select(Workspace).where(Workspace.slack_team_id == bot.team_id)).first()
    if found is None:
        found = Workspace(slack_team_id=bot.team_id, name=bot.team_name or "", created_at=now)
        session.add(found)
        session.flush()
    return found


def forget_tokens(session: Session, client_id: str, team_id: str, until: datetime) -> bool:
    """Forget the tokens of a workspace, as Slack says that they are void; False if there were none.

    Args:
        session: the transaction.
        client_id: the app's.
        team_id: the workspace's.
        until: when Slack said it. What was installed later stays: Slack may tell us late, and out of order.
    """
    moment = until.astimezone(UTC).replace(tzinfo=None)
    session.exec(
        update(SlackInstallation)
        .where(
            col(SlackInstallation.client_id) == client_id,
            col(SlackInstallation.team_id) == team_id,
            col(SlackInstallation.installed_at) <= moment,
        )
        .values(dict.fromkeys(SEALED))
    )
    gone = session.exec(
        delete(SlackBot).where(
            col(SlackBot.client_id) == client_id,
            col(SlackBot.team_id) == team_id,
            col(SlackBot.installed_at) <= moment,
        )
    )
    return gone.rowcount > 0


def forget_expired_states(session: Session, now: datetime) -> None:
    """Forget installations that somebody has begun and did not complete in time."""
    moment = now.astimezone(UTC).replace(tzinfo=None)
    session.exec(delete(SlackOAuthState).where(col(SlackOAuthState.expire_at) < moment))


def reseal(session: Session, change: Callable[[str], str]) -> int:
    """Pass every sealed value through `change`, as after a change of the key; how many that were."""
    changed = 0
    for table in (SlackBot, SlackInstallation):
        for row in session.exec(select(table)).all():
            for name in SEALED:
                if value := getattr(row, name, None):
                    setattr(row, name, change(value))
                    changed += 1
            session.add(row)
    return changed
