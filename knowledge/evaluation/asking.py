"""Asking a measured knowledge base: the product's answer, and the single signals behind its confidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from knowledge.calibrating import calibrate
from knowledge.generations import Progress
from knowledge.retrieval import Retriever
from knowledge.types import Question
from store.tables.documents import document_uris

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from knowledge.evaluation.bases import Bench
    from knowledge.retrieval import Found
    from knowledge.types import Answered, Asker, Evidence, Thread, Turn

_Row = TypeVar("_Row")
SIGNALS = ("cosine", "bm25", "cross_encoder")
MOST_WORDS = 80  # of an answer that is compared with a reference
_NOTHING = {"cosine": 0.0, "bm25": 0.0, "cross_encoder": -11.0}  # of a question that was not searched for


class WatchedRetriever(Retriever):
    """The product's retriever; remembers what it found since it was last told to forget."""

    def __init__(self, bench: Bench) -> None:
        parts = bench.parts
        super().__init__(
            bench.database,
            bench.index,
            parts.embedder,
            parts.reranker,
            settings=parts.settings,
            clock=parts.clock,
        )
        self.found: list[Found] = []

    def find(self, query: str, asker: Asker, *, k: int = 10, thread: Thread | None = None) -> Found:
        """As the product's; the result is kept."""
        found = super().find(query, asker, k=k, thread=thread)
        self.found.append(found)
        return found


@dataclass(frozen=True)
class Asked:
    """What one question got.

    Attributes:
        answered: the product's answer.
        evidence: what was found for it, best first.
        cited: URIs of the documents that the answer cites.
        signals: the best of each single score over the evidence.
    """

    answered: Answered
    evidence: Sequence[Evidence]
    cited: Sequence[str]
    signals: Mapping[str, float]

    @property
    def is_answered(self) -> bool:
        """Whether it was answered, in part at least."""
        return self.answered.status in {"answered", "partial"}

    @property
    def text(self) -> str:
        """The answer's sentences without marks and notes, at most 80 words of them."""
        words = " ".join(sentence.text for sentence in self.answered.sentences).split()
        return " ".join(words[:MOST_WORDS])

    def row(self) -> dict[str, Any]:
        """What there is to keep of it."""
        return {
            "status": self.answered.status,
            "confidence": self.answered.confidence,
            **{name: round(value, 4) for name, value in self.signals.items()},
            "asked": self.answered.standalone_question,
            "answer": self.answered.answer,
            "cited": list(self.cited),
            "found": [evidence.title for evidence in self.evidence[:5]],
        }


class Asking:
    """Asks one knowledge base question after question.

    Args:
        bench: the knowledge base.
        total: how many questions there will be, for the progress; 0 if unknown.
    """

    def __init__(self, bench: Bench, total: int = 0) -> None:
        self._retriever = WatchedRetriever(bench)
        self._answerer = bench.answerer(self._retriever)
        calibrate(self._answerer, bench.database, bench.workspace_id, bench.parts.clock)
        self._retriever.found.clear()
        self._tell = bench.parts.progress
        self._total, self._done = total, 0
        with bench.database.reading() as session:
            self._names = document_uris(session, bench.workspace_id)

    def ask(self, text: str, asker: Asker, history: tuple[Turn, ...] = ()) -> Asked:
        """The answer to a question of a thread."""
        self._retriever.found.clear()
        answered = self._answerer.answer(Question(text, asker, history))
        evidence = self._retriever.found[0].evidence if self._retriever.found else ()
        self._done += 1
        if self._tell:
            self._tell(Progress("asking", self._done, self._total))
        everything = [one for found in self._retriever.found for one in found.evidence]
        cited = [self._names[citation.document_id] for citation in answered.citations]
        return Asked(answered, evidence, cited, _signals(everything))


def spread(rows: Sequence[_Row], limit: int | None) -> Sequence[_Row]:
    """At most so many rows, spread evenly over all of them; all if there is no limit."""
    if limit is None or limit >= len(rows):
        return rows
    return [rows[i * len(rows) // limit] for i in range(limit)]


def _signals(evidence: Sequence[Evidence]) -> dict[str, float]:
    scores = {
        "cosine": [one.dense for one in evidence if one.dense is not None],
        "bm25": [one.lexical for one in evidence if one.lexical is not None],
        "cross_encoder": [one.reranked for one in evidence if one.reranked is not None],
    }
    return {name: max(found, default=_NOTHING[name]) for name, found in scores.items()}
