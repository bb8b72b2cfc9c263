"""The week's sample of answers from the store: drawn once, then the same for everybody who reviews."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from store.insights.qa import Candidate, choose, results
from store.tables import Answer, Message, SampledAnswer, reviews

if TYPE_CHECKING:
    from datetime import date

    from sqlmodel import Session

    from bot.services import Services
    from store.insights.qa import QaResults


def sample_of_week(session: Session, services: Services, week: date) -> list[SampledAnswer]:
    """The sample of a week that is over; written down when it is first asked for."""
    known = reviews.sample_of(session, services.workspace_id, week)
    if known:
        return known
    chosen = choose(_candidates(session, services.workspace_id, week), week)
    rows = [
        SampledAnswer(
            workspace_id=services.workspace_id,
            week=week,
            position=n,
            kind=one.kind,
            message_id=one.message_id,
            answer_id=one.answer_id,
            account_id=one.account_id,
            created_at=services.clock.now(),
        )
        for n, one in enumerate(chosen, start=1)
    ]
    reviews.sample(session, rows)
    return reviews.sample_of(session, services.workspace_id, week)


def _candidates(session: Session, workspace_id: str, week: date) -> list[Candidate]:
    since = datetime.combine(week, time(), UTC)
    until = since + timedelta(days=7)
    bots = [
        Candidate(one.question_id, reviews.BOT, one.id, one.account_id)
        for one in reviews.bot_answers(session, workspace_id, since, until)
    ]
    people = reviews.human_answers(session, workspace_id, since, until)
    return [*bots, *(Candidate(one.id, reviews.HUMAN, None, account_id) for one, account_id in people)]


def results_of_week(session: Session, workspace_id: str, week: date) -> QaResults:
    """What was said of a week's sample so far."""
    sampled = reviews.sample_of(session, workspace_id, week)
    return results(week, sampled, reviews.reviews_of(session, [one.id for one in sampled]))


def words_of(session: Session, sampled: SampledAnswer) -> tuple[str, str]:
    """What was asked (empty where a person wrote), and what was answered; empty where it was erased."""
    message = session.get_one(Message, sampled.message_id)
    if sampled.kind == reviews.HUMAN:
        return "", message.text
    answer = session.get(Answer, sampled.answer_id) if sampled.answer_id else None
    return message.text, answer.text if answer else ""


def may_review(session: Session, sampled: SampledAnswer, user_id: str, visible: frozenset[str]) -> bool:
    """Whether somebody sees the account, and it is not their own answer."""
    own = sampled.kind == reviews.HUMAN
    author = session.get_one(Message, sampled.message_id).slack_user_id if own else ""
    return sampled.account_id in visible and author != user_id
