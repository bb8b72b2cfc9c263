"""Workspaces, and the Slack people we have met in them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import UniqueConstraint, bindparam, update
from sqlmodel import Field, Session, SQLModel, col, select

from store.columns import id_field, moment_field, workspace_field
from store.errors import NotFound, StoreError
from store.remembering import remembered
from store.tables.accounts import Contact
from store.tables.erasures import find_erasure
from store.upsert import insert_new

if TYPE_CHECKING:
    from collections.abc import Collection


# Business days between two check-ins at least, as a person chose.
CADENCES: dict[str, int] = {"usual": 0, "fewer": 10, "monthly": 21}


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
    # How often check-ins may come, as they chose: usual | fewer | monthly.
    cadence: str = Field(default="usual", sa_column_kwargs={"server_default": "usual"})
    updated_at: datetime = moment_field()


def local_workspace(session: Session, now: datetime) -> Workspace:
    """The local workspace of this database, made if it is not there. It holds sample data."""
    found = session.exec(select(Workspace).where(Workspace.is_local)).first()
    return found or _new_workspace(session, Workspace(name="Local workspace", is_local=True, created_at=now))


def cli_workspace(session: Session, now: datetime, team_id: str | None = None) -> Workspace:
    """The real workspace that a command works on, before or after the bot first connected.

    Args:
        session: a session.
        now: when it is made, if it must be: unbound, until the first real connection claims it.
        team_id: Slack's id of the workspace, where the database holds several.

    Raises:
        NotFound: no workspace has this team id.
        StoreError: there are several and none is named.
    """
    found = list(session.exec(select(Workspace).where(col(Workspace.is_local).is_(False))).all())
    if team_id is not None:
        found = [workspace for workspace in found if workspace.slack_team_id == team_id]
        if not found:
            raise NotFound(f"No Slack workspace {team_id} has been connected to this database yet.")
    if len(found) > 1:
        names = ", ".join(sorted(f"{workspace.name} ({workspace.slack_team_id})" for workspace in found))
        raise StoreError(f"This database serves several workspaces: {names}. Say which one.")
    return found[0] if found else _new_workspace(session, Workspace(created_at=now))


def bind_workspace(
    session: Session, team_id: str, *, name: str, bot_user_id: str | None, is_local: bool, now: datetime
) -> Workspace:
    """The workspace that the bot has just connected to.

    What commands prepared before the first connection is claimed by it: an unbound real workspace by a
    real connection, an unbound local one by the local workspace. The two kinds never mix, so sample
    data cannot reach a real workspace.

    Raises:
        StoreError: this team is known as the other kind.
    """
    bound = session.exec(select(Workspace).where(Workspace.slack_team_id == team_id)).first()
    unbound = select(Workspace).where(
        col(Workspace.slack_team_id).is_(None), col(Workspace.is_local).is_(is_local)
    )
    workspace = bound or session.exec(unbound.order_by(col(Workspace.created_at))).first()
    if workspace is None:
        workspace = _new_workspace(session, Workspace(is_local=is_local, created_at=now))
    if workspace.is_local != is_local:
        kind = "the local workspace" if workspace.is_local else "a real Slack workspace"
        raise StoreError(
            f"The database holds {team_id} as {kind}. Use another GUIDEPOST_DATA_DIR or DATABASE_URL, "
            "so that sample data and real data stay apart."
        )
    workspace.slack_team_id, workspace.name = team_id, name
    workspace.bot_user_id = bot_user_id or workspace.bot_user_id
    session.add(workspace)
    session.flush()
    return workspace


def find_user(session: Session, workspace_id: str, slack_user_id: str) -> SlackUser | None:
    """What we remember of a Slack person; None if we never met."""
    return session.exec(
        select(SlackUser).where(
            SlackUser.workspace_id == workspace_id, SlackUser.slack_user_id == slack_user_id
        )
    ).first()


def find_users(session: Session, workspace_id: str, slack_user_ids: Collection[str]) -> dict[str, SlackUser]:
    """What we remember of these Slack people, by their ids; whom we never met is left out."""
    whom = {"workspace_id": workspace_id, "ids": sorted(slack_user_ids)}
    return {user.slack_user_id: user for user in session.exec(_USERS, params=whom).all()}


_USERS = remembered(
    select(SlackUser).where(
        SlackUser.workspace_id == bindparam("workspace_id"),
        col(SlackUser.slack_user_id).in_(bindparam("ids", expanding=True)),
    )
)


def remember_user(
    session: Session,
    workspace_id: str,
    slack_user_id: str,
    now: datetime,
    *,
    name: str | None = None,
    email: str | None = None,
    timezone: str | None = None,
    locale: str | None = None,
    team_id: str | None = None,
    is_bot: bool | None = None,
) -> SlackUser:
    """Keep what Slack says of a person (users.info); what is None stays as it was.

    Of who was erased nothing is kept: they are nobody that we know, until an admin imports them under another name.
    """
    user = _met(session, workspace_id, slack_user_id, now)
    if find_erasure(session, workspace_id, slack_user_id) or (
        email and find_erasure(session, workspace_id, email)
    ):
        name, email = "", None
    told = {"name": name, "timezone": timezone, "locale": locale, "team_id": team_id, "is_bot": is_bot}
    told["email"] = email.strip().lower() if email else None
    for field, value in told.items():
        if value is not None:
            setattr(user, field, value)
    user.updated_at = now
    session.add(user)
    session.flush()
    return user


def introduce(session: Session, workspace_id: str, slack_user_id: str, now: datetime) -> bool:
    """Claim the first contact with a person: True exactly once, for whoever must say hello."""
    user = _met(session, workspace_id, slack_user_id, now)
    claim = (
        update(SlackUser)
        .where(
            col(SlackUser.workspace_id) == workspace_id,
            col(SlackUser.slack_user_id) == slack_user_id,
            col(SlackUser.introduced_at).is_(None),
        )
        .values(introduced_at=now)
    )
    claimed = bool(session.connection().execute(claim).rowcount)
    session.refresh(user)
    return claimed


def opt_out(session: Session, workspace_id: str, slack_user_id: str, now: datetime) -> None:
    """From now on the person gets no playbook message; their questions are still answered."""
    _set_opt_out(session, workspace_id, slack_user_id, now, now)


def set_cadence(session: Session, workspace_id: str, slack_user_id: str, cadence: str, now: datetime) -> None:
    """How often a person wants to be asked how things are going.

    Raises:
        StoreError: there is no such cadence.
    """
    if cadence not in CADENCES:
        raise StoreError(f"“{cadence}” is no cadence. There are: {', '.join(CADENCES)}.")
    user = _met(session, workspace_id, slack_user_id, now)
    user.cadence, user.updated_at = cadence, now
    session.add(user)
    session.flush()


def opt_in(session: Session, workspace_id: str, slack_user_id: str, now: datetime) -> None:
    """Take an opt-out back."""
    _set_opt_out(session, workspace_id, slack_user_id, None, now)


def _set_opt_out(
    session: Session, workspace_id: str, slack_user_id: str, value: datetime | None, now: datetime
) -> None:
    user = _met(session, workspace_id, slack_user_id, now)
    user.opted_out_at, user.updated_at = value, now
    session.add(user)
    of_this_person = select(Contact).where(
        Contact.workspace_id == workspace_id, Contact.slack_user_id == slack_user_id
    )
    for contact in session.exec(of_this_person).all():
        contact.opted_out_at, contact.updated_at = value, now
        session.add(contact)
    session.flush()


def _met(session: Session, workspace_id: str, slack_user_id: str, now: datetime) -> SlackUser:
    user = find_user(session, workspace_id, slack_user_id)
    if user is None:
        insert_new(session, SlackUser(workspace_id=workspace_id, slack_user_id=slack_user_id, updated_at=now))
        user = find_user(session, workspace_id, slack_user_id)
    if user is None:
        raise StoreError(f"The person {slack_user_id} could not be stored.")
    return user


def _new_workspace(session: Session, workspace: Workspace) -> Workspace:
    session.add(workspace)
    session.flush()
    return workspace
