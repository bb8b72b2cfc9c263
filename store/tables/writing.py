"""What a chat model has cost, and what it has written already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import BigInteger, UniqueConstraint, delete, update
from sqlmodel import Field, Session, SQLModel, col, select

from store.columns import id_field, moment_field, workspace_field
from store.upsert import insert_new


class ChatUsage(SQLModel, table=True):
    """What one chat model has done for a workspace on one day, in UTC."""

    __tablename__ = "chat_usage"
    __table_args__ = (UniqueConstraint("workspace_id", "day", "model"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    day: date
    model: str  # provider:model
    calls: int = 0
    failures: int = 0  # calls that brought nothing usable
    remembered: int = 0  # answers that needed no call
    tokens_read: int = Field(default=0, sa_type=BigInteger)
    tokens_written: int = Field(default=0, sa_type=BigInteger)
    cost_micros: int = Field(default=0, sa_type=BigInteger)  # millionths of the currency of the set prices


class WrittenText(SQLModel, table=True):
    """What a chat model wrote for exactly these passages, question, model and prompt; good until it expires."""

    __tablename__ = "written_texts"
    __table_args__ = (UniqueConstraint("workspace_id", "key"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    key: str  # sha256 of the model's name and everything that it was sent
    text: str
    created_at: datetime = moment_field()
    expires_at: datetime = moment_field(index=True)


@dataclass(frozen=True)
class Spent:
    """What a day's calls came to.

    Attributes:
        calls: calls made.
        failures: of them, those that brought nothing usable.
        remembered: answers that needed no call.
        tokens: read and written.
        cost_micros: millionths of the currency of the set prices.
    """

    calls: int = 0
    failures: int = 0
    remembered: int = 0
    tokens: int = 0
    cost_micros: int = 0


def count(
    session: Session,
    *,
    workspace_id: str,
    day: date,
    model: str,
    calls: int = 0,
    failures: int = 0,
    remembered: int = 0,
    tokens_read: int = 0,
    tokens_written: int = 0,
    cost_micros: int = 0,
) -> None:
    """Add to a day's counters; two writers lose nothing."""
    insert_new(session, ChatUsage(workspace_id=workspace_id, day=day, model=model))
    added = {
        "calls": calls,
        "failures": failures,
        "remembered": remembered,
        "tokens_read": tokens_read,
        "tokens_written": tokens_written,
        "cost_micros": cost_micros,
    }
    session.connection().execute(
        update(ChatUsage)
        .where(
            col(ChatUsage.workspace_id) == workspace_id,
            col(ChatUsage.day) == day,
            col(ChatUsage.model) == model,
        )
        .values({name: getattr(ChatUsage, name) + value for name, value in added.items()})
    )


def spent(session: Session, workspace_id: str, since: date, until: date | None = None) -> Spent:
    """What all models of a workspace came to from a day on, the last day included; one day if none is given."""
    rows = session.exec(
        select(ChatUsage).where(
            ChatUsage.workspace_id == workspace_id,
            col(ChatUsage.day) >= since,
            col(ChatUsage.day) <= (until or since),
        )
    ).all()
    return Spent(
        calls=sum(row.calls for row in rows),
        failures=sum(row.failures for row in rows),
        remembered=sum(row.remembered for row in rows),
        tokens=sum(row.tokens_read + row.tokens_written for row in rows),
        cost_micros=sum(row.cost_micros for row in rows),
    )


def written_text(session: Session, workspace_id: str, key: str, now: datetime) -> str | None:
    """What was written for this key, unless it has expired."""
    return session.exec(
        select(WrittenText.text).where(
            WrittenText.workspace_id == workspace_id,
            WrittenText.key == key,
            col(WrittenText.expires_at) > now,
        )
    ).first()


def keep_written(
    session: Session, *, workspace_id: str, key: str, text: str, now: datetime, keep: timedelta
) -> None:
    """Keep a text for a while; what has expired is thrown away."""
    session.connection().execute(
        delete(WrittenText).where(
            col(WrittenText.workspace_id) == workspace_id, col(WrittenText.expires_at) <= now
        )
    )
    row = WrittenText(workspace_id=workspace_id, key=key, text=text, created_at=now, expires_at=now + keep)
    insert_new(session, row)
