"""The inputs of an account's health, each from a few plain figures. Pure; what is not known stays unknown.

Every function returns a `Measure` of 0 to 100 with its reason. Figures that are too old count as not known:
use after 60 days, opinions after 180, payments after 90, the rest looks at the last 90.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean, median
from typing import TYPE_CHECKING

from store.insights.health import Measure
from store.insights.rhythm import SILENT_FROM, Rhythm

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from store.tables.goals import GoalStanding

USE_FRESH, VOICE_FRESH, PAYMENT_FRESH, WINDOW = 60, 180, 90, 90  # days
RAMP = 30  # days of a new customer in which unused seats say nothing yet
NO_FIGURES = "no figures of the last 60 days"
HALVED = 0.5  # use at half of the usual and below is worth nothing
ENOUGH_QUESTIONS, ENOUGH_ASKED = 3, 2
GROUP = ("admin", "champion", "buyer", "sponsor")  # the people on whom a renewal rests
PAYMENTS = {"ok": 100.0, "late": 50.0, "failed": 0.0}


@dataclass(frozen=True)
class Observation:
    """A number on a day."""

    on: date
    value: float


def use(
    seats: int | None,
    seats_used: Observation | None,
    activity: Sequence[Observation],
    today: date,
    *,
    began: date | None = None,
) -> Measure:
    """Seats in use of seats bought, and activity against the account's own earlier level.

    Args:
        seats: bought.
        seats_used: the newest figure.
        activity: figures of one kind, such as logins_30d, oldest first.
        today: the day.
        began: when a customer who is still being onboarded began; seats count from a month after it.
    """
    parts, why = [], []
    is_new = began is not None and _days(began, today) < RAMP
    if seats and seats_used and not is_new and _days(seats_used.on, today) <= USE_FRESH:
        parts.append(min(100.0, 100 * seats_used.value / seats))
        why.append(f"{seats_used.value:g} of {seats} seats are used")
    change = level(activity, today)
    if change is not None:
        parts.append(_between(change, HALVED, 1.0))
        why.append(f"activity is at {change:.0%} of its usual level")
    unknown = f"in the first {RAMP} days people are still being invited" if is_new else NO_FIGURES
    return _mean("use", parts, why, unknown)


def level(activity: Sequence[Observation], today: date) -> float | None:
    """The newest figure as a share of the median of the earlier ones; None if too old, or none earlier."""
    known = sorted((one for one in activity if one.on <= today), key=lambda one: one.on)
    if len(known) < 2 or _days(known[-1].on, today) > USE_FRESH:
        return None
    usual = median(one.value for one in known[:-1])
    return known[-1].value / usual if usual > 0 else None


def conversation(asked: int, unresolved: int, heard: Rhythm) -> Measure:
    """Questions of the last 90 days that found no answer or a thumb down, and silence against their own habit."""
    parts, why = [], []
    if asked >= ENOUGH_QUESTIONS:
        parts.append(100 * (1 - unresolved / asked))
        why.append(f"{unresolved} of {asked} questions unresolved")
    if heard.ratio is not None and heard.gap is not None:
        parts.append(100 - _between(heard.ratio, 1.0, SILENT_FROM + 1))
        why.append(f"quiet for {heard.quiet_days} days, usually {heard.gap:g}")
    return _mean("conversation", parts, why, "too few questions and messages")


def goals(standing: Iterable[GoalStanding], today: date) -> Measure:
    """How far each goal is against how far its time has run; one without a date by its way alone."""
    parts, why = [], []
    for goal in standing:
        value = 100.0 if goal.is_met else _goal(goal, today)
        if value is not None:
            parts.append(value)
            share = "met" if goal.is_met else f"{goal.progress:.0%} of the way"
            why.append(f"{goal.title}: {share}")
    return _mean("goals", parts, why, "no goal with figures")


def _goal(goal: GoalStanding, today: date) -> float | None:
    if goal.progress is None:
        return None
    if goal.due_on is None or goal.due_on <= goal.since:
        return 100 * max(0.0, min(1.0, goal.progress))
    expected = _days(goal.since, today) / _days(goal.since, goal.due_on)
    return 100.0 if expected <= 0.05 else 100 * max(0.0, min(1.0, goal.progress / min(1.0, expected)))


def voice(nps: Sequence[float], csat: Sequence[float]) -> Measure:
    """The newest score of each person: recommendation 0 to 10, satisfaction 1 to 5."""
    parts, why = [], []
    if nps:
        parts.append(10 * fmean(nps))
        why.append(f"recommendation {fmean(nps):.1f} of 10 (n={len(nps)})")
    if csat:
        parts.append(100 * (fmean(csat) - 1) / 4)
        why.append(f"satisfaction {fmean(csat):.1f} of 5 (n={len(csat)})")
    return _mean("voice", parts, why, "nobody has been asked, or nobody answered, for half a year")


def engagement(personas: Iterable[str], heard_from: Iterable[str], asked: int, answered: int) -> Measure:
    """Of the people on whom a renewal rests, with how many we are in touch; and how often they answer us.

    Args:
        personas: of the account's contacts.
        heard_from: of those who wrote or answered in the last 90 days.
        asked: questions that were put to them in that time and are settled.
        answered: how many of these were answered.
    """
    parts, why = [], []
    group = sorted(set(personas) & set(GROUP))
    if group:
        touched = set(group) & set(heard_from)
        parts.append(100 * len(touched) / len(group))
        missing = ", ".join(one for one in group if one not in touched)
        why.append(
            f"in touch with {len(touched)} of {len(group)} key roles" + (f", not {missing}" * bool(missing))
        )
    if asked >= ENOUGH_ASKED:
        parts.append(100 * answered / asked)
        why.append(f"{answered} of {asked} questions of ours answered")
    return _mean("engagement", parts, why, "no key people are known")


def support(due: int, kept: int) -> Measure:
    """Requests for a person that came due in the last 90 days, and how many were settled in time."""
    parts = [100 * kept / due] if due else []
    return _mean("support", parts, [f"{kept} of {due} requests for a person settled in time"], "no requests")


def commercial(payment: str | None, observed_on: date | None, today: date) -> Measure:
    """The newest payment: ok, late or failed."""
    fresh = observed_on is not None and _days(observed_on, today) <= PAYMENT_FRESH
    value = PAYMENTS.get((payment or "").strip().lower()) if fresh else None
    parts = [] if value is None else [value]
    return _mean("commercial", parts, [f"the last payment was {payment}"], "no payment is known")


def _mean(name: str, parts: Sequence[float], why: Sequence[str], unknown: str) -> Measure:
    if not parts:
        return Measure(name, None, f"not known: {unknown}")
    return Measure(name, round(fmean(parts), 1), "; ".join(why))


def _between(value: float, low: float, high: float) -> float:
    """0 at `low` and below, 100 at `high` and above."""
    return 100 * max(0.0, min(1.0, (value - low) / (high - low)))


def _days(since: date, until: date) -> int:
    return (until - since).days
