"""A question -> an answer of quotes with their sources, or a refusal that offers a person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from knowledge import wording
from knowledge.clarifying import asked_back
from knowledge.composing import compose
from knowledge.fitting import fitted, fitting_first
from knowledge.followups import stand_alone
from knowledge.gates import Gates, Signals, confidence, is_refused, signals_of
from knowledge.grounding import unsupported
from knowledge.languages import LANGUAGE_CODES, language_code, language_of
from knowledge.parts import in_turn, parts_of, together
from knowledge.quoting import Quoted, quote
from knowledge.retrieval import Stopwatch
from knowledge.small_talk import reply_without_search, shortened
from knowledge.types import Answered, Question, Turn
from knowledge.words import content_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from knowledge.composing import Composed
    from knowledge.followups import Standalone
    from knowledge.ports import Reranker, Vector
    from knowledge.retrieval import Found, Retriever
    from knowledge.rewriting import Rewriter
    from knowledge.types import Asker, Evidence, Told
    from knowledge.writing import Writer, Written

CLOSEST = 3  # articles that a refusal names


@dataclass(frozen=True)
class _Reading:
    """A question with what was found for it."""

    standalone: Standalone
    asker: Asker
    found: Found
    evidence: tuple[Evidence, ...]  # the same, in the order that fits the asker
    quoted: Quoted | None
    confidence: float
    refused: bool  # the evidence does not answer
    gates: Gates  # that said so
    note: str | None  # what the answer must say about how the question was read
    missing: tuple[str, ...] = ()  # parts of the question that the evidence does not answer


class Answerer:
    """Answers questions: by quoting, or in a chat model's words where there is one.

    Args:
        retriever: finds evidence.
        reranker: scores the sentences of the best passages.
        gates: the figures that decide between answer and refusal.
        writer: has a chat model write; quotes serve where it cannot.
        rewriter: has one complete a follow-up from its thread; rules serve where it cannot.
    """

    def __init__(
        self,
        retriever: Retriever,
        reranker: Reranker,
        gates: Gates | None = None,
        writer: Writer | None = None,
        rewriter: Rewriter | None = None,
    ) -> None:
        self._retriever = retriever
        self._reranker = reranker
        self._gates = gates or Gates()
        self._writer = writer
        self._rewriter = rewriter

    def load(self) -> None:
        """Load models and index, so that the first question need not wait."""
        self._retriever.load()
        self._reranker.load()
        if self._writer:
            self._writer.load()

    @property
    def model(self) -> str:
        """Fingerprint of the model that embeds the questions."""
        return self._retriever.model

    def sure_of(self, text: str, asker: Asker) -> float:
        """How sure an answer to a question would be, 0..1, before anything is decided by it."""
        return self._read(stand_alone(Question(text, asker)), asker, None, Stopwatch()).confidence

    def answer(self, question: Question, told: Told | None = None) -> Answered:
        """The answer, a clarifying question, or a refusal; never raises on what a person wrote.

        Args:
            question: what is asked, by whom, after what.
            told: hears how far the answer is, where people watch.

        Raises:
            ModelUnavailable: a model cannot be loaded.
        """
        watch = Stopwatch()
        text, note = shortened(question.text)
        question = replace(question, text=text)
        standalone = stand_alone(question)
        reply = reply_without_search(text, in_thread=standalone.leans)
        if reply:
            return Answered("clarify", reply, standalone_question=text)
        foreign = self._other_language(text, question.asker)
        if foreign:
            return self._embedded(
                Answered("refused", foreign, standalone_question=text), self._retriever.embed(text)
            )
        reading = self._in_parts(question, standalone, note, watch) or self._read(
            self._rewritten(standalone, question, watch), question.asker, note, watch
        )
        answered = self._asked_back(question, reading) or self._answered(reading, told)
        watch.lap("answer")
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

    def _rewritten(self, standalone: Standalone, question: Question, watch: Stopwatch) -> Standalone:
        """A follow-up completed by a chat model instead of by rules, if there is one and it is faithful."""
        text = self._rewriter.stand_alone(question) if self._rewriter and standalone.leans else None
        watch.lap("rewrite")
        return replace(standalone, text=text) if text else standalone

    def _read(self, standalone: Standalone, asker: Asker, note: str | None, watch: Stopwatch) -> _Reading:
        found = self._retriever.find(standalone.text, asker, thread=standalone.thread)
        evidence = fitting_first(found.evidence, asker, language_code(standalone.text))
        watch.skip()
        quoted = quote(evidence, lambda texts: self._reranker.score(found.asked, texts), standalone.text)
        signals = self._signals(asker, found)
        gates = self._gates.at_least(self._retriever.least_confidence() or 0.0)
        sure = round(confidence(signals, gates), 3) if quoted else 0.0
        watch.lap("quote")
        refused = quoted is None or is_refused(sure, signals, gates)
        return _Reading(standalone, asker, found, evidence, quoted, sure, refused, gates, note)

    def _in_parts(
        self, question: Question, whole: Standalone, note: str | None, watch: Stopwatch
    ) -> _Reading | None:
        """A question that asks several things, each read apart; None where it does not, or nothing is answered."""
        parts = parts_of(question.text)
        if len(parts) < 2:
            return None
        readings: list[_Reading] = []
        for n, part in enumerate(parts):
            before = tuple(Turn("person", earlier) for earlier in parts[:n])
            apart = stand_alone(replace(question, text=part, history=(*question.history, *before)))
            readings.append(self._read(apart, question.asker, note, watch))
        answered = [(one, one.quoted) for one in readings if one.quoted and not one.refused]
        if not answered:
            return None
        first = answered[0][0]
        quotes = together(one for _, quoted in answered for one in quoted.quotes)
        return replace(
            first,
            standalone=whole,
            found=replace(first.found, vector=self._retriever.embed(question.text)),
            evidence=in_turn([one.evidence for one, _ in answered]),
            quoted=Quoted(quotes, first.quoted.best if first.quoted else 0.0),
            confidence=min(one.confidence for one, _ in answered),
            missing=tuple(part for part, one in zip(parts, readings, strict=True) if one.refused),
        )

    def _signals(self, asker: Asker, found: Found) -> Signals:
        asked = set(content_words(found.asked))
        unknown = [word for word in asked if not self._retriever.knows(word, asker)]
        share = len(unknown) / len(asked) if asked else 1.0
        return signals_of(found.asked, found.evidence, share)

    def _asked_back(self, question: Question, reading: _Reading) -> Answered | None:
        """A question back, where the person points at something that nobody has named."""
        if reading.standalone.leans or reading.confidence < reading.gates.ask_from:
            return None
        asked = asked_back(
            question,
            reading.evidence,
            lambda turn: float(self._retriever.embed(turn) @ reading.found.vector),
        )
        return (
            replace(asked, confidence=reading.confidence, closest=_closest(reading.evidence))
            if asked
            else None
        )

    def _answered(self, reading: _Reading, told: Told | None) -> Answered:
        evidence = reading.evidence
        if told and evidence and not reading.refused:
            told("reading", evidence)
        if not evidence:
            return _refused(wording.NOTHING_THERE, reading)
        if reading.quoted is None or reading.refused:
            return _refused(wording.NOT_FOUND, reading)
        written = self._written(reading, told)
        composed = (written.composed if written else None) or compose(reading.quoted.quotes)
        if not (written and written.composed) and unsupported(composed.sentences, composed.citations):
            return _refused(wording.NOT_FOUND, reading)
        unsure = reading.confidence < reading.gates.unsure_below or _found_nothing(written)
        missing = _missing_note(reading, written)
        by_id = {one.passage_id: one for one in evidence}
        fit = fitted(
            [by_id[cited.passage_id] for cited in composed.citations], reading.found.evidence, reading.asker
        )
        return Answered(
            "partial" if unsure or missing else "answered",
            _text(composed, [reading.note, wording.UNSURE if unsure else None, fit.note], missing),
            sentences=composed.sentences,
            citations=composed.citations,
            confidence=reading.confidence,
            closest=_closest(evidence),
            answered_for=fit.answered_for,
        )

    def _written(self, reading: _Reading, told: Told | None) -> Written | None:
        """The answer in a chat model's words, if there is a model and what it wrote may be shown."""
        if self._writer is None:
            return None
        if told:
            told("writing", reading.evidence)
        return self._writer.write(reading.standalone.text, reading.evidence)

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
        closest=_closest(reading.evidence),
    )


def _text(composed: Composed | None, notes: Sequence[str | None], after: str | None = None) -> str:
    parts = (*notes, composed.markdown if composed else None, after)
    return "\n\n".join(part for part in parts if part)


def _missing_note(reading: _Reading, written: Written | None) -> str | None:
    """What the answer must say about what it leaves out."""
    if written and written.composed:
        return written.missing_note
    return "\n".join(wording.PART_NOT_FOUND.format(what=part) for part in reading.missing) or None


def _found_nothing(written: Written | None) -> bool:
    """Whether a chat model read the passages and found no answer in them."""
    return written is not None and written.composed is None


def _closest(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """The best passage of each of the nearest documents."""
    first: dict[str, Evidence] = {}
    for one in evidence:
        first.setdefault(one.document_id, one)
    return tuple(first.values())[:CLOSEST]
