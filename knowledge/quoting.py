"""Choosing what to quote: the few units of the best passages that answer, in reading order. Pure functions."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from knowledge.asked_for import asked_for, gives, identifiers, wants_a_fact
from knowledge.units import units_of
from knowledge.words import stems

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from knowledge.types import Evidence
    from knowledge.units import Unit

    Score = Callable[[Sequence[str]], Sequence[float]]
    _Passage = tuple[Evidence, list["Scored"]]

PASSAGES = 3  # that an answer may quote
UNITS_READ = 14  # of one answer: those that have most of the question's words, earlier ones first
ROWS = 4  # of one table
LIST_ITEMS = 12  # a longer list is cut behind these
MARGIN = 3.0  # logits below the best item or row: still part of the answer
BEFORE_MARGIN = 0.5  # the same for a sentence before the best one, since an answer begins with it
SHORT_PASSAGE = 3  # units of a passage that is nothing but a few sentences
REPEATS = 0.6  # share of a unit's words that are said already

_LEANS_BACK = re.compile(
    r"^(?:this|that|these|those|it|they|he|she|such|however|but|also|therefore|thus|otherwise|instead|then|so|and|"
    r"or|in (?:such|this|that) (?:a )?(?:case|way)|if (?:so|not)|for (?:example|instance)|e\.?g|after (?:that|this)|"
    r"after you(?:'ve| have) (?:completed|done) (?:this|that|these)|once (?:done|this)|alternatively|all the|"
    r"as an alternative|the (?:same|latter|former|following|above|below)|your (?:primary|selected)|both|our)\b",
    re.IGNORECASE,
)
_HOW_TO = re.compile(
    r"\bhow (?:do|can|could|should|would|to)\b|\bway to\b|\bwhere (?:do|can) (?:i|we)\b", re.IGNORECASE
)
_POINTS_ELSEWHERE = re.compile(
    r"^\W*(?:(?:for|to)\b[^,.]{0,60},?\s)?(?:please\s)?(?:see|read|refer to|check(?: out)?|have a look at|look at|visit|"
    r"click here|learn more|find out more|more (?:about|on|details|information)|details(?: are)? in|here(?:'s| is) (?:how|a))\b"
    r"[^.:]{0,120}[.!]?\W*$",
    re.IGNORECASE,
)
_ONLY_BOLD = re.compile(r"^(?:\*\*[^*]+\*\*|__[^_]+__)[\s:.]*$")
_WANTED = 2.5  # logits for naming the kind of thing that is asked for, and off for not naming it
_OWN_PASSAGES = 2  # of the best document, beside those, that may hold the better answer
_BETTER = 1.0  # logits by which another passage of the best document must be better to be quoted first
_SHORTEST = 4  # words of a sentence that may stand alone
_COVERS = (
    2.0  # logits for a unit that has all the question's words, the rare ones among what is read counting more
)
_LATER_PASSAGE, _LATER_UNIT = 0.15, 0.01  # share of the question's words that an earlier place is worth
_NAMED = 3.0  # logits off for not naming what the question names by an identifier, where another unit does


@dataclass(frozen=True)
class Extent:
    """How much of what is near the best unit belongs to an answer.

    Attributes:
        sentences: of one passage.
        margin: logits below the best one: still part of the answer.
        short_margin: the same in a passage of a few sentences: only what is about something else stays out.
        other_margin: logits below the best one: another passage's best unit is still part of the answer.
        other_least: and its least logit.
    """

    sentences: int
    margin: float
    short_margin: float
    other_margin: float
    other_least: float


FACT = Extent(sentences=3, margin=4.0, short_margin=4.0, other_margin=2.0, other_least=2.0)
ACCOUNT = Extent(sentences=5, margin=8.0, short_margin=8.0, other_margin=2.0, other_least=2.0)


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
    how_to = bool(_HOW_TO.search(question))
    extent = FACT if wants_a_fact(question) else ACCOUNT
    read = _to_read(steps_first(evidence) if how_to else evidence)
    passages = _with_scores([(one, _scored(units_of(one.text))) for one in read], score, question)
    if not how_to:
        passages = _best_of_document_first(passages)
    passages = passages[:PASSAGES]
    best = [_best(units) for _, units in passages]
    if not best or best[0] is None:
        return None
    top = best[0].score or 0.0
    quotes = [Quote(passages[0][0], _chosen(passages[0][1], best[0], extent))]
    for (one, units), anchor in zip(passages[1:], best[1:], strict=True):
        least = max(extent.other_least, top - extent.other_margin)
        if anchor and (anchor.score or 0.0) >= least and not _repeats(anchor.unit, quotes):
            quotes.append(Quote(one, _chosen(units, anchor, extent)))
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


def _to_read(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The best passages, and behind them a few more of the best document."""
    first, rest = evidence[:PASSAGES], evidence[PASSAGES:]
    own = [one for one in rest if one.document_id == first[0].document_id] if first else []
    return [*first, *own[:_OWN_PASSAGES]]


def _with_scores(passages: list[_Passage], score: Score, question: str) -> list[_Passage]:
    """The same, the units that may carry an answer scored under their heading."""
    places = _to_score(passages, question)
    units = [passages[p][1][u].unit for p, u in places]
    texts = [
        f"{' > '.join(passages[p][0].heading_path)}: {unit.readable}"
        for (p, _), unit in zip(places, units, strict=True)
    ]
    extra = _by_wording(units, question)
    for (p, u), unit, logit, more in zip(places, units, score(texts), extra, strict=True):
        passages[p][1][u] = Scored(unit, logit + more)
    return passages


def _to_score(passages: Sequence[_Passage], question: str) -> list[tuple[int, int]]:
    """Places of the units that are worth the cross-encoder's time, in reading order."""
    places = [
        (p, u)
        for p, (_, units) in enumerate(passages)
        for u, scored in enumerate(units)
        if _may_answer(scored.unit)
    ]
    under = [
        f"{''.join(passages[p][0].heading_path[-1:])} {passages[p][1][u].unit.readable}" for p, u in places
    ]
    worth = [
        share - _LATER_PASSAGE * p - _LATER_UNIT * i
        for i, ((p, _), share) in enumerate(zip(places, coverage(question, under), strict=True))
    ]
    best = sorted(range(len(places)), key=lambda i: -worth[i])[:UNITS_READ]
    return [places[i] for i in sorted(best)]


def _by_wording(units: Sequence[Unit], question: str) -> list[float]:
    """What each unit's words are worth, in logits: a cross-encoder likes any sentence on the topic."""
    covered = coverage(question, [unit.readable for unit in units])
    kind, named = asked_for(question), identifiers(question)
    names = [any(name in unit.text.lower() for name in named) for unit in units]
    return [
        _COVERS * share
        + (0.0 if kind is None else _WANTED if gives(unit.text, kind) else -_WANTED)
        - (_NAMED if any(names) and not has_name else 0.0)
        for unit, share, has_name in zip(units, covered, names, strict=True)
    ]


def coverage(question: str, texts: Sequence[str]) -> list[float]:
    """The share of the question's words that each text has, 0..1, weighted by their rarity among the texts."""
    asked, bags = stems(question), [stems(text) for text in texts]
    weights = {word: math.log(1 + len(texts) / (1 + sum(word in bag for bag in bags))) for word in set(asked)}
    total = sum(weights.values()) or 1.0
    return [sum(weight for word, weight in weights.items() if word in bag) / total for bag in bags]


def _best_of_document_first(passages: list[_Passage]) -> list[_Passage]:
    """The best document's passage whose best unit answers clearly better than the first one's, in front."""
    if not passages:
        return passages
    own = [one for one in passages if one[0].document_id == passages[0][0].document_id]
    best = max(own, key=lambda one: _best_score(one[1]))
    if _best_score(best[1]) < _best_score(own[0][1]) + _BETTER:
        return passages
    return [best, *(one for one in passages if one is not best)]


def _best_score(units: Sequence[Scored]) -> float:
    best = _best(units)
    return -math.inf if best is None or best.score is None else best.score


def _may_answer(unit: Unit) -> bool:
    """Questions, fragments, headings in bold and pointers to elsewhere do not answer; other units may be short."""
    if unit.kind != "sentence":
        return True
    if _ONLY_BOLD.match(unit.text) or _POINTS_ELSEWHERE.match(unit.text):
        return False
    return not unit.text.endswith("?") and len(unit.text.split()) >= _SHORTEST


def _best(units: Sequence[Scored]) -> Scored | None:
    scored = [one for one in units if one.score is not None]
    return max(scored, key=lambda one: one.score or 0.0) if scored else None


def _chosen(units: Sequence[Scored], anchor: Scored, extent: Extent) -> tuple[Unit, ...]:
    """The anchor with what it needs to be understood, and what else of its passage answers."""
    at = units.index(anchor)
    if anchor.unit.kind == "sentence" and not anchor.unit.is_lead_in:
        picked = _sentences(units, anchor, extent)
    elif anchor.unit.kind == "row":
        picked = _rows(units, anchor)
    elif anchor.unit.kind == "item":
        picked = _items(units, at)
    else:
        picked = _whole_list(units, at)
    return tuple(units[i].unit for i in sorted(_completed(units, picked)))


def _sentences(units: Sequence[Scored], anchor: Scored, extent: Extent) -> set[int]:
    """The best few. What stands before the best one must be nearly as good, since an answer begins with it."""
    at, top = units.index(anchor), anchor.score or 0.0
    after = top - (extent.short_margin if _is_short(units) else extent.margin)
    good = [
        (one.score, i)
        for i, one in enumerate(units)
        if one.unit.kind == "sentence"
        and one.score is not None
        and one.score >= (top - BEFORE_MARGIN if i < at else after)
    ]
    return {i for _, i in sorted(good, key=lambda pair: -pair[0])[: extent.sentences]}


def _is_short(units: Sequence[Scored]) -> bool:
    """Whether a passage is nothing but a few sentences: what one leaves out its neighbours say."""
    return len(units) <= SHORT_PASSAGE and all(one.unit.kind == "sentence" for one in units)


def _items(units: Sequence[Scored], at: int) -> set[int]:
    """Of an item's list what answers too; all of it where the items say little apart."""
    listed = sorted(_whole_list(units, at))
    least = (units[at].score or 0.0) - MARGIN
    good = {i for i in listed if (score := units[i].score) is not None and score >= least}
    return {at, *good} if len(good) <= len(listed) / 2 else set(listed)


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
        before = _start_of_block(units, i) - 1
        leans = units[i].unit.kind == "sentence" and bool(_LEANS_BACK.match(units[i].unit.text))
        if before >= 0 and units[before].unit.kind == "sentence" and (units[before].unit.is_lead_in or leans):
            complete.add(before)
        if units[i].unit.is_lead_in and i + 1 < len(units):
            complete |= _whole_list(units, i)
    return complete


def _start_of_block(units: Sequence[Scored], at: int) -> int:
    """Position of the first row of the row's table, or item of the item's list; of anything else, its own."""
    while at > 0 and _goes_on(units[at - 1].unit, units[at].unit):
        at -= 1
    return at


def _goes_on(before: Unit, after: Unit) -> bool:
    """Whether a row or list item goes on with the same table or list."""
    if after.header:
        return before.header == after.header
    return after.kind in {"item", "step"} and before.kind in {"item", "step"}


def _repeats(unit: Unit, quotes: Sequence[Quote]) -> bool:
    said = frozenset(stem for one in quotes for other in one.units for stem in stems(other.text))
    own = stems(unit.text)
    return not own or len(own & said) / len(own) >= REPEATS
