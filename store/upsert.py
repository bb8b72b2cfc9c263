"""Insert a row unless it is there: the same on both databases, also when two writers meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect
from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from sqlmodel import Session, SQLModel


def insert_new(session: Session, row: SQLModel) -> bool:
    """Insert `row` unless a unique key of it is taken.

    Returns:
        True if this call inserted it; False if another row holds one of its keys.
    """
    model = type(row)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(model).values(**row.model_dump()).on_conflict_do_nothing()
    # What came back says it, not the row count: with psycopg that is -1 whether it was inserted or not.
    inserted = session.connection().execute(statement.returning(*inspect(model).primary_key))
    return inserted.first() is not None
