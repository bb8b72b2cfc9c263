"""The local workspace in HTTP mode: signed posts to the bot's own address, retried as Slack retries."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue

import pytest
import uvicorn
from slack_bolt.adapter.starlette import SlackRequestHandler
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.routing import Route

from bot.local.errors import LocalWorkspaceError
from tests.local_slack import ANN, BOT, GENERAL, Page, bolt_app, workspace


@pytest.fixture
def ws(tmp_path):
    with workspace(tmp_path, retry_seconds=(0.05, 0.05, 0.05), ack_seconds=1.0) as running:
        yield running


@pytest.fixture
def ann(ws):
    with Page(ws, ANN) as page:
        yield page


@contextmanager
def bolt_server(app):
    """A Bolt app behind its Starlette adapter; gives its address."""
    handler = SlackRequestHandler(app)
    web = Starlette(routes=[Route("/slack/events", handler.handle, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(web, port=0, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/slack/events"
    server.should_exit = True
    thread.join(5)


@contextmanager
def plain_server(answers):
    """A server that notes every request and answers with these (status, headers) in turn."""
    seen = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            seen.put((dict(self.headers), body))
            status, headers = answers.pop(0) if answers else (200, {})
            self.send_response(status)
            for name, value in {**headers, "Content-Length": "0"}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/slack/events", seen
    server.shutdown()
    thread.join(5)
    server.server_close()


def test_events_commands_clicks_and_modals_work_over_signed_http(ws, ann):
    app, seen = bolt_app(ws), Queue()
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}

    @app.event("app_mention")
    def mentioned(event, say):
        say(
            text="hello",
            thread_ts=event["ts"],
            blocks=[{"type": "actions", "block_id": "b", "elements": [button]}],
        )

    @app.event("message")
    def wrote():
        pass

    @app.action("go")
    def clicked(ack, body, client):
        ack()
        title = {"type": "plain_text", "text": "T"}
        view = {"type": "modal", "callback_id": "m", "title": title, "blocks": [{"type": "divider"}]}
        client.views_open(trigger_id=body["trigger_id"], view=view)

    @app.view("m")
    def submitted(ack, body):
        ack(response_action="clear")
        seen.put(body["user"]["id"])

    @app.command("/cs")
    def command(ack, command):
        ack(f"you said {command['text']} & more")

    with bolt_server(app) as url:
        ws.set_events_url(url)
        ann.post(GENERAL, "@guidepost hi")
        reply = ann.hears("message", message__user=BOT)["message"]
        place = {"message": {"channel": GENERAL, "ts": reply["ts"]}, "block_id": "b"}
        assert ann.do("action", **place, action={"type": "button", "action_id": "go"}) == {"ok": True}
        view = ann.hears("view_open")["view"]
        assert ann.do("view_submit", view_id=view["id"], values={}) == {"clear": True}
        assert seen.get(timeout=5) == ANN
        assert ann.do("command", channel=GENERAL, command="/cs", text="a=b&c") == {"ok": True}
        assert ann.hears("ephemeral")["message"]["text"] == "you said a=b&c & more"


def test_posts_are_signed_and_retried_with_slacks_headers(ws, ann):
    with plain_server([(500, {}), (503, {})]) as (url, seen):
        ws.set_events_url(url)
        ann.post(GENERAL, "hello")
        deliveries = [seen.get(timeout=5) for _ in range(3)]
    verifier = SignatureVerifier(ws.signing_secret)
    assert all(verifier.is_valid_request(body, headers) for headers, body in deliveries)
    assert not SignatureVerifier("other").is_valid_request(deliveries[0][1], deliveries[0][0])
    assert len({json.loads(body)["event_id"] for _, body in deliveries}) == 1
    assert [one.get("X-Slack-Retry-Num") for one, _ in deliveries] == [None, "1", "2"]
    assert deliveries[1][0]["X-Slack-Retry-Reason"] == "http_error"


def test_a_bot_that_wants_no_retry_gets_none(ws, ann):
    with plain_server([(500, {"X-Slack-No-Retry": "1"})]) as (url, seen):
        ws.set_events_url(url)
        ann.post(GENERAL, "hello")
        seen.get(timeout=5)
        with pytest.raises(Empty):
            seen.get(timeout=0.5)


def test_a_bot_that_is_not_there_is_told_to_the_person(ws, ann):
    ws.set_events_url("http://127.0.0.1:9/slack/events")
    ann.post(GENERAL, "hello")
    assert "dispatch_failed" in ann.do("command", channel=GENERAL, command="/cs", text="")["error"]


def test_an_address_that_is_none_is_refused(ws):
    with pytest.raises(LocalWorkspaceError, match="http://"):
        ws.set_events_url("ftp://bot.example")
