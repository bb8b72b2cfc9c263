"""How Alembic runs our migrations: on the connection that store.schema hands over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from alembic import context
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import store.tables  # noqa: F401 - registers every table
from store.columns import UtcDateTime

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext


def plain_types(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write migrations in plain SQLAlchemy types, so that they outlive our own type classes."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    render_item=plain_types,
)
with context.begin_transaction():
    context.run_migrations()
