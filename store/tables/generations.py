"""Index generations: search indexes built from the passages, and which of them is in service."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update
from sqlmodel import SQLModel, col

from store.columns import id_field, moment_field, new_id, workspace_field

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlmodel import Session


class IndexGeneration(SQLModel, table=True):
    """A search index built from the passages; the newest `active` one is in service."""

    __tablename__ = "index_generations"

    id: str = id_field()
    workspace_id: str = workspace_field()
    embedding_model: str
    state: str = "building"  # building | active | retired | quarantined
    passages: int = 0
    digest: str = ""  # of the passages it was built from, see `passages_digest`
    created_at: datetime = moment_field()
    activated_at: datetime | None = moment_field(nullable=True)


def start_generation(session: Session, workspace_id: str, model: str, now: datetime) -> IndexGeneration:
    """A new generation, being built."""
    generation = IndexGeneration(
        id=new_id(), workspace_id=workspace_id, embedding_model=model, state="building", created_at=now
    )
    session.add(generation)
    session.flush()
    return generation


def activate_generation(
    session: Session, generation_id: str, *, passages: int, digest: str, now: datetime
) -> None:
    """Put a generation into service and retire the one before: the pointer moves in one transaction."""
    generation = session.get_one(IndexGeneration, generation_id)
    session.execute(
        update(IndexGeneration)
        .where(
            col(IndexGeneration.workspace_id) == generation.workspace_id,
            col(IndexGeneration.state) == "active",
        )
        .values(state="retired")
    )
    generation.state, generation.passages, generation.digest = "active", passages, digest
    generation.activated_at = now
    session.flush()


def quarantine_generation(session: Session, generation_id: str) -> None:
    """Take a generation that cannot be opened out of service."""
    session.execute(
        update(IndexGeneration).where(col(IndexGeneration.id) == generation_id).values(state="quarantined")
    )


def serving_generation(session: Session, workspace_id: str, model: str) -> IndexGeneration | None:
    """The newest generation of a model's vectors, whether it is in service or was until lately."""
    query = (
        select(IndexGeneration)
        .where(
            col(IndexGeneration.workspace_id) == workspace_id,
            col(IndexGeneration.embedding_model) == model,
            col(IndexGeneration.state).in_(["active", "retired"]),
        )
        .order_by(col(IndexGeneration.state), col(IndexGeneration.activated_at).desc())
        .limit(1)
    )
    return session.execute(query).scalar_one_or_none()


def active_generation(session: Session, workspace_id: str) -> IndexGeneration | None:
    """The generation in service."""
    query = (
        select(IndexGeneration)
        .where(col(IndexGeneration.workspace_id) == workspace_id, col(IndexGeneration.state) == "active")
        .order_by(col(IndexGeneration.activated_at).desc())
        .limit(1)
    )
    return session.execute(query).scalar_one_or_none()


def generations(session: Session, workspace_id: str) -> list[IndexGeneration]:
    """Every generation, newest first."""
    query = (
        select(IndexGeneration)
        .where(col(IndexGeneration.workspace_id) == workspace_id)
        .order_by(col(IndexGeneration.created_at).desc(), col(IndexGeneration.id))
    )
    return list(session.execute(query).scalars())


def forget_generations(session: Session, generation_ids: Collection[str]) -> None:
    """Remove the rows of generations whose folders are gone."""
    session.execute(delete(IndexGeneration).where(col(IndexGeneration.id).in_(sorted(generation_ids))))
