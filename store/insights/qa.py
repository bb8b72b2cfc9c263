"""Quality assurance: a week's sample of answers, and what reviewers say of them with their agreement. Pure.

The sample is the same whoever asks for it: the week and each answer's id decide, nothing is drawn. Agreement is
Cohen's kappa over every mark that two reviewers gave to the same criterion of the same answer.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from typing import TYPE_CHECKING

from store.insights.metrics import Metric, rate
from store.tables.reviews import BOT, CRITERIA, HUMAN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from store.tables.reviews import AnswerReview, SampledAnswer

SIZE = 10  # answers a week, half of them people's where there are that many
ENOUGH = 10  # pairs of marks from which agreement is a number
NOT_ASKED = "n/a"  # a mark that says that a criterion does not apply


@dataclass(frozen=True)
class Candidate:
    """An answer that may be sampled."""

    message_id: str  # the question of a bot's answer; a person's own words
    kind: str  # bot | human
    answer_id: str | None = None
    account_id: str | None = None


@dataclass(frozen=True)
class Agreement:
    """How far reviewers agree: Cohen's kappa, None under ten pairs or where it cannot be told."""

    kappa: float | None
    n: int  # pairs of marks


@dataclass(frozen=True)
class CriterionResult:
    """What was said of one criterion: the share of `yes` among the marks that apply, and its rows."""

    criterion: str
    yes: Metric
    evidence: tuple[str, ...]  # ids of reviews


@dataclass(frozen=True)
class QaResults:
    """A week's quality assurance."""

    week: date
    sampled: int
    reviewed: int  # answers with a review
    twice: int  # answers with two or more
    criteria: tuple[CriterionResult, ...]
    agreement: Agreement


def week_of(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


def last_week(today: date) -> date:
    """The Monday of the last week that is over."""
    return week_of(today) - timedelta(days=7)


def choose(candidates: Iterable[Candidate], week: date, size: int = SIZE) -> list[Candidate]:
    """The week's sample: half bot and half human, filled up with the other where one has too few."""
    order = sorted(candidates, key=lambda one: _lot(week, one.message_id))
    bots = [one for one in order if one.kind == BOT]
    humans = [one for one in order if one.kind == HUMAN]
    half = size // 2
    from_humans = humans[: max(half, size - len(bots))]
    chosen = bots[: size - len(from_humans)] + from_humans
    return sorted(chosen, key=lambda one: _lot(week, one.message_id))


def _lot(week: date, message_id: str) -> str:
    return hashlib.sha256(f"{week.isoformat()}:{message_id}".encode()).hexdigest()


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa of two raters: (observed - expected) / (1 - expected) agreement.

    None where nothing was rated, or where both always said the same one thing, so that chance explains it all.
    Source: Cohen (1960), A coefficient of agreement for nominal scales.
    """
    if not pairs:
        return None
    n = len(pairs)
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    observed = sum(one == other for one, other in pairs) / n
    expected = sum(first[mark] * second[mark] for mark in first) / n**2
    return None if expected >= 1 else (observed - expected) / (1 - expected)


def agreement(reviews: Iterable[AnswerReview]) -> Agreement:
    """Over all marks that two reviewers gave to the same criterion of the same answer."""
    by_answer: dict[str, list[AnswerReview]] = defaultdict(list)
    for review in reviews:
        by_answer[review.sampled_id].append(review)
    pairs = [
        (one.marks[criterion], other.marks[criterion])
        for same in by_answer.values()
        for one, other in combinations(sorted(same, key=lambda review: review.slack_user_id), 2)
        for criterion in CRITERIA
        if criterion in one.marks and criterion in other.marks
    ]
    return Agreement(kappa(pairs) if len(pairs) >= ENOUGH else None, len(pairs))


def results(week: date, sampled: Sequence[SampledAnswer], reviews: Sequence[AnswerReview]) -> QaResults:
    """What a week's reviews say; reviews of other answers are left out."""
    ids = {one.id for one in sampled}
    own = [one for one in reviews if one.sampled_id in ids]
    each = Counter(one.sampled_id for one in own)
    return QaResults(
        week=week,
        sampled=len(sampled),
        reviewed=len(each),
        twice=sum(count > 1 for count in each.values()),
        criteria=of_criteria(own),
        agreement=agreement(own),
    )


def of_criteria(reviews: Sequence[AnswerReview]) -> tuple[CriterionResult, ...]:
    """What these reviews say of each criterion of the rubric, in its order."""
    return tuple(_of(criterion, reviews) for criterion in CRITERIA)


def _of(criterion: str, reviews: Sequence[AnswerReview]) -> CriterionResult:
    marked = [one for one in reviews if one.marks.get(criterion, NOT_ASKED) != NOT_ASKED]
    yes = sum(one.marks[criterion] == "yes" for one in marked)
    return CriterionResult(criterion, rate(yes, len(marked)), tuple(one.id for one in marked))
