"""What the product's ranking is compared with: its own indexes, each alone, and their plain rank fusion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from knowledge.types import Asker
from store.tables.documents import evidence_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from knowledge.evaluation.bases import Bench

CANDIDATES = 100  # of each index
RRF_K = 60  # Cormack, Clarke and Buettcher 2009


def baselines(bench: Bench) -> Mapping[str, Callable[[str], list[str]]]:
    """Name -> from a question to document URIs, one a passage, best first; on the product's own passages."""
    indexes = bench.index.current()
    shelves = indexes.shelves(Asker().audiences, bench.parts.clock.now().date())

    def bm25(question: str) -> list[str]:
        return [one for one, _ in indexes.lexical.search(question, shelves, CANDIDATES)]

    def dense(question: str) -> list[str]:
        vector = bench.retriever.embed(question)
        return [one for one, _ in indexes.dense.search(vector, shelves, CANDIDATES)]

    def rrf(question: str) -> list[str]:
        return reciprocal_rank_fusion([bm25(question), dense(question)])

    def documents(rank: Callable[[str], list[str]]) -> Callable[[str], list[str]]:
        return lambda question: _documents(bench, rank(question))

    return {"bm25": documents(bm25), "dense": documents(dense), "rrf": documents(rrf)}


def reciprocal_rank_fusion(rankings: Sequence[Sequence[str]], k: int = RRF_K) -> list[str]:
    """One ranking of several, each of equal weight."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, one in enumerate(ranking, start=1):
            scores[one] = scores.get(one, 0.0) + 1 / (k + rank)
    return sorted(scores, key=lambda one: (-scores[one], one))


def _documents(bench: Bench, passages: Sequence[str]) -> list[str]:
    day = bench.parts.clock.now().date()
    with bench.database.reading() as session:
        rows = evidence_rows(session, bench.workspace_id, passages, Asker().audiences, day)
    of = {row.passage_id: row.document_uri for row in rows}
    return [of[passage] for passage in passages]
