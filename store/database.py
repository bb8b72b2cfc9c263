"""One database: SQLite by default, PostgreSQL by URL."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlmodel import Session

from store.errors import DatabaseUnreachable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection, Engine


class Database:
    """Connections to the store.

    Args:
        url: an SQLAlchemy URL: `sqlite:////path/guidepost.db` or `postgresql+psycopg://...`.

    Raises:
        DatabaseUnreachable: that is no such URL.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        try:
            self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
            self.engine = _sqlite_engine(url) if self.is_sqlite else _server_engine(url)
        except (ArgumentError, ImportError) as error:
            raise DatabaseUnreachable(
                "DATABASE_URL is no address of a database that Guidepost can use. Write it as "
                "postgresql+psycopg://user:password@host/name, or unset it for SQLite."
            ) from error

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A write transaction: committed at the end, rolled back on any error.

        On SQLite it begins with BEGIN IMMEDIATE, so that two writers queue instead of failing midway.
        Keep it short: no network call and no model inside.
        """
        with self.engine.connect() as connection:
            if self.is_sqlite:
                connection = connection.execution_options(guidepost_write=True)  # noqa: PLW2901
            with self._session(connection) as session, session.begin():
                yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A read-only session; nothing done in it is kept."""
        with self._session(self.engine) as session:
            yield session

    def _session(self, bind: Engine | Connection) -> Session:
        return Session(bind, expire_on_commit=False)

    def writing_engine(self) -> Engine:
        """The engine for a library that brings its own queries: each of its transactions may write."""
        return self.engine.execution_options(guidepost_write=True)

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def _server_engine(url: str) -> Engine:
    return create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=20)


def _sqlite_engine(url: str) -> Engine:
    database = make_url(url).database
    if database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we begin transactions ourselves, below
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA busy_timeout=30000")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("guidepost_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine
