"""What each design choice of retrieval brings: the ranking with the choice, less the ranking without it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from knowledge.evaluation.overriding import overridden
from knowledge.retrieval import RetrievalSettings, Retriever

if TYPE_CHECKING:
    from collections.abc import Mapping

    from knowledge.evaluation.bases import Bench
    from knowledge.ports import Embedder


@dataclass(frozen=True)
class Choice:
    """A design choice.

    Attributes:
        what: was chosen.
        without: figures of retrieval that leave it out, name=value.
        threads: whether it is about questions in a thread only.
    """

    what: str
    without: tuple[str, ...]
    threads: bool = False


CHOICES: Mapping[str, Choice] = {
    "lexical": Choice(
        "words beside meaning in the first stage", ("first.lexical_weight=0", "first.thread_lexical_weight=0")
    ),
    "weights": Choice(
        "meaning weighs more than words, not the same",
        ("first.lexical_weight=0.5", "first.thread_lexical_weight=0.5"),
    ),
    "feedback": Choice("a second look with the best passages' vectors", ("first.feedback=0",)),
    "turns": Choice("the vectors of the turns before", ("first.turns=0,0",), threads=True),
    "turn-words": Choice("the words of the turn before", ("first.turn_words=0",), threads=True),
    "leaning": Choice("more of both where a turn leans on them", ("first.leaning=1",), threads=True),
    "cards": Choice(
        "titles and summaries of documents, to choose what is read",
        ("reading.card_weight=0", "reading.cards=0"),
    ),
    "cards-in-order": Choice(
        "titles and summaries of documents in the last order",
        ("reading.final.near=0", "reading.final.card=0", "reading.final.card_read=0"),
    ),
    "reading": Choice("the cross-encoder", ("reading.passages=0", "reading.cards=0")),
    "twenty": Choice("up to twenty passages read, not ten", ("reading.passages=10",)),
    "bounded": Choice("at most 7,000 characters read, not 10,000", ("reading.characters=10000",)),
    "three-each": Choice("at most three passages of a document read", ("reading.of_a_document=20",)),
    "near-duplicates": Choice("near-duplicates folded", ("same_text=2",)),
    "usual-terms": Choice("usual terms for everyday words", ("usual_terms=false",)),
}


def choices_for(*, threads: bool) -> Mapping[str, Choice]:
    """Those that can make a difference where there are threads, or none."""
    return {name: choice for name, choice in CHOICES.items() if threads or not choice.threads}


def without(choice: Choice, bench: Bench, embedder: Embedder) -> Retriever:
    """A retriever of the same knowledge base that leaves a choice out.

    Args:
        choice: see there.
        bench: what is measured.
        embedder: of the questions; the bench's own, or one that remembers what it said.
    """
    parts = bench.parts
    settings = overridden(parts.settings or RetrievalSettings(), choice.without)
    return Retriever(
        bench.database, bench.index, embedder, parts.reranker, settings=settings, clock=parts.clock
    )
