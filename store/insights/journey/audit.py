"""The red list: touchpoints below what is aimed at, what would change most first. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from store.insights.journey.values import EVERY_STAGE, Audit, Finding
from store.insights.metrics import NO_RATE_BELOW
from store.insights.values import Figure, Rate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from store.insights.journey.values import Cell, JourneyMap

Standing = Literal["red", "yellow", "green", "thin"]  # below for sure, below, as aimed at, too few to tell

# What is aimed at, as shares. Judgements, but for hand-overs: Sourcegraph's handbook aims at 95 % within the time.
RESPONSE = {"answered": 0.80, "replied": 0.50, "handled": 0.95, "done": 0.90}
CSAT, KEPT = 0.80, 0.70


def audit(journey: JourneyMap) -> Audit:
    """Check every touchpoint, and every article that was asked about, against its targets.

    A place where only ratings of articles that are red themselves are bad is not listed beside them: the articles are
    what can be mended.
    """
    checked = [one for cell in (*journey.cells, *journey.topics) for one in _measures(cell)]
    below = [_finding(*one) for one in checked if (actual := one[2].value) is not None and actual < one[3]]
    told = [one for one in below if one.actual.whole.value >= NO_RATE_BELOW]
    articles = {row for one in told if one.cell.stage == EVERY_STAGE for row in one.actual.whole.evidence}
    return Audit(
        journey.cut,
        red=tuple(sorted((one for one in told if not _is_explained(one, articles)), key=_rank)),
        thin=tuple(sorted((one for one in below if one not in told), key=_rank)),
        checked=sum(one[2].value is not None for one in checked),
    )


def _rank(one: Finding) -> tuple[float, str, str]:
    return -one.impact, one.cell.key, one.measure


def _is_explained(one: Finding, articles: set[str]) -> bool:
    """Whether the ratings of a place are good, or too few, without those of red articles."""
    if one.measure != "csat" or one.cell.stage == EVERY_STAGE:
        return False
    good, rated = (len(set(figure.evidence) - articles) for figure in (one.actual.part, one.actual.whole))
    return rated < one.actual.whole.value and (rated < NO_RATE_BELOW or good >= one.target * rated)


def standing(cell: Cell) -> Standing:
    """How a touchpoint stands by the worst of its shares that have enough data."""
    known = [(rate, target) for _, _, rate, target in _measures(cell) if rate.whole.value >= NO_RATE_BELOW]
    if not known:
        return "thin"
    below = [(rate, target) for rate, target in known if (rate.value or 0.0) < target]
    if not below:
        return "green"
    return "red" if any(rate.interval[1] < target for rate, target in below) else "yellow"


def _measures(cell: Cell) -> Iterator[tuple[Cell, str, Rate, float]]:
    """What is measured of a touchpoint, as shares that went well, and what is aimed at."""
    if cell.touchpoint.response:
        yield cell, "response", cell.response, RESPONSE[cell.touchpoint.response]
    yield cell, "csat", cell.csat, CSAT
    yield cell, "kept", _kept(cell), KEPT


def _kept(cell: Cell) -> Rate:
    """Of the accounts that dropped off or not, those that did not."""
    lost, settled = cell.drop_off.part, cell.drop_off.whole
    kept = tuple(_without(settled.evidence, lost.evidence))
    key, label = f"{cell.key}:kept", "heard from again"
    return Rate(key, label, Figure(key, label, settled.kind, kept), settled)


def _finding(cell: Cell, measure: str, actual: Rate, target: float) -> Finding:
    missed = tuple(_without(actual.whole.evidence, actual.part.evidence))[::-1]
    misses = Figure(f"{cell.key}:{measure}.missed", f"not {actual.label}", actual.whole.kind, missed)
    volume = cell.accounts if measure == "kept" else cell.volume
    impact = volume.value * (target - (actual.value or 0.0))
    return Finding(cell, measure, actual.label, actual, target, misses, impact)


def _without(rows: Iterable[str], others: Iterable[str]) -> Iterator[str]:
    gone = set(others)
    return (row for row in rows if row not in gone)
