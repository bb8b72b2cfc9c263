"""What people say when they are asked: NPS, CSAT, CES, how many answer, and whether answers helped. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Literal

from store.insights import metrics
from store.insights.metrics import UNKNOWN, Z_95, Metric

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

Survey = Literal["nps", "csat", "ces"]
SCALES: dict[str, tuple[int, int]] = {
    "nps": (0, 10),
    "csat": (1, 5),
    "ces": (1, 7),
}  # the highest is the best
PROMOTER_FROM, DETRACTOR_TO, SATISFIED_FROM, EASY_FROM = 9, 6, 4, 5


@dataclass(frozen=True)
class Response:
    """One answered survey. What was dismissed or left open is none."""

    survey: Survey
    contact_id: str
    value: float
    at: datetime


@dataclass(frozen=True)
class Invitation:
    """A question that was put to somebody."""

    is_delivered: bool
    is_answered: bool
    is_active: bool = True  # whether the person is still there


def nps(responses: Iterable[Response]) -> Metric:
    """100 x (promoters 9-10 - detractors 0-6) / answers, -100 to 100; one answer a contact, the latest.

    The interval is 1.96·100·sqrt((p + d - (p - d)²) / n) to either side.
    """
    values = latest(responses, "nps")
    if not values:
        return UNKNOWN
    n = len(values)
    promoters = sum(value >= PROMOTER_FROM for value in values)
    detractors = sum(value <= DETRACTOR_TO for value in values)
    p, d = promoters / n, detractors / n
    score, margin = 100 * (p - d), 100 * Z_95 * sqrt(max(0.0, p + d - (p - d) ** 2) / n)
    around = (max(-100.0, score - margin), min(100.0, score + margin))
    return Metric(score, n, 100 * (promoters - detractors), n, around)


def csat(responses: Iterable[Response]) -> Metric:
    """The share of 4 and 5 among answers of 1 to 5; one answer a contact, the latest."""
    return metrics.rate_of(value >= SATISFIED_FROM for value in latest(responses, "csat"))


def csat_mean(responses: Iterable[Response]) -> Metric:
    """The mean of the same answers, 1 to 5."""
    return metrics.average(latest(responses, "csat"), *SCALES["csat"])


def ces(responses: Iterable[Response]) -> Metric:
    """Customer effort: the mean of 1 to 7, where 7 is easy; one answer a contact, the latest."""
    return metrics.average(latest(responses, "ces"), *SCALES["ces"])


def ces_easy(responses: Iterable[Response]) -> Metric:
    """The share of 5 to 7 among the same answers."""
    return metrics.rate_of(value >= EASY_FROM for value in latest(responses, "ces"))


def response_rate(invitations: Iterable[Invitation]) -> Metric:
    """Answered / delivered, without people who have gone; what could not be delivered was never asked."""
    return metrics.rate_of(one.is_answered for one in invitations if one.is_delivered and one.is_active)


def helpfulness(ratings: Iterable[int]) -> Metric:
    """Thumbs up / (thumbs up + thumbs down), of +1 and -1. Misleads without `coverage`."""
    return metrics.rate_of(rating > 0 for rating in ratings if rating)


def coverage(rated: int, answers: int) -> Metric:
    """Answers that anybody rated / answers given."""
    return metrics.rate(rated, answers)


def latest(responses: Iterable[Response], survey: Survey) -> list[float]:
    """The newest answer of each contact to a survey; values off its scale are no answers."""
    low, high = SCALES[survey]
    valid = [one for one in responses if one.survey == survey and low <= one.value <= high]
    newest = {one.contact_id: one.value for one in sorted(valid, key=lambda one: one.at)}
    return list(newest.values())
