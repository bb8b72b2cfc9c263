"""Insert a row unless it is there: the same on both databases, also when two writers meet."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import inspect
from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from sqlalchemy import Executable
    from sqlmodel import Session, SQLModel


def insert_or_change(session: Session, row: SQLModel, key: tuple[str, ...], changed: tuple[str, ...]) -> None:
    """Insert `row`, or give the row that has its key these values of it.

    Args:
        session: a session.
        row: as it is to be.
        key: the columns of a unique key.
        changed: the columns that a row which is there takes over.
    """
    statement = _inserting_or_changing(session.get_bind().dialect.name, type(row), key, changed)
    session.connection().execute(statement, row.model_dump())


def insert_new(session: Session, row: SQLModel) -> bool:
    """Insert `row` unless a unique key of it is taken.

    Returns:
        True if this call inserted it; False if another row holds one of its keys.
    """
    statement = _inserting(session.get_bind().dialect.name, type(row))
    # What came back says it, not the row count: with psycopg that is -1 whether it was inserted or not.
    return session.connection().execute(statement, row.model_dump()).first() is not None


# Built once for each table: SQLAlchemy takes longer to build these statements than SQLite to carry them out.


@cache
def _inserting(dialect: str, model: type[SQLModel]) -> Executable:
    statement = _insert(dialect, model).on_conflict_do_nothing()
    inserting: Executable = statement.returning(*inspect(model).primary_key)
    return inserting


@cache
def _inserting_or_changing(
    dialect: str, model: type[SQLModel], key: tuple[str, ...], changed: tuple[str, ...]
) -> Executable:
    statement = _insert(dialect, model)
    values = {name: statement.excluded[name] for name in changed}
    inserting: Executable = statement.on_conflict_do_update(index_elements=key, set_=values)
    return inserting


def _insert(dialect: str, model: type[SQLModel]) -> Any:
    return (postgresql if dialect == "postgresql" else sqlite).insert(model)
