"""Who asks to be forgotten is, everywhere at once, and their playbooks go on with somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from playbooks import events
from store.erasing import erase_person
from store.tables import playbooks

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from playbooks.runner import PlaybookRunner

IN_SLACK = (
    "What they wrote in Slack itself stays there until they or their own admins delete it; backups are your own. "
    "Answers learned from their words leave the knowledge base with its next sync."
)


@dataclass(frozen=True)
class Erased:
    """What was done: rows emptied or changed, by table; `again` if it had been done before."""

    rows: dict[str, int]
    again: bool

    def as_json(self) -> dict[str, Any]:
        """For a program."""
        return {"erased": self.rows, "already_erased": self.again, "note": IN_SLACK}

    @property
    def sentence(self) -> str:
        """For a person."""
        if self.again:
            return "That person was erased before; nothing is left to do."
        total = sum(self.rows.values())
        return f"Erased: {total} rows in {len(self.rows)} tables hold nothing of them any more. {IN_SLACK}"


def erase(
    session: Session, runner: PlaybookRunner, workspace_id: str, name: str, *, by: str, now: datetime
) -> Erased:
    """Erase a person in the caller's transaction, and let every run of their accounts look who is there now.

    Raises:
        NotFound: nothing is stored under that name.
        StoreError: they are one of our own staff.
    """
    report = erase_person(session, workspace_id, name, requested_by=by, now=now)
    for run_id in sorted(report.run_ids):
        run = playbooks.find_run(session, run_id)
        if run is not None and run.state in {"active", "paused"}:
            runner.handle_in(session, run_id, events.Looked(), now)
    return Erased(report.counts, report.again)
