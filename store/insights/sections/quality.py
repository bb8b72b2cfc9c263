"""Quality assurance: what reviewers said in the period of sampled answers, the bot's and people's, and how far they agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.insights import qa
from store.insights.section_values import Action, Line, Measured, Section
from store.insights.values import Figure
from store.tables import reviews

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlmodel import Session

    from store.insights.frame import Frame
    from store.tables.reviews import AnswerReview

NOBODY = "Nobody reviewed a sampled answer in this period."


@dataclass(frozen=True)
class Reviewed:
    """Reviews of the period, and of the one before."""

    now: Sequence[AnswerReview]
    before: Sequence[AnswerReview] = ()


def read_reviewed(session: Session, frame: Frame) -> Reviewed:
    """What was said in the period of answers to the scope's accounts."""
    now, before = (
        [
            one
            for one, account_id in reviews.given(session, frame.workspace_id, period.start, period.end)
            if frame.covers(account_id) and one.created_at <= frame.now
        ]
        for period in (frame.period, frame.period.before)
    )
    return Reviewed(now, before)


def quality_section(rows: Reviewed) -> Section:
    """The share of `yes` for each criterion of the rubric, and reviewers' agreement where two read the same answer."""
    return Section(
        "quality",
        "Quality of answers",
        figures=(Figure("quality.reviews", "reviews", "review", _ids(rows.now), before=len(rows.before)),),
        measures=tuple(_measures(rows)),
        lines=tuple(_agreement(rows.now)),
        missing=() if rows.now else (NOBODY,),
    )


def _measures(rows: Reviewed) -> Iterator[Measured]:
    before = {one.criterion: one.yes for one in qa.of_criteria(rows.before)}
    for one in qa.of_criteria(rows.now):
        if one.yes.n:
            key, label = f"quality.{one.criterion}", f"{one.criterion}, of reviews that could say"
            figure = Figure(key, label, "review", one.evidence)
            was = before[one.criterion] if before[one.criterion].n else None
            yield Measured(key, label, "share", one.yes, figure, before=was)


def _agreement(given: Sequence[AnswerReview]) -> Iterator[Line]:
    found = qa.agreement(given)
    if found.kappa is not None:
        yield Line(
            text=f"reviewers agree with Cohen's κ {found.kappa:.2f}",
            figure=Figure("quality.agreement", "reviews that are compared", "review", _ids(given)),
            action=Action("Open the sample", "/cs qa sample"),
            because=f"{found.n} pairs of marks on the same answers",
        )


def _ids(given: Sequence[AnswerReview]) -> tuple[str, ...]:
    return tuple(one.id for one in given)
