"""The team: what is open and what is late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import Session, col, select

from store.insights.section_values import Section
from store.insights.values import Figure, TaskLine
from store.tables.tasks import Task

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.insights.frame import Frame


def read_tasks(session: Session, frame: Frame) -> list[Task]:
    """The tasks that were open at the moment, the one due first at the top."""
    statement = select(Task).where(
        Task.workspace_id == frame.workspace_id,
        col(Task.created_at) <= frame.now,
        (col(Task.state) == "open") | (col(Task.done_at) > frame.now),
    )
    found = session.exec(statement.order_by(col(Task.due_at), col(Task.id))).all()
    return [task for task in found if _is_ours(frame, task)]


def _is_ours(frame: Frame, task: Task) -> bool:
    owner = frame.scope.owner_email
    if task.account_id is None and owner is not None:
        return (task.owner_email or "").lower() == owner.lower()
    return frame.covers(task.account_id)


def team_section(frame: Frame, tasks: Sequence[Task]) -> Section:
    """Open and overdue tasks."""
    late = _overdue(frame, tasks)
    figures = (
        Figure("tasks.open", "open tasks", "task", tuple(task.id for task in tasks)),
        Figure("tasks.overdue", "overdue tasks", "task", tuple(task.id for task in late)),
    )
    return Section("team", "Team", figures=figures)


def task_lines(frame: Frame, tasks: Sequence[Task]) -> tuple[TaskLine, ...]:
    """Every overdue task with its owner."""
    return tuple(
        TaskLine(
            task.id,
            task.title,
            task.owner_email,
            frame.name(task.account_id),
            (frame.now - task.due_at).days,
            frame.staff.get((task.owner_email or "").lower()),
        )
        for task in _overdue(frame, tasks)
        if task.due_at
    )


def _overdue(frame: Frame, tasks: Sequence[Task]) -> list[Task]:
    return [task for task in tasks if task.due_at and task.due_at < frame.now]
