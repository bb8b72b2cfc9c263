"""Embeddings: one vector for each text and model, whichever passages or cards say that text.

Apart from passages, so that a text that moves to another document, or back, is not embedded again, and so
that a new model's vectors grow beside those that serve.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, exists, func, or_, select
from sqlmodel import Field, SQLModel, col

from store.columns import moment_field
from store.tables.documents import Document, Passage

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sqlmodel import Session

_CHUNK = 500  # ids in one IN (...), below every database's limit


class TextVector(SQLModel, table=True):
    """What a model made of a text. `embedding` is float32, little-endian, L2-normalised."""

    __tablename__ = "vectors"

    workspace_id: str = Field(foreign_key="workspaces.id", primary_key=True)
    model: str = Field(primary_key=True)  # fingerprint of the model
    text_hash: str = Field(primary_key=True)  # sha256 of the text as the model saw it
    embedding: bytes
    created_at: datetime = moment_field()


@dataclass(frozen=True)
class PassageVector:
    """A passage as an index needs it. `embedding` is float32 bytes; the dates say when it is evidence."""

    id: str
    audience: str
    heading_path: tuple[str, ...]
    text: str
    embedding: bytes
    effective_from: date | None = None
    effective_until: date | None = None


def known_texts(session: Session, workspace_id: str, model: str, text_hashes: Collection[str]) -> set[str]:
    """Those of the texts that this model has embedded already."""
    found: set[str] = set()
    hashes = sorted(text_hashes)
    for start in range(0, len(hashes), _CHUNK):
        query = select(col(TextVector.text_hash)).where(
            col(TextVector.workspace_id) == workspace_id,
            col(TextVector.model) == model,
            col(TextVector.text_hash).in_(hashes[start : start + _CHUNK]),
        )
        found.update(session.execute(query).scalars())
    return found


def save_vectors(
    session: Session, workspace_id: str, model: str, embeddings: Mapping[str, bytes], now: datetime
) -> None:
    """Store what a model made of some texts: text hash -> float32 bytes. Texts it has embedded stay as they are."""
    known = known_texts(session, workspace_id, model, embeddings)
    session.add_all(
        TextVector(
            workspace_id=workspace_id, model=model, text_hash=text_hash, embedding=embedding, created_at=now
        )
        for text_hash, embedding in embeddings.items()
        if text_hash not in known
    )
    session.flush()


def texts_to_embed(session: Session, workspace_id: str, model: str, limit: int) -> dict[str, str]:
    """Some texts of passages and cards that this model has not embedded yet: text hash -> text."""
    passages = (
        select(col(Passage.text_hash), col(Passage.heading_path), col(Passage.text))
        .where(col(Passage.workspace_id) == workspace_id, ~_embedded(Passage.text_hash, workspace_id, model))
        .order_by(col(Passage.id))
        .limit(limit)
    )
    texts = {key: " > ".join(path) + "\n" + text for key, path, text in session.execute(passages)}
    cards = (
        select(col(Document.card_hash), col(Document.card))
        .where(
            col(Document.workspace_id) == workspace_id,
            col(Document.card) != "",
            ~_embedded(Document.card_hash, workspace_id, model),
        )
        .order_by(col(Document.id))
        .limit(limit)
    )
    return texts | dict(session.execute(cards).all())


def count_without_embedding(session: Session, workspace_id: str, model: str) -> int:
    """How many passages this model has not embedded yet."""
    query = select(func.count(col(Passage.id))).where(
        col(Passage.workspace_id) == workspace_id, ~_embedded(Passage.text_hash, workspace_id, model)
    )
    return int(session.execute(query).scalar_one())


def passage_vectors(session: Session, workspace_id: str, model: str) -> Iterator[PassageVector]:
    """Every passage that this model has embedded, in a fixed order."""
    query = (
        select(
            col(Passage.id),
            col(Passage.audience),
            col(Passage.heading_path),
            col(Passage.text),
            col(TextVector.embedding),
            col(Document.effective_from),
            col(Document.effective_until),
        )
        .join(TextVector, _joined(Passage.text_hash, workspace_id, model))
        .join(Document, col(Document.id) == col(Passage.document_id))
        .where(col(Passage.workspace_id) == workspace_id)
        .order_by(col(Passage.id))
        .execution_options(yield_per=1000)
    )
    for passage_id, audience, path, text, embedding, start, end in session.execute(query):
        yield PassageVector(passage_id, audience, tuple(path), text, embedding, start, end)


def vectors_of(session: Session, workspace_id: str, model: str, passage_ids: Collection[str]) -> list[bytes]:
    """What a model made of a few passages, in the order of their ids."""
    query = (
        select(col(TextVector.embedding))
        .join(Passage, _joined(Passage.text_hash, workspace_id, model))
        .where(col(Passage.workspace_id) == workspace_id, col(Passage.id).in_(sorted(passage_ids)))
        .order_by(col(Passage.id))
    )
    return list(session.execute(query).scalars())


def card_vectors(session: Session, workspace_id: str, model: str) -> list[PassageVector]:
    """Every card that is not empty, in the form of a passage whose id is the document's."""
    query = (
        select(
            col(Document.id),
            col(Document.audience),
            col(Document.title),
            col(Document.card),
            col(TextVector.embedding),
            col(Document.effective_from),
            col(Document.effective_until),
        )
        .join(TextVector, _joined(Document.card_hash, workspace_id, model))
        .where(col(Document.workspace_id) == workspace_id, col(Document.card) != "")
        .order_by(col(Document.id))
    )
    return [
        PassageVector(row_id, audience, (title,), card, embedding, start, end)
        for row_id, audience, title, card, embedding, start, end in session.execute(query)
    ]


def passages_digest(session: Session, workspace_id: str, model: str) -> tuple[int, str]:
    """How many passages an index should hold, and a digest of which: equal digests, equal indexes."""
    dates = (col(Document.effective_from), col(Document.effective_until))
    passages = (
        select(col(Passage.id), col(Passage.audience), col(Passage.text_hash), *dates)
        .join(TextVector, _joined(Passage.text_hash, workspace_id, model))
        .join(Document, col(Document.id) == col(Passage.document_id))
        .where(col(Passage.workspace_id) == workspace_id)
        .order_by(col(Passage.id))
    )
    cards = (
        select(col(Document.id), col(Document.audience), col(Document.card_hash), *dates)
        .join(TextVector, _joined(Document.card_hash, workspace_id, model))
        .where(col(Document.workspace_id) == workspace_id)
        .order_by(col(Document.id))
    )
    digest = hashlib.sha256(model.encode())
    count = _into(digest, session.execute(passages).all())
    _into(digest, session.execute(cards).all())
    return count, digest.hexdigest()


def count_unused(session: Session, workspace_id: str) -> tuple[int, int]:
    """How many vectors there are, and how many of them belong to no passage or card any more."""
    everything = select(func.count()).where(col(TextVector.workspace_id) == workspace_id)
    total = int(session.execute(everything).scalar_one())
    return total, int(session.execute(everything.where(_unused())).scalar_one())


def forget_unused(session: Session, workspace_id: str) -> None:
    """Remove the vectors that belong to no passage or card any more."""
    session.execute(delete(TextVector).where(col(TextVector.workspace_id) == workspace_id, _unused()))


def forget_models(session: Session, workspace_id: str, *, keep: Collection[str]) -> None:
    """Remove the vectors of models that are no longer used."""
    session.execute(
        delete(TextVector).where(
            col(TextVector.workspace_id) == workspace_id, col(TextVector.model).not_in(sorted(keep))
        )
    )


def _joined(text_hash: Any, workspace_id: str, model: str) -> Any:
    return and_(
        col(TextVector.workspace_id) == workspace_id,
        col(TextVector.model) == model,
        col(TextVector.text_hash) == col(text_hash),
    )


def _embedded(text_hash: Any, workspace_id: str, model: str) -> Any:
    return exists().where(_joined(text_hash, workspace_id, model))


def _unused() -> Any:
    said = or_(
        exists().where(
            col(Passage.workspace_id) == col(TextVector.workspace_id),
            col(Passage.text_hash) == col(TextVector.text_hash),
        ),
        exists().where(
            col(Document.workspace_id) == col(TextVector.workspace_id),
            col(Document.card_hash) == col(TextVector.text_hash),
        ),
    )
    return ~said


def _into(digest: Any, rows: Sequence[Any]) -> int:
    for row in rows:
        digest.update("\n".join("" if value is None else str(value) for value in row).encode())
    return len(rows)
