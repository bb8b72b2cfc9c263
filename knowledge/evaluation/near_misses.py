"""Near misses: each question asked with its gold documents in the index, and with them taken out.

They are taken out as the product keeps text from people: each gold document has an audience of its own, and
the asker of the second form may read all but the question's. Nothing is embedded or built twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from knowledge.evaluation import beir
from knowledge.evaluation.asking import Asked, Asking, spread
from knowledge.evaluation.bases import corpus
from knowledge.evaluation.decisions import answered_share, decisions, statuses
from knowledge.evaluation.intervals import conversation
from knowledge.evaluation.report import Report
from knowledge.types import PUBLIC, Asker, account_audience

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from knowledge.evaluation.bases import Parts


@dataclass(frozen=True)
class Pair:
    """A question asked with its gold documents there, and without them."""

    query: beir.BeirQuery
    there: Asked
    taken_out: Asked

    def rows(self) -> list[dict[str, Any]]:
        """What there is to keep of both."""
        forms = {"there": self.there, "taken out": self.taken_out}
        return [
            {"_id": self.query.id, "question": self.query.text, "gold": form, **asked.row()}
            for form, asked in forms.items()
        ]


def evaluate(
    directory: Path, parts: Parts, *, queries: Path | None = None, limit: int | None = None
) -> Report:
    """Ask every judged query twice, and compare.

    Args:
        directory: corpus.jsonl or .gz, queries.jsonl and qrels.tsv.
        parts: what to measure.
        queries: another file of queries.
        limit: ask at most so many, spread evenly.

    Returns:
        questions; answered (share, with the gold documents there); answered_near_misses (share, without them);
        statuses of both; balanced_accuracy, auroc and single_signals as `decisions` says.

    Raises:
        KnowledgeError: the folder is not in BEIR form.
    """
    gold = {
        query: {document for document, relevance in judged.items() if relevance > 0}
        for query, judged in beir.judgements(directory).items()
    }
    asked = spread(beir.judged_queries(directory, queries), limit)
    everything = sorted(set().union(*gold.values()))
    audiences = {document: account_audience(document) for document in everything}
    pairs = []
    with corpus(directory, parts, audiences=audiences) as bench:
        asking = Asking(bench, 2 * len(asked))
        for query in asked:
            readers = (_reader(everything), _reader(set(everything) - gold[query.id]))
            there, taken_out = (asking.ask(query.text, reader, query.history) for reader in readers)
            pairs.append(Pair(query, there, taken_out))
    return Report(_figures(pairs), [row for pair in pairs for row in pair.rows()])


def _reader(documents: Collection[str]) -> Asker:
    """Who may read these of the gold documents, and all that is nobody's gold."""
    return Asker(frozenset({PUBLIC, *map(account_audience, documents)}))


def _figures(pairs: Sequence[Pair]) -> dict[str, Any]:
    there, taken_out = [pair.there for pair in pairs], [pair.taken_out for pair in pairs]
    groups = [conversation(pair.query.id) for pair in pairs]
    return {
        "questions": len(pairs),
        "answered": answered_share(there),
        "answered_near_misses": answered_share(taken_out),
        "statuses": {"there": statuses(there), "taken out": statuses(taken_out)},
        **decisions([*there, *taken_out], [True] * len(pairs) + [False] * len(pairs), groups * 2),
    }
