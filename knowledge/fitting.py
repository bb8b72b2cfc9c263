"""Answers that fit the reader: plan, persona and language choose among evidence that answers. Pure functions.

What an article says in its head decides: `plan: [Growth, Enterprise]`, `persona: admin`, `language: de`. An article
that names nothing is for everybody. Nothing is hidden here: where only another plan's article answers, the answer
says for whom it is.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from knowledge.types import Asker, Evidence

ANSWERS = 2.0  # the cross-encoder's logit from which a passage is taken to answer
AS_WELL = 2.0  # logits that a passage may be behind another one and still answer as well
IN_THEIR_LANGUAGE = 8.0  # the same where the other one is not in the reader's language
_EVERYBODY = frozenset(("all", "any", "every", "everyone", "everybody", "*", "-", "none", "all plans"))
_APART = re.compile(r"\s*(?:[,;/|&]|\band\b|\bor\b)\s*", re.IGNORECASE)
_WORD_PLAN = re.compile(r"\bplans?\b", re.IGNORECASE)


@dataclass(frozen=True)
class Fitted:
    """What an answer says about for whom it is; both empty where nothing in it depends on that.

    Attributes:
        note: a sentence before the answer, where it is for others than its reader.
        answered_for: what it was chosen for, as the footer says it: "your plan: Growth".
    """

    note: str = ""
    answered_for: str = ""


def fitting_first(
    evidence: Sequence[Evidence], asker: Asker, language: str | None = None
) -> tuple[Evidence, ...]:
    """The same evidence, what is for others behind what is for the reader and answers as well.

    Args:
        evidence: best first.
        asker: the reader.
        language: of the question, if it is known (`de`); else the asker's own.
    """
    order = list(evidence)
    for one in reversed(evidence):
        if not is_for_others(one, asker, language):
            continue
        at = order.index(one)
        better = [i for i in range(at + 1, len(order)) if _instead(order[i], one, asker, language)]
        if better:
            order.insert(better[-1], order.pop(at))
    return tuple(order)


def is_for_others(one: Evidence, asker: Asker, language: str | None = None) -> bool:
    """Whether its article is written for another plan, persona or language than the reader's."""
    return (
        _misses(one.plan, asker.plan)
        or _misses(one.persona, asker.persona)
        or not _reads(one, language or asker.language)
    )


def fitted(quoted: Sequence[Evidence], evidence: Sequence[Evidence], asker: Asker) -> Fitted:
    """What to say about passages that an answer quotes.

    Args:
        quoted: in the order of their citations.
        evidence: what was found, best first, before the reader was thought of: what was passed over?
        asker: the reader.
    """
    return Fitted(_note(quoted, asker), _answered_for(quoted, evidence, asker))


def names_in(said: str | None) -> tuple[str, ...]:
    """The plans or personas that an article names: `Growth, Enterprise`; none where it is for all."""
    parts = (_WORD_PLAN.sub("", part).strip() for part in _APART.split(said or ""))
    names = tuple(dict.fromkeys(filter(None, parts)))
    return () if any(name.casefold() in _EVERYBODY for name in names) else names


def is_for(said: str | None, own: str | None) -> bool:
    """Whether an article names the reader's own plan, stage or persona."""
    return bool(own) and _among(own, names_in(said))


def _instead(one: Evidence, other: Evidence, asker: Asker, language: str | None) -> bool:
    """Whether a passage further back is for the reader and answers as well as one that is not."""
    if is_for_others(one, asker, language) or one.reranked is None or other.reranked is None:
        return False
    if not _reads(other, language or asker.language):
        return one.reranked >= other.reranked - IN_THEIR_LANGUAGE
    return one.reranked >= max(ANSWERS, other.reranked - AS_WELL)


def _misses(said: str | None, own: str | None) -> bool:
    names = names_in(said)
    return bool(names and own) and not _among(own, names)


def _among(own: str | None, names: Sequence[str]) -> bool:
    mine = names_in(own)
    return any(name.casefold() == other.casefold() for name in mine for other in names)


def _reads(one: Evidence, language: str) -> bool:
    return not one.language or one.language.partition("-")[0] == language.partition("-")[0]


def _note(quoted: Sequence[Evidence], asker: Asker) -> str:
    named = [names_in(one.plan) for one in quoted]
    if not any(named) or (asker.plan and all(not names or _among(asker.plan, names) for names in named)):
        return ""
    yours = f"; you are on {asker.plan}" if asker.plan else ""
    if all(names == named[0] for names in named):
        return f"This is for the {_plans(named[0])}{yours}."
    parts = [
        f"[{n}] is for the {_plans(names)}"
        for n, names in enumerate(named, start=1)
        if names and not (asker.plan and _among(asker.plan, names))
    ]
    return f"{', '.join(parts)}{yours}."


def _answered_for(quoted: Sequence[Evidence], evidence: Sequence[Evidence], asker: Asker) -> str:
    """The plan, if it made a difference. Never the persona: how we see people is not for them."""
    before = itertools.takewhile(lambda one: one not in quoted, evidence)
    plans = [one.plan for one in quoted], [one.plan for one in before]
    return f"your plan: {asker.plan}" if asker.plan and _decided(*plans, asker.plan) else ""


def _decided(quoted: Sequence[str | None], passed_over: Sequence[str | None], own: str) -> bool:
    """Whether what is quoted fits, and either names the reader's own or stands before what does not fit."""
    if not quoted or any(_misses(said, own) for said in quoted):
        return False
    return any(_among(own, names_in(said)) for said in quoted) or any(
        _misses(said, own) for said in passed_over
    )


def _plans(names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"{names[0]} plan"
    return f"{', '.join(names[:-1])} and {names[-1]} plans"
