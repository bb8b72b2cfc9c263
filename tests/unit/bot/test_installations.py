"""Installed tokens: sealed on their way in, opened on their way out, with keys that may be changed."""

from __future__ import annotations

import logging

import pytest
from slack_bolt.error import BoltError
from slack_sdk.oauth.installation_store import Installation
from sqlmodel import select

from bot.slack.installations import SealedInstallationStore
from bot.slack.vault import CannotOpen, Vault, new_key
from store.tables import SlackBot, SlackInstallation, installations
from store.tables.installations import SEALED

APP, TOKEN = "1.2", "xoxb-" + "1234567890" * 20  # longer than the library's own column


def an_installation(team="T1", **more):
    return Installation(**{"app_id": "A1", "user_id": "U1", "team_id": team, "bot_token": TOKEN} | more)


@pytest.fixture
def store(database):
    return SealedInstallationStore(database, APP, Vault(new_key()))


def test_a_token_comes_back_as_it_was_and_lies_sealed(store, database):
    secrets = {name: f"secret {name}" for name in SEALED} | {"bot_token": TOKEN}
    store.save(an_installation(**secrets))

    found = store.find_installation(enterprise_id=None, team_id="T1")
    assert {name: getattr(found, name) for name in SEALED} == secrets
    assert store.find_installation(enterprise_id=None, team_id="T1", user_id="U1").bot_token == TOKEN
    assert store.find_bot(enterprise_id=None, team_id="T1").bot_token == TOKEN
    with database.reading() as session:
        rows = [*session.exec(select(SlackBot)).all(), *session.exec(select(SlackInstallation)).all()]
    assert not any("secret" in str(vars(row)) or TOKEN in str(vars(row)) for row in rows)


def test_the_newest_installation_of_a_workspace_counts(store):
    store.save(an_installation(installed_at=1_000_000.0))
    store.save(an_installation(bot_token="xoxb-new", installed_at=2_000_000.0))
    store.save(an_installation("T2"))
    assert store.find_bot(enterprise_id=None, team_id="T1").bot_token == "xoxb-new"
    assert store.find_bot(enterprise_id=None, team_id="T3") is None
    assert store.find_installation(enterprise_id=None, team_id="T3") is None


def test_a_bot_alone_can_be_kept(store):
    store.save_bot(an_installation().to_bot())
    assert store.find_bot(enterprise_id=None, team_id="T1").bot_token == TOKEN


@pytest.mark.parametrize(("team", "whole"), [("T1", True), (None, False)], ids=["said", "without a team"])
def test_an_installation_for_a_whole_organisation_is_refused(store, database, team, whole):
    with pytest.raises(BoltError, match="whole organisation"):
        store.save(an_installation(team, enterprise_id="E1", is_enterprise_install=whole))
    with database.reading() as session:
        assert installations.installed(session, APP) == []


def test_a_changed_key_opens_what_the_old_one_sealed_until_all_is_sealed_anew(database):
    old, new = new_key(), new_key()
    SealedInstallationStore(database, APP, Vault(old)).save(an_installation())
    both = Vault(f"{new}, {old}")
    assert (
        SealedInstallationStore(database, APP, both).find_bot(enterprise_id=None, team_id="T1").bot_token
        == TOKEN
    )
    only_new = SealedInstallationStore(database, APP, Vault(new))
    with pytest.raises(CannotOpen, match="Add the key that sealed it"):
        only_new.find_bot(enterprise_id=None, team_id="T1")
    with database.transaction() as session:
        assert installations.reseal(session, both.reseal) == 2
    assert only_new.find_bot(enterprise_id=None, team_id="T1").bot_token == TOKEN


def test_no_token_is_logged(store, caplog):
    with caplog.at_level(logging.DEBUG):
        store.save(an_installation())
        store.find_bot(enterprise_id=None, team_id="T1")
    assert TOKEN not in caplog.text
