"""People's answers become knowledge: what makes a pair fit to be approved, and what follows from its approval."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from store.errors import GuidepostError
from store.tables import sources, verified
from store.tables.verified import VerifiedAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlmodel import Session

QUESTION, ANSWER, AUDIENCE, EXPIRES = "question", "answer", "audience", "expires"
QUESTION_LIMIT, ANSWER_LIMIT = 300, 3000  # characters; Slack's modals take no more of an answer
USUAL_LIFE = timedelta(days=180)  # after which somebody should look at a pair again


class NotApproved(GuidepostError):  # noqa: N818
    """A pair is not fit to be knowledge; the text says why and what to do."""


@dataclass(frozen=True)
class Draft:
    """A pair that somebody wants to stand for. Audiences are public, customer, internal or account:<account id>."""

    question: str
    answer: str
    audience: str
    expires_on: date | None = None


def draft_of(values: Mapping[str, str]) -> Draft:
    """The draft that a modal's fields hold."""
    expires = values.get(EXPIRES)
    return Draft(
        question=values.get(QUESTION, ""),
        answer=values.get(ANSWER, ""),
        audience=values.get(AUDIENCE, ""),
        expires_on=date.fromisoformat(expires) if expires else None,
    )


@dataclass(frozen=True)
class Approver:
    """Who stands for it: a Slack id or an e-mail, and the name that citations show."""

    id: str
    name: str


def problems(draft: Draft, today: date) -> dict[str, str]:
    """What is wrong with a draft: field -> sentence; empty if nothing is."""
    found = {}
    if not draft.question.strip():
        found[QUESTION] = "Write the question as a customer would ask it."
    elif len(draft.question) > QUESTION_LIMIT:
        found[QUESTION] = (
            f"Keep the question below {QUESTION_LIMIT} characters; details belong into the answer."
        )
    if not draft.answer.strip():
        found[ANSWER] = "Write the answer that you stand for."
    elif len(draft.answer) > ANSWER_LIMIT:
        found[ANSWER] = f"Keep the answer below {ANSWER_LIMIT} characters; a longer one is better an article."
    if draft.expires_on is not None and draft.expires_on < today:
        found[EXPIRES] = f"That day has passed; it is {today} today."
    return found


def approve(
    session: Session,
    workspace_id: str,
    draft: Draft,
    approver: Approver,
    *,
    now: datetime,
    link: str | None = None,
) -> VerifiedAnswer:
    """Record a pair and have it taken into the index as soon as possible.

    Raises:
        NotApproved: something is wrong with it.
    """
    if wrong := problems(draft, now.date()):
        raise NotApproved(" ".join(wrong.values()))
    pair = verified.add_verified(
        session,
        VerifiedAnswer(
            workspace_id=workspace_id,
            question=" ".join(draft.question.split()),
            answer=draft.answer.strip(),
            audience=draft.audience,
            approved_by=approver.id,
            approver_name=approver.name,
            approved_at=now,
            expires_on=draft.expires_on,
            source_link=link,
        ),
    )
    sources.want_verified(session, workspace_id, now)
    return pair


def withdraw(session: Session, workspace_id: str, pair_id: str, *, now: datetime) -> VerifiedAnswer:
    """Take a pair out of the knowledge base.

    Raises:
        NotApproved: there is no such pair, or several whose ids begin so.
    """
    pair = verified.find_verified(session, workspace_id, pair_id)
    if pair is None:
        raise NotApproved(
            f"There is no one verified answer {pair_id}. `guidepost knowledge qa list` shows their ids."
        )
    verified.withdraw_verified(session, pair, now)
    sources.want_verified(session, workspace_id, now)
    return pair
