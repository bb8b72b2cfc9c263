"""Retrieval measured on a set in BEIR form, through the product's own ingest and retrieval."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from knowledge.evaluation import beir
from knowledge.evaluation.bases import corpus
from knowledge.evaluation.metrics import mean, ndcg, percentile, recall, reciprocal_rank
from knowledge.followups import stand_alone
from knowledge.retrieval import Found, Retriever, documents_of
from knowledge.types import Asker, Question
from store.tables.documents import document_uris

if TYPE_CHECKING:
    from pathlib import Path

    from knowledge.evaluation.bases import Bench, Parts

DEPTH = 10
_PASSAGES = 30  # retrieved for ten documents: several passages of one document count once


def evaluate(directory: Path, parts: Parts, *, queries: Path | None = None) -> dict[str, float]:
    """Sync the corpus, ask every judged query, compare the documents found with the judged ones.

    Args:
        directory: corpus.jsonl or .gz, queries.jsonl and qrels.tsv.
        parts: what to measure.
        queries: another file of queries.

    Returns:
        queries, ndcg@10, recall@5, recall@10, mrr@10 (means over queries, 0..1), ms_p50, ms_p95 (wall time of
        one query, milliseconds).

    Raises:
        KnowledgeError: the folder is not in BEIR form.
    """
    judged = beir.judgements(directory)
    asked = [query for query in beir.queries(queries or directory / "queries.jsonl") if query.id in judged]
    with corpus(directory, parts) as bench:
        return _measure(bench, asked, judged)


def _measure(
    bench: Bench, asked: list[beir.BeirQuery], judged: dict[str, dict[str, float]]
) -> dict[str, float]:
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
