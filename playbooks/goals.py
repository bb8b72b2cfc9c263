"""Goals that a playbook learned of, as rows: the words of answers become numbers and days where they are some."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playbooks.understanding import read_date, read_number
from store.tables import goals

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlmodel import Session

    from playbooks.effects import SetGoal
    from store.tables import Account, Goal


def note_goal(session: Session, account: Account, said: SetGoal, *, said_by: str, now: datetime) -> None:
    """Write a goal down; one of the same title that is open gets what is known now.

    A target that is the baseline says nothing and is left out.
    """
    baseline, target, today = _number(said.baseline), _number(said.target), now.date()
    target = None if target == baseline else target
    due = read_date(said.due, today) if said.due else None
    goal = _open_goal(session, account, said.title)
    if goal is None:
        goal = goals.add_goal(
            session,
            account=account,
            title=said.title,
            unit=said.unit,
            baseline=baseline,
            target=target,
            due_on=due,
            said_by=said_by,
            now=now,
        )
    else:
        known = goal.baseline if baseline is None else baseline
        wanted = None if target is not None and target == known else target
        goals.change_goal(
            session, goal, baseline=baseline, target=wanted, due_on=due, unit=said.unit or None, now=now
        )
    _read(session, goal, _number(said.now), today, said_by=said_by, now=now)


def _read(
    session: Session, goal: Goal, value: float | None, today: date, *, said_by: str, now: datetime
) -> None:
    if value is not None:
        goals.read_goal(session, goal, value, on=today, said_by=said_by, now=now)


def _open_goal(session: Session, account: Account, title: str) -> Goal | None:
    for standing in goals.goals_of(session, account):
        if standing.number is not None and standing.title.casefold() == title.casefold():
            return goals.find_goal(session, account.id, standing.number)
    return None


def _number(text: str) -> float | None:
    found = read_number(text) if text else None
    return float(found) if found else None
