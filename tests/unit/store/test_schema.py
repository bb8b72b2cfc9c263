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


def set_revision(database, revision):
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})


def test_the_migrations_make_exactly_the_tables_of_the_code(bare_database):
    schema.upgrade(bare_database)

    with bare_database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_an_upgrade_says_where_the_database_is_and_can_be_repeated(bare_database):
    assert schema.current(bare_database) is None

    assert schema.upgrade(bare_database) == schema.head()
    assert schema.upgrade(bare_database) == schema.head()

    assert schema.current(bare_database) == schema.head()
    schema.require_current(bare_database)


def test_rows_survive_a_second_upgrade(bare_database, clock):
    schema.upgrade(bare_database)
    with bare_database.transaction() as session:
        row = Workspace(name="Acme", created_at=clock.now())
        session.add(row)

    schema.prepare(bare_database)

    with bare_database.reading() as session:
        assert session.get(Workspace, row.id).name == "Acme"


def test_two_processes_may_start_at_once(bare_database):
    failures = []

    def start():
        try:
            schema.upgrade(bare_database)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert schema.current(bare_database) == schema.head()


def test_sqlite_migrates_itself_and_postgresql_names_the_command(bare_database):
    if bare_database.is_sqlite:
        schema.prepare(bare_database)
        assert schema.current(bare_database) == schema.head()
    else:
        with pytest.raises(SchemaBehind, match=r"holds no Guidepost tables yet.*Run: guidepost db upgrade"):
            schema.prepare(bare_database)


@pytest.mark.parametrize("action", [schema.upgrade, schema.require_current, schema.prepare])
def test_a_database_of_a_newer_version_is_left_alone(bare_database, action):
    schema.upgrade(bare_database)
    set_revision(bare_database, "9999")

    with pytest.raises(SchemaBehind, match=r"revision 9999, which this version .* does not know"):
        action(bare_database)


def test_foreign_keys_are_on_again_after_an_upgrade(bare_database):
    schema.upgrade(bare_database)
    if bare_database.is_sqlite:
        with bare_database.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
