"""Answers that people gave and somebody approved: they become documents of the source `verified-answers`."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select
from sqlmodel import SQLModel, col

from store.columns import id_field, moment_field, workspace_field
from store.tables.documents import Document
from store.tables.sources import VERIFIED, Source

if TYPE_CHECKING:
    from sqlmodel import Session


class VerifiedAnswer(SQLModel, table=True):
    """A question with the answer that somebody stands for."""

    __tablename__ = "verified_answers"

    id: str = id_field()
    workspace_id: str = workspace_field()
    question: str
    answer: str  # Markdown
    audience: str  # public | customer | internal | account:<account id>
    approved_by: str  # Slack user id or e-mail
    approver_name: str
    approved_at: datetime = moment_field()
    expires_on: date | None = None  # evidence up to and including that day; None: until it is withdrawn
    source_link: str | None = None  # the message it was taken from
    withdrawn_at: datetime | None = moment_field(nullable=True)


def add_verified(session: Session, pair: VerifiedAnswer) -> VerifiedAnswer:
    """Record an approved pair. The same question for the same readers is answered anew, not twice."""
    before = session.execute(
        select(VerifiedAnswer).where(
            col(VerifiedAnswer.workspace_id) == pair.workspace_id,
            col(VerifiedAnswer.question) == pair.question,
            col(VerifiedAnswer.audience) == pair.audience,
            col(VerifiedAnswer.withdrawn_at).is_(None),
        )
    )
    for older in before.scalars().all():
        older.withdrawn_at = pair.approved_at
        session.add(older)
    session.add(pair)
    session.flush()
    return pair


def verified_answers(session: Session, workspace_id: str, *, on: date | None = None) -> list[VerifiedAnswer]:
    """The pairs that were not withdrawn, newest first; with `on`, only those that have not expired by then."""
    query = (
        select(VerifiedAnswer)
        .where(col(VerifiedAnswer.workspace_id) == workspace_id, col(VerifiedAnswer.withdrawn_at).is_(None))
        .order_by(col(VerifiedAnswer.approved_at).desc(), col(VerifiedAnswer.id))
    )
    if on is not None:
        query = query.where(
            or_(col(VerifiedAnswer.expires_on).is_(None), col(VerifiedAnswer.expires_on) >= on)
        )
    return list(session.execute(query).scalars())


def find_verified(session: Session, workspace_id: str, pair_id: str) -> VerifiedAnswer | None:
    """The pair with that id, or whose id begins so, if there is exactly one."""
    query = select(VerifiedAnswer).where(
        col(VerifiedAnswer.workspace_id) == workspace_id,
        col(VerifiedAnswer.id).startswith(pair_id, autoescape=True),
    )
    found = list(session.execute(query.limit(2)).scalars())
    return found[0] if len(found) == 1 else None


def is_searchable(session: Session, pair: VerifiedAnswer) -> bool:
    """Whether a pair that still holds has been taken in by a sync, so that questions find it."""
    statement = (
        select(func.count())
        .select_from(Document)
        .join(Source, col(Source.id) == col(Document.source_id))
        .where(
            col(Document.workspace_id) == pair.workspace_id,
            col(Document.uri) == f"qa/{pair.id}",
            col(Source.uri) == VERIFIED,
            col(Source.synced_at) >= pair.approved_at,
        )
    )
    return pair.withdrawn_at is None and session.execute(statement).scalar_one() > 0


def withdraw_verified(session: Session, pair: VerifiedAnswer, now: datetime) -> None:
    """A pair is no longer true."""
    pair.withdrawn_at = now
    session.add(pair)
    session.flush()
