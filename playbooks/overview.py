"""Runs as people see them: their steps, who gets them, what was answered, the tasks that came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.tables import accounts, playbooks, tasks

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlmodel import Session

    from playbooks.types import Playbook
    from store.tables import PlaybookRun, RunStep, Task


@dataclass(frozen=True)
class TaskOverview:
    """A task that a step made, for people."""

    title: str
    state: str  # open | done | cancelled
    due_at: datetime | None
    by: str | None  # who did it


@dataclass(frozen=True)
class StepOverview:
    """A step of a run, for people. Of one still to come, `contact` is who would get it as things are now."""

    key: str
    title: str
    state: str
    due_at: datetime | None
    sent_at: datetime | None
    contact: str | None
    answer: str | None
    answer_label: str | None  # the button's words; None where they hold a value, or for free words
    answer_text: str | None
    note: str | None
    tasks: tuple[TaskOverview, ...] = ()


@dataclass(frozen=True)
class RunOverview:
    """A run, for people. `playbook` is its title, `name` what commands call it."""

    run_id: str
    name: str
    playbook: str
    account_id: str
    account: str
    state: str
    band: str | None
    outcome: str | None
    outcome_label: str | None
    reason: str | None
    started_by: str
    started_at: datetime
    ended_at: datetime | None
    steps: tuple[StepOverview, ...]
    warnings: tuple[str, ...] = ()  # words to staff that missed their reader


def overview(
    session: Session, row: PlaybookRun, playbook: Playbook, readers: Mapping[str, str] | None = None
) -> RunOverview:
    """A run with its steps; `readers` are who would get what is still to come, by the step's key."""
    account = accounts.find_account(session, row.account_id)
    people = {contact.id: contact.name for contact in accounts.everybody_at(session, row.account_id)}
    made = _tasks_by_step(tasks.tasks_of_run(session, row.id))
    outcome = playbook.outcomes.get(row.outcome or "")
    return RunOverview(
        run_id=row.id,
        name=row.playbook,
        playbook=playbook.title,
        account_id=row.account_id,
        account=account.name if account else "",
        state=row.state,
        band=row.snapshot.get("band"),
        outcome=row.outcome,
        outcome_label=outcome.label if outcome else None,
        reason=row.reason,
        started_by=row.started_by,
        started_at=row.started_at,
        ended_at=row.ended_at,
        steps=tuple(
            _step(
                playbook,
                step,
                contact=people.get(step.contact_id or "") or (readers or {}).get(step.key),
                tasks=made.get(step.key, ()),
            )
            for step in playbooks.steps_of(session, row.id)
        ),
        warnings=tuple(row.snapshot.get("unreached", {}).values()),
    )


def _tasks_by_step(made: list[Task]) -> dict[str, tuple[TaskOverview, ...]]:
    found: dict[str, tuple[TaskOverview, ...]] = {}
    for task in made:
        key = str(task.link.get("step_key"))
        one = TaskOverview(task.title, task.state, task.due_at, task.link.get("done_by"))
        found[key] = (*found.get(key, ()), one)
    return found


def _step(
    playbook: Playbook, step: RunStep, *, contact: str | None, tasks: tuple[TaskOverview, ...]
) -> StepOverview:
    option = playbook.option(step.step, step.answer)
    return StepOverview(
        key=step.key,
        title=step.title,
        state=step.state,
        due_at=step.due_at,
        sent_at=step.sent_at,
        contact=contact,
        answer=step.answer,
        answer_label=option.label if option and "{" not in option.label else None,
        answer_text=step.answer_text,
        note=step.note,
        tasks=tasks,
    )
