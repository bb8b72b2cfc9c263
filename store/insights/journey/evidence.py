"""The rows behind the journey's figures, read again: each kind once, however many figures ask for it."""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING

from sqlmodel import Session, col, select

from store.insights.evidence import evidence_rows
from store.insights.values import EvidenceRow, Figure
from store.tables.accounts import Account
from store.tables.openings import Opening
from store.tables.playbooks import PlaybookRun, RunStep

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from store.insights.values import EvidenceKind

AT_ONCE = 500  # rows asked for in one statement


def opened(
    session: Session, workspace_id: str, figures: Iterable[Figure], at_most: int | None = None
) -> dict[str, list[EvidenceRow]]:
    """The rows behind figures, by the figure's key and in its order; of each at most so many, if a number is given."""
    wanted = list(figures)
    ids: dict[EvidenceKind, dict[str, None]] = defaultdict(dict)
    for figure in wanted:
        ids[figure.kind].update(dict.fromkeys(figure.evidence[:at_most]))
    found = {kind: _read(session, workspace_id, kind, list(of_kind)) for kind, of_kind in ids.items()}
    return {
        figure.key: [
            found[figure.kind][id_] for id_ in islice(figure.evidence, at_most) if id_ in found[figure.kind]
        ]
        for figure in wanted
    }


def _read(
    session: Session, workspace_id: str, kind: EvidenceKind, ids: Sequence[str]
) -> dict[str, EvidenceRow]:
    found: dict[str, EvidenceRow] = {}
    for n in range(0, len(ids), AT_ONCE):
        some = tuple(ids[n : n + AT_ONCE])
        reader = _READERS.get(kind)
        rows = (
            reader(session, workspace_id, some)
            if reader
            else evidence_rows(session, workspace_id, Figure("", "", kind, some))
        )
        found.update({row.id: row for row in rows})
    return found


def _steps(session: Session, workspace_id: str, ids: Sequence[str]) -> Iterable[EvidenceRow]:
    statement = (
        select(RunStep, PlaybookRun.playbook, Account.name)
        .join(PlaybookRun, col(PlaybookRun.id) == col(RunStep.run_id))
        .join(Account, col(Account.id) == col(PlaybookRun.account_id))
        .where(RunStep.workspace_id == workspace_id, col(RunStep.id).in_(ids))
    )
    for step, playbook, name in session.exec(statement).all():
        said = step.answer_text or step.answer or ""
        text = f"{step.title or step.step}: {said}" if said else step.title or step.step
        yield EvidenceRow(
            step.id, step.sent_at, name, step.answered_by, text, f"{playbook}, {step.state}", step.channel_id,
            step.message_ts,
        )  # fmt: skip


def _openings(session: Session, workspace_id: str, ids: Sequence[str]) -> Iterable[EvidenceRow]:
    statement = (
        select(Opening, Account.name)
        .join(Account, col(Account.id) == col(Opening.account_id))
        .where(Opening.workspace_id == workspace_id, col(Opening.id).in_(ids))
    )
    for one, name in session.exec(statement).all():
        yield EvidenceRow(
            one.id,
            one.created_at,
            name,
            one.slack_user_id,
            one.title,
            "opened",
            one.channel_id,
            one.message_ts,
        )


_READERS = {"step": _steps, "opening": _openings}  # of the others the digest's own
