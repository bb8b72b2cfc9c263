"""What a copy in memory remembers of what it read: never anything that is not so any more."""

from contextlib import closing
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event
from sqlmodel import select

from store.rehearsal import empty
from store.tables import Account, UsageFact, Workspace, accounts

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def copy():
    with closing(empty()) as database:
        with database.transaction() as session:
            session.add(Workspace(id="w", slack_team_id="T0COPY", name="Copy", created_at=NOW))
            session.add(_fact("seats_used", "4"))
        yield database


@pytest.fixture
def asked(copy):
    """The statements that reached the database."""
    found = []
    event.listen(copy.engine, "before_cursor_execute", lambda *heard: found.append(heard[2]))
    return found


def _fact(kind, value, account_id="a"):
    on = {"observed_on": date(2026, 3, 1), "created_at": NOW}
    return UsageFact(workspace_id="w", account_id=account_id, kind=kind, value=value, **on)


def _known(session, account_id="a"):
    return {fact.kind: fact.value for fact in accounts.latest_usage(session, account_id)}


def test_what_was_read_is_not_asked_for_again(copy, asked):
    for _ in range(3):
        with copy.reading() as session:
            assert _known(session) == {"seats_used": "4"}
    assert len([one for one in asked if one.startswith("SELECT")]) == 1


def test_what_another_account_has_is_another_question(copy):
    with copy.reading() as session:
        assert (_known(session), _known(session, "b")) == ({"seats_used": "4"}, {})


def test_what_was_written_is_read(copy):
    with copy.reading() as session:
        assert _known(session) == {"seats_used": "4"}
    with copy.transaction() as session:
        session.add(_fact("first_value", "yes"))
    with copy.reading() as session:
        assert _known(session) == {"seats_used": "4", "first_value": "yes"}


def test_what_is_about_to_be_written_counts_already(copy):
    with copy.transaction() as session:
        assert _known(session) == {"seats_used": "4"}
        session.add(_fact("first_value", "yes"))
        assert _known(session) == {"seats_used": "4", "first_value": "yes"}


def test_what_was_undone_is_forgotten(copy):
    with pytest.raises(RuntimeError), copy.transaction() as session:
        session.add(_fact("first_value", "yes"))
        assert _known(session) == {"seats_used": "4", "first_value": "yes"}
        raise RuntimeError
    with copy.reading() as session:
        assert _known(session) == {"seats_used": "4"}


def test_rows_of_a_transaction_that_failed_are_read_anew(copy):
    with pytest.raises(RuntimeError), copy.transaction() as session:
        _known(session)
        raise RuntimeError
    with copy.reading() as session:
        assert _known(session) == {"seats_used": "4"}


def test_writing_elsewhere_changes_nothing(copy, asked):
    with copy.reading() as session:
        _known(session)
    with copy.transaction() as session:
        when = {"created_at": NOW, "updated_at": NOW}
        session.add(Account(workspace_id="w", key="n", name="Nord", timezone="UTC", segment="SMB", **when))
    with copy.reading() as session:
        _known(session)
    assert len([one for one in asked if one.startswith("SELECT")]) == 1


def test_a_statement_that_does_not_say_so_is_asked_every_time(copy, asked):
    for _ in range(2):
        with copy.reading() as session:
            assert len(session.exec(select(UsageFact)).all()) == 1
    assert len([one for one in asked if one.startswith("SELECT")]) == 2
