"""The app is installed into the local workspace as into Slack, and taken out of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.installing.practice import practice
from tests.local_slack import ANN, BO, BOT, CY, client_of, workspace

SAMPLE = Path(__file__).parents[4].parent / "shared/slack/samples/api/oauth.v2.access.json"
EVENTS = "http://127.0.0.1:9/slack/events"
# Of refused calls, of a token that expires, of a webhook that nobody asks for.
NOT_HERE = {"error", "needed", "provided", "warning", "refresh_token", "expires_in", "incoming_webhook"}


class Heard:
    """A bot that is told and says nothing."""

    def __init__(self):
        self.events = []

    def is_connected(self):
        return True

    async def connected(self):
        pass

    async def deliver(self, envelope):
        self.events.append(envelope.payload["event"])


class Visit:
    """Somebody's browser, sent to the workspace by the app, and the app's calls."""

    def __init__(self, ws):
        self.ws = ws
        self.web = httpx.Client(timeout=10)
        self.client_id, self.client_secret = ws.client
        self.api = WebClient(base_url=ws.api_url)

    def address(self, **changed):
        asked = {"client_id": self.client_id, "scope": "chat:write,im:history", "state": "s1"} | changed
        return f"{self.ws.page_url}oauth/v2/authorize?{urlencode(asked)}"

    def sent_back(self, answer="allow", who=ANN, **changed):
        done = self.web.post(self.address(**changed), data={"answer": answer, "who": who})
        assert done.status_code == 303, done.text
        where = urlsplit(done.headers["location"])
        said = {name: values[0] for name, values in parse_qs(where.query).items()}
        return f"{where.scheme}://{where.netloc}{where.path}", said

    def tokens(self, code, **changed):
        proof = {"client_id": self.client_id, "client_secret": self.client_secret} | changed
        return self.api.oauth_v2_access(code=code, **proof)

    def refused(self, code, **changed):
        with pytest.raises(SlackApiError) as refusal:
            self.tokens(code, **changed)
        return refusal.value.response["error"]


@pytest.fixture
def visit(tmp_path):
    with workspace(tmp_path, events_url=EVENTS) as ws:
        one = Visit(ws)
        yield one
        one.web.close()


def test_the_page_says_who_asks_for_what_and_leaves_out_people_of_other_organisations(visit):
    page = visit.web.get(visit.address()).text
    assert "Guidepost is requesting permission to access Acme" in page
    assert [one for one in ("chat:write", "im:history") if one not in page] == []
    assert set(re.findall(r'option value="([^"]+)"', page)) == {ANN, BO}
    assert CY not in page


def test_who_allows_it_is_sent_back_with_a_code_that_is_worth_the_token_once(visit):
    where, said = visit.sent_back(who=BO)
    assert (where, said["state"]) == ("http://127.0.0.1:9/slack/oauth_redirect", "s1")
    granted = visit.tokens(said["code"]).data
    assert granted["access_token"] == visit.ws.bot_token
    assert (granted["authed_user"]["id"], granted["scope"]) == (BO, "chat:write,im:history")
    assert (granted["bot_user_id"], granted["team"]["name"]) == (BOT, "Acme")
    assert visit.refused(said["code"]) == "code_already_used"
    if SAMPLE.exists():
        assert set(json.loads(SAMPLE.read_text())) - NOT_HERE <= set(granted)


def test_who_cancels_is_sent_back_with_a_no(visit):
    _, said = visit.sent_back("cancel")
    assert said == {"state": "s1", "error": "access_denied"}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        pytest.param({"client_id": "1.2"}, "invalid_client_id", id="another app"),
        pytest.param({"redirect_uri": "https://elsewhere.example/x"}, "bad_redirect_uri", id="another host"),
        pytest.param({"scope": ""}, "invalid_scope_requested", id="it wants nothing"),
    ],
)
def test_an_app_that_asks_wrongly_is_told_why_and_nobody_is_sent_anywhere(visit, changed, code):
    page = visit.web.get(visit.address(**changed))
    assert (page.status_code, code in page.text) == (400, True)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        pytest.param({"client_id": "1.2"}, "invalid_client_id", id="another app"),
        pytest.param({"client_secret": "guessed"}, "bad_client_secret", id="a guessed secret"),
        pytest.param({"redirect_uri": "http://127.0.0.1:9/else"}, "bad_redirect_uri", id="another way back"),
    ],
)
def test_a_code_is_worth_nothing_to_others(visit, changed, error):
    _, said = visit.sent_back()
    assert visit.refused(said["code"], **changed) == error
    assert visit.refused("unheard of") == "invalid_code"


def test_taken_out_it_is_told_its_token_is_void_and_another_installation_brings_another(visit):
    heard = Heard()
    visit.ws.deliver_by(heard)
    old = visit.ws.bot_token
    assert visit.ws.does(ANN, "remove_app") == {"ok": True}
    visit.ws.quiet()
    assert [one["type"] for one in heard.events] == ["tokens_revoked", "app_uninstalled"]
    assert heard.events[0]["tokens"]["bot"] == [BOT]
    with pytest.raises(SlackApiError, match="account_inactive"):
        client_of(visit.ws, old).auth_test()
    new = visit.tokens(visit.sent_back()[1]["code"])["access_token"]
    assert new != old
    assert client_of(visit.ws, new).auth_test()["ok"]
    with pytest.raises(SlackApiError, match="account_inactive"):
        client_of(visit.ws, old).auth_test()


def test_a_token_that_is_revoked_by_its_app_is_void_after_a_restart_too(tmp_path):
    with workspace(tmp_path, events_url=EVENTS) as ws:
        client, (client_id, client_secret) = client_of(ws), ws.client
        assert client.auth_revoke()["revoked"] is True
    with workspace(tmp_path, events_url=EVENTS) as ws:
        assert ws.client == (client_id, client_secret)
        with pytest.raises(SlackApiError, match="token_revoked"):
            client_of(ws).auth_test()
        assert WebClient(base_url=ws.api_url).apps_uninstall(
            client_id=client_id, client_secret=client_secret
        )["ok"]


def test_over_socket_mode_nobody_takes_the_app_out_as_nothing_would_bring_it_back(tmp_path):
    with workspace(tmp_path) as ws:
        answer = httpx.post(f"{ws.page_url}local/api/remove_app", json={})
        assert (answer.status_code, "installed by its page" in answer.json()["error"]) == (400, True)
        assert client_of(ws).auth_test()["ok"]


def test_practising_again_is_the_same_workspace_and_the_same_key(tmp_path):
    said = []
    for _ in range(2):
        with practice(tmp_path / "practice", 0, EVENTS) as (ws, variables):
            values = dict(line.split("=", 1) for line in variables.read_text().splitlines())
            assert (values["SLACK_CLIENT_ID"], values["SLACK_CLIENT_SECRET"]) == ws.client
            assert values["SLACK_API_URL"] == ws.api_url
            assert variables.stat().st_mode & 0o077 == 0
            said.append(values["GUIDEPOST_SECRET_KEY"])
    assert said[0] == said[1]
