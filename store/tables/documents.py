"""What the knowledge base holds: sources, documents, passages with embeddings, index generations."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from store.columns import id_field, json_field, moment_field, workspace_field


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
    text_hash: str
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
    created_at: datetime = moment_field()
    activated_at: datetime | None = moment_field(nullable=True)
