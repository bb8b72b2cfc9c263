"""A copy of the database that is consistent although the bot keeps writing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from sqlalchemy.engine import make_url

from store.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

    from store.database import Database


def backup(database: Database, path: Path) -> int:
    """Copy an SQLite database while it is in use.

    Returns:
        The size of the copy in bytes.

    Raises:
        StoreError: the file exists, or the database is PostgreSQL, which has a better tool.
    """
    if not database.is_sqlite:
        raise StoreError("A PostgreSQL database is backed up by its own tool. Run: pg_dump --format=custom")
    if path.exists():
        raise StoreError(f"{path} exists already. Name a new file, so that no older backup is lost.")
    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        closing(sqlite3.connect(make_url(database.url).database or "")) as source,
        closing(sqlite3.connect(path)) as target,
    ):
        source.backup(target)
    return path.stat().st_size
