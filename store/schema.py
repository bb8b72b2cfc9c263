"""The tables' version: brings a database up to date, or says that it is not.

SQLite migrates itself when it is opened for use; PostgreSQL only by `guidepost db upgrade`, because a
shared database is changed when its owner says so. A new revision is written by
`python -m store.schema "what changes"`, which compares the migrations with the tables of the code.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from store.database import Database
from store.errors import DatabaseUnreachable, SchemaBehind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alembic.config import Config
    from sqlalchemy.engine import Connection

MIGRATIONS = Path(__file__).with_name("migrations")
_UPGRADE_LOCK = 4_781_129  # any number that nothing else on the server uses


def prepare(database: Database) -> None:
    """Make a database fit for use at start.

    Raises:
        SchemaBehind: a PostgreSQL database is not up to date.
    """
    if database.is_sqlite:
        upgrade(database)
    else:
        require_current(database)


def upgrade(database: Database) -> str:
    """Bring every table to the newest revision and return it; does nothing where it is there already.

    Raises:
        SchemaBehind: the database was written by a newer Guidepost.
    """
    from alembic import command  # noqa: PLC0415 - a command that needs no migration should not load it

    newest = head()
    if current(database) == newest:
        return newest
    with _alone(database) as connection:
        _refuse_unknown(_revision(connection))
        command.upgrade(_config(connection), "head")
    return newest


def current(database: Database) -> str | None:
    """The revision a database is at; None where it holds no tables of ours yet.

    Raises:
        DatabaseUnreachable: nothing answers there.
    """
    try:
        with database.engine.connect() as connection:
            return _revision(connection)
    except DBAPIError as error:
        where = database.engine.url.render_as_string()
        why = str(error.orig).strip().splitlines()[0]
        raise DatabaseUnreachable(
            f"The database {where} cannot be opened: {why}. Is it running, and is DATABASE_URL right?"
        ) from error


def head() -> str:
    """The newest revision that this code knows."""
    return _revisions()[-1]


def require_current(database: Database) -> None:
    """Check that the tables fit the code.

    Raises:
        SchemaBehind: they do not; the sentence names the remedy.
    """
    revision = current(database)
    if revision == head():
        return
    _refuse_unknown(revision)
    state = f"is at revision {revision}" if revision else "holds no Guidepost tables yet"
    raise SchemaBehind(f"The database {state}, and this version needs {head()}. Run: guidepost db upgrade")


def write_revision(message: str) -> Path:
    """Write the migration that leads from the newest revision to the tables of the code."""
    from alembic import command  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/compare.db")
        try:
            if _revisions():
                upgrade(database)
            with _alone(database) as connection:
                number = f"{len(_revisions()) + 1:04d}"
                script = command.revision(_config(connection), message, autogenerate=True, rev_id=number)
        finally:
            database.close()
    if script is None or isinstance(script, list):
        raise CommandError(f"Expected one migration, got {script!r}.")
    path = Path(script.path)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "# ###" not in line))
    return path


def _revisions() -> list[str]:
    """Every revision the code knows, oldest first; the number leads its file's name."""
    return sorted(path.name.split("_", 1)[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision


def _refuse_unknown(revision: str | None) -> None:
    if revision is not None and revision not in _revisions():
        raise SchemaBehind(
            f"The database is at revision {revision}, which this version of Guidepost does not know. "
            "Install the version that wrote it, or a newer one."
        )


@contextmanager
def _alone(database: Database) -> Iterator[Connection]:
    """A transaction that no second upgrade can run beside, with foreign keys checked at its end."""
    with database.engine.connect() as connection:
        if not database.is_sqlite:
            with connection.begin():
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _UPGRADE_LOCK})
                yield connection
            return
        raw = connection.connection.cursor()
        raw.execute("PRAGMA foreign_keys=OFF")  # outside the transaction, else SQLite ignores it
        try:
            connection = connection.execution_options(guidepost_write=True)  # noqa: PLW2901
            with connection.begin():
                yield connection
                if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise SchemaBehind(
                        f"The upgrade would break a reference of table {broken[0]}; nothing was changed."
                    )
        finally:
            raw.execute("PRAGMA foreign_keys=ON")


def _config(connection: Connection) -> Config:
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


if __name__ == "__main__":
    sys.stdout.write(f"{write_revision(' '.join(sys.argv[1:]) or 'change')}\n")
