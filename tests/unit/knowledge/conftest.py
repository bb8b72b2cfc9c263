"""A knowledge base on doubles: real SQLite, real FTS5, exact vectors, a hashing embedder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from knowledge.adapters.generations import NumpyGenerations, in_memory
from knowledge.adapters.memory import HashingEmbedder, OverlapReranker
from knowledge.ingest import Ingest
from knowledge.retrieval import Retriever
from knowledge.serving import KnowledgeIndex
from store.tables.workspaces import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from store.clock import FixedClock
    from store.database import Database


@dataclass
class Base:
    """A knowledge base and the folder that its documents are written to."""

    database: Database
    workspace_id: str
    clock: FixedClock
    embedder: HashingEmbedder
    source: Path
    index_folder: Path

    def write(self, **files: str) -> None:
        """Write documents: name without suffix -> Markdown."""
        self.source.mkdir(exist_ok=True)
        for name, text in files.items():
            (self.source / f"{name}.md").write_text(text, encoding="utf-8")

    @property
    def ingest(self) -> Ingest:
        """What brings documents in."""
        return self.ingest_with(self.embedder, NumpyGenerations())

    def ingest_with(self, embedder, store) -> Ingest:
        """The same with other parts."""
        return Ingest(
            self.database,
            workspace_id=self.workspace_id,
            clock=self.clock,
            embedder=embedder,
            store=store,
            folder=self.index_folder,
        )

    def index(self, store=None) -> KnowledgeIndex:
        """The indexes in service."""
        return KnowledgeIndex(
            self.database,
            workspace_id=self.workspace_id,
            model=self.embedder.fingerprint,
            in_memory=in_memory,
            store=store,
            folder=self.index_folder,
        )

    def retriever(self, **settings) -> Retriever:
        """What finds evidence."""
        return Retriever(self.database, self.index(), self.embedder, OverlapReranker(), **settings)


@pytest.fixture
def base(sqlite_database, clock, tmp_path) -> Base:
    with sqlite_database.transaction() as session:
        workspace = Workspace(name="Acme", created_at=clock.now())
        session.add(workspace)
    return Base(
        sqlite_database, workspace.id, clock, HashingEmbedder(), tmp_path / "docs", tmp_path / "index"
    )
