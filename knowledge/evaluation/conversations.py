"""Reading conversations with labelled turns, in the form of mtrag-conversations."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from knowledge.errors import KnowledgeError
from knowledge.evaluation import beir
from knowledge.evaluation.intervals import conversation
from knowledge.types import Turn

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

_NEEDED = ("question", "answerability")


@dataclass(frozen=True)
class LabelledTurn:
    """One turn that a person asked.

    Attributes:
        id: of the turn.
        domain: what the conversation is about; conversations of one domain share a corpus.
        question: as it was asked.
        history: what was said before, by both.
        reference: what the bot should say.
        label: ANSWERABLE, PARTIAL, UNANSWERABLE, UNDERSPECIFIED or CONVERSATIONAL.
        contexts: ids of the passages that the reference was written from.
    """

    id: str
    domain: str
    question: str
    history: tuple[Turn, ...]
    reference: str
    label: str
    contexts: tuple[str, ...]


def turns(files: Sequence[Path]) -> list[LabelledTurn]:
    """The turns of several files, in their order.

    Raises:
        KnowledgeError: a line has no question or no label.
    """
    return [_turn(row, file.name) for file in files for row in beir.json_lines(file)]


def by_corpus(
    asked: Sequence[LabelledTurn], corpora: Mapping[str, Collection[str]]
) -> dict[str | None, list[LabelledTurn]]:
    """The turns of each corpus, the one that holds its conversation's contexts.

    A conversation without contexts goes where most of its domain goes; None has those that go nowhere.

    Args:
        asked: the turns.
        corpora: name -> ids of its documents.
    """
    of_conversation, of_domain = dict[str, Counter[str]](), dict[str, Counter[str]]()
    for turn in asked:
        votes = Counter(name for name, ids in corpora.items() for one in turn.contexts if one in ids)
        of_conversation.setdefault(conversation(turn.id), Counter()).update(votes)
        of_domain.setdefault(turn.domain, Counter()).update(votes)
    divided: dict[str | None, list[LabelledTurn]] = {}
    for turn in asked:
        votes = of_conversation[conversation(turn.id)] or of_domain[turn.domain]
        name = votes.most_common(1)[0][0] if votes else None
        divided.setdefault(name, []).append(turn)
    return divided


def _turn(row: Mapping[str, Any], where: str) -> LabelledTurn:
    missing = [name for name in _NEEDED if not row.get(name)]
    if missing:
        raise KnowledgeError(f"{where}: the turn {row['_id']} has no {' and no '.join(missing)}.")
    history = tuple(
        Turn("person" if one.get("role") == "user" else "bot", str(one.get("text") or ""))
        for one in row.get("history") or ()
    )
    return LabelledTurn(
        id=str(row["_id"]),
        domain=str(row.get("domain") or ""),
        question=str(row["question"]),
        history=history,
        reference=str(row.get("answer") or "").strip(),
        label=str(row["answerability"]).upper(),
        contexts=tuple(map(str, row.get("contexts") or ())),
    )
