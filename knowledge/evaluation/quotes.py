"""Quoted answers beside gold answers, and beside what the reranker alone would quote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from knowledge.errors import KnowledgeError
from knowledge.evaluation import beir
from knowledge.evaluation.asking import MOST_WORDS, Asked, Asking, spread
from knowledge.evaluation.bases import corpus
from knowledge.evaluation.decisions import answered_share, statuses
from knowledge.evaluation.intervals import conversation, mean_difference
from knowledge.evaluation.metrics import contains, mean, token_f1
from knowledge.evaluation.report import Report
from knowledge.types import Asker
from knowledge.units import units_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from knowledge.evaluation.bases import Parts
    from knowledge.ports import Reranker
    from knowledge.types import Evidence, SourceDocument

THREE = 3


@dataclass(frozen=True)
class Compared:
    """A question, what the product quoted, and what its reranker alone would have."""

    query: beir.BeirQuery
    asked: Asked
    baseline: Sequence[str]  # sentences of the first passage, best first
    best_of_three: Sequence[str]  # the three best in reading order

    @property
    def product(self) -> dict[str, float]:
        """Metrics of the product's answer; 0 where it refused."""
        quoted = [sentence.text for sentence in self.asked.answered.sentences]
        return _values(quoted[:1], quoted[:THREE], self.query.answer) | {
            "token_f1": token_f1(self.asked.text, self.query.answer)
        }

    @property
    def reranker(self) -> dict[str, float]:
        """The same of the reranker's choice."""
        return _values(self.baseline[:1], self.best_of_three, self.query.answer)

    def row(self) -> dict[str, Any]:
        """What there is to keep of it."""
        return {
            "_id": self.query.id,
            "question": self.query.text,
            "gold": self.query.answer,
            **self.asked.row(),
            "quoted": [sentence.text for sentence in self.asked.answered.sentences],
            "best_sentence": next(iter(self.baseline), ""),
            **self.product,
        }


def evaluate(
    directory: Path, parts: Parts, *, queries: Path | None = None, limit: int | None = None
) -> Report:
    """Ask every judged query that has a gold answer; compare what is quoted with it.

    Args:
        directory: corpus.jsonl or .gz, queries.jsonl with `answer`, and qrels.tsv.
        parts: what to measure.
        queries: another file of queries.
        limit: ask at most so many, spread evenly.

    Returns:
        questions; answered (share); statuses; product and reranker: first_holds (share of gold answers that
        stand in the first sentence, words normalised), token_f1_first, token_f1_three (first sentence, first
        three; means, 0 where refused), product also token_f1 (all, in at most 80 words); gain of the product's
        over the reranker's, with paired 95 % intervals; reachable: share of gold answers that stand in any one
        sentence of a gold document. The reranker quotes the best sentences of the first passage.

    Raises:
        KnowledgeError: the folder is not in BEIR form, or no query has an answer.
    """
    asked = [query for query in beir.judged_queries(directory, queries) if query.answer]
    if not asked:
        raise KnowledgeError(f"No judged query of {directory} has an `answer` to compare with.")
    asked = list(spread(asked, limit))
    compared = []
    with corpus(directory, parts) as bench:
        asking = Asking(bench, len(asked))
        for query in asked:
            found = asking.ask(query.text, Asker(), query.history)
            compared.append(
                Compared(query, found, *_best_sentences(query.text, found.evidence, parts.reranker))
            )
    return Report(
        _figures(compared) | {"reachable": _reachable(directory, asked)}, [c.row() for c in compared]
    )


def _figures(compared: Sequence[Compared]) -> dict[str, Any]:
    product, reranker = [one.product for one in compared], [one.reranker for one in compared]
    groups = [conversation(one.query.id) for one in compared]
    return {
        "questions": len(compared),
        "answered": answered_share([one.asked for one in compared]),
        "statuses": statuses([one.asked for one in compared]),
        "most_words": MOST_WORDS,
        "product": _means(product),
        "reranker": _means(reranker),
        "gain": {
            name: mean_difference(
                [one[name] for one in product], [one[name] for one in reranker], groups
            ).rounded()
            for name in reranker[0]
        },
    }


def _values(first: Sequence[str], three: Sequence[str], gold: str) -> dict[str, float]:
    return {
        "first_holds": float(contains(" ".join(first), gold)),
        "token_f1_first": token_f1(" ".join(first), gold),
        "token_f1_three": token_f1(" ".join(three), gold),
    }


def _means(values: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: round(mean([value[name] for value in values]), 4) for name in values[0]}


def _best_sentences(
    question: str, evidence: Sequence[Evidence], reranker: Reranker | None
) -> tuple[list[str], list[str]]:
    """The first passage's sentences, best first; and the three best in reading order."""
    if not evidence or reranker is None:
        return [], []
    texts = [unit.readable for unit in units_of(evidence[0].text)]
    scores = reranker.score(question, texts)
    order = sorted(range(len(texts)), key=lambda i: -scores[i])
    return [texts[i] for i in order], [texts[i] for i in sorted(order[:THREE])]


def _reachable(directory: Path, asked: Sequence[beir.BeirQuery]) -> float:
    """Share of the gold answers that one sentence of a gold document holds: no quoting can do more."""
    judged = beir.judgements(directory)
    gold = {document for query in asked for document in judged[query.id]}
    sentences = {one.uri: _sentences(one) for one in beir.documents(directory) if one.uri in gold}
    held = [
        any(
            contains(sentence, query.answer)
            for document, relevance in judged[query.id].items()
            if relevance > 0
            for sentence in sentences.get(document, ())
        )
        for query in asked
    ]
    return round(mean([float(one) for one in held]), 4)


def _sentences(document: SourceDocument) -> list[str]:
    return [unit.readable for section in document.sections for unit in units_of(section.text)]
