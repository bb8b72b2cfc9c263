"""Finding evidence: two candidate lists, one blend, a cross-encoder on the best ten.

The blend is convex over min-max scores, .25 lexical and .75 dense: over four sets the best of what was
tried, where equal-weight rank fusion fell behind dense search alone on one of them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, cast

from knowledge.blending import add_weighted, blend, distinct, mix
from knowledge.types import Evidence
from store.tables import documents as rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from knowledge.ports import Embedder, Reranker, Vector
    from knowledge.serving import Indexes, KnowledgeIndex
    from knowledge.types import Asker, PassageKind
    from store.database import Database

_PAGE_SUFFIXES = {".md", ".mdx", ".html", ".htm", ".txt"}


@dataclass(frozen=True)
class RetrievalSettings:
    """The figures of the ranking.

    Attributes:
        candidates: taken from each index.
        lexical_weight: of the blend; the rest is dense.
        reranked: how many of the best the cross-encoder reads.
        reranker_weight: of the cross-encoder among those; the rest is the blend.
        thread_weight: of the thread's own candidates when a question leans on its thread.
        same_text: share of words in common from which two passages count as the same text.
        tie_break: added to the blend for a passage of the asker's own plan or stage.
    """

    candidates: int = 100
    lexical_weight: float = 0.25
    reranked: int = 10
    reranker_weight: float = 0.7
    thread_weight: float = 0.3
    same_text: float = 0.9
    tie_break: float = 0.01


@dataclass(frozen=True)
class Found:
    """Ranked evidence, the question's vector, and what it took.

    Attributes:
        evidence: best first; the first ten carry the cross-encoder's logit.
        vector: of the question.
        timings_ms: stage -> milliseconds.
    """

    evidence: tuple[Evidence, ...]
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
    """

    def __init__(
        self,
        database: Database,
        index: KnowledgeIndex,
        embedder: Embedder,
        reranker: Reranker | None,
        *,
        settings: RetrievalSettings | None = None,
    ) -> None:
        self._database = database
        self._index = index
        self._embedder = embedder
        self._reranker = reranker
        self._settings = settings or RetrievalSettings()

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
            return rows.document_languages(session, self._index.workspace_id, asker.audiences)

    def embed(self, query: str) -> Vector:
        """The vector of a question."""
        return self._embedder.embed_query(query)

    def knows(self, word: str, asker: Asker) -> bool:
        """Whether any passage that the asker may read uses the word, in any of its forms."""
        return bool(self._index.current().lexical.search(word, asker.audiences, 1))

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
        vector = self._embedder.embed_query(query)
        watch.lap("embed")
        indexes = self._index.current()
        dense, lexical = self._hits(indexes, query, vector, asker)
        fused = self._blend(dense, lexical)
        if thread:
            other = self._hits(indexes, thread, self._embedder.embed_query(thread), asker)
            fused = add_weighted(fused, self._blend(*other), self._settings.thread_weight)
        watch.lap("search")
        evidence = self._load(fused, asker, dict(dense), dict(lexical), k)
        watch.lap("load")
        evidence = self._rerank(query, evidence)
        watch.lap("rerank")
        return Found(tuple(evidence[:k]), vector, watch.laps)

    def _hits(
        self, indexes: Indexes, query: str, vector: Vector, asker: Asker
    ) -> tuple[list[tuple[str, float]], list[tuple[str, float]]]:
        k = self._settings.candidates
        dense = indexes.dense.search(vector, asker.audiences, k)
        return dense, indexes.lexical.search(query, asker.audiences, k)

    def _blend(
        self, dense: Sequence[tuple[str, float]], lexical: Sequence[tuple[str, float]]
    ) -> dict[str, float]:
        settings = self._settings
        return blend(dense, lexical, lexical_weight=settings.lexical_weight, k=settings.candidates)

    def _load(
        self,
        fused: Mapping[str, float],
        asker: Asker,
        dense: Mapping[str, float],
        lexical: Mapping[str, float],
        k: int,
    ) -> list[Evidence]:
        """The best passages with their text, best first, near-duplicates folded."""
        wanted = sorted(fused, key=lambda passage: (-fused[passage], passage))
        wanted = wanted[: 2 * max(k, self._settings.reranked)]
        with self._database.reading() as session:
            found = rows.evidence_rows(session, self._index.workspace_id, wanted, asker.audiences)
        evidence = [
            replace(
                evidence_of(found[passage]),
                dense=dense.get(passage),
                lexical=lexical.get(passage),
                fused=fused[passage] + self._tie_break(found[passage], asker),
            )
            for passage in wanted
            if passage in found
        ]
        evidence.sort(key=lambda one: (-one.fused, one.passage_id))
        return [evidence[i] for i in distinct([one.text for one in evidence], same=self._settings.same_text)]

    def _tie_break(self, row: rows.EvidenceRow, asker: Asker) -> float:
        matches = [row.plan and row.plan == asker.plan, row.stage and row.stage == asker.stage]
        return self._settings.tie_break * sum(map(bool, matches))

    def _rerank(self, query: str, evidence: list[Evidence]) -> list[Evidence]:
        if self._reranker is None or not evidence:
            return evidence
        best, rest = evidence[: self._settings.reranked], evidence[self._settings.reranked :]
        logits = self._reranker.score(query, [embedded_text(one) for one in best])
        order = mix([one.fused for one in best], logits, self._settings.reranker_weight)
        scored = [replace(one, reranked=logit) for one, logit in zip(best, logits, strict=True)]
        ranked = sorted(zip(order, scored, strict=True), key=lambda pair: (-pair[0], pair[1].passage_id))
        return [one for _, one in ranked] + rest


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
        heading_path=row.heading_path,
        uri=citation_uri(row.document_uri, row.anchor, row.base_url),
        text=row.text,
        audience=row.audience,
        kind=cast("PassageKind", row.kind),
        document_hash=row.document_hash,
    )


def citation_uri(document_uri: str, anchor: str | None, base_url: str | None) -> str:
    """Path and anchor; a web link where the source says where its documents are published.

    A published page has no file suffix, and an index page is its folder.
    """
    fragment = f"#{anchor}" if anchor else ""
    if not base_url:
        return document_uri + fragment
    path = PurePosixPath(document_uri)
    if path.suffix.lower() in _PAGE_SUFFIXES:
        path = path.with_suffix("")
    if path.name == "index":
        path = path.parent
    page = "" if str(path) == "." else str(path)
    return f"{base_url.rstrip('/')}/{page}{fragment}"


def documents_of(evidence: Iterable[Evidence]) -> list[str]:
    """The documents of ranked passages, each at its best passage's rank."""
    return list(dict.fromkeys(one.document_id for one in evidence))
