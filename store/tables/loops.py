"""What became of what people told us: decided, shipped, and told back to those who had asked."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from store.columns import id_field, moment_field, workspace_field
from store.tables.feedback import Feedback
from store.upsert import insert_new

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

PLANNED, DECLINED, SHIPPED, TOLD = "planned", "declined", "shipped", "told"


class FeedbackLoop(SQLModel, table=True):
    """A decision about something that people asked for. Until there is one, it is asked."""

    __tablename__ = "feedback_loops"

    id: str = id_field()
    workspace_id: str = workspace_field()
    title: str
    state: str = Field(default=PLANNED, index=True)  # planned | declined | shipped | told
    reason: str = ""  # why so, in a sentence that customers may read
    decided_by: str  # Slack user id
    decided_at: datetime = moment_field(index=True)
    shipped_at: datetime | None = moment_field(nullable=True)
    shipped_words: str = ""  # what there is now, as customers are told
    told_at: datetime | None = moment_field(nullable=True)


class LoopItem(SQLModel, table=True):
    """A piece of feedback that a decision is about. Each is in one loop only."""

    __tablename__ = "feedback_loop_items"
    __table_args__ = (UniqueConstraint("workspace_id", "feedback_id"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    loop_id: str = Field(foreign_key="feedback_loops.id", index=True)
    feedback_id: str = Field(foreign_key="feedback.id")
    account_id: str | None = Field(default=None, foreign_key="accounts.id", index=True)
    slack_user_id: str  # whoever is told
    asked_at: datetime = moment_field()
    added_at: datetime = moment_field()
    told_at: datetime | None = moment_field(nullable=True)
    untold: str = ""  # why they are not told


def begin(session: Session, loop: FeedbackLoop, items: Iterable[LoopItem]) -> int:
    """Write a decision down with what it is about; how many pieces are in no other loop."""
    session.add(loop)
    session.flush()
    return sum(add_item(session, loop, item) for item in items)


def add_item(session: Session, loop: FeedbackLoop, item: LoopItem) -> bool:
    """One more piece that the decision is about; False if it is in a loop already."""
    item.loop_id = loop.id
    return insert_new(session, item)


def find_loop(
    session: Session, workspace_id: str, loop_id: str, *, lock: bool = False
) -> FeedbackLoop | None:
    """A loop of this workspace."""
    loop = session.get(FeedbackLoop, loop_id, with_for_update=lock or None, populate_existing=lock)
    return loop if loop is not None and loop.workspace_id == workspace_id else None


def loops_of(session: Session, workspace_id: str, feedback_ids: Collection[str]) -> dict[str, FeedbackLoop]:
    """The decision about each of these pieces, where there is one."""
    statement = (
        select(LoopItem.feedback_id, FeedbackLoop)
        .join(FeedbackLoop, col(FeedbackLoop.id) == col(LoopItem.loop_id))
        .where(LoopItem.workspace_id == workspace_id, col(LoopItem.feedback_id).in_(sorted(feedback_ids)))
    )
    return dict(session.exec(statement).all())


def items_of(session: Session, loop_id: str) -> list[LoopItem]:
    """What a decision is about, oldest first."""
    statement = select(LoopItem).where(LoopItem.loop_id == loop_id)
    return list(session.exec(statement.order_by(col(LoopItem.asked_at), col(LoopItem.id))).all())


def untold_items(session: Session, loop_id: str) -> list[LoopItem]:
    """Those whose people have not been told yet."""
    return [one for one in items_of(session, loop_id) if one.told_at is None and not one.untold]


def loops_of_account(session: Session, account_id: str) -> list[tuple[LoopItem, FeedbackLoop, Feedback]]:
    """What an account's people asked for and somebody decided on, the newest decision first."""
    statement = (
        select(LoopItem, FeedbackLoop, Feedback)
        .join(FeedbackLoop, col(FeedbackLoop.id) == col(LoopItem.loop_id))
        .join(Feedback, col(Feedback.id) == col(LoopItem.feedback_id))
        .where(LoopItem.account_id == account_id)
        .order_by(col(FeedbackLoop.decided_at).desc(), col(LoopItem.asked_at), col(LoopItem.id))
    )
    return list(session.exec(statement).all())


def loops_in(session: Session, workspace_id: str, states: Collection[str]) -> list[FeedbackLoop]:
    """The loops of these states, oldest first."""
    statement = select(FeedbackLoop).where(
        FeedbackLoop.workspace_id == workspace_id, col(FeedbackLoop.state).in_(sorted(states))
    )
    return list(session.exec(statement.order_by(col(FeedbackLoop.decided_at), col(FeedbackLoop.id))).all())


def decide(session: Session, loop: FeedbackLoop, *, state: str, reason: str, by: str, now: datetime) -> bool:
    """Decide otherwise; False if it is shipped already."""
    if loop.state not in (PLANNED, DECLINED):
        return False
    loop.state, loop.reason, loop.decided_by, loop.decided_at = state, reason, by, now
    session.add(loop)
    return True


def ship(session: Session, loop: FeedbackLoop, words: str, now: datetime) -> bool:
    """It is there now; False if that was said before, or if it was declined."""
    if loop.state != PLANNED:
        return False
    loop.state, loop.shipped_words, loop.shipped_at = SHIPPED, words, now
    session.add(loop)
    return True


def all_told(session: Session, loop: FeedbackLoop, now: datetime) -> None:
    """Whoever can be told has been told."""
    if loop.state == SHIPPED:
        loop.state, loop.told_at = TOLD, now
        session.add(loop)
