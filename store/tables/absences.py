"""When a member of staff is away, and who stands in."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import UniqueConstraint, bindparam, func
from sqlmodel import Session, SQLModel, col, select

from store.columns import id_field, moment_field, workspace_field
from store.remembering import remembered
from store.upsert import insert_new

LONGEST_CHAIN = 5  # of people who stand in for one another


class Absence(SQLModel, table=True):
    """Somebody is away from a day up to and including another. A second entry of the same first day replaces it."""

    __tablename__ = "absences"
    __table_args__ = (UniqueConstraint("workspace_id", "email", "starts_on"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    email: str  # lower case
    starts_on: date
    ends_on: date
    cover_email: str  # lower case
    said_by: str  # Slack user id
    created_at: datetime = moment_field()


def note_absence(session: Session, absence: Absence) -> None:
    """Write an absence down, in the place of one that begins on the same day."""
    if insert_new(session, absence):
        return
    same = select(Absence).where(
        Absence.workspace_id == absence.workspace_id,
        Absence.email == absence.email,
        Absence.starts_on == absence.starts_on,
    )
    known = session.exec(same).one()
    known.ends_on, known.cover_email = absence.ends_on, absence.cover_email
    known.said_by, known.created_at = absence.said_by, absence.created_at
    session.add(known)
    session.flush()


def end_absences(session: Session, workspace_id: str, email: str, today: date) -> int:
    """Somebody is back: absences that run end yesterday, later ones are dropped; how many that were."""
    mine = select(Absence).where(
        Absence.workspace_id == workspace_id, Absence.email == email.lower(), col(Absence.ends_on) >= today
    )
    rows = session.exec(mine).all()
    for row in rows:
        session.delete(row)
    session.flush()
    return len(rows)


def absence_on(session: Session, workspace_id: str, email: str, day: date) -> Absence | None:
    """The absence of somebody on a day; of several the one that ends last."""
    who = {"workspace_id": workspace_id, "email": email.lower()}
    every = session.exec(_ABSENCES_OF, params=who).all()
    return next((one for one in every if one.starts_on <= day <= one.ends_on), None)


_ABSENCES_OF = remembered(
    select(Absence)
    .where(
        Absence.workspace_id == bindparam("workspace_id"),
        Absence.email == bindparam("email"),
    )
    .order_by(col(Absence.ends_on).desc())
)


def cover_on(session: Session, workspace_id: str, email: str, day: date) -> str:
    """Who answers for somebody on a day: themselves, else who stands in, and for them who stands in.

    Returns:
        an address in lower case; where everybody of a circle is away, the first of it.
    """
    seen = [email.lower()]
    while len(seen) <= LONGEST_CHAIN:
        away = absence_on(session, workspace_id, seen[-1], day)
        if away is None:
            return seen[-1]
        if away.cover_email in seen:
            return email.lower()
        seen.append(away.cover_email)
    return email.lower()


def covered_by(session: Session, workspace_id: str, email: str, day: date) -> list[str]:
    """For whom somebody stands in on a day, by address."""
    statement = select(func.distinct(Absence.email)).where(
        Absence.workspace_id == workspace_id, col(Absence.starts_on) <= day, col(Absence.ends_on) >= day
    )
    away = [address for address in session.exec(statement).all() if address != email.lower()]
    return sorted(one for one in away if cover_on(session, workspace_id, one, day) == email.lower())
