"""The rows behind a figure, read again: what opens when a number is pressed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlmodel import Session, SQLModel, col, select

from store.insights.values import Digest, EvidenceKind, EvidenceRow, Figure
from store.tables.accounts import Account, Subscription
from store.tables.answers import Answer
from store.tables.conversations import Conversation, Message
from store.tables.feedback import Feedback
from store.tables.playbooks import PlaybookRun
from store.tables.tasks import Task

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_THUMBS = {1: "👍", -1: "👎"}


def evidence_rows(session: Session, workspace_id: str, figure: Figure) -> list[EvidenceRow]:
    """The rows behind a figure, in its order. Rows of another workspace never appear."""
    names = {
        account.id: account.name
        for account in session.exec(select(Account).where(Account.workspace_id == workspace_id)).all()
    }
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
    statement = select(table).where(col(table.workspace_id) == workspace_id, col(table.id).in_(list(ids)))
    return list(session.exec(statement).all())


def _questions(
    session: Session, workspace_id: str, ids: Sequence[str], names: dict[str, str]
) -> dict[str, EvidenceRow]:
    statement = (
        select(Message, Conversation, Answer)
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .outerjoin(Answer, col(Answer.question_id) == col(Message.id))
        .where(col(Message.workspace_id) == workspace_id, col(Message.id).in_(list(ids)))
    )
    return {row[0].id: _question(*row, names=names) for row in session.exec(statement).all()}


def _question(
    message: Message, conversation: Conversation, answer: Answer | None, names: dict[str, str]
) -> EvidenceRow:
    account_id = (answer.account_id if answer else None) or conversation.account_id
    return EvidenceRow(
        id=message.id,
        at=message.created_at,
        account=names.get(account_id or ""),
        who=message.slack_user_id,
        text=message.text,
        detail=answer.status if answer else "waiting",
        channel_id=message.channel_id,
        message_ts=message.ts,
    )


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


_SHOW: dict[EvidenceKind, tuple[type[SQLModel], Callable[[Any, dict[str, str]], EvidenceRow]]] = {
    "feedback": (Feedback, _feedback),
    "run": (PlaybookRun, _run),
    "task": (Task, _task),
    "subscription": (Subscription, _subscription),
    "account": (Account, _account),
}
