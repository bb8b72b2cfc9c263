"""Retrieval measured on a set in BEIR form, through the product's own ingest and retrieval."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from knowledge.errors import KnowledgeError
from knowledge.evaluation import beir
from knowledge.evaluation.baselines import baselines
from knowledge.evaluation.bases import corpus
from knowledge.evaluation.choices import choices_for, without
from knowledge.evaluation.intervals import conversation, mean_difference
from knowledge.evaluation.metrics import mean, ndcg, percentile, recall, reciprocal_rank
from knowledge.evaluation.remembering import RememberingEmbedder, RememberingReranker
from knowledge.evaluation.report import Report
from knowledge.followups import stand_alone
from knowledge.types import Asker, Question
from store.tables.documents import document_uris

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from knowledge.evaluation.bases import Bench, Parts
    from knowledge.retrieval import Retriever

    Rank = Callable[[beir.BeirQuery], list[str]]

DEPTH = 10
_PASSAGES = 100  # retrieved for ten documents: several passages of one document count once


@dataclass(frozen=True)
class Ranking:
    """What one query found.

    Attributes:
        query: its id.
        relevance: document -> how relevant it is judged.
        documents: of the ranked passages, each document once, best first.
        milliseconds: it took.
    """

    query: str
    relevance: Mapping[str, float]
    documents: Sequence[str]
    milliseconds: float

    def values(self) -> dict[str, float]:
        """Each metric of this query, 0..1; `first_right`: the first passage is of a relevant document."""
        found, relevance = self.documents, self.relevance
        return {
            "ndcg@10": ndcg(found, relevance, DEPTH),
            "recall@5": recall(found, relevance, 5),
            "recall@10": recall(found, relevance, DEPTH),
            "mrr@10": reciprocal_rank(found, relevance, DEPTH),
            "first_right": reciprocal_rank(found, relevance, 1),
        }


def evaluate(
    directory: Path,
    parts: Parts,
    *,
    queries: Path | None = None,
    compare: bool = False,
    choices: bool = False,
    earlier: Path | None = None,
) -> Report:
    """Sync the corpus, ask every judged query, compare the documents found with the judged ones.

    Args:
        directory: corpus.jsonl or .gz, queries.jsonl and qrels.tsv.
        parts: what to measure.
        queries: another file of queries.
        compare: measure BM25 alone, dense alone and equal-weight reciprocal rank fusion beside it, on the
            same passages; of a thread they are asked the last turn.
        choices: leave each design choice out in turn, and tell what it brings.
        earlier: rows of another run on the same queries, to tell the gain over it.

    Returns:
        queries, ndcg@10, recall@5, recall@10, mrr@10, first_right (means over queries, 0..1), ms_p50, ms_p95
        (wall time of one query, milliseconds). With `compare` also `compared_with`: method -> the same, and
        `gain`: metric -> [our mean less theirs, lower, upper bound of its paired 95 % interval]. With `choices`
        also `choices`: name -> `what`, `without` (the figures that leave it out) and its `gain`. With `earlier` also `gain_over_earlier`, the same over that run.

    Raises:
        KnowledgeError: the folder is not in BEIR form.
    """
    judged = beir.judgements(directory)
    asked = beir.judged_queries(directory, queries)
    if choices and parts.reranker:
        parts = replace(parts, reranker=RememberingReranker(parts.reranker))
    with corpus(directory, parts) as bench:
        ours = rank_all(product(bench), asked, judged)
        theirs = _compared(bench, asked, judged) if compare else {}
        brought = _brought(bench, asked, judged, ours) if choices else {}
    figures: dict[str, Any] = _figures(ours)
    if compare:
        figures["compared_with"] = {
            name: {**_figures(rankings), "gain": _gain(ours, [one.values() for one in rankings])}
            for name, rankings in theirs.items()
        }
    if choices:
        figures["choices"] = brought
    if earlier:
        figures["gain_over_earlier"] = _gain(ours, _earlier_values(earlier, ours))
    return Report(figures, [_row(ranking) for ranking in ours])


def product(bench: Bench, retriever: Retriever | None = None) -> Rank:
    """The product's ranking, or another retriever's: from a query to document URIs, one a passage, best first."""
    retriever = retriever or bench.retriever
    with bench.database.reading() as session:
        names = document_uris(session, bench.workspace_id)
    asker = Asker()

    def rank(query: beir.BeirQuery) -> list[str]:
        question = stand_alone(Question(query.text, asker, query.history))
        found = retriever.find(question.text, asker, k=_PASSAGES, thread=question.thread)
        return [names[one.document_id] for one in found.evidence]

    return rank


def _compared(
    bench: Bench, asked: Sequence[beir.BeirQuery], judged: Mapping[str, Mapping[str, float]]
) -> dict[str, list[Ranking]]:
    def last_turn(rank: Callable[[str], list[str]]) -> Rank:
        return lambda query: rank(query.text)

    return {name: rank_all(last_turn(rank), asked, judged) for name, rank in baselines(bench).items()}


def _brought(
    bench: Bench,
    asked: Sequence[beir.BeirQuery],
    judged: Mapping[str, Mapping[str, float]],
    ours: Sequence[Ranking],
) -> dict[str, dict[str, Any]]:
    """What each design choice brings: our ranking less the one without it."""
    embedder = RememberingEmbedder(bench.parts.embedder)
    brought = {}
    for name, choice in choices_for(threads=any(query.history for query in asked)).items():
        found = rank_all(product(bench, without(choice, bench, embedder)), asked, judged)
        gain = _gain(ours, [one.values() for one in found])
        brought[name] = {"what": choice.what, "without": list(choice.without), "gain": gain}
    return brought


def rank_all(
    rank: Rank, asked: Sequence[beir.BeirQuery], judged: Mapping[str, Mapping[str, float]]
) -> list[Ranking]:
    """What a ranking finds for each query, and how long it takes."""
    rankings = []
    for query in asked:
        started = time.monotonic()
        documents = rank(query)
        milliseconds = (time.monotonic() - started) * 1000
        rankings.append(Ranking(query.id, judged[query.id], list(dict.fromkeys(documents)), milliseconds))
    return rankings


def _figures(rankings: Sequence[Ranking]) -> dict[str, Any]:
    values = [ranking.values() for ranking in rankings]
    times = [ranking.milliseconds for ranking in rankings]
    metrics = values[0] if values else {}
    return {
        "queries": len(rankings),
        **{metric: round(mean([value[metric] for value in values]), 4) for metric in metrics},
        "ms_p50": round(percentile(times, 0.5), 1),
        "ms_p95": round(percentile(times, 0.95), 1),
    }


def _gain(ours: Sequence[Ranking], theirs: Sequence[Mapping[str, float]]) -> dict[str, list[float]]:
    groups = [conversation(ranking.query) for ranking in ours]
    mine = [ranking.values() for ranking in ours]
    return {
        metric: mean_difference(
            [one[metric] for one in mine], [one[metric] for one in theirs], groups
        ).rounded()
        for metric in (mine[0] if mine else {})
    }


def _earlier_values(file: Path, ours: Sequence[Ranking]) -> list[Mapping[str, float]]:
    rows = {str(row["_id"]): row for row in beir.json_lines(file)}
    missing = [one.query for one in ours if not one.values().keys() <= rows.get(one.query, {}).keys()]
    if missing:
        raise KnowledgeError(
            f"{file.name} has no figures of the query {missing[0]}. Give what --rows wrote for the same queries."
        )
    return [rows[one.query] for one in ours]


def _row(ranking: Ranking) -> dict[str, Any]:
    values = {metric: round(value, 4) for metric, value in ranking.values().items()}
    return {"_id": ranking.query, **values, "documents": list(ranking.documents[:DEPTH])}
