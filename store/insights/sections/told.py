"""What was asked and not found, and whether those who asked were told: gaps of the knowledge base, and feedback's loop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlmodel import Session, col, select

from store.insights.gaps import top_gaps
from store.insights.section_values import Section
from store.insights.values import Figure, Rate
from store.tables.gaps import GapQuestion, KnowledgeGap
from store.tables.loops import FeedbackLoop, LoopItem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from store.insights.frame import Frame
    from store.insights.gaps import Gap

TOLD_WITHIN = timedelta(days=30)  # of being there, after which a loop does not count as closed


@dataclass(frozen=True)
class _Shipped:
    """A piece of feedback about something that is there since the period."""

    feedback_id: str
    shipped_at: datetime
    told_at: datetime | None


@dataclass(frozen=True)
class ToldBack:
    """The rows of the section."""

    gaps: tuple[Gap, ...]  # open, those that touch most first
    filled: tuple[str, ...]  # questions of gaps that were answered in the period
    told: tuple[str, ...]  # questions whose askers were told in it
    shipped: tuple[_Shipped, ...]


def read_told(session: Session, frame: Frame) -> ToldBack:
    """The gaps as they stand, and what was answered, shipped and told in the period."""
    return ToldBack(
        gaps=top_gaps(session, frame.workspace_id, frame.scope, limit=None, now=frame.now),
        filled=_questions(session, frame, col(KnowledgeGap.published_at)),
        told=_questions(session, frame, col(GapQuestion.told_at)),
        shipped=tuple(_shipped(session, frame)),
    )


def told_section(rows: ToldBack) -> Section:
    """How much is open, and how many of those who asked have been told; the gaps themselves stand with the questions."""
    asked = tuple(id_ for gap in rows.gaps for id_ in gap.figure.evidence)
    actioned = Figure(
        "loop.actioned", "pieces of feedback that are there now", "feedback", _ids(rows.shipped)
    )
    closed = Figure(
        "loop.closed", "of these told within 30 days", "feedback", _ids(filter(_in_time, rows.shipped))
    )
    figures = (
        Figure("gaps.open", "questions in open gaps", "question", asked),
        Figure("gaps.filled", "questions that an article answers now", "question", rows.filled),
        Figure("gaps.told", "questions whose askers were told back", "question", rows.told),
        actioned,
        closed,
    )
    return Section(
        "told",
        "Gaps and what was told back",
        figures=figures,
        rates=(Rate("loop.closed_share", "feedback loop closed", closed, actioned),),
    )


def _in_time(one: _Shipped) -> bool:
    return one.told_at is not None and one.told_at - one.shipped_at <= TOLD_WITHIN


def _ids(shipped: Iterable[_Shipped]) -> tuple[str, ...]:
    return tuple(one.feedback_id for one in shipped)


def _questions(session: Session, frame: Frame, at: Any) -> tuple[str, ...]:
    """The questions of gaps to which it happened in the period, as it was known at the moment of the digest."""
    statement = (
        select(GapQuestion.question_id, GapQuestion.account_id)
        .join(KnowledgeGap, col(KnowledgeGap.id) == col(GapQuestion.gap_id))
        .where(GapQuestion.workspace_id == frame.workspace_id, *_within(frame, at))
        .order_by(col(GapQuestion.asked_at), col(GapQuestion.id))
    )
    return tuple(id_ for id_, account_id in session.exec(statement).all() if frame.covers(account_id))


def _shipped(session: Session, frame: Frame) -> Iterator[_Shipped]:
    statement = (
        select(LoopItem, FeedbackLoop.shipped_at)
        .join(FeedbackLoop, col(FeedbackLoop.id) == col(LoopItem.loop_id))
        .where(LoopItem.workspace_id == frame.workspace_id, *_within(frame, col(FeedbackLoop.shipped_at)))
        .order_by(col(LoopItem.asked_at), col(LoopItem.id))
    )
    for item, shipped_at in session.exec(statement).all():
        if shipped_at is not None and frame.covers(item.account_id):
            told_at = item.told_at if item.told_at and item.told_at <= frame.now else None
            yield _Shipped(item.feedback_id, shipped_at, told_at)


def _within(frame: Frame, at: Any) -> tuple[Any, ...]:
    return at >= frame.period.start, at < frame.period.end, at <= frame.now
