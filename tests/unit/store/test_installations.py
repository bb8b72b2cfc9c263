"""The tables of installations: those that Slack's library reads and writes, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore
from sqlalchemy import MetaData

from store.tables import SlackBot, SlackInstallation, SlackOAuthState, installations

APP, NOON = "1.2", datetime(2026, 3, 3, 12, 0, tzinfo=UTC)

LIBRARY = [
    pytest.param(SlackBot, SQLAlchemyInstallationStore.build_bots_table, id="bots"),
    pytest.param(
        SlackInstallation, SQLAlchemyInstallationStore.build_installations_table, id="installations"
    ),
    pytest.param(SlackOAuthState, SQLAlchemyOAuthStateStore.build_oauth_states_table, id="states"),
]


@pytest.mark.parametrize(("ours", "build"), LIBRARY)
def test_the_tables_have_the_columns_that_the_library_asks_for(ours, build):
    theirs = build(MetaData(), ours.__tablename__)
    mine = ours.__table__
    assert {column.name: column.nullable for column in mine.columns} == {
        column.name: column.nullable for column in theirs.columns
    }
    assert {index.name for index in mine.indexes} == {index.name for index in theirs.indexes}


def install(session, team, *, at=NOON, user="U1", token="sealed"):
    common = {
        "client_id": APP,
        "app_id": "A1",
        "team_id": team,
        "bot_token": token,
        "installed_at": at.replace(tzinfo=None),
    }
    session.add(SlackBot(**common))
    session.add(SlackInstallation(user_id=user, **common))


def tokens(database):
    with database.reading() as session:
        return {row.team_id: row.bot_token for row in installations.installed(session, APP)}


def test_the_newest_bot_of_each_workspace_counts(database):
    with database.transaction() as session:
        install(session, "T1", token="old")
        install(session, "T2")
        install(session, "T1", at=NOON + timedelta(hours=1), token="new")
        session.add(SlackBot(client_id="other", app_id="A2", team_id="T3", bot_token="x", installed_at=NOON))
    assert tokens(database) == {"T1": "new", "T2": "sealed"}
    with database.reading() as session:
        assert installations.installed_bot(session, APP, "T1").bot_token == "new"
        assert installations.installed_bot(session, APP, "T9") is None


def test_the_first_installer_stays_the_first_also_after_an_uninstall(database):
    with database.transaction() as session:
        install(session, "T1", user="U1FIRST")
        install(session, "T1", user="U0SECOND", at=NOON + timedelta(hours=1))
    with database.transaction() as session:
        installations.forget_tokens(session, APP, "T1", NOON + timedelta(hours=2))
        install(session, "T1", user="U9THIRD", at=NOON + timedelta(hours=3))
    with database.reading() as session:
        assert installations.first_installer(session, APP, "T1") == "U1FIRST"
        assert installations.first_installer(session, APP, "T2") is None


def test_an_uninstall_that_is_told_late_leaves_the_later_installation(database):
    with database.transaction() as session:
        install(session, "T1", token="old")
        install(session, "T2")
        install(session, "T1", at=NOON + timedelta(hours=2), token="new")
    with database.transaction() as session:
        assert installations.forget_tokens(session, APP, "T1", NOON + timedelta(hours=1))
    assert tokens(database) == {"T1": "new", "T2": "sealed"}
    with database.transaction() as session:
        assert installations.forget_tokens(session, APP, "T1", NOON + timedelta(hours=3))
        assert not installations.forget_tokens(session, APP, "T1", NOON + timedelta(hours=3))
    assert tokens(database) == {"T2": "sealed"}
    with database.reading() as session:
        rows = session.exec(installations.select(SlackInstallation)).all()
        assert [row.bot_token for row in rows if row.team_id == "T1"] == [None, None]


def test_every_sealed_value_is_passed_through_a_change_of_the_key(database):
    with database.transaction() as session:
        install(session, "T1", token="a")
    with database.transaction() as session:
        assert installations.reseal(session, str.upper) == 2
    assert tokens(database) == {"T1": "A"}
