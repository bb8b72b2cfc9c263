"""Puts questions that found no good answer into gaps of the knowledge base: each in one, alike ones in the same.

A question falls into a gap if it was refused, if its answer was rated as not helpful, or if a person had to answer it
after all. It joins the gap whose questions it is most like, else it opens one; what is in a gap stays there, so that
the same gap is not opened twice, and one that was filled and is asked again opens anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlmodel import Session, and_, col, or_, select

from store import people
from store.insights.grouping import words_of
from store.insights.nearness import RunningMeans
from store.staffing import ladder
from store.tables import gaps
from store.tables.accounts import Account
from store.tables.answers import Answer, Citation
from store.tables.conversations import Message
from store.tables.documents import Document
from store.tables.feedback import Feedback
from store.tables.gaps import GapQuestion, KnowledgeGap
from store.tables.tasks import Task
from store.tables.workspaces import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from numpy.typing import NDArray

# The mean cosine to the questions of a gap; `guidepost eval gaps` prints what it brings (docs/insight.md).
LIKE = 0.70
LOOKED_BACK = timedelta(days=90)


@dataclass(frozen=True)
class _Found:
    """A question that found no good answer."""

    message: Message
    answer: Answer
    why: str

    @cached_property
    def words(self) -> frozenset[str]:
        """What tells it apart without a model."""
        return words_of(self.answer.standalone_question or self.message.text)

    @cached_property
    def vector(self) -> NDArray[np.float32] | None:
        """Of the question, where one is stored."""
        stored = self.message.embedding
        return np.frombuffer(stored, dtype="<f4") if stored else None

    @property
    def kind(self) -> tuple[str, int]:
        """Vectors of different models are never compared."""
        return self.message.embedding_model or "", len(self.message.embedding or b"")


@dataclass
class _Groups:
    """Every gap with what its questions say."""

    gaps: dict[str, KnowledgeGap] = field(default_factory=dict)
    by_words: dict[frozenset[str], KnowledgeGap] = field(default_factory=dict)
    by_model: dict[tuple[str, int], RunningMeans] = field(default_factory=dict)

    def take(self, gap: KnowledgeGap, found: _Found) -> None:
        """One more question of a gap."""
        self.gaps[gap.id] = gap
        self.by_words.setdefault(found.words, gap)
        vector = found.vector
        if vector is not None:
            self.by_model.setdefault(found.kind, RunningMeans(len(vector), LIKE)).take(gap.id, vector)

    def nearest(self, found: _Found) -> KnowledgeGap | None:
        """The gap with the same words, else that whose questions it is most like."""
        vector, means = found.vector, self.by_model.get(found.kind)
        by_meaning = means.nearest(vector) if means is not None and vector is not None else None
        return self.by_words.get(found.words) or self.gaps.get(by_meaning or "")


def is_due(session: Session, workspace_id: str, now: datetime) -> bool:
    """Whether `gather` would change anything; to ask needs no lock."""
    if next(_found(session, workspace_id, now - LOOKED_BACK), None) is not None:
        return True
    return next(_mended(session, workspace_id), None) is not None


def gather(session: Session, workspace_id: str, now: datetime) -> list[KnowledgeGap]:
    """Put every question of the last ninety days that belongs into a gap there; the gaps that got one.

    Questions whose bad rating was taken back, or that were withdrawn or answered anew, leave their gap.
    """
    session.exec(select(Workspace.id).where(Workspace.id == workspace_id).with_for_update()).one()
    _forget_mended(session, workspace_id)
    found = list(_found(session, workspace_id, now - LOOKED_BACK))
    if not found:
        return []
    groups = _groups(session, workspace_id)
    touched: dict[str, KnowledgeGap] = {}
    for one in sorted(found, key=lambda one: (one.message.created_at, one.message.id)):
        gap = groups.nearest(one) or _open(session, one, now)
        groups.take(gap, one)
        _join(session, gap, one, now)
        touched[gap.id] = gap
    session.flush()
    return list(touched.values())


def _join(session: Session, gap: KnowledgeGap, one: _Found, now: datetime) -> None:
    session.add(
        GapQuestion(
            workspace_id=gap.workspace_id,
            gap_id=gap.id,
            question_id=one.message.id,
            answer_id=one.answer.id,
            account_id=one.answer.account_id,
            asked_by=one.answer.asked_by,
            asked_at=one.message.created_at,
            why=one.why,
            added_at=now,
        )
    )
    if gap.published_at is not None and one.message.created_at > gap.published_at:
        gaps.reopen(session, gap, now)


def _open(session: Session, one: _Found, now: datetime) -> KnowledgeGap:
    gap = KnowledgeGap(
        workspace_id=one.message.workspace_id,
        owner_email=_owner(session, one.answer, now),
        opened_at=now,
        changed_at=now,
    )
    session.add(gap)
    session.flush()
    return gap


def _owner(session: Session, answer: Answer, now: datetime) -> str | None:
    """Who looks after the nearest article, else the account's CSM, their manager, the managers, the admins."""
    for name in _owners_near(session, answer):
        named = people.staff_named(session, answer.workspace_id, name)
        if len(named) == 1 and named[0].email:
            return named[0].email.lower()
    account = session.get(Account, answer.account_id) if answer.account_id else None
    steps = ladder(session, answer.workspace_id, account, now.date())
    return steps[0].email.lower() if steps else None


def _owners_near(session: Session, answer: Answer) -> Iterator[str]:
    """Owners of what an answer cites or was nearest to, as the documents name them, the nearest first."""
    cited = select(Citation.title).where(Citation.answer_id == answer.id).order_by(col(Citation.n))
    titles = [*session.exec(cited).all(), *answer.closest]
    statement = select(Document.title, Document.owner).where(
        Document.workspace_id == answer.workspace_id,
        col(Document.title).in_(titles),
        col(Document.owner).is_not(None),
    )
    owners = dict(session.exec(statement.order_by(col(Document.id))).all())
    yield from (owner for title in titles if (owner := owners.get(title)))


def _found(session: Session, workspace_id: str, since: datetime) -> Iterator[_Found]:
    """Questions that found no good answer and are in no gap yet."""
    poor = _poorly_rated(workspace_id)
    handed = _answered_by_people(session, workspace_id, since)
    known = select(GapQuestion.question_id).where(GapQuestion.workspace_id == workspace_id)
    statement = (
        select(Message, Answer, col(Answer.id).in_(poor))
        .join(Answer, col(Answer.question_id) == col(Message.id))
        .where(
            Answer.workspace_id == workspace_id,
            col(Answer.created_at) >= since,
            col(Answer.withdrawn_at).is_(None),
            or_(Answer.status == "refused", col(Answer.id).in_(poor), col(Answer.id).in_(sorted(handed))),
            col(Message.id).not_in(known),
            Message.text != "",
        )
    )
    for message, answer, is_poor in session.exec(statement).all():
        why = "refused" if answer.status == "refused" else "unhelpful" if is_poor else "handed_over"
        yield _Found(message, answer, why)


def _poorly_rated(workspace_id: str) -> Any:
    return select(Feedback.answer_id).where(
        Feedback.workspace_id == workspace_id, Feedback.rating == -1, col(Feedback.answer_id).is_not(None)
    )


def _answered_by_people(session: Session, workspace_id: str, since: datetime) -> set[str]:
    """Answers below which somebody asked for a person, and a person has answered."""
    statement = select(Task).where(
        Task.workspace_id == workspace_id, Task.kind == "handover", col(Task.created_at) >= since
    )
    return {
        str(task.link["answer_id"])
        for task in session.exec(statement).all()
        if task.link.get("answer_id") and (task.state == "done" or task.link.get("heard"))
    }


def _groups(session: Session, workspace_id: str) -> _Groups:
    """Every gap there is, with what its questions say; dismissed ones too, so that they do not come back."""
    known = {gap.id: gap for gap in gaps.gaps_in(session, workspace_id)}
    groups = _Groups()
    statement = (
        select(GapQuestion, Message, Answer)
        .join(Message, col(Message.id) == col(GapQuestion.question_id))
        .join(Answer, col(Answer.id) == col(GapQuestion.answer_id))
        .where(GapQuestion.workspace_id == workspace_id, Message.text != "")
        .order_by(col(GapQuestion.asked_at), col(GapQuestion.id))
    )
    for row, message, answer in session.exec(statement).all():
        groups.take(known[row.gap_id], _Found(message, answer, row.why))
    return groups


def _forget_mended(session: Session, workspace_id: str) -> None:
    """Questions that are none any more leave gaps that nobody has filled; a gap without questions goes."""
    mended = list(_mended(session, workspace_id))
    for row in mended:
        session.delete(row)
    session.flush()
    for gap_id in {row.gap_id for row in mended}:
        gap = session.get_one(KnowledgeGap, gap_id)
        if gap.state == gaps.OPEN and not gap.reopened and not gaps.questions_of(session, gap_id):
            session.delete(gap)
    session.flush()


def _mended(session: Session, workspace_id: str) -> Iterator[GapQuestion]:
    """Questions in gaps that nobody has filled, which found a good answer after all or were withdrawn."""
    answered = and_(GapQuestion.why == "refused", Answer.status != "refused")
    thought_better = and_(GapQuestion.why == "unhelpful", col(Answer.id).not_in(_poorly_rated(workspace_id)))
    statement = (
        select(GapQuestion)
        .join(Answer, col(Answer.id) == col(GapQuestion.answer_id))
        .join(KnowledgeGap, col(KnowledgeGap.id) == col(GapQuestion.gap_id))
        .where(
            GapQuestion.workspace_id == workspace_id,
            col(KnowledgeGap.state).in_(gaps.UNSOLVED),
            or_(col(Answer.withdrawn_at).is_not(None), answered, thought_better),
        )
    )
    yield from session.exec(statement)
