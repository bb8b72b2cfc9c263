"""Everything that customers told us, in one place, with what became of it; and what of it speaks of something.

Ratings with their reasons and words, answers to check-ins and surveys, remarks, complaints and praise, and why
contracts ended. What is found by words comes first, then what means nearly the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlmodel import Session, col, func, select

from store.tables import loops
from store.tables.accounts import Account
from store.tables.answers import Answer
from store.tables.conversations import Message
from store.tables.feedback import Feedback
from store.tables.renewals import Renewal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from store.insights.values import Scope

LOOKED_AT = 400  # pieces, the newest
ALIKE = 0.62  # cosine from which on two texts of the default model speak of the same; of single words it is less sure
ASKED = "asked"
_WORD = re.compile(r"[^\W_]{2,}")


@dataclass(frozen=True)
class Said:
    """One thing that somebody told us."""

    id: str
    kind: str  # answer_rating | playbook_answer | remark | churn | ...
    text: str
    about: str  # the question that an answer was given to, may be empty
    rating: int | None
    reason: str
    account_id: str | None
    account: str | None
    who: str  # Slack user id, may be empty
    at: datetime
    channel_id: str | None
    message_ts: str | None
    state: str = ASKED  # asked | planned | declined | shipped | told
    loop_id: str | None = None

    @property
    def searched(self) -> str:
        """What words are looked for in."""
        return f"{self.text} {self.about} {self.reason.replace('_', ' ')}".casefold()


def told_us(session: Session, workspace_id: str, scope: Scope, *, limit: int = LOOKED_AT) -> list[Said]:
    """What people of these accounts told us, the newest first."""
    said = [*_feedback(session, workspace_id, scope, limit), *_ended(session, workspace_id, scope, limit)]
    return sorted(said, key=lambda one: (-one.at.timestamp(), one.id))[:limit]


def piece_seen(session: Session, workspace_id: str, feedback_id: str, scope: Scope) -> Said | None:
    """One piece of feedback, if it is of an account in the scope."""
    found = _feedback(session, workspace_id, scope, 1, feedback_id)
    return found[0] if found else None


def matching(said: Sequence[Said], words: str, scores: Sequence[float] = ()) -> list[Said]:
    """Those that have all the words, then those that mean nearly the same, the nearest first.

    Args:
        said: in the order in which equals are shown.
        words: as somebody wrote them, quotes allowed.
        scores: how near each is in meaning, -1 to 1; empty where nothing can tell.
    """
    wanted = {
        word[:-1] if len(word) > 3 and word.endswith("s") else word
        for word in _WORD.findall(words.casefold())
    }
    exact = [one for one in said if wanted and all(word in one.searched for word in wanted)]
    near = sorted(
        (
            (score, one)
            for score, one in zip(scores, said, strict=False)
            if score >= ALIKE and one not in exact
        ),
        key=lambda pair: -pair[0],
    )
    return [*exact, *(one for _, one in near)]


def _feedback(
    session: Session, workspace_id: str, scope: Scope, limit: int, feedback_id: str | None = None
) -> list[Said]:
    columns: list[Any] = [Feedback, Message.text, Account.name]
    statement = (
        select(*columns)
        .outerjoin(Answer, col(Answer.id) == col(Feedback.answer_id))
        .outerjoin(Message, col(Message.id) == col(Answer.question_id))
        .outerjoin(Account, col(Account.id) == col(Feedback.account_id))
        .where(
            Feedback.workspace_id == workspace_id,
            func.coalesce(Feedback.comment, Feedback.reason, "") != "",
            *([] if feedback_id is None else [Feedback.id == feedback_id]),
            *([] if scope.account_ids is None else [col(Feedback.account_id).in_(sorted(scope.account_ids))]),
        )
        .order_by(col(Feedback.created_at).desc(), col(Feedback.id))
        .limit(limit)
    )
    found = session.exec(statement).all()
    decided = loops.loops_of(session, workspace_id, [row.id for row, _, _ in found])
    return [_said(row, question, account, decided.get(row.id)) for row, question, account in found]


def _said(row: Feedback, question: str | None, account: str | None, loop: loops.FeedbackLoop | None) -> Said:
    return Said(
        id=row.id,
        kind=row.kind,
        text=row.comment or (row.reason or "").replace("_", " "),
        about=question or "",
        rating=row.rating,
        reason=row.reason or "",
        account_id=row.account_id,
        account=account,
        who=row.slack_user_id,
        at=row.created_at,
        channel_id=row.channel_id,
        message_ts=row.message_ts,
        state=loop.state if loop else ASKED,
        loop_id=loop.id if loop else None,
    )


def _ended(session: Session, workspace_id: str, scope: Scope, limit: int) -> list[Said]:
    """Why contracts ended, in the words that were noted."""
    statement = (
        select(Renewal, Account)
        .join(Account, col(Account.id) == col(Renewal.account_id))
        .where(Renewal.workspace_id == workspace_id, Renewal.reason_text != "")
        .order_by(col(Renewal.closed_at).desc(), col(Renewal.id))
        .limit(limit)
    )
    return [
        Said(
            id=row.id,
            kind="churn",
            text=row.reason_text,
            about="",
            rating=None,
            reason=row.reason or "",
            account_id=account.id,
            account=account.name,
            who="",
            at=row.closed_at,
            channel_id=None,
            message_ts=None,
        )
        for row, account in session.exec(statement).all()
        if scope.covers(account.id)
    ]
