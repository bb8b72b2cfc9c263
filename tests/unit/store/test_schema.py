"""Migrations: they make exactly the tables of the code, and never run unasked on PostgreSQL."""

from __future__ import annotations

import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlmodel import SQLModel

from store import schema
from store.errors import SchemaBehind
from store.tables import Workspace


@pytest.fixture
def empty(database):
    """A database without any table."""
    SQLModel.metadata.drop_all(database.engine)
    return database


def set_revision(database, revision):
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})


def test_the_migrations_make_exactly_the_tables_of_the_code(empty):
    schema.upgrade(empty)

    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_an_upgrade_says_where_the_database_is_and_can_be_repeated(empty):
    assert schema.current(empty) is None

    assert schema.upgrade(empty) == schema.head()
    assert schema.upgrade(empty) == schema.head()

    assert schema.current(empty) == schema.head()
    schema.require_current(empty)


def test_rows_survive_a_second_upgrade(empty, clock):
    schema.upgrade(empty)
    with empty.transaction() as session:
        row = Workspace(name="Acme", created_at=clock.now())
        session.add(row)

    schema.prepare(empty)

    with empty.reading() as session:
        assert session.get(Workspace, row.id).name == "Acme"


def test_two_processes_may_start_at_once(empty):
    failures = []

    def start():
        try:
            schema.upgrade(empty)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert schema.current(empty) == schema.head()


def test_sqlite_migrates_itself_and_postgresql_names_the_command(empty):
    if empty.is_sqlite:
        schema.prepare(empty)
        assert schema.current(empty) == schema.head()
    else:
        with pytest.raises(SchemaBehind, match=r"holds no Guidepost tables yet.*Run: guidepost db upgrade"):
            schema.prepare(empty)


@pytest.mark.parametrize("action", [schema.upgrade, schema.require_current, schema.prepare])
def test_a_database_of_a_newer_version_is_left_alone(empty, action):
    schema.upgrade(empty)
    set_revision(empty, "9999")

    with pytest.raises(SchemaBehind, match=r"revision 9999, which this version .* does not know"):
        action(empty)


def test_foreign_keys_are_on_again_after_an_upgrade(empty):
    schema.upgrade(empty)
    if empty.is_sqlite:
        with empty.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
