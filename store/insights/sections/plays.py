"""Playbooks: what runs, what has ended, and where each one stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlmodel import Session, col, select

from store.insights.section_values import Section
from store.insights.values import Figure, RunLine
from store.tables.playbooks import PlaybookRun, RunStep

if TYPE_CHECKING:
    from collections.abc import Mapping

    from store.insights.frame import Frame


@dataclass(frozen=True)
class Plays:
    """The runs of a scope."""

    open: list[PlaybookRun]
    ended: list[PlaybookRun]  # in the period
    last_steps: Mapping[str, RunStep]  # run id -> the step that moved last


def read_plays(session: Session, frame: Frame) -> Plays:
    """Runs that were open at the moment, and those that ended in the period."""
    ended_at, period = col(PlaybookRun.ended_at), frame.period
    statement = select(PlaybookRun).where(
        PlaybookRun.workspace_id == frame.workspace_id,
        col(PlaybookRun.started_at) <= frame.now,
        ended_at.is_(None) | (ended_at > frame.now) | ((ended_at >= period.start) & (ended_at < period.end)),
    )
    found = session.exec(statement.order_by(col(PlaybookRun.started_at), col(PlaybookRun.id))).all()
    runs = [run for run in found if frame.covers(run.account_id)]
    still = [run for run in runs if run.ended_at is None or run.ended_at > frame.now]
    ended = [run for run in runs if run.ended_at is not None and run.ended_at <= frame.now]
    return Plays(still, ended, _last_steps(session, frame, {run.id for run in still}))


def _last_steps(session: Session, frame: Frame, run_ids: set[str]) -> dict[str, RunStep]:
    still = col(PlaybookRun.ended_at).is_(None) | (col(PlaybookRun.ended_at) > frame.now)
    statement = (
        select(RunStep)
        .join(PlaybookRun, col(PlaybookRun.id) == col(RunStep.run_id))
        .where(RunStep.workspace_id == frame.workspace_id, RunStep.state != "planned", still)
        .order_by(col(RunStep.updated_at), col(RunStep.key))
    )
    return {step.run_id: step for step in session.exec(statement) if step.run_id in run_ids}


def plays_section(rows: Plays) -> Section:
    """What runs and what has ended."""

    def figure(name: str, label: str, runs: list[PlaybookRun]) -> Figure:
        return Figure(f"runs.{name}", label, "run", tuple(run.id for run in runs))

    figures = (
        figure("open", "playbooks running", rows.open),
        *(figure(state, state, [r for r in rows.open if r.state == state]) for state in ("active", "paused")),
        figure("ended", "playbooks ended", rows.ended),
    )
    return Section("plays", "Playbooks", figures=figures)


def run_lines(frame: Frame, rows: Plays) -> tuple[RunLine, ...]:
    """Where each open run stands, the oldest first."""
    lines = []
    for run in rows.open:
        step = rows.last_steps.get(run.id)
        lines.append(
            RunLine(
                run_id=run.id,
                account=frame.name(run.account_id) or run.account_id,
                playbook=run.playbook,
                state=run.state,
                step=(step.title or step.step) if step else None,
                step_state=step.state if step else None,
                since=step.updated_at if step else run.started_at,
            )
        )
    return tuple(lines)
