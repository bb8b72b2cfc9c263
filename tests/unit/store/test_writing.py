from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest

from store.tables import writing
from store.tables.workspaces import bind_workspace
from store.tables.writing import Spent

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture
def other_workspace(database, workspace):
    with database.transaction() as session:
        return bind_workspace(session, "T0OTHER", name="Other", bot_user_id="U0BOT", is_local=False, now=NOW)


def _count(database, workspace, day=TODAY, model="openai:small", **numbers):
    with database.transaction() as session:
        writing.count(session, workspace_id=workspace.id, day=day, model=model, **numbers)


def _spent(database, workspace, since=TODAY, until=None):
    with database.reading() as session:
        return writing.spent(session, workspace.id, since, until)


def test_a_days_calls_add_up_over_models(database, workspace):
    _count(database, workspace, calls=1, tokens_read=900, tokens_written=50, cost_micros=120)
    _count(database, workspace, calls=1, failures=1, tokens_read=900)
    _count(database, workspace, model="ollama:mine", remembered=1)
    assert _spent(database, workspace) == Spent(2, 1, 1, 1850, 120)


def test_another_day_and_another_workspace_are_apart(database, workspace, other_workspace):
    _count(database, workspace, calls=1, tokens_read=10)
    _count(database, workspace, day=date(2026, 3, 1), calls=1, tokens_read=7)
    _count(database, other_workspace, calls=1, tokens_read=5)
    assert _spent(database, workspace).tokens == 10
    assert _spent(database, workspace, date(2026, 2, 1), TODAY).tokens == 17
    assert _spent(database, other_workspace).tokens == 5


def test_counting_from_several_threads_loses_nothing(database, workspace):
    threads = [
        threading.Thread(target=_count, args=(database, workspace), kwargs={"calls": 1, "tokens_read": 3})
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _spent(database, workspace) == Spent(calls=8, tokens=24)


def _keep(database, workspace, key, text, now=NOW):
    with database.transaction() as session:
        writing.keep_written(
            session, workspace_id=workspace.id, key=key, text=text, now=now, keep=timedelta(days=1)
        )


def _kept(database, workspace, key, now=NOW):
    with database.reading() as session:
        return writing.written_text(session, workspace.id, key, now)


def test_a_text_is_kept_until_it_expires(database, workspace, other_workspace):
    _keep(database, workspace, "k", "Refunds take 14 days. [1]")
    assert _kept(database, workspace, "k") == "Refunds take 14 days. [1]"
    assert _kept(database, workspace, "k", NOW + timedelta(days=1)) is None
    assert _kept(database, workspace, "other") is None
    assert _kept(database, other_workspace, "k") is None


def test_an_expired_text_makes_room_for_a_new_one(database, workspace):
    _keep(database, workspace, "k", "old")
    later = NOW + timedelta(days=2)
    _keep(database, workspace, "k", "new", now=later)
    assert _kept(database, workspace, "k", later) == "new"


def test_keeping_the_same_twice_is_no_fault(database, workspace):
    _keep(database, workspace, "k", "first")
    _keep(database, workspace, "k", "second")
    assert _kept(database, workspace, "k") == "first"
