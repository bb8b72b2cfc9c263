"""The two kinds of database, and the ground that tests stand on."""

from __future__ import annotations

import os
import socket
import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import select

from store.tables import Account, SlackUser, Workspace


def test_a_transaction_is_committed_as_a_whole(database, workspace):
    with database.reading() as session:
        assert session.get(Workspace, workspace.id).name == "Acme"


def test_an_error_rolls_the_whole_transaction_back(database, clock):
    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        session.add(Workspace(name="gone", created_at=clock.now()))
        session.flush()
        1 / 0  # noqa: B018 - the error under test

    with database.reading() as session:
        assert session.exec(select(Workspace)).all() == []


def test_nothing_done_while_reading_is_kept(database, clock):
    with database.reading() as session:
        session.add(Workspace(name="gone", created_at=clock.now()))
        session.flush()

    with database.reading() as session:
        assert session.exec(select(Workspace)).all() == []


def test_moments_come_back_in_utc(database):
    moment = datetime(2026, 3, 2, 12, 30, 15, 123456, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    with database.transaction() as session:
        row = Workspace(name="Acme", created_at=moment)
        session.add(row)

    with database.reading() as session:
        stored = session.get(Workspace, row.id).created_at
    assert stored == moment
    assert stored.tzinfo == UTC


def test_a_moment_without_a_zone_is_refused(database):
    with pytest.raises(StatementError, match="needs a time zone"), database.transaction() as session:
        session.add(Workspace(name="Acme", created_at=datetime(2026, 3, 2)))
        session.flush()


def test_foreign_keys_are_enforced(database, clock):
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.add(
            Account(workspace_id="nowhere", key="a", name="A", created_at=clock.now(), updated_at=clock.now())
        )
        session.flush()


def test_writers_in_several_threads_all_succeed(database, workspace, clock):
    def write(n: int) -> None:
        for i in range(10):
            with database.transaction() as session:
                known = len(session.exec(select(SlackUser)).all())  # read before write: must not fail midway
                session.add(
                    SlackUser(
                        workspace_id=workspace.id,
                        slack_user_id=f"U{n}-{i}",
                        name=str(known),
                        updated_at=clock.now(),
                    )
                )

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.reading() as session:
        assert len(session.exec(select(SlackUser)).all()) == 40


def test_a_test_cannot_leave_this_machine():
    with pytest.raises(RuntimeError, match=r"tried to reach 'example\.org'"):
        socket.create_connection(("example.org", 443), timeout=1)
    with socket.socket() as plain, pytest.raises(RuntimeError, match=r"tried to reach '192\.0\.2\.1'"):
        plain.connect(("192.0.2.1", 80))


def test_a_test_may_talk_to_this_machine():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1]), timeout=5).close()


def test_the_developers_settings_are_not_visible():
    assert not [name for name in os.environ if name.startswith(("GUIDEPOST_", "SLACK_"))]
