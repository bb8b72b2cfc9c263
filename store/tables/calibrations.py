"""How sure an answer must be in a workspace's knowledge base, as it was measured last."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import UniqueConstraint, func, select
from sqlmodel import SQLModel, col

from store.columns import id_field, moment_field, new_id, workspace_field
from store.tables.documents import Document

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlmodel import Session


class Calibration(SQLModel, table=True):
    """What was measured last; one row a workspace."""

    __tablename__ = "calibrations"
    __table_args__ = (UniqueConstraint("workspace_id"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    embedding_model: str
    documents: int  # that there were
    least: float | None = (
        None  # confidence that an answer needs, 0-1; None: outside and inside not told apart
    )
    measured_at: datetime = moment_field()


def find(session: Session, workspace_id: str) -> Calibration | None:
    """What was measured last; None if nothing was yet."""
    return session.scalars(
        select(Calibration).where(col(Calibration.workspace_id) == workspace_id)
    ).one_or_none()


def keep(
    session: Session, workspace_id: str, *, model: str, documents: int, least: float | None, now: datetime
) -> None:
    """Put what was measured in the place of what was before."""
    kept = find(session, workspace_id)
    if kept is None:
        kept = Calibration(
            id=new_id(),
            workspace_id=workspace_id,
            embedding_model=model,
            documents=documents,
            measured_at=now,
        )
        session.add(kept)
    kept.embedding_model, kept.documents, kept.least, kept.measured_at = model, documents, least, now
    session.flush()


def count_documents(session: Session, workspace_id: str) -> int:
    """How many documents the knowledge base holds."""
    query = select(func.count(col(Document.id))).where(col(Document.workspace_id) == workspace_id)
    return int(session.execute(query).scalar_one())


def some_titles(session: Session, workspace_id: str, audiences: Collection[str], limit: int) -> list[str]:
    """Titles of documents for these readers, each once; ids are random, so their order draws a sample."""
    query = (
        select(func.min(col(Document.id)), col(Document.title))
        .where(col(Document.workspace_id) == workspace_id, col(Document.audience).in_(audiences))
        .group_by(col(Document.title))
        .order_by(func.min(col(Document.id)))
        .limit(limit)
    )
    return [title for _, title in session.execute(query)]
