"""A question -> an answer of quotes with their sources, or a refusal that offers a person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from knowledge import wording
from knowledge.composing import compose
from knowledge.followups import stand_alone
from knowledge.gates import Gates, Signals, confidence, is_refused, signals_of
from knowledge.grounding import unsupported
from knowledge.quoting import quote
from knowledge.retrieval import Stopwatch
from knowledge.small_talk import reply_without_search, shortened
from knowledge.types import Answered
from knowledge.words import LANGUAGE_CODES, content_words, language_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from knowledge.composing import Composed
    from knowledge.followups import Standalone
    from knowledge.ports import Reranker, Vector
    from knowledge.quoting import Quoted
    from knowledge.retrieval import Found, Retriever
    from knowledge.types import Asker, Evidence, Question

CLOSEST = 3  # articles that a refusal names


@dataclass(frozen=True)
class _Reading:
    """A question with what was found for it."""

    standalone: Standalone
    found: Found
    quoted: Quoted | None
    confidence: float
    refused: bool  # the evidence does not answer
    note: str | None  # what the answer must say about how the question was read


class Answerer:
    """Answers questions by quoting; needs no chat model.

    Args:
        retriever: finds evidence.
        reranker: scores the sentences of the best passages.
        gates: the figures that decide between answer and refusal.
    """

    def __init__(self, retriever: Retriever, reranker: Reranker, gates: Gates | None = None) -> None:
        self._retriever = retriever
        self._reranker = reranker
        self._gates = gates or Gates()

    def load(self) -> None:
        """Load models and index, so that the first question need not wait."""
        self._retriever.load()
        self._reranker.load()

    def answer(self, question: Question) -> Answered:
        """The answer, a clarifying question, or a refusal; never raises on what a person wrote.

        Raises:
            ModelUnavailable: a model cannot be loaded.
        """
        watch = Stopwatch()
        text, note = shortened(question.text)
        question = replace(question, text=text)
        standalone = stand_alone(question)
        reply = reply_without_search(text, in_thread=standalone.thread is not None)
        if reply:
            return Answered("clarify", reply, standalone_question=text)
        foreign = self._other_language(text, question.asker)
        if foreign:
            return self._embedded(
                Answered("refused", foreign, standalone_question=text), self._retriever.embed(text)
            )
        reading = self._read(standalone, question.asker, note, watch)
        answered = self._answered(reading)
        timings = {**reading.found.timings_ms, **watch.laps}
        answered = replace(
            answered,
            timings_ms={**timings, "total": watch.total()},
            standalone_question=reading.standalone.text,
        )
        return self._embedded(answered, reading.found.vector)

    def _embedded(self, answered: Answered, vector: Vector) -> Answered:
        """With the question's vector, so that themes need no model later."""
        blob = vector.astype("<f4").tobytes()
        return replace(answered, question_embedding=blob, embedding_model=self._retriever.model)

    def _read(self, standalone: Standalone, asker: Asker, note: str | None, watch: Stopwatch) -> _Reading:
        found = self._retriever.find(standalone.text, asker, thread=standalone.thread)
        watch.skip()
        quoted = quote(
            found.evidence, lambda texts: self._reranker.score(found.asked, texts), standalone.text
        )
        signals = self._signals(asker, found)
        sure = round(confidence(signals, self._gates), 3) if quoted else 0.0
        watch.lap("quote")
        refused = quoted is None or is_refused(sure, signals, self._gates)
        return _Reading(standalone, found, quoted, sure, refused, note)

    def _signals(self, asker: Asker, found: Found) -> Signals:
        asked = set(content_words(found.asked))
        unknown = [word for word in asked if not self._retriever.knows(word, asker)]
        share = len(unknown) / len(asked) if asked else 1.0
        return signals_of(found.asked, found.evidence, share)

    def _answered(self, reading: _Reading) -> Answered:
        evidence = reading.found.evidence
        if not evidence:
            return _refused(wording.NOTHING_THERE, reading)
        if reading.quoted is None or reading.refused:
            return _refused(wording.NOT_FOUND, reading)
        composed = compose(reading.quoted.quotes)
        if unsupported(composed.sentences, composed.citations):
            return _refused(wording.NOT_FOUND, reading)
        unsure = reading.confidence < self._gates.unsure_below
        return Answered(
            "partial" if unsure else "answered",
            _text(composed, [reading.note, wording.UNSURE if unsure else None]),
            sentences=composed.sentences,
            citations=composed.citations,
            confidence=reading.confidence,
            closest=_closest(evidence),
        )

    def _other_language(self, text: str, asker: Asker) -> str | None:
        """An honest sentence about a question in a language that no readable article is written in."""
        asked = language_of(text)
        if asked == "English":
            return None
        held = self._retriever.languages(asker)
        if LANGUAGE_CODES.get(asked) in held:
            return None
        names = sorted(name for name, code in LANGUAGE_CODES.items() if code in held) or ["English"]
        return wording.OTHER_LANGUAGE.format(asked=asked, held=" and ".join(names))


def _refused(sentence: str, reading: _Reading) -> Answered:
    return Answered(
        "refused",
        _text(None, [reading.note, sentence]),
        confidence=reading.confidence,
        closest=_closest(reading.found.evidence),
    )


def _text(composed: Composed | None, notes: Sequence[str | None]) -> str:
    parts = [note for note in notes if note]
    if composed:
        parts.append(composed.markdown)
    return "\n\n".join(parts)


def _closest(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """The best passage of each of the nearest documents."""
    first: dict[str, Evidence] = {}
    for one in evidence:
        first.setdefault(one.document_id, one)
    return tuple(first.values())[:CLOSEST]
