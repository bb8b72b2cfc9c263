"""Two workspaces install the app over real HTTP: each is served with its own token, its own knowledge, its own people."""

from __future__ import annotations

import html
import json
import re
import time
from contextlib import ExitStack
from dataclasses import replace
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import yaml
from slack_sdk.signature import SignatureVerifier
from sqlmodel import select

from bot.fleet import NOT_HERE, Fleet
from bot.local.clock import LocalClock
from bot.local.manifest import AppConfig
from bot.local.server import LocalWorkspace
from bot.settings import Settings
from bot.slack.vault import new_key
from bot.start import MANIFEST
from bot.wiring import open_shared
from store import schema
from store.clock import SystemClock
from store.tables import Answer, SlackBot, SlackInstallation, Workspace, installations, workspaces
from tests.bot_process import SHORT, QuickCore
from tests.local_slack import ANN, BOT, DIRECTORY, GENERAL, Page
from tests.running_bot import free_port, take_in
from tests.slack_of_many import CLIENT_ID, CLIENT_SECRET, SlackOfMany

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
ACME, BETA = "T0ACME", "T0BETA"
QUESTION = "How long is the trial period?"


def now():
    return SystemClock().now().timestamp()


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)
    return found


class House:
    """Guidepost for many, two workspaces, and a browser that installs it."""

    def __init__(self, tmp_path, stack, database_url=None):
        config = AppConfig.from_manifest(yaml.safe_load(MANIFEST.read_text(encoding="utf-8")))
        self.slacks = {
            team: stack.enter_context(
                LocalWorkspace(
                    tmp_path / team,
                    LocalClock(tmp_path / team, SystemClock()),
                    directory=replace(DIRECTORY, team_id=team, team_name=team.removeprefix("T0")),
                    config=config,
                    signing_secret=SECRET,
                    retry_seconds=(0.1, 0.5, 1.0),
                )
            )
            for team in (ACME, BETA)
        }
        self.slack = SlackOfMany({f"code-{team}": ws for team, ws in self.slacks.items()})
        self.settings = Settings(
            _env_file=None,
            guidepost_data_dir=tmp_path / "data",
            database_url=database_url,
            port=free_port(),
            slack_client_id=CLIENT_ID,
            slack_client_secret=CLIENT_SECRET,
            slack_signing_secret=SECRET,
            guidepost_secret_key=new_key(),
            slack_api_url=stack.enter_context(self.slack.serving()),
        )
        self.url = f"http://127.0.0.1:{self.settings.port}"
        self.core = self._core()
        self.database = self.core.database
        stack.callback(self.database.close)
        self.fleet = self.start()
        stack.callback(lambda: self.fleet.stop())  # noqa: PLW0108 - whichever runs then
        self.web = stack.enter_context(httpx.Client(timeout=20))
        for ws in self.slacks.values():
            ws.set_events_url(f"{self.url}/slack/events")

    def _core(self):
        shared = open_shared(self.settings)
        return QuickCore(shared.settings, shared.database, shared.clock, "")

    def start(self):
        fleet = Fleet(self.core, MANIFEST, work_pace=SHORT, speech_pace=SHORT, look_seconds=0.2)
        fleet.start()
        return fleet

    def begin(self):
        """Open the page that installs; the authorization's query, and the cookie of the browser."""
        page = self.web.get(f"{self.url}/slack/install")
        assert page.status_code == 200
        addresses = re.findall(r'href="([^"]+)"', page.text)
        address = html.unescape(next(one for one in addresses if "oauth/v2/authorize" in one))
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        cookie = page.headers["set-cookie"].split(";")[0]
        return SimpleNamespace(address=address, cookie=cookie, **query)

    def come_back(self, begun, **query):
        """Slack sends the browser back."""
        headers = {"Cookie": begun.cookie} if begun.cookie else {}
        return self.web.get(f"{self.url}/slack/oauth_redirect", params=query, headers=headers)

    def install(self, team):
        begun = self.begin()
        done = self.come_back(begun, code=f"code-{team}", state=begun.state)
        assert done.status_code == 200, done.text
        until(lambda: team in self.fleet.teams)

    def teach(self, team, folder, text):
        """A help centre of one article for one workspace."""
        folder.mkdir(exist_ok=True)
        (folder / "trial.md").write_text(f"# The trial period\n\n{text}\n", encoding="utf-8")
        with self.database.reading() as session:
            workspace = installations.workspace_named(session, CLIENT_ID, team)
        take_in(self.core.for_workspace(workspace.id, self.settings), folder)

    def ask(self, team):
        """Ann of that workspace mentions the bot; the answer's text."""
        ws = self.slacks[team]
        with Page(ws, ANN) as page:
            ts = page.post(GENERAL, f"<@{BOT}> {QUESTION}")

            def answer():
                said = page.get("messages", channel=GENERAL, thread=ts)["messages"]
                ours = [one for one in said if one["user"] == BOT and not one.get("streaming")]
                return json.dumps(ours[0]) if ours and len(json.dumps(ours[0])) > 200 else None

            return until(answer)

    def post(self, body, *, secret=SECRET, at=None):
        """What Slack sends, signed."""
        text, stamp = json.dumps(body), str(int(at or now()))
        signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=text)
        headers = {
            "Content-Type": "application/json",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature,
        }
        return self.web.post(f"{self.url}/slack/events", content=text, headers=headers)

    def gone(self, team, event, at=None):
        at = at or now() + 1
        return self.post(
            {
                "type": "event_callback",
                "team_id": team,
                "api_app_id": "A0GUIDEPOST",
                "event_id": f"Ev{at}",
                "event_time": int(at),
                "event": event,
            }
        )

    def rows(self, query):
        with self.database.reading() as session:
            return list(session.exec(query).all())


@pytest.fixture
def house(tmp_path):
    with ExitStack() as stack:
        yield House(tmp_path, stack)


@pytest.fixture(scope="module")
def nobodys(tmp_path_factory):
    """One that nobody installs, for everything that must not change that."""
    with ExitStack() as stack:
        yield House(tmp_path_factory.mktemp("nobodys"), stack)


@pytest.mark.slow
def test_two_workspaces_install_are_answered_apart_and_one_leaves(house, tmp_path):
    house.install(ACME)
    house.install(BETA)
    house.teach(ACME, tmp_path / "a", "The trial period lasts fourteen days.")
    house.teach(BETA, tmp_path / "b", "The trial period lasts ninety days.")
    assert "fourteen days" in house.ask(ACME)
    assert "ninety days" in house.ask(BETA)
    assert {team for team, _ in house.slack.calls} == {ACME, BETA}

    # Nothing at rest can be used by who reads it.
    tokens = [ws.bot_token for ws in house.slacks.values()]
    stored = [one.bot_token for one in house.rows(select(SlackBot))]
    stored += [one.bot_token for one in house.rows(select(SlackInstallation))]
    assert len(stored) == 4
    assert not any(token in text for token in tokens for text in stored)

    assert house.gone(ACME, {"type": "app_uninstalled"}).status_code == 200
    until(lambda: house.fleet.teams == [BETA])
    assert {one.team_id for one in house.rows(select(SlackBot))} == {BETA}
    assert "ninety days" in house.ask(BETA)
    assert {one.slack_team_id for one in house.rows(select(Workspace))} == {ACME, BETA}
    assert len(house.rows(select(Answer))) == 3  # what was said stays

    house.install(ACME)
    assert "fourteen days" in house.ask(ACME)


@pytest.mark.slow
def test_a_restart_and_another_installation_serve_who_had_installed(bare_database, tmp_path):
    schema.upgrade(bare_database)
    url = bare_database.engine.url.render_as_string(hide_password=False)
    with ExitStack() as stack:
        house = House(tmp_path, stack, url)
        house.install(BETA)
        house.teach(BETA, tmp_path / "b", "The trial period lasts ninety days.")
        house.fleet.stop()
        house.fleet = house.start()
        assert house.fleet.teams == [BETA]
        assert "ninety days" in house.ask(BETA)
        first = house.fleet._members[BETA]
        house.install(BETA)
        until(lambda: house.fleet._members.get(BETA, first) is not first)
        assert "ninety days" in house.ask(BETA)
        ready = house.web.get(f"{house.url}/readyz")
        assert (ready.status_code, ready.json()["workspaces"]) == (200, 1)


def test_who_installs_is_the_admin_and_takes_nothing_that_was_prepared_for_others(house):
    with house.database.transaction() as session:
        prepared = workspaces.cli_workspace(session, SystemClock().now()).id
    house.install(ACME)
    member = house.fleet._members[ACME].bot
    assert member.services.settings.admins == {ANN}
    assert member.services.workspace_id != prepared


def test_the_page_that_installs_asks_for_the_scopes_of_the_manifest(nobodys):
    begun = nobodys.begin()
    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    assert begun.scope.split(",") == manifest["oauth_config"]["scopes"]["bot"]
    assert begun.client_id == CLIENT_ID
    assert begun.address.startswith(
        nobodys.settings.slack_api_url.removesuffix("api/") + "oauth/v2/authorize?"
    )


@pytest.mark.parametrize(
    ("query", "cookie", "status"),
    [
        pytest.param({"error": "access_denied"}, True, 200, id="the person said no"),
        pytest.param({"code": "code-T0ACME"}, False, 400, id="another browser than the one that began"),
        pytest.param({"code": "code-T0ACME", "state": "forged"}, True, 400, id="a state that is not ours"),
        pytest.param({"code": "wrong"}, True, 401, id="a code that Slack does not know"),
        pytest.param({}, True, 401, id="no code"),
    ],
)
def test_an_installation_that_is_not_in_order_installs_nothing(nobodys, query, cookie, status):
    begun = nobodys.begin()
    begun.cookie = begun.cookie if cookie else ""
    assert nobodys.come_back(begun, **{"state": begun.state} | query).status_code == status
    assert nobodys.rows(select(SlackInstallation)) == []
    assert nobodys.fleet.teams == []


def test_a_state_counts_once(house):
    begun = house.begin()
    assert house.come_back(begun, code=f"code-{ACME}", state=begun.state).status_code == 200
    assert house.come_back(begun, code=f"code-{BETA}", state=begun.state).status_code == 401


def test_revoked_tokens_are_deleted_also_where_no_bot_runs_and_late_news_spares_the_new_ones(house):
    house.install(ACME)
    before = now() - 3600
    assert house.gone(ACME, {"type": "app_uninstalled"}, at=before).status_code == 200
    assert house.gone(ACME, {"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}}).status_code == 200
    assert len(house.rows(select(SlackBot))) == 1
    assert house.gone(ACME, {"type": "tokens_revoked", "tokens": {"bot": [BOT]}}).status_code == 200
    assert house.rows(select(SlackBot)) == []
    assert house.gone("T0NOBODY", {"type": "app_uninstalled"}).status_code == 200


def test_what_is_not_signed_or_not_for_us_changes_nothing(house):
    house.install(ACME)
    uninstall = {"type": "event_callback", "team_id": ACME, "event_time": int(now()) + 9}
    uninstall["event"] = {"type": "app_uninstalled"}
    forged = house.post(uninstall, secret="another")
    late = house.post(uninstall, at=now() - 301)
    assert [(one.status_code, one.headers["x-slack-no-retry"]) for one in (forged, late)] == [(401, "1")] * 2
    assert len(house.rows(select(SlackBot))) == 1
    assert house.post({"type": "url_verification", "challenge": "c1"}).json() == {"challenge": "c1"}
    assert house.post({"type": "event_callback", "team_id": "T9", "event": {"type": "message"}}).text == ""
    assert house.post({"command": "/cs", "team_id": "T9"}).text == NOT_HERE


def test_a_workspace_whose_bot_is_not_up_yet_is_told_to_come_again(house):
    with house.database.transaction() as session:
        session.add(
            SlackBot(
                client_id=CLIENT_ID,
                app_id="A1",
                team_id="T5",
                bot_token="not sealed by us",
                installed_at=SystemClock().now().replace(tzinfo=None),
            )
        )
    answer = house.post({"type": "event_callback", "team_id": "T5", "event": {"type": "message"}})
    assert answer.status_code == 503
    assert "x-slack-no-retry" not in answer.headers
    ready = house.web.get(f"{house.url}/readyz").json()
    assert (ready["workspaces"], ready["workspaces_waiting"]) == (0, 1)
    house.install(ACME)  # one that cannot start keeps nobody else from it
