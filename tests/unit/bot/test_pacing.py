"""What Slack refused is not asked again before its time; what needs many calls does with fewer as they get scarce."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest
from slack_sdk.errors import SlackApiError

from bot.slack.messenger import Posted, SlackMessenger, Speech, StreamTarget, TryLater, refusal_of
from bot.slack.pacing import PER_MINUTE, Limits, PacedClient, thinned

WHERE = Posted("C1", "1.0")


@pytest.fixture
def slack():
    """A Slack that answers everything, but 429 to the methods in `limited`; it notes what it is asked."""
    asked, limited = [], {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"] or 0))
            method = self.path.rsplit("/", 1)[-1]
            asked.append(method)
            status = 429 if method in limited else 200
            body = json.dumps({"ok": status == 200, "ts": "1.0", "channel": "C1", "user": {}}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if status == 429:
                self.send_header("Retry-After", str(limited[method]))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield SimpleNamespace(asked=asked, limited=limited, url=f"http://127.0.0.1:{server.server_port}/api/")
    server.shutdown()
    thread.join(5)
    server.server_close()


@pytest.fixture
def clock():
    return SimpleNamespace(seconds=1000.0)


@pytest.fixture
def client(slack, clock):
    limits = Limits(lambda: clock.seconds)
    return PacedClient("xoxb-1", base_url=slack.url, retry_handlers=[], limits=limits)


def test_a_method_that_was_limited_is_asked_again_when_its_time_has_passed(slack, client, clock):
    slack.limited["users.info"] = 30
    for left in (30, 20):
        with pytest.raises(SlackApiError) as caught:
            client.users_info(user="U1")
        refusal = refusal_of(caught.value)
        assert isinstance(refusal, TryLater)
        assert (refusal.seconds, refusal.refused) == (left, True)
        clock.seconds += 10
    assert slack.asked == ["users.info"]
    assert client.conversations_info(channel="C1")["ok"]  # others go on
    slack.limited.clear()
    clock.seconds += 11
    assert client.users_info(user="U1")["ok"]


def test_a_full_channel_holds_up_no_other(slack, client):
    slack.limited["chat.postMessage"] = 30
    with pytest.raises(SlackApiError):
        client.chat_postMessage(channel="C1", text="a")
    slack.limited.clear()
    with pytest.raises(SlackApiError):
        client.chat_postMessage(channel="C1", text="a")
    assert client.chat_postMessage(channel="C2", text="a")["ok"]
    assert len(slack.asked) == 2


def test_two_workspaces_wait_apart(slack, client):
    slack.limited["users.info"] = 30
    with pytest.raises(SlackApiError):
        client.users_info(user="U1")
    slack.limited.clear()
    assert PacedClient("xoxb-2", base_url=slack.url).users_info(user="U1")["ok"]


@pytest.mark.parametrize(
    ("room", "count"),
    [
        pytest.param(1.0, 10, id="plenty: sentence by sentence"),
        pytest.param(0.4, 3, id="less: four in one"),
        pytest.param(0.1, 1, id="scarce: all in one"),
        pytest.param(0.0, 1, id="none"),
    ],
)
def test_pieces_become_fewer_as_calls_get_scarce_and_no_word_is_lost(room, count):
    pieces = [f"Sentence {n}. " for n in range(10)]
    made = thinned(pieces, room)
    assert len(made) == count
    assert "".join(made) == "".join(pieces)
    assert thinned([], room) == []


def test_a_stream_takes_fewer_calls_before_slack_refuses_any(slack, client, clock):
    messenger = SlackMessenger(client, client.limits, pause=lambda _: None)
    speech = Speech(text="ten sentences")
    pieces = [f"Sentence {n}. " for n in range(10)]

    def appends():
        before = len(slack.asked)
        messenger.finish_stream(WHERE, speech, pieces, key="k")
        return slack.asked[before:].count("chat.appendStream")

    taken = [appends() for _ in range(16)]
    assert taken[0] == 10
    assert taken == sorted(taken, reverse=True)
    assert taken[-1] == 1
    assert sum(taken) < PER_MINUTE["chat.appendStream"]
    clock.seconds += 61
    assert appends() == 10


def test_no_stream_is_begun_that_slack_would_have_to_refuse(slack, client, clock):
    messenger = SlackMessenger(client, client.limits, pause=lambda _: None)

    def begin():
        return messenger.begin_stream("C1", "1.0", [], StreamTarget("U1", "T1"))

    begun = [begin() for _ in range(PER_MINUTE["chat.startStream"] + 5)]
    assert begun.count(None) == 5
    assert len(slack.asked) == PER_MINUTE["chat.startStream"]
    clock.seconds += 61
    assert begin() == WHERE


def test_calls_of_minutes_ago_are_forgotten_also_where_nobody_asks_how_many_there_were(clock):
    limits = Limits(lambda: clock.seconds)
    for _ in range(500):
        limits.called("chat.update")
        clock.seconds += 1
    assert len(limits._calls["chat.update"]) <= 60
