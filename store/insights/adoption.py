"""How onboarding and playbooks go, and whether people were told what became of their words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from store.insights import metrics

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from store.insights.metrics import Metric

ENGAGED_WITHIN, VALUE_WITHIN, ONBOARDED_WITHIN = 14, 30, 45  # days; GitLab's targets
TOLD_WITHIN = timedelta(days=30)


@dataclass(frozen=True)
class Onboarding:
    """An account's beginning. Value may come before the contract, in a trial: the sign is kept."""

    account_id: str
    started_on: date  # of the contract
    first_meeting_on: date | None = None
    first_value_on: date | None = None
    closed_on: date | None = None
    milestones_required: int = 0
    milestones_done: int = 0


@dataclass(frozen=True)
class PlayStep:
    """A step of a playbook that came due."""

    due_on: date
    done_on: date | None = None


@dataclass(frozen=True)
class PlayRun:
    """A run that has ended, or an account that had none."""

    account_id: str
    was_run: bool
    reached_goal: bool


@dataclass(frozen=True)
class Actioned:
    """A piece of feedback on which something was done, and when the person was told."""

    feedback_id: str
    actioned_on: date
    told_on: date | None = None


def time_to_engage(accounts: Iterable[Onboarding]) -> Metric:
    """Median days from the start to the first meeting (TTE), of those who have met."""
    return metrics.middle([_days(one.started_on, on) for one in accounts if (on := one.first_meeting_on)])


def time_to_first_value(accounts: Iterable[Onboarding]) -> Metric:
    """Median days from the contract to the first value (TTFV); negative where the trial had it."""
    return metrics.middle([_days(one.started_on, on) for one in accounts if (on := one.first_value_on)])


def time_to_onboard(accounts: Iterable[Onboarding]) -> Metric:
    """Median days from the start to the end of onboarding (TTO), of those who have ended."""
    return metrics.middle([_days(one.started_on, on) for one in accounts if (on := one.closed_on)])


def milestones_done(accounts: Iterable[Onboarding]) -> Metric:
    """Required milestones done / required, over all accounts."""
    known = list(accounts)
    done = sum(min(one.milestones_done, one.milestones_required) for one in known)
    return metrics.rate(done, sum(one.milestones_required for one in known))


def onboarded_in_time(accounts: Iterable[Onboarding], today: date, days: int = ONBOARDED_WITHIN) -> Metric:
    """Accounts that ended within so many days / accounts of the cohort; those with time left are not counted."""
    ready = (one for one in accounts if one.closed_on or _days(one.started_on, today) > days)
    return metrics.rate_of(
        one.closed_on is not None and _days(one.started_on, one.closed_on) <= days for one in ready
    )


def play_adherence(steps: Iterable[PlayStep], today: date) -> Metric:
    """Steps done on time / steps that came due; one whose day is today still has time."""
    due = (one for one in steps if one.due_on < today or one.done_on)
    return metrics.rate_of(one.done_on is not None and one.done_on <= one.due_on for one in due)


def goal_hit(runs: Iterable[PlayRun]) -> Metric:
    """Runs that reached their goal in its window / runs that have ended."""
    return metrics.rate_of(one.reached_goal for one in runs if one.was_run)


def play_effect(runs: Iterable[PlayRun]) -> tuple[Metric, Metric]:
    """The outcome's rate with the playbook, and without: compare outcomes, not tasks."""
    known = list(runs)
    return goal_hit(known), metrics.rate_of(one.reached_goal for one in known if not one.was_run)


def told_back(items: Iterable[Actioned], today: date) -> Metric:
    """Feedback whose person was told within 30 days / feedback acted on; those with time left are not counted."""
    ready = (one for one in items if one.told_on or one.actioned_on + TOLD_WITHIN < today)
    return metrics.rate_of(
        one.told_on is not None and one.told_on - one.actioned_on <= TOLD_WITHIN for one in ready
    )


def _days(since: date, until: date) -> int:
    return (until - since).days
