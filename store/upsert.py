"""Insert a row unless it is there: the same on both databases, also when two writers meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect
from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from sqlmodel import Session, SQLModel


def insert_or_change(session: Session, row: SQLModel, key: tuple[str, ...], changed: tuple[str, ...]) -> None:
    """Insert `row`, or give the row that has its key these values of it.

    Args:
        session: a session.
        row: as it is to be.
        key: the columns of a unique key.
        changed: the columns that a row which is there takes over.
    """
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    values = row.model_dump()
    statement = dialect.insert(type(row)).values(**values)
    session.connection().execute(
        statement.on_conflict_do_update(index_elements=key, set_={name: values[name] for name in changed})
    )


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
