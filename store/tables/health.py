"""How well accounts are, day by day, with what it was worked out from; and what CSMs say against it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import UniqueConstraint, and_, bindparam, func
from sqlmodel import Field, Session, SQLModel, col, select

from store.columns import id_field, json_field, moment_field, workspace_field
from store.remembering import remembered
from store.upsert import insert_new


class HealthScore(SQLModel, table=True):
    """An account's health on a day. `score` is the one in force, `computed` what the measures give."""

    __tablename__ = "health_scores"
    __table_args__ = (UniqueConstraint("workspace_id", "account_id", "day"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    account_id: str = Field(foreign_key="accounts.id", index=True)
    day: date
    model: str  # version of the formula
    score: int | None = None  # 0-100
    computed: int | None = None
    source: str  # computed | imported | unknown
    known_weight: int  # 0-100: how much of the formula's weight is known
    band: str  # green | yellow | red | unknown, after hysteresis and the CSM's word
    measures: list[Any] = json_field(list)  # [{name, weight, value, why}]
    capped: str | None = None  # why the score is lower than the measures say
    at: datetime = moment_field()


class HealthOverride(SQLModel, table=True):
    """A CSM's own judgement of an account, with its reason, for a while. The newest that runs counts."""

    __tablename__ = "health_overrides"

    id: str = id_field()
    workspace_id: str = workspace_field()
    account_id: str = Field(foreign_key="accounts.id", index=True)
    band: str  # green | yellow | red
    reason: str
    by_name: str
    by_email: str | None = None
    expires_on: date  # the last day on which it counts
    withdrawn_at: datetime | None = moment_field(nullable=True)
    created_at: datetime = moment_field()


def keep_score(session: Session, score: HealthScore) -> None:
    """Write a day's health; a second one of the day replaces the first."""
    if insert_new(session, score):
        return
    same = select(HealthScore).where(
        HealthScore.workspace_id == score.workspace_id,
        HealthScore.account_id == score.account_id,
        HealthScore.day == score.day,
    )
    known = session.exec(same).one()
    for name, value in score.model_dump(exclude={"id"}).items():
        setattr(known, name, value)
    session.add(known)
    session.flush()


def scores_of(
    session: Session, account_id: str, *, before: date | None = None, limit: int = 60
) -> list[HealthScore]:
    """The health of an account, newest day first."""
    statement = select(HealthScore).where(HealthScore.account_id == account_id)
    if before is not None:
        statement = statement.where(col(HealthScore.day) < before)
    return list(session.exec(statement.order_by(col(HealthScore.day).desc()).limit(limit)).all())


def latest_score(session: Session, account_id: str) -> HealthScore | None:
    """The newest health of an account."""
    return session.exec(_LATEST_SCORE, params={"account_id": account_id}).first()


_LATEST_SCORE = remembered(
    select(HealthScore)
    .where(HealthScore.account_id == bindparam("account_id"))
    .order_by(col(HealthScore.day).desc())
    .limit(1)
)


def looked_at(session: Session, workspace_id: str, day: date) -> set[str]:
    """The accounts whose health of a day is written down."""
    statement = select(HealthScore.account_id).where(
        HealthScore.workspace_id == workspace_id, HealthScore.day == day
    )
    return set(session.exec(statement).all())


def override_on(session: Session, account_id: str, day: date) -> HealthOverride | None:
    """The CSM's word that counts on a day."""
    every = session.exec(_OVERRIDES_OF, params={"account_id": account_id}).all()
    return next((one for one in every if one.expires_on >= day), None)


_OVERRIDES_OF = remembered(
    select(HealthOverride)
    .where(
        HealthOverride.account_id == bindparam("account_id"),
        col(HealthOverride.withdrawn_at).is_(None),
    )
    .order_by(col(HealthOverride.created_at).desc(), col(HealthOverride.id))
)


def latest_scores(session: Session, workspace_id: str, day: date) -> dict[str, HealthScore]:
    """The newest health of every account up to and including a day, by account id."""
    newest = (
        select(HealthScore.account_id, func.max(HealthScore.day).label("day"))
        .where(HealthScore.workspace_id == workspace_id, col(HealthScore.day) <= day)
        .group_by(col(HealthScore.account_id))
        .subquery()
    )
    statement = select(HealthScore).join(
        newest,
        and_(col(HealthScore.account_id) == newest.c.account_id, col(HealthScore.day) == newest.c.day),
    )
    return {row.account_id: row for row in session.exec(statement)}


def overrides_on(session: Session, workspace_id: str, day: date) -> dict[str, HealthOverride]:
    """The CSM's words that count on a day, by account id."""
    statement = (
        select(HealthOverride)
        .where(
            HealthOverride.workspace_id == workspace_id,
            col(HealthOverride.withdrawn_at).is_(None),
            col(HealthOverride.expires_on) >= day,
        )
        .order_by(col(HealthOverride.created_at), col(HealthOverride.id).desc())
    )
    return {row.account_id: row for row in session.exec(statement)}


def withdraw_overrides(session: Session, account_id: str, now: datetime) -> int:
    """Take the CSM's word back; how many there were."""
    running = select(HealthOverride).where(
        HealthOverride.account_id == account_id, col(HealthOverride.withdrawn_at).is_(None)
    )
    rows = session.exec(running).all()
    for row in rows:
        row.withdrawn_at = now
        session.add(row)
    session.flush()
    return len(rows)
