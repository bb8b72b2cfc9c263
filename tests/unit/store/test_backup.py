"""Backups of a database in use."""

from __future__ import annotations

import pytest

from store.backup import backup
from store.database import Database
from store.errors import StoreError
from store.tables import Workspace


def test_a_backup_holds_every_committed_row_while_a_writer_is_busy(sqlite_database, clock, tmp_path):
    with sqlite_database.transaction() as session:
        session.add(Workspace(id="kept", name="Acme", created_at=clock.now()))
    with sqlite_database.transaction() as session:
        session.add(Workspace(id="unfinished", name="Acme", created_at=clock.now()))
        session.flush()
        size = backup(sqlite_database, tmp_path / "deep" / "copy.db")

    copy = Database(f"sqlite:///{tmp_path}/deep/copy.db")
    with copy.reading() as session:
        assert session.get(Workspace, "kept").name == "Acme"
        assert session.get(Workspace, "unfinished") is None
    copy.close()
    assert size > 0


def test_an_older_backup_is_never_overwritten(sqlite_database, tmp_path):
    (tmp_path / "copy.db").write_text("precious")

    with pytest.raises(StoreError, match="exists already"):
        backup(sqlite_database, tmp_path / "copy.db")

    assert (tmp_path / "copy.db").read_text() == "precious"


def test_postgresql_is_sent_to_its_own_tool(postgres_database, tmp_path):
    with pytest.raises(StoreError, match="Run: pg_dump"):
        backup(postgres_database, tmp_path / "copy.db")
