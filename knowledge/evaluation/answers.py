"""Answers measured on labelled conversations: what is answered, what is refused, what is asked back, and how well.

Each turn is asked through the product's answerer with the history that it had. A conversation is asked to the
corpus that holds the passages its references were written from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from knowledge.errors import KnowledgeError
from knowledge.evaluation import beir
from knowledge.evaluation.asking import Asked, Asking, spread
from knowledge.evaluation.bases import corpus
from knowledge.evaluation.conversations import by_corpus, turns
from knowledge.evaluation.decisions import decisions, share, statuses
from knowledge.evaluation.intervals import conversation
from knowledge.evaluation.metrics import mean, rouge_l, token_f1
from knowledge.evaluation.report import Report
from knowledge.grounding import unsupported
from knowledge.types import Asker

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from knowledge.evaluation.bases import Parts
    from knowledge.evaluation.conversations import LabelledTurn

ANSWERABLE, PARTIAL, UNANSWERABLE = "ANSWERABLE", "PARTIAL", "UNANSWERABLE"
UNDERSPECIFIED = "UNDERSPECIFIED"


@dataclass(frozen=True)
class Outcome:
    """A turn and what it got. Metrics of a turn that was not answered are 0."""

    turn: LabelledTurn
    asked: Asked

    @property
    def token_f1(self) -> float:
        """Of the answer, in at most 80 words, with the reference."""
        return token_f1(self.asked.text, self.turn.reference)

    @property
    def rouge_l(self) -> float:
        """The same of the longest common subsequence."""
        return rouge_l(self.asked.text, self.turn.reference)

    @property
    def cites_context(self) -> bool:
        """Whether a citation is one of the passages that the reference was written from."""
        return not set(self.asked.cited).isdisjoint(self.turn.contexts)

    def row(self) -> dict[str, Any]:
        """What there is to keep of it."""
        return {
            "_id": self.turn.id,
            "label": self.turn.label,
            "question": self.turn.question,
            "reference": self.turn.reference,
            "contexts": list(self.turn.contexts),
            **self.asked.row(),
            "token_f1": round(self.token_f1, 4),
            "rouge_l": round(self.rouge_l, 4),
            "cites_context": self.cites_context,
        }


def evaluate(
    files: Sequence[Path], directories: Sequence[Path], parts: Parts, *, limit: int | None = None
) -> Report:
    """Ask every turn with its history; compare what came with label and reference.

    Args:
        files: the conversations.
        directories: corpora in BEIR form; several are knowledge bases apart.
        parts: what to measure.
        limit: ask at most so many turns, spread evenly.

    Returns:
        turns, skipped (of a corpus that was not given); statuses: label -> status -> how many;
        balanced_accuracy of answering ANSWERABLE and PARTIAL and not UNANSWERABLE; auroc of the confidence on
        the same, and of each single signal with the paired gain over it; clarified: label -> share;
        token_f1 and rouge_l of the ANSWERABLE (0 where not answered) and of those answered; cites_context
        and supported_sentences, shares.

    Raises:
        KnowledgeError: a file is not in this form, or no corpus holds its contexts.
    """
    corpora = {str(one): beir.document_ids(one) for one in directories}
    asked = spread(turns(files), limit)
    divided = by_corpus(asked, corpora)
    skipped = divided.pop(None, [])
    if not divided:
        raise KnowledgeError("No corpus holds the contexts of these conversations. Give theirs by --corpus.")
    outcomes = [
        one
        for directory in directories
        if str(directory) in divided
        for one in _ask(directory, divided[str(directory)], parts)
    ]
    return Report(
        {"turns": len(outcomes), "skipped": len(skipped), **figures(outcomes)}, [o.row() for o in outcomes]
    )


def figures(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The figures of `evaluate`."""
    labels = sorted({one.turn.label for one in outcomes})
    status = {label: statuses([o.asked for o in outcomes if o.turn.label == label]) for label in labels}
    answerable = [one for one in outcomes if one.turn.label == ANSWERABLE]
    answered = [one for one in answerable if one.asked.is_answered]
    return {
        "statuses": status,
        **_decisions(outcomes),
        "clarified": {
            label: share(counts.get("clarify", 0), sum(counts.values())) for label, counts in status.items()
        },
        **_compared("", answerable),
        **_compared("_answered", answered),
        "cites_context": share(sum(one.cites_context for one in answered), len(answered)),
        "supported_sentences": _supported([one.asked for one in outcomes]),
    }


def _ask(directory: Path, asked: Sequence[LabelledTurn], parts: Parts) -> Iterator[Outcome]:
    with corpus(directory, parts) as bench:
        asking = Asking(bench, len(asked))
        for turn in asked:
            yield Outcome(turn, asking.ask(turn.question, Asker(), turn.history))


def _decisions(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    judged = [one for one in outcomes if one.turn.label in {ANSWERABLE, PARTIAL, UNANSWERABLE}]
    return decisions(
        [one.asked for one in judged],
        [one.turn.label != UNANSWERABLE for one in judged],
        [conversation(one.turn.id) for one in judged],
    )


def _compared(which: str, outcomes: Sequence[Outcome]) -> dict[str, float]:
    return {
        f"token_f1{which}": round(mean([one.token_f1 for one in outcomes]), 4),
        f"rouge_l{which}": round(mean([one.rouge_l for one in outcomes]), 4),
    }


def _supported(asked: Sequence[Asked]) -> float:
    """Share of the answers' sentences that a passage they cite says."""
    sentences = sum(len(one.answered.sentences) for one in asked)
    wrong = sum(len(unsupported(one.answered.sentences, one.answered.citations)) for one in asked)
    return share(sentences - wrong, sentences)
