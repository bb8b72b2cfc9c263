"""The playbooks of a scope: runs, and the steps that have reached somebody or wait."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlmodel import Session, col, or_, select

from store.tables.accounts import Contact
from store.tables.playbooks import PlaybookDefinition, PlaybookRun, RunStep

if TYPE_CHECKING:
    from collections.abc import Mapping

    from store.insights.frame import Frame

ROLLING = timedelta(days=90)  # before the end of a period: runs and answers that longer figures are made of
STUCK_AFTER = timedelta(days=5)  # that a step is late, or a run rests
WAITING = frozenset({"planned", "preview", "awaiting_approval", "approved", "held"})
GONE_OUT = frozenset({"sent", "answered", "expired"})
_DAYS = re.compile(r"(\d+)d")


@dataclass(frozen=True)
class Step:
    """A step with whose it is."""

    row: RunStep
    account_id: str
    playbook: str
    is_active: bool  # whether the person is still there; True where nobody is meant

    @property
    def is_asked(self) -> bool:
        """Whether it is a question that has reached somebody of the customer's who is still there."""
        to_customer = self.row.contact_id is not None and self.is_active
        return self.row.asks and to_customer and self.row.state in GONE_OUT and self.row.sent_at is not None


@dataclass(frozen=True)
class Plays:
    """The runs of a scope that are open, or ended in the rolling time, the oldest first."""

    runs: list[PlaybookRun] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)  # in the order in which they moved
    windows: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # definition id -> segment -> days

    def open_at(self, now: datetime) -> list[PlaybookRun]:
        """The runs that had not ended."""
        return [run for run in self.runs if run.ended_at is None or run.ended_at > now]

    def window(self, run: PlaybookRun, segment: str) -> timedelta | None:
        """How long the run has for its goal; None: it has none."""
        days = self.windows.get(run.definition_id, {}).get(segment)
        return None if days is None else timedelta(days=days)


def read_plays(session: Session, frame: Frame) -> Plays:
    """The runs and steps as they stood at the moment."""
    ended_at, since = col(PlaybookRun.ended_at), _since(frame)
    statement = select(PlaybookRun).where(
        PlaybookRun.workspace_id == frame.workspace_id,
        col(PlaybookRun.started_at) <= frame.now,
        ended_at.is_(None) | (ended_at >= since),
    )
    found = session.exec(statement.order_by(col(PlaybookRun.started_at), col(PlaybookRun.id))).all()
    runs = [run for run in found if frame.covers(run.account_id)]
    return Plays(runs, _steps(session, frame), _windows(session, {run.definition_id for run in runs}))


def _since(frame: Frame) -> datetime:
    return min(frame.period.before.start, frame.period.end - ROLLING)


def _steps(session: Session, frame: Frame) -> list[Step]:
    """The steps of open runs, and whatever was sent or answered in the rolling time."""
    since = _since(frame)
    columns: list[Any] = [RunStep, PlaybookRun.account_id, PlaybookRun.playbook, Contact.status]
    statement = (
        select(*columns)
        .join(PlaybookRun, col(PlaybookRun.id) == col(RunStep.run_id))
        .outerjoin(Contact, col(Contact.id) == col(RunStep.contact_id))
        .where(
            RunStep.workspace_id == frame.workspace_id,
            or_(
                col(PlaybookRun.ended_at).is_(None),
                col(PlaybookRun.ended_at) > frame.now,
                col(RunStep.sent_at) >= since,
                col(RunStep.answered_at) >= since,
            ),
        )
        .order_by(col(RunStep.updated_at), col(RunStep.key), col(RunStep.id))
    )
    return [
        Step(row, account_id, playbook, status in {None, "active"})
        for row, account_id, playbook, status in session.exec(statement)
        if frame.covers(account_id)
    ]


def _windows(session: Session, definition_ids: set[str]) -> dict[str, dict[str, int]]:
    statement = select(PlaybookDefinition).where(col(PlaybookDefinition.id).in_(sorted(definition_ids)))
    return {row.id: _within(row.body.get("goal")) for row in session.exec(statement)}


def _within(goal: Any) -> dict[str, int]:
    """Days by segment, of a goal as the definition writes it; the same for all where it says one."""
    within = goal.get("within") if isinstance(goal, dict) else None
    by_segment = within if isinstance(within, dict) else dict.fromkeys(("SMB", "MM", "ENT"), within)
    found = {segment: _DAYS.fullmatch(str(said)) for segment, said in by_segment.items()}
    return {segment: int(days[1]) for segment, days in found.items() if days}


def kind_of(run: PlaybookRun) -> str:
    """What a run is for: onboarding, renewal, save ..."""
    return str(run.snapshot.get("kind") or run.playbook)


def goal_met_at(run: PlaybookRun) -> datetime | None:
    """When a run reached its goal."""
    said = run.snapshot.get("goal_met_at")
    return datetime.fromisoformat(said) if said else None


def is_stuck(frame: Frame, run: PlaybookRun, steps: list[Step]) -> bool:
    """Whether a run rests, or has a step that should have gone out or been left out days ago."""
    late = frame.now - STUCK_AFTER
    if run.state == "paused":
        return max((step.row.updated_at for step in steps), default=run.started_at) <= late
    return any(
        step.row.state in WAITING and step.row.due_at is not None and step.row.due_at <= late
        for step in steps
    )
