"""How questions ended, and whether they stayed ended. Confirmed and assumed resolution are never one figure. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from store.insights import metrics

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from store.insights.metrics import Metric

REOPENED_WITHIN, REPEATED_WITHIN = timedelta(hours=72), timedelta(days=7)
ANSWERED, ABSTAINED = frozenset({"answered", "partial"}), frozenset({"refused"})


class Handled(NamedTuple):
    """A question put to the bot, and what became of it; a tuple, since there are many."""

    id: str
    asked_by: str
    topic: str  # the same for questions that ask the same
    at: datetime
    status: str | None  # answered | partial | clarify | refused | error; None: it waits
    citations: int = 0
    had_person: bool = False  # somebody of ours took part, or was asked for
    rating: int | None = None  # +1, -1
    confirmed_at: datetime | None = None  # they pressed "solved", or thanked
    reopened_at: datetime | None = None

    @property
    def is_answered(self) -> bool:
        """Answered from at least one passage."""
        return self.status in ANSWERED and self.citations > 0


def answer_rate(questions: Iterable[Handled]) -> Metric:
    """Answered with at least one citation / questions that have ended."""
    return metrics.rate_of(one.is_answered for one in questions if one.status)


def abstain_rate(questions: Iterable[Handled]) -> Metric:
    """Abstained ("I could not find this") / questions that have ended."""
    return metrics.rate_of(one.status in ABSTAINED for one in questions if one.status)


def confirmed_resolution(questions: Iterable[Handled], now: datetime) -> Metric:
    """Said to be solved, and not reopened within 72 hours / questions older than that."""
    settled = (one for one in questions if one.at + REOPENED_WITHIN <= now)
    return metrics.rate_of(_is_confirmed(one, now) for one in settled)


def assumed_resolution(questions: Sequence[Handled], now: datetime) -> Metric:
    """Answered, no person, and not asked again on the topic within 7 days / questions older than that."""
    again = _repeated(questions)
    settled = (one for one in questions if one.at + REPEATED_WITHIN <= now)
    return metrics.rate_of(one.is_answered and not one.had_person and one.id not in again for one in settled)


def deflection(questions: Sequence[Handled], now: datetime) -> Metric:
    """The strict one: no person, no follow-up within 7 days, no thumb down / all that the bot handled.

    Of questions older than 7 days; what the bot did not answer, it did not deflect.
    """
    again = _repeated(questions)
    settled = (one for one in questions if one.status and one.at + REPEATED_WITHIN <= now)
    return metrics.rate_of(
        one.status in ANSWERED and not one.had_person and one.id not in again and one.rating != -1
        for one in settled
    )


def automation_rate(conversations: int, involved: int, resolved: int) -> Metric:
    """Involvement x resolution = (involved / conversations) x (resolved / involved), 0 to 1.

    Args:
        conversations: all of them.
        involved: of these, in which the bot took part.
        resolved: of these, resolved without a person.

    Raises:
        ValueError: one is no part of the other.
    """
    metrics.share(resolved, involved)
    metrics.share(involved, conversations)
    return metrics.rate(resolved, conversations)


def _is_confirmed(one: Handled, now: datetime) -> bool:
    if one.confirmed_at is None or one.confirmed_at > now:
        return False
    return one.reopened_at is None or one.reopened_at > one.confirmed_at + REOPENED_WITHIN


def _repeated(questions: Iterable[Handled]) -> set[str]:
    """Ids of questions that the same person asked again within 7 days."""
    again: set[str] = set()
    last: dict[tuple[str, str], Handled] = {}
    for one in sorted(questions, key=lambda one: (one.at, one.id)):
        before = last.get((one.asked_by, one.topic))
        if before is not None and one.at - before.at <= REPEATED_WITHIN:
            again.add(before.id)
        last[one.asked_by, one.topic] = one
    return again
