"""Finding evidence: two candidate lists, one blend, a cross-encoder on the best ten.

The blend is convex over min-max scores, .25 lexical and .75 dense: over four sets the best of what was
tried, where equal-weight rank fusion fell behind dense search alone on one of them. To it comes how near the
question is to the document as a whole, its title and summary: customers seldom use an article's own words.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import numpy as np

from knowledge.blending import add_weighted, blend, distinct, min_max, mix
from knowledge.fitting import is_for
from knowledge.lay_words import in_usual_terms
from knowledge.links import citation_uri
from knowledge.types import Evidence
from store.clock import SystemClock
from store.tables import documents as rows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date

    from knowledge.ports import Embedder, Reranker, Vector
    from knowledge.serving import Indexes, KnowledgeIndex
    from knowledge.types import Asker, PassageKind
    from store.clock import Clock
    from store.database import Database

CARD_BELOW = 0.06  # how far a card's cosine mostly is below the best passage's; for documents without a card


@dataclass(frozen=True)
class FinalWeights:
    """What each stage counts in the last order, beside the blend's 1.

    Fitted as a listwise softmax (L2 10) on the ten best passages of 80 questions to two help centres that are
    not among the tests' own. Differences of absolute scores, not of scores stretched over the list: a
    document's title and summary say much only where they are really nearer.

    Attributes:
        lexical: BM25 as a share of the list's best, 0..1.
        card: cosine of the document's card.
        passage: the logit's logistic, at half its steepness: how sure the cross-encoder is that this is it.
        not_passage: a negative logit over 11: how sure it is that this is not.
        card_read: the same logistic of the card's logit.
        card_unread: for a document without a card that was read.
    """

    lexical: float = 0.10
    card: float = 1.43
    passage: float = 0.145
    not_passage: float = 0.113
    card_read: float = 0.27
    card_unread: float = -0.2


@dataclass(frozen=True)
class RetrievalSettings:
    """The figures of the ranking.

    Attributes:
        candidates: taken from each index.
        lexical_weight: of the blend; the rest is dense.
        card_weight: of the document's card beside the blend, which weighs 1.
        reranked_cards: documents whose cards the cross-encoder reads.
        card_reranker_weight: of its logit of a card; the rest is the stage before.
        reranked: passages that the cross-encoder reads after that.
        final: how the stages weigh in the order of those.
        thread_weight: of the thread's own candidates when a question leans on its thread.
        same_text: share of words in common from which two passages count as the same text.
        usual_terms: whether everyday words are exchanged for the usual terms.
        tie_break: added to the blend for a passage of the asker's own plan, stage or persona.
    """

    candidates: int = 100
    lexical_weight: float = 0.25
    card_weight: float = 0.6
    reranked_cards: int = 12
    card_reranker_weight: float = 0.3
    reranked: int = 10
    final: FinalWeights = FinalWeights()
    thread_weight: float = 0.3
    same_text: float = 0.9
    usual_terms: bool = True
    tie_break: float = 0.01


@dataclass(frozen=True)
class Found:
    """Ranked evidence, the question's vector, and what it took.

    Attributes:
        evidence: best first; the first ten carry the cross-encoder's logit.
        asked: the question as the cross-encoder read it: in the usual terms, where it held everyday words.
        vector: of the question.
        timings_ms: stage -> milliseconds.
    """

    evidence: tuple[Evidence, ...]
    asked: str
    vector: Vector
    timings_ms: Mapping[str, float]


class Retriever:
    """Finds the passages that an asker may read.

    Args:
        database: the record of what passages say and who may read them.
        index: the indexes in service, of one workspace.
        embedder: makes the question's vector; the one that made the passages'.
        reranker: reads the best together with the question; None keeps the blend's order.
        settings: the figures of the ranking.
        clock: tells what day it is: a document out of its dates is not evidence.
    """

    def __init__(
        self,
        database: Database,
        index: KnowledgeIndex,
        embedder: Embedder,
        reranker: Reranker | None,
        *,
        settings: RetrievalSettings | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._database = database
        self._index = index
        self._embedder = embedder
        self._reranker = reranker
        self._settings = settings or RetrievalSettings()
        self._clock = clock or SystemClock()

    @property
    def model(self) -> str:
        """Fingerprint of the model that embeds the questions."""
        return self._embedder.fingerprint

    def load(self) -> None:
        """Load the models and open the index, so that the first question need not wait."""
        self._embedder.load()
        if self._reranker:
            self._reranker.load()
        self._index.refresh()

    def languages(self, asker: Asker) -> set[str]:
        """The languages of the documents that the asker may read (`en`, `de` ...)."""
        with self._database.reading() as session:
            return rows.document_languages(session, self._index.workspace_id, asker.audiences, self._today)

    def embed(self, query: str) -> Vector:
        """The vector of a question."""
        return self._embedder.embed_query(query)

    def knows(self, word: str, asker: Asker) -> bool:
        """Whether any passage that the asker may read uses the word, in any of its forms."""
        indexes = self._index.current()
        return bool(indexes.lexical.search(word, indexes.shelves(asker.audiences, self._today), 1))

    @property
    def _today(self) -> date:
        return self._clock.now().date()

    def find(self, query: str, asker: Asker, *, k: int = 10, thread: str | None = None) -> Found:
        """The k best passages for a question that stands alone.

        Args:
            query: the question.
            asker: what they may read, decided before anything is ranked.
            k: how many.
            thread: what the thread was about, if the question leans on it: its candidates are added late,
                at a low weight, and never mixed into the query.
        """
        watch = Stopwatch()
        usual = in_usual_terms(query) if self._settings.usual_terms else None
        vector = self._embedder.embed_query(query)
        asked = _between(vector, self._embedder.embed_query(usual)) if usual else vector
        watch.lap("embed")
        indexes = self._index.current()
        shelves = indexes.shelves(asker.audiences, self._today)
        dense, lexical = self._hits(indexes, f"{query} {usual or ''}", asked, shelves)
        fused = self._blend(dense, lexical)
        if thread:
            other = self._hits(indexes, thread, self._embedder.embed_query(thread), shelves)
            fused = add_weighted(fused, self._blend(*other), self._settings.thread_weight)
        watch.lap("search")
        cards = dict(indexes.cards.search(asked, shelves, 2 * self._settings.candidates))
        evidence = self._load(fused, asker)
        evidence = self._first_stage(evidence, dict(dense), dict(lexical), cards)[
            : 2 * max(k, self._settings.reranked)
        ]
        evidence = self._folded(evidence)
        watch.lap("load")
        evidence = self._rerank(usual or query, evidence)
        watch.lap("rerank")
        return Found(tuple(evidence[:k]), usual or query, vector, watch.laps)

    def _hits(
        self, indexes: Indexes, query: str, vector: Vector, shelves: Collection[str]
    ) -> tuple[list[tuple[str, float]], list[tuple[str, float]]]:
        k = self._settings.candidates
        dense = indexes.dense.search(vector, shelves, k)
        return dense, indexes.lexical.search(query, shelves, k)

    def _blend(
        self, dense: Sequence[tuple[str, float]], lexical: Sequence[tuple[str, float]]
    ) -> dict[str, float]:
        settings = self._settings
        return blend(dense, lexical, lexical_weight=settings.lexical_weight, k=settings.candidates)

    def _load(self, fused: Mapping[str, float], asker: Asker) -> list[Evidence]:
        """The candidates' text; who may read it is checked again."""
        with self._database.reading() as session:
            found = rows.evidence_rows(session, self._index.workspace_id, fused, asker.audiences, self._today)
        return [
            replace(evidence_of(row), fused=fused[row.passage_id] + self._tie_break(row, asker))
            for row in found
        ]

    def _tie_break(self, row: rows.EvidenceRow, asker: Asker) -> float:
        said = ((row.plan, asker.plan), (row.stage, asker.stage), (row.persona, asker.persona))
        return self._settings.tie_break * sum(is_for(*one) for one in said)

    def _first_stage(
        self,
        evidence: list[Evidence],
        dense: Mapping[str, float],
        lexical: Mapping[str, float],
        cards: Mapping[str, float],
    ) -> list[Evidence]:
        """Best first, the documents' cards weighed in."""
        weight = self._settings.card_weight
        near = min_max(
            {one.document_id: cards[one.document_id] for one in evidence if one.document_id in cards}
        )
        scored = [
            replace(
                one,
                dense=dense.get(one.passage_id),
                lexical=lexical.get(one.passage_id),
                document_dense=cards.get(one.document_id),
                fused=(one.fused + weight * _of_card(one, near)) / (1 + weight),
            )
            for one in evidence
        ]
        return sorted(scored, key=lambda one: (-one.fused, one.passage_id))

    def _folded(self, evidence: list[Evidence]) -> list[Evidence]:
        """The same without texts that are nearly the same as a better one's."""
        kept = distinct([one.text for one in evidence], same=self._settings.same_text)
        return [evidence[i] for i in kept]

    def _rerank(self, query: str, evidence: list[Evidence]) -> list[Evidence]:
        """The cross-encoder's order: it reads the cards of the best documents, then the best passages."""
        if self._reranker is None or not evidence:
            return evidence
        evidence = self._by_card(query, evidence, self._reranker)
        return self._by_passage(query, evidence, self._reranker)

    def _by_card(self, query: str, evidence: list[Evidence], reranker: Reranker) -> list[Evidence]:
        weight = self._settings.card_reranker_weight
        cards = {one.document_id: one.document_card for one in evidence if one.document_card}
        read = list(cards)[: self._settings.reranked_cards]
        logits = dict(zip(read, reranker.score(query, [cards[document] for document in read]), strict=True))
        near = min_max(logits)
        fused = [(1 - weight) * one.fused + weight * _of_card(one, near) for one in evidence]
        return [
            replace(one, fused=score, document_reranked=logits.get(one.document_id))
            for score, one in _best_first(fused, evidence)
        ]

    def _by_passage(self, query: str, evidence: list[Evidence], reranker: Reranker) -> list[Evidence]:
        best, rest = evidence[: self._settings.reranked], evidence[self._settings.reranked :]
        logits = reranker.score(query, [embedded_text(one) for one in best])
        scored = [replace(one, reranked=logit) for one, logit in zip(best, logits, strict=True)]
        order = _final_scores(scored, self._settings.final)
        return _within_documents([one for _, one in _best_first(order, scored)]) + rest


def _between(one: Vector, other: Vector) -> Vector:
    """The unit vector halfway between two."""
    total = one + other
    return np.asarray(total / np.linalg.norm(total), dtype=np.float32)


def _of_card(one: Evidence, scores: Mapping[str, float]) -> float:
    """A document's score by its card, 0..1. Without a card it neither gains nor loses."""
    return scores.get(one.document_id, 0.0) if one.document_card else one.fused


def _final_scores(evidence: Sequence[Evidence], weights: FinalWeights) -> list[float]:
    """The last order's score of passages that the cross-encoder has read."""
    best_lexical = max((one.lexical or 0.0 for one in evidence), default=0.0) or 1.0
    return [
        one.fused
        + weights.lexical * (one.lexical or 0.0) / best_lexical
        + weights.card * _card_cosine(one)
        + weights.passage * _logistic(one.reranked)
        + weights.not_passage * min(0.0, one.reranked or 0.0) / 11
        + (weights.card_unread if one.document_reranked is None else 0.0)
        + weights.card_read * _logistic(one.document_reranked)
        for one in evidence
    ]


def _card_cosine(one: Evidence) -> float:
    """Of the document's card; without one, what it would be at this passage's cosine, as cards mostly are."""
    if one.document_dense is not None:
        return one.document_dense
    return (0.5 if one.dense is None else one.dense) - CARD_BELOW


def _logistic(logit: float | None) -> float:
    return 0.0 if logit is None else 1.0 / (1.0 + math.exp(-logit / 2))


def _within_documents(evidence: list[Evidence]) -> list[Evidence]:
    """The same documents at the same ranks, each with its passages in an order that trusts the cross-encoder more.

    Which document is right is told by all stages; which of its passages, best by the one that reads both.
    """
    mixed = mix((0.5, [one.fused for one in evidence]), (0.5, [one.reranked or 0.0 for one in evidence]))
    queues: dict[str, list[Evidence]] = {}
    for _, one in _best_first(mixed, evidence):
        queues.setdefault(one.document_id, []).append(one)
    return [queues[one.document_id].pop(0) for one in evidence]


def _best_first(scores: Sequence[float], evidence: Sequence[Evidence]) -> list[tuple[float, Evidence]]:
    return sorted(zip(scores, evidence, strict=True), key=lambda pair: (-pair[0], pair[1].passage_id))


class Stopwatch:
    """Milliseconds per stage."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._started = self._last = time.monotonic()

    def skip(self) -> None:
        """Book the time since the last lap on nothing: another watch has it."""
        self._last = time.monotonic()

    def total(self) -> float:
        """Milliseconds since the start."""
        return round((time.monotonic() - self._started) * 1000, 1)

    def lap(self, stage: str) -> None:
        """Book the time since the last lap on `stage`."""
        now = time.monotonic()
        self.laps[stage] = round(self.laps.get(stage, 0.0) + (now - self._last) * 1000, 1)
        self._last = now


def embedded_text(evidence: Evidence) -> str:
    """What the models see of a passage: the heading path, then the text."""
    return " > ".join(evidence.heading_path) + "\n" + evidence.text


def evidence_of(row: rows.EvidenceRow) -> Evidence:
    """A stored passage as evidence, not scored yet."""
    return Evidence(
        passage_id=row.passage_id,
        document_id=row.document_id,
        title=row.title,
        heading_path=tuple(row.heading_path),
        uri=citation_uri(row.document_uri, row.anchor, row.base_url, row.link),
        text=row.text,
        audience=row.audience,
        kind=cast("PassageKind", row.kind),
        document_hash=row.document_hash,
        document_card=row.card,
        plan=row.plan,
        stage=row.stage,
        persona=row.persona,
        language=row.language,
        reviewed_on=row.reviewed_on,
    )


def documents_of(evidence: Iterable[Evidence]) -> list[str]:
    """The documents of ranked passages, each at its best passage's rank."""
    return list(dict.fromkeys(one.document_id for one in evidence))
