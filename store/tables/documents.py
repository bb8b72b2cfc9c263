"""What the knowledge base holds: sources, documents, passages with embeddings, index generations."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import UniqueConstraint, delete, func, select, update
from sqlmodel import Field, SQLModel, col

from store.columns import id_field, json_field, moment_field, new_id, workspace_field

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sqlmodel import Session

_CHUNK = 500  # ids in one IN (...), below every database's limit


class Source(SQLModel, table=True):
    """A place that documents come from: a folder or a file."""

    __tablename__ = "sources"
    __table_args__ = (UniqueConstraint("workspace_id", "uri"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    uri: str
    audience: str = "customer"  # public | customer | internal | account:<account id>
    base_url: str | None = None
    synced_at: datetime | None = moment_field(nullable=True)
    report: dict[str, Any] = json_field()
    created_at: datetime = moment_field()


class Document(SQLModel, table=True):
    """One article, in its current version."""

    __tablename__ = "documents"
    __table_args__ = (UniqueConstraint("workspace_id", "source_id", "uri"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    source_id: str = Field(foreign_key="sources.id", index=True)
    uri: str  # path inside the source
    title: str
    content_hash: str
    audience: str = Field(default="customer", index=True)
    plan: str | None = None
    stage: str | None = None
    language: str = "en"
    owner: str | None = None
    reviewed_on: date | None = None
    meta: dict[str, Any] = json_field()  # the rest of the front matter
    card: str = ""  # title and description: what the document as a whole is about, for ranking only; "": none
    card_hash: str = ""
    embedding: bytes | None = None  # of the card: float32, little-endian, L2-normalised
    embedding_model: str | None = None
    created_at: datetime = moment_field()
    updated_at: datetime = moment_field()


class Passage(SQLModel, table=True):
    """A piece of a document, small enough to be evidence, with its embedding."""

    __tablename__ = "passages"
    __table_args__ = (UniqueConstraint("workspace_id", "document_id", "position"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    document_id: str = Field(foreign_key="documents.id", index=True)
    position: int  # 0, 1, 2 ... in reading order
    heading_path: list[str] = json_field(list)
    anchor: str | None = None
    kind: str = "text"  # text | table | code | steps
    text: str
    text_hash: str = Field(index=True)
    audience: str = Field(index=True)
    embedding: bytes | None = None  # float32, little-endian, L2-normalised
    embedding_model: str | None = None  # fingerprint of the model that made it
    created_at: datetime = moment_field()


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


@dataclass(frozen=True)
class DocumentState:
    """What a sync compares a document with."""

    id: str
    content_hash: str
    audience: str
    created_at: datetime


@dataclass(frozen=True)
class PassageVector:
    """A passage as an index needs it. `embedding` is float32 bytes."""

    id: str
    audience: str
    heading_path: tuple[str, ...]
    text: str
    embedding: bytes


@dataclass(frozen=True)
class EvidenceRow:
    """A passage with what it takes to cite it."""

    passage_id: str
    document_id: str
    title: str
    document_uri: str
    base_url: str | None
    anchor: str | None
    heading_path: list[str]
    text: str
    kind: str
    audience: str
    document_hash: str
    card: str
    plan: str | None
    stage: str | None


@dataclass(frozen=True)
class SourceStatus:
    """One source with its counts."""

    id: str
    uri: str
    audience: str
    base_url: str | None
    synced_at: datetime | None
    report: Mapping[str, Any]
    documents: int
    passages: int


def upsert_source(
    session: Session, workspace_id: str, uri: str, *, audience: str, base_url: str | None, now: datetime
) -> Source:
    """The source of that name, with audience and base URL as given."""
    source = find_source(session, workspace_id, uri)
    if source is None:
        source = Source(workspace_id=workspace_id, uri=uri, created_at=now)
        session.add(source)
    source.audience, source.base_url = audience, base_url
    session.flush()
    return source


def find_source(session: Session, workspace_id: str, uri: str) -> Source | None:
    """The source of that name, if there is one."""
    query = select(Source).where(col(Source.workspace_id) == workspace_id, col(Source.uri) == uri)
    return session.execute(query).scalar_one_or_none()


def record_sync(session: Session, source_id: str, report: dict[str, Any], now: datetime) -> None:
    """Remember when a source was synced and what came of it."""
    session.execute(update(Source).where(col(Source.id) == source_id).values(synced_at=now, report=report))


def document_states(session: Session, source_id: str) -> dict[str, DocumentState]:
    """Every document of a source: uri -> its id, content hash and audience."""
    query = select(
        col(Document.uri),
        col(Document.id),
        col(Document.content_hash),
        col(Document.audience),
        col(Document.created_at),
    ).where(col(Document.source_id) == source_id)
    return {uri: DocumentState(*rest) for uri, *rest in session.execute(query)}


def document_uris(session: Session, workspace_id: str) -> dict[str, str]:
    """Every document's path inside its source, by id."""
    query = select(col(Document.id), col(Document.uri)).where(col(Document.workspace_id) == workspace_id)
    return dict(session.execute(query).all())


def save_document(session: Session, document: Document, passages: Sequence[Passage]) -> None:
    """Write a document and exchange its passages for the given ones. Its id decides: insert or update."""
    session.merge(document)
    session.flush()
    session.execute(delete(Passage).where(col(Passage.document_id) == document.id))
    session.add_all(passages)
    session.flush()


def delete_documents(session: Session, document_ids: Collection[str]) -> None:
    """Remove documents and their passages. What was cited stays in the citations."""
    for chunk in _chunks(sorted(document_ids)):
        session.execute(delete(Passage).where(col(Passage.document_id).in_(chunk)))
        session.execute(delete(Document).where(col(Document.id).in_(chunk)))


def delete_source(session: Session, source_id: str) -> int:
    """Remove a source with everything in it; how many documents that were."""
    ids = [state.id for state in document_states(session, source_id).values()]
    delete_documents(session, ids)
    session.execute(delete(Source).where(col(Source.id) == source_id))
    return len(ids)


def known_embeddings(
    session: Session, workspace_id: str, model: str, text_hashes: Collection[str]
) -> dict[str, bytes]:
    """Embeddings that this model has made of these texts already: text hash -> float32 bytes."""
    found: dict[str, bytes] = {}
    for table, text_hash in ((Passage, col(Passage.text_hash)), (Document, col(Document.card_hash))):
        for chunk in _chunks(sorted(text_hashes)):
            query = select(text_hash, col(table.embedding)).where(
                col(table.workspace_id) == workspace_id,
                col(table.embedding_model) == model,
                col(table.embedding).is_not(None),
                text_hash.in_(chunk),
            )
            found.update(session.execute(query).all())
    return found


def passages_without_embedding(session: Session, workspace_id: str, model: str, limit: int) -> list[Passage]:
    """Passages that this model has not embedded yet."""
    query = (
        select(Passage)
        .where(
            col(Passage.workspace_id) == workspace_id,
            func.coalesce(col(Passage.embedding_model), "") != model,
        )
        .order_by(col(Passage.id))
        .limit(limit)
    )
    return list(session.execute(query).scalars())


def documents_without_embedding(
    session: Session, workspace_id: str, model: str, limit: int
) -> list[Document]:
    """Documents whose card this model has not embedded yet."""
    query = (
        select(Document)
        .where(
            col(Document.workspace_id) == workspace_id,
            col(Document.card) != "",
            func.coalesce(col(Document.embedding_model), "") != model,
        )
        .order_by(col(Document.id))
        .limit(limit)
    )
    return list(session.execute(query).scalars())


def count_without_embedding(session: Session, workspace_id: str, model: str) -> int:
    """How many passages this model has not embedded yet."""
    query = select(func.count(col(Passage.id))).where(
        col(Passage.workspace_id) == workspace_id, func.coalesce(col(Passage.embedding_model), "") != model
    )
    return int(session.execute(query).scalar_one())


def set_embeddings(
    session: Session, table: type[Passage | Document], model: str, embeddings: Mapping[str, bytes]
) -> None:
    """Store embeddings of passages or of documents' cards: id -> float32 bytes."""
    for row_id, embedding in embeddings.items():
        session.execute(
            update(table).where(col(table.id) == row_id).values(embedding=embedding, embedding_model=model)
        )


def passage_vectors(session: Session, workspace_id: str, model: str) -> Iterator[PassageVector]:
    """Every passage that this model has embedded, in a fixed order."""
    query = (
        select(
            col(Passage.id),
            col(Passage.audience),
            col(Passage.heading_path),
            col(Passage.text),
            col(Passage.embedding),
        )
        .where(col(Passage.workspace_id) == workspace_id, col(Passage.embedding_model) == model)
        .order_by(col(Passage.id))
        .execution_options(yield_per=1000)
    )
    for passage_id, audience, path, text, embedding in session.execute(query):
        yield PassageVector(passage_id, audience, tuple(path), text, embedding)


def card_vectors(session: Session, workspace_id: str, model: str) -> list[PassageVector]:
    """Every card that is not empty, in the form of a passage whose id is the document's."""
    query = (
        select(Document)
        .where(col(Document.workspace_id) == workspace_id, col(Document.embedding_model) == model)
        .order_by(col(Document.id))
    )
    return [
        PassageVector(row.id, row.audience, (row.title,), row.card, row.embedding)
        for row in session.execute(query).scalars()
        if row.card and row.embedding is not None
    ]


def passages_digest(session: Session, workspace_id: str, model: str) -> tuple[int, str]:
    """How many passages an index should hold, and a digest of which: equal digests, equal indexes."""
    query = (
        select(col(Passage.id), col(Passage.audience), col(Passage.text_hash))
        .where(col(Passage.workspace_id) == workspace_id, col(Passage.embedding_model) == model)
        .order_by(col(Passage.id))
    )
    digest, count = hashlib.sha256(model.encode()), 0
    for row in session.execute(query):
        digest.update("\n".join(row).encode())
        count += 1
    cards = (
        select(col(Document.id), col(Document.audience), col(Document.card_hash))
        .where(col(Document.workspace_id) == workspace_id, col(Document.embedding_model) == model)
        .order_by(col(Document.id))
    )
    for row in session.execute(cards):
        digest.update("\n".join(row).encode())
    return count, digest.hexdigest()


def evidence_rows(
    session: Session, workspace_id: str, passage_ids: Collection[str], audiences: Collection[str]
) -> list[EvidenceRow]:
    """Passages by id, of the given audiences only: the second check, behind the index's own."""
    found: list[EvidenceRow] = []
    for chunk in _chunks(sorted(passage_ids)):
        query = (
            select(*_EVIDENCE)
            .join(Document, col(Passage.document_id) == col(Document.id))
            .join(Source, col(Document.source_id) == col(Source.id))
            .where(
                col(Passage.workspace_id) == workspace_id,
                col(Passage.id).in_(chunk),
                col(Passage.audience).in_(sorted(audiences)),
            )
        )
        found += [EvidenceRow(*row) for row in session.execute(query)]
    return found


def document_languages(session: Session, workspace_id: str, audiences: Collection[str]) -> set[str]:
    """The languages that readable documents are written in, as their front matter says (`en`, `de` ...)."""
    query = (
        select(col(Document.language))
        .where(col(Document.workspace_id) == workspace_id, col(Document.audience).in_(sorted(audiences)))
        .distinct()
    )
    return set(session.execute(query).scalars())


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


def source_statuses(session: Session, workspace_id: str) -> list[SourceStatus]:
    """Every source with how much it holds, by name."""
    documents = _counts_by_source(session, workspace_id, func.count(col(Document.id).distinct()))
    passages = _counts_by_source(session, workspace_id, func.count(col(Passage.id)))
    sources = session.execute(
        select(Source).where(col(Source.workspace_id) == workspace_id).order_by(col(Source.uri))
    ).scalars()
    return [
        SourceStatus(
            id=source.id,
            uri=source.uri,
            audience=source.audience,
            base_url=source.base_url,
            synced_at=source.synced_at,
            report=source.report,
            documents=documents.get(source.id, 0),
            passages=passages.get(source.id, 0),
        )
        for source in sources
    ]


def _counts_by_source(session: Session, workspace_id: str, what: Any) -> dict[str, int]:
    query = (
        select(col(Document.source_id), what)
        .outerjoin(Passage, col(Passage.document_id) == col(Document.id))
        .where(col(Document.workspace_id) == workspace_id)
        .group_by(col(Document.source_id))
    )
    return dict(session.execute(query).all())


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]


_EVIDENCE: tuple[Any, ...] = (  # in the order of EvidenceRow's fields
    Passage.id,
    Document.id,
    Document.title,
    Document.uri,
    Source.base_url,
    Passage.anchor,
    Passage.heading_path,
    Passage.text,
    Passage.kind,
    Passage.audience,
    Document.content_hash,
    Document.card,
    Document.plan,
    Document.stage,
)
