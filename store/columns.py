"""Column types and defaults that several tables share."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, Column, DateTime
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

# Constraints have names on every database, so that later migrations can find them.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, stored in UTC and read back timezone-aware on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Refuse naive datetimes; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"A stored moment needs a time zone: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give SQLite's naive datetimes their zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def new_id() -> str:
    """A fresh row id: 32 hex digits."""
    return uuid.uuid4().hex


def id_field() -> Any:
    """The primary key of most tables."""
    return Field(default_factory=new_id, primary_key=True)


def workspace_field() -> Any:
    """The workspace a row belongs to; first in every unique key."""
    return Field(foreign_key="workspaces.id", index=True)


def moment_field(*, nullable: bool = False, index: bool = False) -> Any:
    """A moment in UTC; required unless nullable."""
    default: Any = None if nullable else ...
    return Field(default=default, sa_type=UtcDateTime, nullable=nullable, index=index)


def json_field(default: type[dict[str, Any] | list[Any]] = dict) -> Any:
    """A JSON column that is never null."""
    return Field(default_factory=default, sa_column=Column(JSON, nullable=False))
