"""Whether a run is on track, behind or stuck, with the reason in words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from playbooks.workdays import Calendar

if TYPE_CHECKING:
    from datetime import datetime

    from playbooks.state import Run
    from playbooks.terms import Delay
    from playbooks.types import Playbook

State = Literal["reached", "on track", "behind", "stuck", "paused", "over"]
STUCK_AT = 1.5  # times the time that the goal was given
SILENT_STEPS = 2  # in a row that nobody answered


@dataclass(frozen=True)
class Pace:
    """How a run is doing, and why one may say so."""

    state: State
    why: str


def pace(playbook: Playbook, run: Run, now: datetime, zone: str = "UTC") -> Pace:
    """How a run is doing at a moment.

    Stuck where two questions in a row found no answer, or half as much time again as the goal was given has
    passed; behind where its time has; else on track.
    """
    if run.state in {"finished", "stopped"}:
        return Pace("over", "it has ended")
    if run.state == "paused":
        return Pace("paused", "nothing is sent until it is resumed")
    silent = _silent(run)
    if silent >= SILENT_STEPS:
        return Pace("stuck", f"the last {silent} questions were not answered")
    return _against_goal(playbook, run, now, Calendar(zone)) or Pace(
        "on track", "everything happened in its time"
    )


def _silent(run: Run) -> int:
    """How many of the questions to the customer that were settled last, one after the other, nobody answered."""
    asked = [one for one in run.steps.values() if one.contact_id and one.sent_at]
    settled = [one for one in asked if one.state in {"answered", "expired"}]
    settled.sort(key=lambda one: (one.sent_at, one.key))
    count = 0
    for one in reversed(settled):
        if one.state == "answered":
            break
        count += 1
    return count


def _against_goal(playbook: Playbook, run: Run, now: datetime, calendar: Calendar) -> Pace | None:
    """Its goal's time, as far as it has one that can be told."""
    goal = playbook.goal
    if goal is None or goal.condition is None:
        return None
    if run.goal_met_at is not None:
        return Pace("reached", f"“{goal.title}” was reached on {calendar.date_of(run.goal_met_at):%-d %b %Y}")
    due = _after(run.started_at, goal.within.of(run.segment), calendar)
    day = f"{calendar.date_of(due):%-d %b %Y}"
    if now <= due:
        return Pace("on track", f"“{goal.title}” has time until {day}")
    late = run.started_at + (due - run.started_at) * STUCK_AT
    state: State = "stuck" if now > late else "behind"
    return Pace(state, f"“{goal.title}” should have been reached by {day}")


def _after(start: datetime, delay: Delay, calendar: Calendar) -> datetime:
    if delay.unit == "bd":
        return calendar.after(start, delay.amount)
    if delay.unit == "bh":
        return calendar.after_hours(start, delay.amount)
    return start + (timedelta(days=delay.amount) if delay.unit == "d" else timedelta(hours=delay.amount))
