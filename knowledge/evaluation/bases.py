"""Knowledge bases to measure: a corpus taken in by the product's own ingest, kept for the next run.

They are searched exactly, in memory, as `guidepost ask` does beside a running bot: no approximation's chance
in the figures, and several evaluations may run on one folder.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from knowledge.adapters.generations import NumpyGenerations, in_memory
from knowledge.answering import Answerer
from knowledge.evaluation import beir
from knowledge.ingest import Ingest
from knowledge.retrieval import Retriever
from knowledge.serving import KnowledgeIndex
from store.backup import backup
from store.database import Database
from store.schema import upgrade
from store.tables.workspaces import local_workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from knowledge.generations import Progress
    from knowledge.ports import Embedder, GenerationStore, Reranker
    from knowledge.retrieval import RetrievalSettings
    from knowledge.types import SourceDocument
    from store.clock import Clock

_DATABASE, _COMPLETE = "guidepost.db", "complete"
_KEPT = 4  # knowledge bases of one corpus, split by different rules
_KNOWLEDGE = Path(__file__).parents[1]
_SHAPES_PASSAGES = ("sources/**/*.py", "splitting.py", "taking_in.py", "ingest.py", "evaluation/beir.py")


@dataclass(frozen=True)
class Parts:
    """What is measured, and where what it took in is kept.

    Attributes:
        clock: tells the time.
        embedder: makes the vectors.
        reranker: reads question and passage; None measures the blend alone.
        make_answerer: the product's answerer on a retriever; one of quotes by default.
        settings: of the ranking.
        cache: folder for ingested corpora; None keeps nothing.
        fresh: take the corpus in anew, whatever is kept.
        store: how index folders are written.
        progress: told now and then how far the sync is.
    """

    clock: Clock
    embedder: Embedder
    reranker: Reranker | None
    make_answerer: Callable[[Retriever], Answerer] | None = None
    settings: RetrievalSettings | None = None
    cache: Path | None = None
    fresh: bool = False
    store: GenerationStore | None = None
    progress: Callable[[Progress], None] | None = None


@dataclass(frozen=True)
class Bench:
    """A knowledge base in a folder of its own, made of the product's parts."""

    parts: Parts
    database: Database
    workspace_id: str
    ingest: Ingest
    index: KnowledgeIndex
    retriever: Retriever

    def answerer(self, retriever: Retriever | None = None) -> Answerer:
        """What answers questions from it; on another retriever than its own, if one is given."""
        retriever = retriever or self.retriever
        if self.parts.make_answerer:
            return self.parts.make_answerer(retriever)
        if self.parts.reranker is None:
            raise ValueError("An answerer needs a reranker.")
        return Answerer(retriever, self.parts.reranker)


@contextmanager
def corpus(directory: Path, parts: Parts, *, audiences: Mapping[str, str] | None = None) -> Iterator[Bench]:
    """The knowledge base of a corpus in BEIR form; the second time it is there at once.

    It is kept under the hash of corpus, model, and the code that shapes passages. If only that code has
    changed, passages that came out the same are not embedded again.

    Args:
        directory: corpus.jsonl or .gz.
        parts: what to make it of.
        audiences: of single documents; everything else is public.

    Raises:
        KnowledgeError: the folder is not in BEIR form.
    """
    file = beir.corpus_file(directory)
    with tempfile.TemporaryDirectory(prefix="guidepost-eval-") as scratch:
        cache = parts.cache or Path(scratch)
        kept = cache / f"{directory.name}-{_hash(file.read_bytes(), parts.embedder.fingerprint)}"
        rules = _hash(_rules(), repr(sorted((audiences or {}).items())))
        kept.mkdir(parents=True, exist_ok=True)
        with FileLock(kept / "lock"):
            bench = _ingested(kept / rules, directory, parts, rules, audiences or {})
        try:
            bench.index.refresh()
            yield bench
        finally:
            bench.database.close()


def open_bench(folder: Path, parts: Parts) -> Bench:
    """A knowledge base in a folder, empty if the folder is."""
    folder.mkdir(parents=True, exist_ok=True)
    database = Database(f"sqlite:///{folder / _DATABASE}")
    upgrade(database)
    with database.transaction() as session:
        workspace = local_workspace(session, parts.clock.now())
    store, generations = parts.store or NumpyGenerations(), folder / "index"
    ingest = Ingest(
        database,
        workspace_id=workspace.id,
        clock=parts.clock,
        embedder=parts.embedder,
        store=store,
        folder=generations,
    )
    index = KnowledgeIndex(
        database,
        workspace_id=workspace.id,
        model=parts.embedder.fingerprint,
        in_memory=in_memory,
        store=store,
        folder=generations,
    )
    retriever = Retriever(
        database, index, parts.embedder, parts.reranker, settings=parts.settings, clock=parts.clock
    )
    return Bench(parts, database, workspace.id, ingest, index, retriever)


def _ingested(folder: Path, directory: Path, parts: Parts, rules: str, audiences: Mapping[str, str]) -> Bench:
    if parts.fresh:
        shutil.rmtree(folder, ignore_errors=True)
    elif not (folder / _COMPLETE).exists():
        _begin_with_a_sibling(folder)
    bench = open_bench(folder, parts)
    if not (folder / _COMPLETE).exists():
        bench.ingest.sync_documents(
            _documents(directory, rules, audiences),
            directory.name,
            audience="public",
            account_id=lambda key: key,
            progress=parts.progress,
        )
        (folder / _COMPLETE).touch()
        _clear_away(folder.parent)
    return bench


def _documents(directory: Path, rules: str, audiences: Mapping[str, str]) -> Iterable[SourceDocument]:
    for document in beir.documents(directory):
        content_hash = _hash(document.content_hash, rules)
        yield replace(document, audience=audiences.get(document.uri), content_hash=content_hash)


def _begin_with_a_sibling(folder: Path) -> None:
    """Copy the record of the same corpus split by other rules: its embeddings are of use."""
    siblings = _newest_first(folder.parent)
    if not siblings or (folder / _DATABASE).exists():
        return
    database = Database(f"sqlite:///{siblings[0] / _DATABASE}")
    try:
        backup(database, folder / _DATABASE)
    finally:
        database.close()


def _clear_away(kept: Path) -> None:
    """Keep the newest few, of which another evaluation may have one open."""
    for folder in _newest_first(kept)[_KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)


def _newest_first(kept: Path) -> list[Path]:
    """The complete knowledge bases of a corpus."""
    complete = sorted(kept.glob(f"*/{_COMPLETE}"), key=lambda path: path.stat().st_mtime, reverse=True)
    return [path.parent for path in complete]


def _rules() -> bytes:
    """The code that shapes passages."""
    files = sorted(path for pattern in _SHAPES_PASSAGES for path in _KNOWLEDGE.glob(pattern))
    return b"\0".join(path.read_bytes() for path in files)


def _hash(*parts: bytes | str) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode() if isinstance(part, str) else part)
        digest.update(b"\0")
    return digest.hexdigest()[:12]
