"""The rows behind a figure, read again: what opens when a number is pressed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlmodel import Session, SQLModel, col, func, select

from store.insights.values import EvidenceKind, EvidenceRow, Figure
from store.tables.absences import Absence
from store.tables.accounts import Account, Subscription, UsageFact
from store.tables.activities import Activity
from store.tables.answers import Answer
from store.tables.consents import Consent
from store.tables.conversations import Conversation, Message
from store.tables.feedback import Feedback
from store.tables.health import HealthScore
from store.tables.playbooks import PlaybookRun, RunStep
from store.tables.promises import Promise
from store.tables.renewals import Forecast, Renewal
from store.tables.reviews import AnswerReview
from store.tables.tasks import Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from store.insights.digest_values import Digest

_THUMBS = {1: "👍", -1: "👎"}
PORTION = 5_000  # ids in one statement


def evidence_rows(session: Session, workspace_id: str, figure: Figure) -> list[EvidenceRow]:
    """The rows behind a figure, in its order. Rows of another workspace never appear."""
    names = {
        account.id: account.name
        for account in session.exec(select(Account).where(Account.workspace_id == workspace_id)).all()
    }
    if not figure.evidence:
        return []
    if figure.kind == "question":
        found = _questions(session, workspace_id, figure.evidence, names)
    else:
        model, show = _SHOW[figure.kind]
        rows = _by_id(session, workspace_id, model, figure.evidence)
        found = {row.id: show(row, names) for row in rows}
    return [found[id_] for id_ in figure.evidence if id_ in found]


def all_evidence(session: Session, workspace_id: str, digest: Digest) -> dict[str, list[EvidenceRow]]:
    """The rows behind every figure of a digest, by figure key."""
    return {figure.key: evidence_rows(session, workspace_id, figure) for figure in digest.all_figures}


def _by_id(session: Session, workspace_id: str, model: type[SQLModel], ids: Sequence[str]) -> list[Any]:
    table: Any = model
    found: list[Any] = []
    for some in _portions(ids):
        found += session.exec(
            select(table).where(col(table.workspace_id) == workspace_id, col(table.id).in_(some))
        ).all()
    return found


def _portions(ids: Sequence[str]) -> Iterator[list[str]]:
    """A few thousand at a time: no database takes any number of them in one statement."""
    distinct = list(dict.fromkeys(ids))
    return (distinct[n : n + PORTION] for n in range(0, len(distinct), PORTION))


def _questions(
    session: Session, workspace_id: str, ids: Sequence[str], names: dict[str, str]
) -> dict[str, EvidenceRow]:
    columns: list[Any] = [
        Message.id, Message.created_at, func.coalesce(col(Answer.account_id), col(Conversation.account_id)),
        Message.slack_user_id, Message.text, Answer.status, Message.channel_id, Message.ts,
    ]  # fmt: skip
    found = {}
    for some in _portions(ids):
        statement = (
            select(*columns)
            .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
            .outerjoin(
                Answer,  # by its index, which begins with the workspace
                (col(Answer.workspace_id) == workspace_id) & (col(Answer.question_id) == col(Message.id)),
            )
            .where(col(Message.workspace_id) == workspace_id, col(Message.id).in_(some))
        )
        for id_, at, account_id, who, text, status, channel, ts in session.exec(statement):
            account = names.get(account_id or "")
            found[id_] = EvidenceRow(id_, at, account, who, text, status or "waiting", channel, ts)
    return found


def _feedback(row: Feedback, names: dict[str, str]) -> EvidenceRow:
    said = [_THUMBS.get(row.rating or 0, ""), row.reason or "", row.comment or ""]
    return EvidenceRow(
        id=row.id,
        at=row.created_at,
        account=names.get(row.account_id or ""),
        who=row.slack_user_id,
        text=" ".join(filter(None, said)),
        detail=row.kind,
        channel_id=row.channel_id,
        message_ts=row.message_ts,
    )


def _run(row: PlaybookRun, names: dict[str, str]) -> EvidenceRow:
    detail = row.state if row.outcome is None else f"{row.state}: {row.outcome}"
    account = names.get(row.account_id)
    return EvidenceRow(row.id, row.started_at, account, row.started_by, row.playbook, detail)


def _task(row: Task, names: dict[str, str]) -> EvidenceRow:
    account = names.get(row.account_id or "")
    channel, ts = row.link.get("channel"), row.link.get("ts")
    return EvidenceRow(row.id, row.due_at, account, row.owner_email, row.title, row.state, channel, ts)


def _subscription(row: Subscription, names: dict[str, str]) -> EvidenceRow:
    text = f"{row.plan or row.key} renews on {row.renews_on.isoformat()}"
    return EvidenceRow(row.id, None, names.get(row.account_id), None, text, row.status)


def _account(row: Account, _names: dict[str, str]) -> EvidenceRow:
    return EvidenceRow(row.id, None, row.name, row.csm_email, row.name, row.segment)


def _step(row: RunStep, _names: dict[str, str]) -> EvidenceRow:
    said = row.answer_text or row.answer or row.title or row.step
    who = row.answered_by or row.contact_id
    return EvidenceRow(
        row.id, row.answered_at or row.sent_at, None, who, said, row.state, row.channel_id, row.message_ts
    )


def _forecast(row: Forecast, names: dict[str, str]) -> EvidenceRow:
    text = f"{row.category.replace('_', ' ')}: {row.why}"
    detail = f"the figures said {row.computed.replace('_', ' ')}"
    return EvidenceRow(row.id, row.at, names.get(row.account_id), row.by_name, text, detail)


def _renewal(row: Renewal, names: dict[str, str]) -> EvidenceRow:
    text = f"{row.outcome.replace('_', ' ')} {row.term_end.isoformat()} {row.reason_text}".strip()
    return EvidenceRow(
        row.id, row.closed_at, names.get(row.account_id), row.closed_by, text, row.reason or ""
    )


def _health(row: HealthScore, names: dict[str, str]) -> EvidenceRow:
    why = "; ".join(f"{one['name']}: {one['why']}" for one in row.measures if one["value"] is not None)
    text = f"{'unknown' if row.score is None else row.score} on {row.day.isoformat()}: {why}"
    return EvidenceRow(row.id, row.at, names.get(row.account_id), None, text, row.band)


def _absence(row: Absence, _names: dict[str, str]) -> EvidenceRow:
    text = f"{row.starts_on.isoformat()} to {row.ends_on.isoformat()}, {row.cover_email} stands in"
    return EvidenceRow(row.id, row.created_at, None, row.email, text)


def _activity(row: Activity, names: dict[str, str]) -> EvidenceRow:
    text = f"{row.happened_on.isoformat()} {row.text}"
    return EvidenceRow(row.id, row.created_at, names.get(row.account_id), row.by_name, text, row.kind)


def _usage(row: UsageFact, names: dict[str, str]) -> EvidenceRow:
    text = f"{row.observed_on.isoformat()} {row.kind}: {row.value}"
    return EvidenceRow(row.id, row.created_at, names.get(row.account_id), None, text, row.note or "")


def _consent(row: Consent, names: dict[str, str]) -> EvidenceRow:
    return EvidenceRow(row.id, row.given_at, names.get(row.account_id), None, row.text_shown, row.purpose)


def _promise(row: Promise, names: dict[str, str]) -> EvidenceRow:
    text = f"{row.text} (by {row.due_on.isoformat()})"
    account = names.get(row.account_id)
    return EvidenceRow(
        row.id, row.created_at, account, row.said_by, text, row.state, row.channel_id, row.message_ts
    )


def _review(row: AnswerReview, _names: dict[str, str]) -> EvidenceRow:
    text = ", ".join(f"{criterion} {mark}" for criterion, mark in row.marks.items())
    return EvidenceRow(row.id, row.created_at, None, row.slack_user_id, text, row.note or "")


_SHOW: dict[EvidenceKind, tuple[type[SQLModel], Callable[[Any, dict[str, str]], EvidenceRow]]] = {
    "feedback": (Feedback, _feedback),
    "run": (PlaybookRun, _run),
    "task": (Task, _task),
    "subscription": (Subscription, _subscription),
    "account": (Account, _account),
    "step": (RunStep, _step),
    "forecast": (Forecast, _forecast),
    "renewal": (Renewal, _renewal),
    "health": (HealthScore, _health),
    "absence": (Absence, _absence),
    "activity": (Activity, _activity),
    "usage": (UsageFact, _usage),
    "consent": (Consent, _consent),
    "promise": (Promise, _promise),
    "review": (AnswerReview, _review),
}
