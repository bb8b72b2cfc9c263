"""How far an installation is set up, and what went wrong in it: what an admin looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlmodel import Session, col, func, select

from store.tables.accounts import Account, StaffMember, Subscription
from store.tables.documents import Document, Passage
from store.tables.events import InboundEvent
from store.tables.outbox import OutboxMessage
from store.tables.sources import Source

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class Installation:
    """Counts of what an installation needs, and of what it could not do."""

    documents: int
    passages: int
    synced_at: datetime | None  # the source that was synced last
    accounts: int
    mapped_channels: int
    subscriptions: int
    staff: int
    failed_messages: int
    failed_events: int
    set_aside_events: int  # each ended the process of whoever worked on it, several times
    last_error: str | None  # of the failed or set-aside event that is newest


def installation(session: Session, workspace_id: str) -> Installation:
    """The counts of a workspace."""

    def count(model: Any, *conditions: Any) -> int:
        statement = select(func.count(col(model.id))).where(
            col(model.workspace_id) == workspace_id, *conditions
        )
        return session.exec(statement).one()

    synced = select(func.max(col(Source.synced_at))).where(Source.workspace_id == workspace_id)
    failed = (
        select(InboundEvent.error_ref)
        .where(
            InboundEvent.workspace_id == workspace_id, col(InboundEvent.state).in_(["failed", "set_aside"])
        )
        .order_by(col(InboundEvent.received_at).desc())
    )
    return Installation(
        documents=count(Document),
        passages=count(Passage),
        synced_at=session.exec(synced).first(),
        accounts=count(Account),
        mapped_channels=count(Account, col(Account.slack_channel_id).is_not(None)),
        subscriptions=count(Subscription),
        staff=count(StaffMember),
        failed_messages=count(OutboxMessage, col(OutboxMessage.state) == "failed"),
        failed_events=count(InboundEvent, col(InboundEvent.state) == "failed"),
        set_aside_events=count(InboundEvent, col(InboundEvent.state) == "set_aside"),
        last_error=session.exec(failed).first(),
    )
