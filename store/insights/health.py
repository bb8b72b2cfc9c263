"""An account's health: a weighted mean of what is known, with every measure's reason, and its band.

    health = sum(weight x value) / sum(weight), over the measures that are known

shown only where at least half of the weight is known. The weights are a judgement: what customers do weighs
most, what we feel least. A band changes only when the score has stayed beyond its border for some days, so that
an account on the border does not call somebody every morning. Pure: values in, values out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

Band = Literal["green", "yellow", "red", "unknown"]
Source = Literal["computed", "imported", "unknown"]

MODEL = "1"
WEIGHTS = {
    "use": 30,
    "conversation": 20,
    "goals": 15,
    "voice": 10,
    "engagement": 10,
    "support": 10,
    "commercial": 5,
}
KNOWN_ENOUGH = 50  # of 100: the weight that must be known for a score to be shown
GREEN_FROM, RED_BELOW, SAFE_ABOVE = 75, 50, 60
CAPS: dict[str, int] = {"red": 40, "yellow": 74}  # the CSM's word: no score above it
RED_AFTER, SAFE_AFTER, TURNS_AFTER = timedelta(days=2), timedelta(days=7), timedelta(days=2)


@dataclass(frozen=True)
class Measure:
    """One input: 0 to 100, None where it is not known, and why in words that a CSM can check."""

    name: str
    value: float | None
    why: str

    @property
    def weight(self) -> int:
        """Its share of the formula, out of 100."""
        return WEIGHTS[self.name]


@dataclass(frozen=True)
class Health:
    """A score with all that it was worked out from. `score` counts; `computed` is what the measures give."""

    score: int | None
    computed: int | None
    known_weight: int
    source: Source
    measures: tuple[Measure, ...] = ()
    capped: str | None = None


def computed(measures: Sequence[Measure]) -> tuple[int | None, int]:
    """The weighted mean of the known measures, None below half of the weight; and the weight that is known."""
    known = [one for one in measures if one.value is not None]
    weight = sum(one.weight for one in known)
    if weight < KNOWN_ENOUGH:
        return None, weight
    total = sum(one.weight * min(100.0, max(0.0, one.value or 0.0)) for one in known)
    return round(total / weight), weight


def health(
    measures: Sequence[Measure], *, imported: int | None = None, sentiment: str | None = None, said: str = ""
) -> Health:
    """The health in force.

    Args:
        measures: see `WEIGHTS` for their names.
        imported: a score that the company works out itself; it counts in the place of ours.
        sentiment: the CSM's word: `red` caps the score at 40, `yellow` at 74.
        said: by whom and why, shown with a cap.
    """
    ours, weight = computed(measures)
    score = ours if imported is None else imported
    source: Source = "unknown" if score is None else ("computed" if imported is None else "imported")
    cap = CAPS.get(sentiment or "")
    lowered = cap is not None and score is not None and score > cap
    return Health(
        score=cap if lowered else score,
        computed=ours,
        known_weight=weight,
        source=source,
        measures=tuple(measures),
        capped=f"not above {cap}: {said or f'the CSM says {sentiment}'}" if lowered else None,
    )


@dataclass(frozen=True)
class Day:
    """The score and band of a day."""

    day: date
    score: int | None
    band: Band


def band_of(history: Sequence[Day], today: date, score: int | None, word: str | None = None) -> Band:
    """The band of today.

    Red begins when the score has been below 50 for two days, and ends when it has been above 60 for seven; green
    and yellow change places after two days. The CSM's word decides at once while it counts.

    Args:
        history: earlier days, in any order; days without an entry are taken to be as the one before.
        today: the day.
        score: today's.
        word: green, yellow or red, if the CSM says so.
    """
    if word in ("green", "yellow", "red"):
        return cast("Band", word)
    if score is None:
        return "unknown"
    days = sorted((one for one in history if one.day < today), key=lambda one: one.day)
    before = days[-1].band if days else "unknown"
    scores = [*((one.day, one.score) for one in days), (today, score)]
    settled = _settled(scores, before)
    if settled is not None:
        return settled
    return before if before != "unknown" else _plain(max(score, RED_BELOW))


def _settled(scores: Sequence[tuple[date, int | None]], before: Band) -> Band | None:
    """The band that the newest days agree on for long enough; None if the one before stays."""
    score = scores[-1][1] or 0
    if before == "red":
        return _plain(score) if _lasted(scores, lambda one: one > SAFE_ABOVE) >= SAFE_AFTER else None
    if _lasted(scores, lambda one: one < RED_BELOW) >= RED_AFTER:
        return "red"
    alike = _lasted(scores, lambda one: one >= RED_BELOW and _plain(one) == _plain(score))
    return _plain(score) if alike >= TURNS_AFTER else None


def _plain(score: int) -> Band:
    return "green" if score >= GREEN_FROM else "yellow"


def _lasted(scores: Sequence[tuple[date, int | None]], test: Callable[[int], bool]) -> timedelta:
    """How long the newest days have all been so, the first of them included."""
    first = None
    for day, score in reversed(scores):
        if score is None or not test(score):
            break
        first = day
    return scores[-1][0] - first + timedelta(days=1) if first is not None else timedelta(0)
