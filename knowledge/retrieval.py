"""Finding evidence: what is near by meaning and by words, and a cross-encoder on the best of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

import numpy as np

from knowledge.blending import distinct
from knowledge.candidates import CandidateSettings, find_candidates, unit
from knowledge.fitting import is_for
from knowledge.lay_words import in_usual_terms
from knowledge.links import citation_uri
from knowledge.ranking import ReadingSettings, chosen, reranked
from knowledge.types import Evidence
from store.clock import SystemClock
from store.tables import calibrations, vectors
from store.tables import documents as rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from knowledge.ports import Embedder, Reranker, Vector
    from knowledge.serving import KnowledgeIndex
    from knowledge.types import Asker, PassageKind, Thread
    from store.clock import Clock
    from store.database import Database

_LOADED = 60  # passages whose text takes part after the first stage


@dataclass(frozen=True)
class RetrievalSettings:
    """The figures of retrieval.

    Attributes:
        first: of the first stage.
        reading: of the cross-encoder and the last order.
        same_text: share of words in common from which two passages count as the same text.
        usual_terms: whether everyday words are exchanged for the usual terms.
        tie_break: added to the blend for a passage of the asker's own plan, stage or persona.
    """

    first: CandidateSettings = field(default_factory=CandidateSettings)
    reading: ReadingSettings = field(default_factory=ReadingSettings)
    same_text: float = 0.9
    usual_terms: bool = True
    tie_break: float = 0.01


@dataclass(frozen=True)
class Found:
    """Ranked evidence, the question's vector, and what it took.

    Attributes:
        evidence: best first; those that the cross-encoder read carry its logit.
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

    def keep_up(self) -> None:
        """Follow the pointer to the index in service, so that the next question meets what was synced last."""
        self._index.current()

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

    def least_confidence(self) -> float | None:
        """How sure an answer must be in this knowledge base, as it was measured (`knowledge.calibrating`)."""
        with self._database.reading() as session:
            kept = calibrations.find(session, self._index.workspace_id)
        return kept.least if kept and kept.embedding_model == self.model else None

    @property
    def _today(self) -> date:
        return self._clock.now().date()

    def find(self, query: str, asker: Asker, *, k: int = 10, thread: Thread | None = None) -> Found:
        """The k best passages for a question that stands alone.

        Args:
            query: the question.
            asker: what they may read, decided before anything is ranked.
            k: how many.
            thread: what it was asked after. Its words are never mixed into the query; they count apart.
        """
        watch = Stopwatch()
        said = thread.said if thread else query
        usual = self._in_usual_terms(said)
        vector = self._embedder.embed_query(said)
        both = unit(vector + self._embedder.embed_query(usual)) if usual else vector
        watch.lap("embed")
        evidence = self._candidates(f"{said} {usual or ''}", both, asker, thread)
        watch.lap("search")
        read = self._in_usual_terms(query) or query
        evidence = self._ordered(read, evidence)
        watch.lap("rerank")
        return Found(tuple(evidence[:k]), read, vector, watch.laps)

    def _in_usual_terms(self, text: str) -> str | None:
        return in_usual_terms(text) if self._settings.usual_terms else None

    def _candidates(self, words: str, vector: Vector, asker: Asker, thread: Thread | None) -> list[Evidence]:
        """The first stage's best, with their text; who may read it is checked again."""
        indexes = self._index.current()
        shelves = indexes.shelves(asker.audiences, self._today)
        found = find_candidates(
            indexes,
            shelves,
            words,
            vector,
            embed=self._embedder.embed_query,
            vectors_of=self._vectors_of,
            thread=thread,
            settings=self._settings.first,
        )
        cards = dict(indexes.cards.search(found.vector, shelves, 2 * self._settings.first.candidates))
        with self._database.reading() as session:
            loaded = rows.evidence_rows(
                session, self._index.workspace_id, found.fused, asker.audiences, self._today
            )
        return [
            replace(
                evidence_of(row),
                fused=found.fused[row.passage_id] + self._tie_break(row, asker),
                dense=found.dense.get(row.passage_id),
                lexical=found.lexical.get(row.passage_id),
                document_dense=cards.get(row.document_id),
            )
            for row in loaded
        ]

    def _vectors_of(self, passages: Sequence[str]) -> list[Vector]:
        with self._database.reading() as session:
            found = vectors.vectors_of(
                session, self._index.workspace_id, self._embedder.fingerprint, passages
            )
        return [np.frombuffer(blob, dtype="<f4") for blob in found]

    def _tie_break(self, row: rows.EvidenceRow, asker: Asker) -> float:
        said = ((row.plan, asker.plan), (row.stage, asker.stage), (row.persona, asker.persona))
        return self._settings.tie_break * sum(is_for(*one) for one in said)

    def _ordered(self, query: str, evidence: list[Evidence]) -> list[Evidence]:
        """Best first, without texts that are nearly the same as a better one's."""
        settings = self._settings
        best = chosen(evidence, settings.reading)
        kept = set(distinct([one.text for one in best[:_LOADED]], same=settings.same_text))
        best = [one for i, one in enumerate(best) if i in kept or i >= _LOADED]
        if self._reranker is None or not best:
            return best
        reranker = self._reranker
        return reranked(best, lambda texts: reranker.score(query, texts), settings.reading)


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
