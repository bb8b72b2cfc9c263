"""HTTP mode: what is signed and new is stored once; what is not is refused, and Slack is told whether to come again."""

from __future__ import annotations

import json
from datetime import timedelta
from types import SimpleNamespace

import httpx
import pytest
from slack_sdk.signature import SignatureVerifier
from sqlmodel import select

from bot.app import create_app
from bot.serving import BODY_AT_MOST, HttpServer, SlackDoor
from store.clock import SystemClock
from store.database import Database
from store.tables import InboundEvent
from tests.bot_fixtures import HARBOUR, ISLA
from tests.local_slack import client_of
from tests.running_bot import free_port

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


@pytest.fixture
def http(bot):
    """The product over HTTP; `post` sends what Slack would."""
    app = create_app(client_of(bot.slack), bot.services, signing_secret=SECRET)
    port = free_port()
    server = HttpServer(SlackDoor(app.dispatch), port, dict)
    server.start()
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as web:

        def post(body, *, secret=SECRET, ago=timedelta(0), kind="application/json", **headers):
            text = body if isinstance(body, str) else json.dumps(body)
            stamp = str(int((SystemClock().now() - ago).timestamp()))
            signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=text)
            signed = {
                "X-Slack-Request-Timestamp": stamp,
                "X-Slack-Signature": signature,
                "Content-Type": kind,
            }
            return web.post("/slack/events", content=text, headers=signed | headers)

        yield SimpleNamespace(post=post, web=web, app=app)
    server.stop()


def mention(bot, ts="1772532000.000100", event_id="Ev1"):
    bot_user = bot.services.bot_user_id
    event = {
        "type": "app_mention",
        "channel": HARBOUR,
        "user": ISLA,
        "ts": ts,
        "text": f"<@{bot_user}> hello",
    }
    return {"type": "event_callback", "team_id": "T0FERNWAY", "event_id": event_id, "event": event}


def stored(bot):
    return len(bot.rows(select(InboundEvent)))


def verdict(answer):
    return answer.status_code, answer.headers.get("x-slack-no-retry")


@pytest.mark.parametrize(
    ("how", "status"),
    [
        pytest.param({}, 200, id="signed, now"),
        pytest.param({"ago": timedelta(minutes=4)}, 200, id="four minutes old"),
        pytest.param({"ago": timedelta(minutes=6)}, 401, id="six minutes old"),
        pytest.param({"ago": -timedelta(minutes=6)}, 401, id="from the future"),
        pytest.param({"secret": "another"}, 401, id="signed by somebody else"),
        pytest.param({"X-Slack-Signature": ""}, 401, id="no signature"),
        pytest.param({"X-Slack-Request-Timestamp": "soon"}, 401, id="a timestamp that is none"),
    ],
)
def test_only_what_is_signed_and_new_is_taken(http, bot, how, status):
    assert verdict(http.post(mention(bot), **how)) == (status, None if status == 200 else "1")
    assert stored(bot) == (status == 200)


def test_what_slack_sends_again_has_one_effect(http, bot):
    for attempt in range(4):
        again = {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": "http_timeout"} if attempt else {}
        assert verdict(http.post(mention(bot), **again)) == (200, None)
    assert stored(bot) == 1


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param("{", "application/json", id="broken JSON"),
        pytest.param("payload=%7B", "application/x-www-form-urlencoded", id="a form with broken JSON"),
        pytest.param("x" * (BODY_AT_MOST + 1), "application/json", id="too large"),
        pytest.param("[]", "application/json", id="no object"),
        pytest.param('"text"', "application/json", id="a text"),
        pytest.param("", "application/json", id="nothing"),
    ],
)
def test_what_makes_no_sense_is_refused_for_good(http, bot, body, kind):
    status, no_retry = verdict(http.post(body, kind=kind))
    assert 400 <= status < 500
    assert no_retry == "1"
    assert stored(bot) == 0


def test_what_could_not_be_stored_is_to_come_again(http, bot, tmp_path):
    sound = bot.services.database
    bot.services.database = Database(f"sqlite:///{tmp_path / 'empty.db'}")  # without tables
    assert verdict(http.post(mention(bot))) == (500, None)
    bot.services.database.close()
    bot.services.database = sound
    assert verdict(http.post(mention(bot), **{"X-Slack-Retry-Num": "1"})) == (200, None)
    assert stored(bot) == 1


def test_slacks_own_checks_are_answered(http):
    assert http.post({"type": "url_verification", "challenge": "c1"}).json() == {"challenge": "c1"}
    assert http.post("ssl_check=1&token=x", kind="application/x-www-form-urlencoded").status_code == 200
    assert http.web.get("/slack/events").status_code == 405
    assert http.web.get("/slack/install").status_code == 404  # one workspace, one token
