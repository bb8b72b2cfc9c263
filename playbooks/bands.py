"""How an account stands before a renewal: green, yellow, red or quiet, with the reason in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from playbooks.state import Context, Run
    from playbooks.types import Band

GREEN_FROM, RED_BELOW = 75, 50
QUIET_AFTER = timedelta(days=45)
CHURN_FACT = "churn_intent"
PLAN_FACT = "save_plan"
TROUBLES = {"incident": "an incident is open", "legal_hold": "the account is on legal hold"}


@dataclass(frozen=True)
class Standing:
    """A band and why."""

    band: Band
    why: str


def standing(run: Run, context: Context, now: datetime) -> Standing:
    """The account's band at this moment. Red beats quiet, quiet beats the rest; unknown health is yellow."""
    red = _red(run, context)
    if red:
        return Standing("red", red)
    if context.last_contact_at and now - context.last_contact_at > QUIET_AFTER:
        return Standing("quiet", f"no message from them for {(now - context.last_contact_at).days} days")
    doubt = _doubt(context)
    return Standing("yellow", doubt) if doubt else Standing("green", f"health is {context.health}")


def is_held(run: Run, context: Context, now: datetime) -> str | None:
    """Why nothing commercial may go out now, or None."""
    plan = context.facts.get(PLAN_FACT)
    if run.facts.get(PLAN_FACT) == "accepted" or (plan is not None and plan.value == "accepted"):
        return None
    found = standing(run, context, now)
    return found.why if found.band == "red" else None


def troubled(context: Context) -> str | None:
    """Why nothing at all is sent to the account now, or None: an open incident, a legal hold."""
    for kind, words in TROUBLES.items():
        fact = context.facts.get(kind)
        if fact is not None and fact.value.lower() in {"open", "yes", "true"}:
            return words
    return None


def _red(run: Run, context: Context) -> str | None:
    if think_of_leaving(run, context):
        return "they said that they think of leaving"
    if (context.sentiment or "").lower() == "red":
        return "the CSM's own judgement is red"
    if context.health is not None and context.health < RED_BELOW:
        return f"health is {context.health}"
    return None


def think_of_leaving(run: Run, context: Context) -> bool:
    """Whether they said so, and nobody noted since that it is over; what other runs noted is in the account's fact."""
    fact = context.facts.get(CHURN_FACT)
    said = fact.value if fact else run.facts.get(CHURN_FACT)
    return said is not None and said.lower() != "no"


def _doubt(context: Context) -> str | None:
    if context.health is None:
        return "health is not known"
    if context.health < GREEN_FROM:
        return f"health is {context.health}"
    if context.open_escalations:
        return f"health is {context.health}, but an urgent task is open"
    return f"health is {context.health}, but the goal is not half met" if _far_from_goal(context) else None


def goal_share(context: Context) -> float | None:
    """How much of the way from the goal's baseline to its target is done, 1 at the target; None if not known."""
    try:
        start, now, end = (
            float(context.facts[kind].value) for kind in ("goal_baseline", "goal_now", "goal_target")
        )
    except (KeyError, ValueError):
        return None
    return (now - start) / (end - start) if end != start else None


def _far_from_goal(context: Context) -> bool:
    """Whether less than half of the way to the goal is done, as far as known."""
    share = goal_share(context)
    return share is not None and share < 0.5
