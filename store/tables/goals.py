"""What a customer wants to reach, and how far they are: baseline, now, target, until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import UniqueConstraint, bindparam, func
from sqlmodel import Field, Session, SQLModel, col, select

from store.columns import id_field, moment_field, workspace_field
from store.errors import StoreError
from store.remembering import remembered
from store.tables.accounts import Account, latest_usage, note_fact
from store.upsert import insert_new

if TYPE_CHECKING:
    from store.tables.accounts import UsageFact

OPEN, MET, DROPPED = "open", "met", "dropped"
IMPORTED = "imported"
_FACTS = ("goal_baseline", "goal_now", "goal_target")


class Goal(SQLModel, table=True):
    """Something that an account wants to reach. Readings say how far it is."""

    __tablename__ = "goals"
    __table_args__ = (UniqueConstraint("workspace_id", "account_id", "number"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    account_id: str = Field(foreign_key="accounts.id", index=True)
    number: int  # 1, 2, 3 ... within the account: how people call it
    title: str
    unit: str = ""  # "%", "minutes a day"; may be empty
    baseline: float | None = None
    target: float | None = None
    due_on: date | None = None
    state: str = OPEN  # open | met | dropped
    said_by: str  # Slack user id or e-mail of whoever wrote it down
    channel_id: str | None = None  # where it was said
    message_ts: str | None = None
    created_at: datetime = moment_field()
    updated_at: datetime = moment_field()


class GoalReading(SQLModel, table=True):
    """How far a goal was on a day; a second reading of a day replaces the first."""

    __tablename__ = "goal_readings"
    __table_args__ = (UniqueConstraint("goal_id", "observed_on"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    goal_id: str = Field(foreign_key="goals.id", index=True)
    value: float
    observed_on: date
    said_by: str
    created_at: datetime = moment_field()


@dataclass(frozen=True)
class GoalStanding:
    """A goal with its newest reading.

    `number` is None for the one that came with the imported files. `source` says where the figures are from.
    """

    title: str
    unit: str
    baseline: float | None
    now: float | None
    target: float | None
    due_on: date | None
    state: str
    since: date
    number: int | None = None
    observed_on: date | None = None
    said_by: str = IMPORTED
    channel_id: str | None = None
    message_ts: str | None = None
    notes: tuple[str, ...] = ()  # sentences fit for the customer, from the import

    @property
    def progress(self) -> float | None:
        """How much of the way from baseline to target is done, 1 at the target; None if not known."""
        if self.baseline is None or self.now is None or self.target is None or self.target == self.baseline:
            return None
        return (self.now - self.baseline) / (self.target - self.baseline)

    @property
    def is_met(self) -> bool:
        """Said to be met, or the target is reached."""
        return self.state == MET or (self.progress is not None and self.progress >= 1)


def add_goal(
    session: Session,
    *,
    account: Account,
    title: str,
    said_by: str,
    now: datetime,
    unit: str = "",
    baseline: float | None = None,
    target: float | None = None,
    due_on: date | None = None,
    channel_id: str | None = None,
    message_ts: str | None = None,
) -> Goal:
    """Write a goal down under the account's next number.

    Raises:
        StoreError: the target is the baseline, so that nothing would have to change.
    """
    _must_differ(baseline, target)
    goal = Goal(
        workspace_id=account.workspace_id,
        account_id=account.id,
        number=_next_number(session, account.id),
        title=title,
        unit=unit,
        baseline=baseline,
        target=target,
        due_on=due_on,
        said_by=said_by,
        channel_id=channel_id,
        message_ts=message_ts,
        created_at=now,
        updated_at=now,
    )
    session.add(goal)
    session.flush()
    _tell_playbooks(session, account, now)
    return goal


def _next_number(session: Session, account_id: str) -> int:
    """The caller holds the account's lock where two might write at once."""
    newest = session.exec(select(func.max(Goal.number)).where(Goal.account_id == account_id)).one()
    return int(newest or 0) + 1


def find_goal(session: Session, account_id: str, number: int) -> Goal | None:
    """An account's goal of that number."""
    return session.exec(select(Goal).where(Goal.account_id == account_id, Goal.number == number)).first()


def change_goal(
    session: Session,
    goal: Goal,
    *,
    now: datetime,
    title: str | None = None,
    unit: str | None = None,
    baseline: float | None = None,
    target: float | None = None,
    due_on: date | None = None,
    state: str | None = None,
) -> None:
    """Change what is given; what is None stays.

    Raises:
        StoreError: the target would be the baseline.
    """
    told = {"title": title, "unit": unit, "baseline": baseline, "target": target, "due_on": due_on}
    for name, value in (told | {"state": state}).items():
        if value is not None:
            setattr(goal, name, value)
    _must_differ(goal.baseline, goal.target)
    goal.updated_at = now
    session.add(goal)
    session.flush()
    _tell_playbooks(session, session.get_one(Account, goal.account_id), now)


def read_goal(session: Session, goal: Goal, value: float, *, on: date, said_by: str, now: datetime) -> None:
    """Note how far a goal is on a day."""
    reading = GoalReading(
        workspace_id=goal.workspace_id,
        goal_id=goal.id,
        value=value,
        observed_on=on,
        said_by=said_by,
        created_at=now,
    )
    if not insert_new(session, reading):
        same = select(GoalReading).where(GoalReading.goal_id == goal.id, GoalReading.observed_on == on)
        known = session.exec(same).one()
        known.value, known.said_by, known.created_at = value, said_by, now
        session.add(known)
    session.flush()
    _tell_playbooks(session, session.get_one(Account, goal.account_id), now)


def goals_of(session: Session, account: Account) -> list[GoalStanding]:
    """An account's goals with how far they are, those that were dropped left out, oldest first.

    The goal of the imported files is among them, first, as long as nobody has written one down here.
    """
    rows = session.exec(_GOALS_OF, params={"account_id": account.id}).all()
    written = [_standing(session, row) for row in rows if row.state != DROPPED]
    imported = None if rows else _imported(session, account)
    return [imported, *written] if imported else written


_GOALS_OF = remembered(
    select(Goal).where(Goal.account_id == bindparam("account_id")).order_by(col(Goal.number))
)


def _standing(session: Session, goal: Goal) -> GoalStanding:
    newest = session.exec(
        select(GoalReading)
        .where(GoalReading.goal_id == goal.id)
        .order_by(col(GoalReading.observed_on).desc())
    ).first()
    return GoalStanding(
        title=goal.title,
        unit=goal.unit,
        baseline=goal.baseline,
        now=newest.value if newest else goal.baseline,
        target=goal.target,
        due_on=goal.due_on,
        state=goal.state,
        since=goal.created_at.date(),
        number=goal.number,
        observed_on=newest.observed_on if newest else None,
        said_by=newest.said_by if newest else goal.said_by,
        channel_id=goal.channel_id,
        message_ts=goal.message_ts,
    )


def _imported(session: Session, account: Account) -> GoalStanding | None:
    if not account.goal:
        return None
    facts = {fact.kind: fact for fact in latest_usage(session, account.id)}
    baseline, now, target = (facts.get(kind) for kind in _FACTS)
    if not (baseline or now or target):
        return None
    newest = now or baseline or target
    return GoalStanding(
        title=account.goal,
        unit="",
        baseline=_number(baseline),
        now=_number(now) if now else _number(baseline),
        target=_number(target),
        due_on=None,
        state=OPEN,
        since=(baseline or newest).observed_on if newest else account.created_at.date(),
        observed_on=newest.observed_on if newest else None,
        notes=tuple(fact.note for fact in (baseline, now, target) if fact and fact.note),
    )


def _number(fact: UsageFact | None) -> float | None:
    try:
        return float(fact.value) if fact else None
    except ValueError:
        return None


def _must_differ(baseline: float | None, target: float | None) -> None:
    if baseline is not None and baseline == target:
        raise StoreError(
            "Baseline and target are the same, so there would be nothing to reach. Give another target."
        )


def _tell_playbooks(session: Session, account: Account, now: datetime) -> None:
    """What playbooks say of the goal is said of the first one that is open; they read it among the facts."""
    first = session.exec(
        select(Goal).where(Goal.account_id == account.id, Goal.state == OPEN).order_by(col(Goal.number))
    ).first()
    if first is None:
        return
    account.goal, account.updated_at = first.title, now
    session.add(account)
    standing = _standing(session, first)
    known = (standing.baseline, standing.now, standing.target)
    for kind, value in zip(_FACTS, known, strict=True):
        if value is not None:
            note_fact(
                session,
                workspace_id=account.workspace_id,
                account_id=account.id,
                kind=kind,
                value=f"{value:g}",
                on=now.date(),
                now=now,
            )
