"""What people asked and did not find: gaps of the knowledge base, from the first question to its askers being told."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from store.columns import id_field, json_field, moment_field, workspace_field

if TYPE_CHECKING:
    from collections.abc import Collection

OPEN, DRAFTED, PUBLISHED, TOLD, DISMISSED = "open", "drafted", "published", "told", "dismissed"
UNSOLVED = (OPEN, DRAFTED)


class KnowledgeGap(SQLModel, table=True):
    """Something that the knowledge base does not say, or not well. Its questions are `GapQuestion`s."""

    __tablename__ = "knowledge_gaps"

    id: str = id_field()
    workspace_id: str = workspace_field()
    state: str = Field(default=OPEN, index=True)  # open | drafted | published | told | dismissed
    owner_email: str | None = None
    reason: str = ""  # why it was dismissed
    draft: dict[str, Any] = json_field()  # question, answer and audience of an article that is not read yet
    verified_id: str | None = Field(default=None, foreign_key="verified_answers.id")  # what fills it
    reopened: int = 0  # how often it was asked again after that
    opened_at: datetime = moment_field(index=True)
    changed_at: datetime = moment_field()
    published_at: datetime | None = moment_field(nullable=True)
    told_at: datetime | None = moment_field(nullable=True)
    step_proposed_at: datetime | None = moment_field(nullable=True)  # as a step of the onboarding playbook


class GapQuestion(SQLModel, table=True):
    """A question that fell into a gap. Each is in one gap only."""

    __tablename__ = "gap_questions"
    __table_args__ = (
        UniqueConstraint("workspace_id", "question_id"),
        Index("ix_gap_questions_gap_id_asked_at", "gap_id", "asked_at"),
    )

    id: str = id_field()
    workspace_id: str = workspace_field()
    gap_id: str = Field(foreign_key="knowledge_gaps.id")
    question_id: str = Field(foreign_key="messages.id")
    answer_id: str = Field(foreign_key="answers.id")
    account_id: str | None = Field(default=None, foreign_key="accounts.id", index=True)
    asked_by: str  # Slack user id
    asked_at: datetime = moment_field()
    why: str  # refused | unhelpful | handed_over
    added_at: datetime = moment_field()
    told_at: datetime | None = moment_field(nullable=True)
    untold: str = ""  # why its asker is not told


def find_gap(session: Session, workspace_id: str, gap_id: str, *, lock: bool = False) -> KnowledgeGap | None:
    """A gap of this workspace."""
    gap = session.get(KnowledgeGap, gap_id, with_for_update=lock or None, populate_existing=lock)
    return gap if gap is not None and gap.workspace_id == workspace_id else None


def gaps_in(session: Session, workspace_id: str, states: Collection[str] = ()) -> list[KnowledgeGap]:
    """The gaps of these states (of all, without), oldest first."""
    statement = select(KnowledgeGap).where(KnowledgeGap.workspace_id == workspace_id)
    if states:
        statement = statement.where(col(KnowledgeGap.state).in_(sorted(states)))
    return list(session.exec(statement.order_by(col(KnowledgeGap.opened_at), col(KnowledgeGap.id))).all())


def questions_of(session: Session, gap_id: str) -> list[GapQuestion]:
    """The questions of a gap, oldest first."""
    statement = select(GapQuestion).where(GapQuestion.gap_id == gap_id)
    return list(session.exec(statement.order_by(col(GapQuestion.asked_at), col(GapQuestion.id))).all())


def give(session: Session, gap: KnowledgeGap, owner_email: str, now: datetime) -> None:
    """Make a gap somebody's."""
    gap.owner_email, gap.changed_at = owner_email.lower(), now
    session.add(gap)


def draft(session: Session, gap: KnowledgeGap, words: dict[str, Any], now: datetime) -> None:
    """Keep what may become its article; somebody reads it first."""
    gap.draft, gap.changed_at = words, now
    session.add(gap)


def propose(session: Session, gap: KnowledgeGap, now: datetime) -> bool:
    """Its draft is with an editor; False if it is not open any more."""
    return _move(session, gap, (OPEN,), DRAFTED, now)


def take_back(session: Session, gap: KnowledgeGap, now: datetime) -> bool:
    """Its draft was declined: it is open again; False if it had no draft with an editor."""
    return _move(session, gap, (DRAFTED,), OPEN, now)


def publish(session: Session, gap: KnowledgeGap, verified_id: str, now: datetime) -> bool:
    """Its article is approved; False if another one was before, or if nobody wants it filled."""
    if not _move(session, gap, UNSOLVED, PUBLISHED, now):
        return False
    gap.verified_id, gap.published_at, gap.told_at = verified_id, now, None
    session.add(gap)
    return True


def all_told(session: Session, gap: KnowledgeGap, now: datetime) -> None:
    """Whoever can be told has been told."""
    if _move(session, gap, (PUBLISHED,), TOLD, now):
        gap.told_at = now
        session.add(gap)


def dismiss(session: Session, gap: KnowledgeGap, reason: str, now: datetime) -> bool:
    """Nobody will fill it, for this reason; False if it is filled already, or if an editor has its draft."""
    if not _move(session, gap, (OPEN,), DISMISSED, now):
        return False
    gap.reason = reason
    session.add(gap)
    return True


def reopen(session: Session, gap: KnowledgeGap, now: datetime) -> bool:
    """It was asked again although it had been filled; False if it is open anyhow, or dismissed."""
    if not _move(session, gap, (PUBLISHED, TOLD), OPEN, now):
        return False
    gap.reopened, gap.draft = gap.reopened + 1, {}
    session.add(gap)
    return True


def _move(session: Session, gap: KnowledgeGap, of: Collection[str], state: str, now: datetime) -> bool:
    if gap.state not in of:
        return False
    gap.state, gap.changed_at = state, now
    session.add(gap)
    return True


def untold(session: Session, gap_id: str) -> list[GapQuestion]:
    """The questions of a gap whose askers have not been told, oldest first."""
    return [one for one in questions_of(session, gap_id) if one.told_at is None and not one.untold]


def of_asker(session: Session, gap_id: str, asked_by: str) -> list[GapQuestion]:
    """What one person asked of it, oldest first."""
    return [one for one in questions_of(session, gap_id) if one.asked_by == asked_by]
