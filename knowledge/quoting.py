"""Choosing what to quote: the few units of the best passages that answer, in reading order. Pure functions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from knowledge.units import units_of
from knowledge.words import stems

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from knowledge.types import Evidence
    from knowledge.units import Unit

    Score = Callable[[Sequence[str]], Sequence[float]]

PASSAGES = 3  # that an answer may quote
UNITS_SCORED = 36  # of one answer, to bound the work
SENTENCES = 3  # of one passage
ROWS = 4  # of one table
LIST_ITEMS = 12  # a longer list is cut behind these
MARGIN = 3.0  # logits below the best unit: still part of the answer, within its passage
OTHER_MARGIN = 1.0  # the same for another passage's best unit
OTHER_LEAST = 3.0  # and its least logit
REPEATS = 0.6  # share of a unit's words that are said already

_LEANS_BACK = re.compile(
    r"^(?:this|that|these|those|it|they|he|she|such|however|but|also|therefore|thus|otherwise|instead|then|so|and|"
    r"or|in (?:this|that) case|if (?:so|not)|for (?:example|instance)|e\.?g|after that|once done|alternatively|"
    r"the (?:same|latter|former)|both)\b",
    re.IGNORECASE,
)
_HOW_TO = re.compile(
    r"\bhow (?:do|can|could|should|would|to)\b|\bway to\b|\bwhere (?:do|can) (?:i|we)\b", re.IGNORECASE
)
_SHORTEST = 4  # words of a sentence that may stand alone


@dataclass(frozen=True)
class Scored:
    """A unit with the logit of how well it answers, or None if it was not scored."""

    unit: Unit
    score: float | None


@dataclass(frozen=True)
class Quote:
    """What is quoted of one passage, in reading order."""

    evidence: Evidence
    units: tuple[Unit, ...]


@dataclass(frozen=True)
class Quoted:
    """An answer's quotes, the first the best passage's; and the logit of the best single unit."""

    quotes: tuple[Quote, ...]
    best: float


def quote(evidence: Sequence[Evidence], score: Score, question: str = "") -> Quoted | None:
    """The units that answer; None if no passage has any.

    Args:
        evidence: best first; only the first few are quoted.
        score: one logit a text, of how well it answers the question.
        question: asks it for a way to do something, its steps are read first.
    """
    evidence = steps_first(evidence) if _HOW_TO.search(question) else evidence
    passages = [(one, _scored(units_of(one.text))) for one in evidence[:PASSAGES]]
    passages = _with_scores(passages, score)
    best = [_best(units) for _, units in passages]
    if not best or best[0] is None:
        return None
    top = best[0].score or 0.0
    quotes = [Quote(passages[0][0], _chosen(passages[0][1], best[0]))]
    for (one, units), anchor in zip(passages[1:], best[1:], strict=True):
        least = max(OTHER_LEAST, top - OTHER_MARGIN)
        if anchor and (anchor.score or 0.0) >= least and not _repeats(anchor.unit, quotes):
            quotes.append(Quote(one, _chosen(units, anchor)))
    return Quoted(tuple(quotes), top)


def steps_first(evidence: Sequence[Evidence]) -> Sequence[Evidence]:
    """The same with the best document's own steps in front: whoever asks how wants them, not what it is."""
    if not evidence or evidence[0].kind == "steps":
        return evidence
    steps = next(
        (one for one in evidence if one.kind == "steps" and one.document_id == evidence[0].document_id), None
    )
    return [steps, *(one for one in evidence if one is not steps)] if steps else evidence


def _scored(units: list[Unit]) -> list[Scored]:
    return [Scored(unit, None) for unit in units]


def _with_scores(
    passages: list[tuple[Evidence, list[Scored]]], score: Score
) -> list[tuple[Evidence, list[Scored]]]:
    """The same, the units that may carry an answer scored, the best passage's first."""
    asked = [
        (p, u)
        for p, (_, units) in enumerate(passages)
        for u, scored in enumerate(units)
        if _may_answer(scored.unit)
    ][:UNITS_SCORED]
    texts = [passages[p][1][u].unit.readable for p, u in asked]
    for (p, u), logit in zip(asked, score(texts), strict=True):
        passages[p][1][u] = Scored(passages[p][1][u].unit, logit)
    return passages


def _may_answer(unit: Unit) -> bool:
    """Questions and fragments do not answer; a list item, a row or code may be short."""
    if unit.kind != "sentence":
        return True
    return not unit.text.endswith("?") and len(unit.text.split()) >= _SHORTEST


def _best(units: Sequence[Scored]) -> Scored | None:
    scored = [one for one in units if one.score is not None]
    return max(scored, key=lambda one: one.score or 0.0) if scored else None


def _chosen(units: Sequence[Scored], anchor: Scored) -> tuple[Unit, ...]:
    """The anchor with what it needs to be understood, and what else of its passage answers."""
    at = units.index(anchor)
    if anchor.unit.kind == "sentence" and not anchor.unit.is_lead_in:
        picked = _sentences(units, anchor)
    elif anchor.unit.kind == "row":
        picked = _rows(units, anchor)
    else:
        picked = _whole_list(units, at)
    return tuple(units[i].unit for i in sorted(_completed(units, picked)))


def _sentences(units: Sequence[Scored], anchor: Scored) -> set[int]:
    least = (anchor.score or 0.0) - MARGIN
    good = [
        i
        for i, one in enumerate(units)
        if one.unit.kind == "sentence" and one.score is not None and one.score >= least
    ]
    good.sort(key=lambda i: -(units[i].score or 0.0))
    return set(good[:SENTENCES])


def _rows(units: Sequence[Scored], anchor: Scored) -> set[int]:
    least = (anchor.score or 0.0) - MARGIN
    rows = [
        i for i, one in enumerate(units) if one.unit.header == anchor.unit.header and one.unit.kind == "row"
    ]
    scored = [(score, i) for i in rows if (score := units[i].score) is not None and score >= least]
    good = [i for _, i in sorted(scored, key=lambda pair: -pair[0])]
    return set(good[:ROWS])


def _whole_list(units: Sequence[Scored], at: int) -> set[int]:
    """The run of steps, items and code around a position; what a lead-in there introduces."""
    start = at + 1 if units[at].unit.is_lead_in and units[at].unit.kind == "sentence" else at
    if start >= len(units):
        return {at}
    if units[start].unit.kind == "sentence":
        return {at, start}
    first = start
    while first > 0 and units[first - 1].unit.kind in {"step", "item", "code"}:
        first -= 1
    last = start
    while last + 1 < len(units) and units[last + 1].unit.kind in {"step", "item", "code"}:
        last += 1
    return {at, *range(first, min(last + 1, first + LIST_ITEMS))}


def _completed(units: Sequence[Scored], picked: set[int]) -> set[int]:
    """With the lead-in of what is picked, what a picked lead-in introduces, and what a sentence leans on."""
    complete = set(picked)
    for i in sorted(picked):
        before = _start_of_table(units, i) - 1
        leans = units[i].unit.kind == "sentence" and bool(_LEANS_BACK.match(units[i].unit.text))
        if before >= 0 and units[before].unit.kind == "sentence" and (units[before].unit.is_lead_in or leans):
            complete.add(before)
        if units[i].unit.is_lead_in and i + 1 < len(units):
            complete |= _whole_list(units, i)
    return complete


def _start_of_table(units: Sequence[Scored], at: int) -> int:
    """Position of the first row of the row's table; of anything else, its own."""
    while at > 0 and units[at].unit.header and units[at - 1].unit.header == units[at].unit.header:
        at -= 1
    return at


def _repeats(unit: Unit, quotes: Sequence[Quote]) -> bool:
    said = frozenset(stem for one in quotes for other in one.units for stem in stems(other.text))
    own = stems(unit.text)
    return not own or len(own & said) / len(own) >= REPEATS
