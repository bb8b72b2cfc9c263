"""Scope: questions about something else entirely, asked beside the knowledge base's own."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

from knowledge.errors import KnowledgeError
from knowledge.evaluation import beir
from knowledge.evaluation.asking import Asking, spread
from knowledge.evaluation.bases import corpus
from knowledge.evaluation.decisions import answered_share, decisions, share, statuses
from knowledge.evaluation.report import Report
from knowledge.types import Asker

if TYPE_CHECKING:
    from pathlib import Path

    from knowledge.evaluation.bases import Parts

OUT_OF_SCOPE = "oos"


def evaluate(
    directory: Path, outside: Path, parts: Parts, *, queries: Path | None = None, limit: int | None = None
) -> Report:
    """Ask the set's own judged queries, and the questions from outside.

    Args:
        directory: corpus.jsonl or .gz, queries.jsonl and qrels.tsv.
        outside: out-of-scope questions, as `outside_questions` reads them.
        parts: what to measure.
        queries: another file of the set's own queries.
        limit: ask at most so many of either, spread evenly.

    Returns:
        own, outside (how many); answered (share of the own); refused (share of those outside that were refused)
        and not_answered (refused or asked back); statuses of both; balanced_accuracy, auroc and single_signals
        as `decisions` says.

    Raises:
        KnowledgeError: a file is not in its form.
    """
    own = spread(beir.judged_queries(directory, queries), limit)
    others = spread(outside_questions(outside), limit)
    with corpus(directory, parts) as bench:
        asking = Asking(bench, len(own) + len(others))
        ours = [asking.ask(query.text, Asker(), query.history) for query in own]
        theirs = [asking.ask(text, Asker()) for text in others]
    asked = [*ours, *theirs]
    names = [query.id for query in own] + [f"outside {i}" for i in range(len(others))]
    texts = [query.text for query in own] + list(others)
    should = [True] * len(ours) + [False] * len(theirs)
    refused = sum(one.answered.status == "refused" for one in theirs)
    figures: dict[str, Any] = {
        "own": len(ours),
        "outside": len(theirs),
        "answered": answered_share(ours),
        "refused": share(refused, len(theirs)),
        "not_answered": share(sum(not one.is_answered for one in theirs), len(theirs)),
        "statuses": {"own": statuses(ours), "outside": statuses(theirs)},
        **decisions(asked, should, names),
    }
    return Report(
        figures,
        [
            {"_id": name, "question": text, "in_scope": wanted, **one.row()}
            for name, text, wanted, one in zip(names, texts, should, asked, strict=True)
        ],
    )


def outside_questions(file: Path) -> list[str]:
    """Questions that the knowledge base is not about, each once.

    The form is told by the name, .gz or not: `.json` as CLINC150 has it (lists of [text, intent], of which
    those of the intent `oos` count), `.jsonl` with `_id` and `text`, else one question a line.

    Raises:
        KnowledgeError: it is not in that form, or holds no question.
    """
    form = file.name.removesuffix(".gz")
    if form.endswith(".jsonl"):
        found = [str(row.get("text") or "") for row in beir.json_lines(file)]
    elif form.endswith(".json"):
        found = _of_intents(_text(file), file.name)
    else:
        found = _text(file).splitlines()
    questions = list(dict.fromkeys(text.strip() for text in found if text.strip()))
    if not questions:
        raise KnowledgeError(f"{file.name} holds no out-of-scope question.")
    return questions


def _of_intents(text: str, name: str) -> list[str]:
    try:
        lists = json.loads(text)
        return [str(said) for pairs in lists.values() for said, intent in pairs if intent == OUT_OF_SCOPE]
    except (ValueError, TypeError, AttributeError) as error:
        raise KnowledgeError(
            f'{name}: expected {{"name of a list": [["question", "intent"], ...]}}, as CLINC150 has it.'
        ) from error


def _text(file: Path) -> str:
    data = file.read_bytes()
    return (gzip.decompress(data) if file.suffix == ".gz" else data).decode("utf-8")
