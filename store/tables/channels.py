"""How the bot behaves in a channel."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Session, SQLModel, select

from store.columns import id_field, moment_field, workspace_field
from store.upsert import insert_new

MENTION, EVERY, PRIVATE, SILENT = "mention", "every", "private", "silent"
POLICIES = (MENTION, EVERY, PRIVATE, SILENT)


class ChannelPolicy(SQLModel, table=True):
    """What the bot answers in a channel; a channel without a row is answered where it is mentioned.

    mention: where it is mentioned. every: every question. private: every question, so that only its asker
    sees the answer and may share it. silent: nothing.
    """

    __tablename__ = "channel_policies"
    __table_args__ = (UniqueConstraint("workspace_id", "channel_id"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    channel_id: str
    policy: str = MENTION
    set_by: str  # Slack user id
    updated_at: datetime = moment_field()


def find_policy(session: Session, workspace_id: str, channel_id: str) -> ChannelPolicy | None:
    """What was decided for a channel, if anything was."""
    return session.exec(
        select(ChannelPolicy).where(
            ChannelPolicy.workspace_id == workspace_id, ChannelPolicy.channel_id == channel_id
        )
    ).first()


def policy_of(session: Session, workspace_id: str, channel_id: str) -> str:
    """The policy of a channel; `mention` where nothing was decided."""
    found = find_policy(session, workspace_id, channel_id)
    return found.policy if found else MENTION


def set_policy(
    session: Session, workspace_id: str, channel_id: str, policy: str, *, by: str, now: datetime
) -> None:
    """Decide for a channel; the last word counts.

    Raises:
        ValueError: there is no such policy.
    """
    if policy not in POLICIES:
        raise ValueError(f"no channel policy {policy!r}")
    fresh = ChannelPolicy(
        workspace_id=workspace_id, channel_id=channel_id, policy=policy, set_by=by, updated_at=now
    )
    if insert_new(session, fresh):
        return
    known = find_policy(session, workspace_id, channel_id)
    if known is not None:
        known.policy, known.set_by, known.updated_at = policy, by, now
        session.add(known)
