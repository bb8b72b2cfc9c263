"""What is expected of a renewal: by the figures, by a person, and from when on "open" is no answer. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.tables import Forecast

COMMIT, LIKELY, OPEN = "commit", "likely", "open"
ACTIONABLE, LOST_CAUSE = "at_risk_actionable", "at_risk_not_actionable"
CATEGORIES = {
    COMMIT: "they said yes, to somebody, in words",
    LIKELY: "nothing speaks against it",
    OPEN: "too early to say",
    ACTIONABLE: "at risk, and something can be done",
    LOST_CAUSE: "at risk, and nothing can be done any more",
}
GATE_DAYS = 90  # from here on somebody has to commit
LAST_DAYS = 30  # before, nothing is beyond help
LEAVING_FACT, SIGNED_FACT = "churn_intent", "signed"


@dataclass(frozen=True)
class Ground:
    """What the figures' own forecast rests on."""

    band: str  # green | yellow | red | unknown
    days: int  # to the end of the term
    leaving: bool = False  # they said that they think of it
    signed: bool = False
    contradiction: bool = False  # a signal is open


def expected(ground: Ground) -> tuple[str, str]:
    """The category that the figures give, and why."""
    if ground.signed:
        return COMMIT, "they have signed"
    if ground.leaving:
        return ACTIONABLE, "they said that they think of leaving"
    if ground.band == "red":
        return ACTIONABLE, "health is red"
    if ground.contradiction:
        return ACTIONABLE, "what they say and what they ask contradict each other"
    if ground.band == "green":
        return LIKELY, "health is green"
    return OPEN, f"health is {ground.band if ground.band != 'unknown' else 'not known'}"


def check_call(category: str, days: int, swing_minor: int, worth_minor: int | None) -> None:
    """Refuse a forecast that says nothing, or nothing yet.

    Args:
        category: as the person says.
        days: to the end of the term.
        swing_minor: how much of the term's revenue may still change.
        worth_minor: the term's revenue; None if it is not known.

    Raises:
        StoreError: with the remedy.
    """
    if category not in CATEGORIES:
        raise StoreError(f"“{category}” is no forecast. There are: {', '.join(CATEGORIES)}.")
    if category == OPEN and days <= GATE_DAYS:
        raise StoreError(
            f"With {max(days, 0)} days left “open” is no answer any more. Say commit, likely or at_risk_actionable, and why."
        )
    if category == LOST_CAUSE and days > LAST_DAYS:
        raise StoreError(
            f"With {days} days left there is still something to do: say at_risk_actionable, and what would help. "
            f"From {LAST_DAYS} days before the end on it can be beyond help."
        )
    if swing_minor < 0 or (worth_minor is not None and swing_minor > worth_minor):
        raise StoreError(
            "What may still change is more than the contract is worth. Give the part of it that may."
        )


def needs_call(days: int, calls: Sequence[Forecast]) -> bool:
    """Whether somebody has to commit: within the gate, and the newest call still says open, or there is none."""
    return days <= GATE_DAYS and (not calls or calls[0].category == OPEN)
