"""Installed tokens: sealed on their way in, opened on their way out, with keys that may be changed."""

from __future__ import annotations

import json
import logging
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import yaml
from slack_bolt import BoltRequest
from slack_bolt.error import BoltError
from slack_sdk.oauth.installation_store import Installation
from sqlmodel import select

from bot.settings import Settings
from bot.slack import install_pages
from bot.slack import installations as installations_of_slack
from bot.slack.installations import SealedInstallationStore, oauth_flow
from bot.slack.vault import CannotOpen, Vault, new_key
from bot.start import MANIFEST
from store.database import Database
from store.tables import SlackBot, SlackInstallation, SlackOAuthState, installations
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


# What breaks while somebody installs


class Unasked(BaseHTTPRequestHandler):
    """Gives tokens to whoever asks."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        team = {"team": {"id": "T1", "name": "Acme"}, "authed_user": {"id": "U1"}, "app_id": "A1"}
        body = json.dumps({"ok": True, "access_token": TOKEN, "bot_id": "B1", **team}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def slack():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Unasked)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/api/"
    server.shutdown()
    thread.join(5)
    server.server_close()


def come_back(flow):
    """Begin and come back from Slack with a code; the page that the person sees."""
    begun = flow.handle_installation(BoltRequest(body="", headers={}))
    cookie = begun.headers["set-cookie"][0].split(";")[0]
    state = cookie.split("=", 1)[1]
    query = {"code": "c", "state": state}
    return flow.handle_callback(BoltRequest(body="", query=query, headers={"cookie": cookie}))


def flow_of(database, api_url, told, stored=None):
    settings = Settings(_env_file=None, slack_client_id=APP, slack_client_secret="s", slack_api_url=api_url)
    store = SealedInstallationStore(stored or database, APP, Vault(new_key()))
    return oauth_flow(settings, database, store, MANIFEST, told.append)


def test_an_installation_that_succeeds_is_told(sqlite_database, slack):
    told = []
    assert come_back(flow_of(sqlite_database, slack, told)).status == 200
    assert [one.team_id for one in told] == ["T1"]


def test_installations_that_nobody_completed_are_forgotten(database, slack):
    flow = flow_of(database, slack, [])
    for _ in range(2):
        flow.handle_installation(BoltRequest(body="", headers={}))
    long_ago = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    with database.transaction() as session:
        first, second = session.exec(select(SlackOAuthState).order_by(SlackOAuthState.id)).all()
        first.expire_at, kept = long_ago, second.state
    flow.handle_installation(BoltRequest(body="", headers={}))
    with database.reading() as session:
        states = [one.state for one in session.exec(select(SlackOAuthState).order_by(SlackOAuthState.id))]
    assert len(states) == 2
    assert kept in states


def test_a_slack_that_cannot_be_reached_ends_on_the_page_of_failures(sqlite_database):
    told = []
    page = come_back(flow_of(sqlite_database, "http://127.0.0.1:9/api/", told))
    assert (page.status, told) == (401, [])
    assert "Slack did not confirm the installation" in page.body


def test_a_store_that_breaks_ends_on_the_page_of_failures(sqlite_database, slack, tmp_path):
    told, empty = [], Database(f"sqlite:///{tmp_path / 'empty.db'}")  # without tables
    page = come_back(flow_of(sqlite_database, slack, told, stored=empty))
    empty.close()
    assert (page.status, told) == (500, [])
    assert TOKEN not in page.body


def test_the_page_that_installs_says_what_every_scope_of_the_manifest_is_for(sqlite_database, slack):
    page = flow_of(sqlite_database, slack, []).handle_installation(BoltRequest(body="", headers={})).body
    scopes = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))["oauth_config"]["scopes"]["bot"]
    assert set(install_pages.PURPOSES) == set(scopes)
    assert [line for line in install_pages.PURPOSES.values() if line not in page] == []
    assert f'href="{slack.removesuffix("api/")}oauth/v2/authorize?state=' in page


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        pytest.param("access_denied", "You pressed Cancel", id="a no"),
        pytest.param("invalid_state", "counts once, for ten minutes", id="too late"),
        pytest.param("<script>", "Reason: &lt;script&gt;", id="a reason that nobody knows, made safe"),
    ],
)
def test_who_did_not_install_it_is_told_why_and_where_to_begin_again(
    sqlite_database, slack, reason, sentence
):
    told = []
    flow = flow_of(sqlite_database, slack, told)
    query = {"state": "old", "code": "c"} if reason == "invalid_state" else {"error": reason}
    cookie = {"cookie": "slack-app-oauth-state=old"}
    page = flow.handle_callback(BoltRequest(body="", query=query, headers=cookie))
    assert sentence in page.body
    assert 'href="/slack/install"' in page.body
    assert told == []


@pytest.mark.parametrize(
    ("api", "address"),
    [
        pytest.param("https://slack.com/api/", "https://app.slack.com/client/T1", id="Slack"),
        pytest.param("http://127.0.0.1:8080/api/", "http://127.0.0.1:8080/", id="the local workspace"),
    ],
)
def test_after_the_installation_the_page_leads_to_the_workspace(api, address):
    assert installations_of_slack._slack_of(api.removesuffix("api/"), an_installation(team="T1")) == address
