"""Retrieval measured on a set in BEIR form, through the product's own ingest and retrieval."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.adapters.generations import ChromaGenerations, in_memory
from knowledge.evaluation import beir
from knowledge.evaluation.metrics import mean, ndcg, percentile, recall, reciprocal_rank
from knowledge.followups import stand_alone
from knowledge.ingest import Ingest
from knowledge.retrieval import Found, Retriever, documents_of
from knowledge.serving import KnowledgeIndex
from knowledge.types import Asker, Question
from store.database import Database
from store.schema import upgrade
from store.tables.documents import document_uris
from store.tables.workspaces import local_workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from knowledge.generations import Progress
    from knowledge.ports import Embedder, GenerationStore, Reranker
    from knowledge.retrieval import RetrievalSettings
    from store.clock import Clock

DEPTH = 10
_PASSAGES = 30  # retrieved for ten documents: several passages of one document count once


@dataclass(frozen=True)
class Bench:
    """A knowledge base of its own in a temporary folder, made of the product's parts."""

    database: Database
    workspace_id: str
    ingest: Ingest
    index: KnowledgeIndex
    retriever: Retriever


def evaluate(
    directory: Path,
    *,
    clock: Clock,
    embedder: Embedder,
    reranker: Reranker | None,
    queries: Path | None = None,
    data_folder: Path | None = None,
    store: GenerationStore | None = None,
    settings: RetrievalSettings | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> dict[str, float]:
    """Sync the corpus, ask every judged query, compare the documents found with the judged ones.

    Args:
        directory: corpus.jsonl or .gz, queries.jsonl and qrels.tsv.
        clock: tells the time.
        embedder: the one to measure.
        reranker: the one to measure; None measures the blend alone.
        queries: another file of queries.
        data_folder: where to keep database and index, so that a second run embeds nothing; else temporary.
        store: how index folders are written; Chroma by default.
        settings: of the ranking.
        progress: told now and then how far the sync is.

    Returns:
        queries, ndcg@10, recall@5, recall@10, mrr@10 (means over queries, 0..1), ms_p50, ms_p95 (wall time of
        one query, milliseconds).

    Raises:
        KnowledgeError: the folder is not in BEIR form.
    """
    judged = beir.judgements(directory)
    asked = [query for query in beir.queries(queries or directory / "queries.jsonl") if query.id in judged]
    with tempfile.TemporaryDirectory(prefix="guidepost-eval-") as scratch:
        folder = data_folder or Path(scratch)
        bench = open_bench(folder, clock, embedder, reranker, store=store, settings=settings)
        try:
            bench.ingest.sync_documents(
                beir.documents(directory), str(directory), audience="public", progress=progress
            )
            return _measure(bench, asked, judged)
        finally:
            bench.database.close()


def open_bench(
    folder: Path,
    clock: Clock,
    embedder: Embedder,
    reranker: Reranker | None,
    *,
    store: GenerationStore | None = None,
    settings: RetrievalSettings | None = None,
) -> Bench:
    """A knowledge base in a folder, empty if the folder is."""
    database = Database(f"sqlite:///{folder / 'guidepost.db'}")
    upgrade(database)
    with database.transaction() as session:
        workspace = local_workspace(session, clock.now())
    generations = store or ChromaGenerations()
    ingest = Ingest(
        database,
        workspace_id=workspace.id,
        clock=clock,
        embedder=embedder,
        store=generations,
        folder=folder / "index",
    )
    index = KnowledgeIndex(
        database,
        workspace_id=workspace.id,
        model=embedder.fingerprint,
        in_memory=in_memory,
        store=generations,
        folder=folder / "index",
    )
    retriever = Retriever(database, index, embedder, reranker, settings=settings)
    return Bench(database, workspace.id, ingest, index, retriever)


def _measure(
    bench: Bench, asked: list[beir.BeirQuery], judged: dict[str, dict[str, float]]
) -> dict[str, float]:
    bench.index.refresh()
    with bench.database.reading() as session:
        names = document_uris(session, bench.workspace_id)
    rankings: list[tuple[list[str], dict[str, float]]] = []
    milliseconds = []
    for query in asked:
        started = time.monotonic()
        found = _find(bench.retriever, query)
        milliseconds.append((time.monotonic() - started) * 1000)
        ranked = [names[document] for document in documents_of(found.evidence)]
        rankings.append((ranked, judged[query.id]))
    return {
        "queries": len(asked),
        "ndcg@10": round(mean([ndcg(*ranking, DEPTH) for ranking in rankings]), 4),
        "recall@5": round(mean([recall(*ranking, 5) for ranking in rankings]), 4),
        "recall@10": round(mean([recall(*ranking, DEPTH) for ranking in rankings]), 4),
        "mrr@10": round(mean([reciprocal_rank(*ranking, DEPTH) for ranking in rankings]), 4),
        "ms_p50": round(percentile(milliseconds, 0.5), 1),
        "ms_p95": round(percentile(milliseconds, 0.95), 1),
    }


def _find(retriever: Retriever, query: beir.BeirQuery) -> Found:
    asker = Asker()
    question = stand_alone(Question(query.text, asker, query.history))
    return retriever.find(question.text, asker, k=_PASSAGES, thread=question.thread)
