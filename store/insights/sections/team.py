"""The team: what is open and late by owner, how much each looks after, and who is away without anybody in their place."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlmodel import Session, col, select

from store.insights.frame import revenue_of
from store.insights.section_values import Action, Line, Section
from store.insights.values import Figure, TaskLine
from store.tables.absences import Absence
from store.tables.tasks import Task

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from store.insights.frame import Frame
    from store.tables.accounts import Account

AWAY_WITHIN = timedelta(days=14)
LISTED = 8


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


def read_absences(session: Session, frame: Frame) -> list[Absence]:
    """Who is away now or in the next two weeks, the first to go at the top."""
    statement = select(Absence).where(
        Absence.workspace_id == frame.workspace_id,
        col(Absence.created_at) <= frame.now,
        col(Absence.starts_on) <= frame.today + AWAY_WITHIN,
        col(Absence.ends_on) >= frame.today,
    )
    return list(session.exec(statement.order_by(col(Absence.starts_on), Absence.email)))


def team_section(frame: Frame, tasks: Sequence[Task], absences: Sequence[Absence]) -> Section:
    """Open and overdue tasks, absences that nobody covers, and a line for each owner, the most overdue first."""
    late, uncovered = overdue(frame, tasks), _uncovered(frame, absences)
    figures = (
        Figure("tasks.open", "open tasks", "task", tuple(task.id for task in tasks)),
        Figure("tasks.overdue", "overdue tasks", "task", tuple(task.id for task in late)),
        Figure(
            "team.uncovered",
            f"absences within {AWAY_WITHIN.days} days without cover",
            "absence",
            tuple(one.id for one in uncovered),
        ),
    )
    lines = (*(_away(frame, one) for one in uncovered), *_owners(frame, tasks))
    return Section("team", "Team", figures=figures, lines=lines[:LISTED])


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
        for task in overdue(frame, tasks)
        if task.due_at
    )


def overdue(frame: Frame, tasks: Sequence[Task]) -> list[Task]:
    """The tasks whose date has passed."""
    return [task for task in tasks if task.due_at and task.due_at < frame.now]


def _looked_after(frame: Frame) -> dict[str, list[Account]]:
    found: dict[str, list[Account]] = {}
    for one in sorted(frame.accounts.values(), key=lambda one: one.name):
        if one.csm_email:
            found.setdefault(one.csm_email.lower(), []).append(one)
    return found


def _uncovered(frame: Frame, absences: Sequence[Absence]) -> list[Absence]:
    """Of those who look after accounts here: nobody stands in, or who does is away at the same time."""
    ours = _looked_after(frame)
    return [one for one in absences if one.email in ours and _has_no_cover(one, absences)]


def _has_no_cover(one: Absence, absences: Sequence[Absence]) -> bool:
    cover = one.cover_email.lower()
    return cover in {"", one.email} or any(
        other.email == cover and other.starts_on <= one.ends_on and other.ends_on >= one.starts_on
        for other in absences
    )


def _away(frame: Frame, one: Absence) -> Line:
    name = frame.person(one.email) or one.email
    return Line(
        text=f"{name} is away {one.starts_on:%-d %b} to {one.ends_on:%-d %b}, and nobody stands in",
        figure=Figure(f"team.away.{one.id}", f"absence of {name}", "absence", (one.id,)),
        owner=name,
        action=Action("Show the tasks", "/cs tasks team"),
        because=f"{len(_looked_after(frame).get(one.email, ()))} accounts",
    )


def _owners(frame: Frame, tasks: Sequence[Task]) -> Iterator[Line]:
    accounts = _looked_after(frame)
    work: dict[str, list[Task]] = {email: [] for email in accounts}
    for task in tasks:
        work.setdefault((task.owner_email or "").lower(), []).append(task)
    late = {task.id for task in overdue(frame, tasks)}
    ranked = sorted(
        work, key=lambda email: (-sum(task.id in late for task in work[email]), -len(work[email]), email)
    )
    for email in ranked:
        yield _owner(frame, email, work[email], late, accounts.get(email, []))


def _owner(
    frame: Frame, email: str, tasks: Sequence[Task], late: set[str], accounts: Sequence[Account]
) -> Line:
    name, revenue = frame.person(email), revenue_of(accounts)
    count = sum(task.id in late for task in tasks)
    return Line(
        text=f"{name or 'nobody'}: {len(tasks)} open tasks, {count} overdue, {len(accounts)} accounts",
        figure=Figure(
            f"team.tasks.{email or 'nobody'}",
            f"open tasks of {name or 'nobody'}",
            "task",
            tuple(t.id for t in tasks),
        ),
        owner=name,
        action=Action("Show the tasks", "/cs tasks team") if count else None,
        arr=revenue[0] if len(revenue) == 1 else None,
    )
