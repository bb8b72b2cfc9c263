"""What is expected of a renewal, call by call, and how it ended."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from store.columns import id_field, moment_field, workspace_field
from store.upsert import insert_new

if TYPE_CHECKING:
    from store.tables.accounts import Subscription


class Forecast(SQLModel, table=True):
    """What a person and the figures expect of a term's end, at a moment. Only ever added to."""

    __tablename__ = "forecasts"
    __table_args__ = (UniqueConstraint("workspace_id", "key"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    key: str  # makes it once: of the event that brought it
    account_id: str = Field(foreign_key="accounts.id", index=True)
    subscription_id: str = Field(foreign_key="subscriptions.id", index=True)
    term_end: date
    category: str  # commit | likely | open | at_risk_actionable | at_risk_not_actionable
    computed: str  # what the figures say at that moment
    swing_minor: int = Field(default=0, sa_type=BigInteger)  # of the term's revenue, what may still change
    why: str
    by_name: str
    by_email: str | None = None
    at: datetime = moment_field()


class Renewal(SQLModel, table=True):
    """How a term ended. One row a term."""

    __tablename__ = "renewals"
    __table_args__ = (UniqueConstraint("workspace_id", "subscription_id", "term_end"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    account_id: str = Field(foreign_key="accounts.id", index=True)
    subscription_id: str = Field(foreign_key="subscriptions.id", index=True)
    term_end: date
    outcome: str
    reason: str | None = None  # group.code
    reason_text: str = ""
    said_by: str = "csm"  # customer | csm | inferred
    on_time: bool
    closed_by: str
    closed_at: datetime = moment_field()


def add_forecast(session: Session, forecast: Forecast) -> bool:
    """Write a forecast down; False if it is there already."""
    return insert_new(session, forecast)


def forecasts_of(session: Session, term: Subscription) -> list[Forecast]:
    """The forecasts of a term, newest first."""
    statement = select(Forecast).where(
        Forecast.subscription_id == term.id, Forecast.term_end == term.renews_on
    )
    return list(session.exec(statement.order_by(col(Forecast.at).desc(), col(Forecast.id))).all())


def close_renewal(session: Session, renewal: Renewal) -> bool:
    """Write down how a term ended; False if that is known already."""
    return insert_new(session, renewal)


def renewal_of(session: Session, term: Subscription) -> Renewal | None:
    """How a term ended, if it has."""
    return session.exec(
        select(Renewal).where(Renewal.subscription_id == term.id, Renewal.term_end == term.renews_on)
    ).first()
