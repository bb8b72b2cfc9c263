"""Which workspace a row belongs to, and the people met there."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlmodel import select

from store.errors import NotFound, StoreError
from store.tables import Account, Contact, Workspace
from store.tables.workspaces import (
    bind_workspace,
    cli_workspace,
    find_user,
    introduce,
    local_workspace,
    opt_in,
    opt_out,
    remember_user,
)


def bind(database, team, now, *, is_local=False, name="Acme"):
    with database.transaction() as session:
        return bind_workspace(session, team, name=name, bot_user_id="U0BOT", is_local=is_local, now=now)


def test_what_commands_prepared_is_claimed_by_the_first_real_connection(database, clock):
    with database.transaction() as session:
        prepared = cli_workspace(session, clock.now())

    connected = bind(database, "T0ACME", clock.now())

    assert connected.id == prepared.id
    assert (connected.slack_team_id, connected.name, connected.is_local) == ("T0ACME", "Acme", False)
    with database.transaction() as session:
        assert cli_workspace(session, clock.now()).id == prepared.id


def test_a_second_connection_finds_its_workspace_again_and_takes_the_new_name(database, clock):
    first = bind(database, "T0ACME", clock.now())

    again = bind(database, "T0ACME", clock.now(), name="Acme Corp")

    assert (again.id, again.name) == (first.id, "Acme Corp")


def test_sample_data_never_reaches_a_real_workspace(database, clock):
    with database.transaction() as session:
        local = local_workspace(session, clock.now())

    real = bind(database, "T0ACME", clock.now())

    assert real.id != local.id
    with database.transaction() as session:
        assert cli_workspace(session, clock.now()).id == real.id
        assert local_workspace(session, clock.now()).id == local.id


def test_real_data_never_reaches_the_local_workspace(database, clock):
    with database.transaction() as session:
        prepared = cli_workspace(session, clock.now())

    local = bind(database, "T0LOCAL", clock.now(), is_local=True)

    assert local.id != prepared.id
    with database.reading() as session:
        assert session.get(Workspace, prepared.id).slack_team_id is None


@pytest.mark.parametrize("known_as_local", [True, False], ids=["local becomes real", "real becomes local"])
def test_a_team_never_changes_its_kind(database, clock, known_as_local):
    bind(database, "T0ACME", clock.now(), is_local=known_as_local)

    with pytest.raises(StoreError, match="sample data and real data stay apart"):
        bind(database, "T0ACME", clock.now(), is_local=not known_as_local)


def test_a_command_in_a_database_of_several_workspaces_must_name_one(database, clock):
    first = bind(database, "T0ACME", clock.now())
    bind(database, "T0OTHER", clock.now(), name="Other")

    with database.transaction() as session:
        with pytest.raises(StoreError, match=r"Acme \(T0ACME\), Other \(T0OTHER\)"):
            cli_workspace(session, clock.now())
        assert cli_workspace(session, clock.now(), "T0ACME").id == first.id
        with pytest.raises(NotFound, match="T0NOBODY"):
            cli_workspace(session, clock.now(), "T0NOBODY")


def test_a_person_is_remembered_and_what_slack_leaves_out_stays(database, workspace, clock):
    with database.transaction() as session:
        remember_user(
            session,
            workspace.id,
            "U1",
            clock.now(),
            name="Ana",
            email=" Ana@Nord.example ",
            timezone="Europe/Madrid",
        )
        remember_user(session, workspace.id, "U1", clock.now(), name="Ana Ruiz")

    with database.reading() as session:
        user = find_user(session, workspace.id, "U1")
    assert (user.name, user.email, user.timezone) == ("Ana Ruiz", "ana@nord.example", "Europe/Madrid")


def test_the_first_contact_happens_once_even_when_two_workers_meet(database, workspace, clock):
    claims = []

    def meet():
        with database.transaction() as session:
            claims.append(introduce(session, workspace.id, "U1", clock.now()))

    threads = [threading.Thread(target=meet) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(claims) == [False, False, False, True]


def test_opting_out_reaches_the_contact_and_can_be_taken_back(database, workspace, clock):
    now = clock.now()
    with database.transaction() as session:
        account = Account(workspace_id=workspace.id, key="nord", name="Nord", created_at=now, updated_at=now)
        session.add(account)
        session.flush()
        session.add(
            Contact(
                workspace_id=workspace.id,
                account_id=account.id,
                email="ana@nord.example",
                name="Ana",
                slack_user_id="U1",
                created_at=now,
                updated_at=now,
            )
        )
        opt_out(session, workspace.id, "U1", now)

    def states():
        with database.reading() as session:
            contact = session.exec(select(Contact)).one()
            return contact.opted_out_at, find_user(session, workspace.id, "U1").opted_out_at

    assert states() == (now, now)

    with database.transaction() as session:
        opt_in(session, workspace.id, "U1", now + timedelta(days=1))
    assert states() == (None, None)


def test_people_of_two_workspaces_are_apart(database, workspace, clock):
    other = bind(database, "T0OTHER", clock.now(), name="Other")
    with database.transaction() as session:
        remember_user(session, workspace.id, "U1", clock.now(), name="Ana")

    with database.reading() as session:
        assert find_user(session, other.id, "U1") is None
