"""What the bot takes to have been said, until a person says whether it was: it counts for nothing before."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import UniqueConstraint, func
from sqlmodel import Field, Session, SQLModel, col, select

from store.columns import id_field, moment_field, workspace_field
from store.upsert import insert_new

if TYPE_CHECKING:
    from collections.abc import Collection

PROMISE, COMPLAINT, PRAISE = "promise", "complaint", "praise"
VOICES = (COMPLAINT, PRAISE)
OPEN, CONFIRMED, DECLINED = "open", "confirmed", "declined"


class Proposal(SQLModel, table=True):
    """A promise of ours, a complaint or a praise that the bot believes to have heard."""

    __tablename__ = "proposals"
    __table_args__ = (UniqueConstraint("workspace_id", "key"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    key: str  # one for each message: heard:<channel>:<ts>
    kind: str  # promise | complaint | praise
    account_id: str = Field(foreign_key="accounts.id", index=True)
    slack_user_id: str  # who said it
    channel_id: str
    message_ts: str
    text: str
    due_on: date | None = None  # of a promise, as it was understood
    asked_user_id: str | None = None  # who was asked whether it is so
    state: str = Field(default=OPEN, index=True)  # open | confirmed | declined
    decided_by: str | None = None  # Slack user id
    created_at: datetime = moment_field(index=True)
    decided_at: datetime | None = moment_field(nullable=True)


def propose(session: Session, proposal: Proposal) -> bool:
    """Write down what was heard; False if that message is proposed already."""
    return insert_new(session, proposal)


def find_proposal(session: Session, workspace_id: str, proposal_id: str) -> Proposal | None:
    """A proposal of this workspace, locked until the transaction ends."""
    found = session.get(Proposal, proposal_id, with_for_update=True, populate_existing=True)
    return found if found is not None and found.workspace_id == workspace_id else None


def decide(session: Session, proposal: Proposal, state: str, *, by: str, now: datetime) -> bool:
    """Say what became of a proposal; False if somebody has said so before."""
    if proposal.state != OPEN:
        return False
    proposal.state, proposal.decided_by, proposal.decided_at = state, by, now
    session.add(proposal)
    session.flush()
    return True


def asked_since(
    session: Session, workspace_id: str, asked_user_id: str, kinds: Collection[str], since: datetime
) -> int:
    """How many proposals of these kinds a person was asked about since a moment."""
    statement = select(func.count()).where(
        Proposal.workspace_id == workspace_id,
        Proposal.asked_user_id == asked_user_id,
        col(Proposal.kind).in_(sorted(kinds)),
        Proposal.created_at >= since,
    )
    return session.exec(statement).one()


def at_message(session: Session, workspace_id: str, channel_id: str, message_ts: str) -> list[Proposal]:
    """What a message was taken for."""
    statement = select(Proposal).where(
        Proposal.workspace_id == workspace_id,
        Proposal.channel_id == channel_id,
        Proposal.message_ts == message_ts,
    )
    return list(session.exec(statement).all())
