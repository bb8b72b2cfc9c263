"""People and bots for tests of the local workspace: a page without a browser, and an unmodified Bolt app."""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from contextlib import contextmanager
from threading import Event
from urllib.parse import urlencode

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from websockets.sync.client import connect

from bot.local.clock import LocalClock
from bot.local.directory import Channel, Directory, User
from bot.local.manifest import AppConfig, Completion, Prompt, Shortcut, SlashCommand
from bot.local.server import LocalWorkspace
from store.clock import SystemClock

ANN, BO, CY = "U1ANN", "U2BO", "U3CY"
BOT = "U0GUIDEPOST"
GENERAL, SECRET, SHARED, QUIET = "C1GENERAL", "G2SECRET", "C3SHARED", "C4QUIET"

DIRECTORY = Directory(
    team_name="Acme",
    users=(
        User(ANN, "ann", "Ann Lee", email="ann@acme.example", tz="Europe/Berlin"),
        User(BO, "bo", "Bo Hall", email="bo@acme.example", title="CSM", is_staff=True),
        User(CY, "cy", "Cy Moss", email="cy@other.example", team_id="T9OTHER"),
    ),
    channels=(
        Channel(GENERAL, "general", (ANN, BO, BOT), topic="All of us"),
        Channel(SECRET, "secret", (BO, BOT), is_private=True),
        Channel(SHARED, "with-other", (BO, CY, BOT), is_ext_shared=True),
        Channel(QUIET, "quiet", (ANN, BO)),
    ),
    personas=(ANN, BO),
)
CONFIG = AppConfig(
    commands=(SlashCommand("/cs", "Ask", "[help]", (Completion("help", "what there is"),)),),
    shortcuts=(Shortcut("save", "Save as feedback"), Shortcut("start", "Start playbook", type="global")),
    prompts=(Prompt("First", "Say the first thing"),),
)


def workspace(folder, base=None, **options):
    """A local workspace in a folder, not started."""
    clock = LocalClock(folder, base or SystemClock())
    return LocalWorkspace(folder, clock, directory=DIRECTORY, **{"config": CONFIG, **options})


def client_of(ws, token=None):
    """A Web API client of the bot."""
    return WebClient(token or ws.bot_token, base_url=ws.api_url)


def bolt_app(ws, **options):
    """An unmodified Bolt app that knows the workspace by its address only."""
    return App(client=client_of(ws), signing_secret=ws.signing_secret, **options)


@contextmanager
def connected(ws, app):
    """The app, connected over Socket Mode."""
    handler = SocketModeHandler(app, ws.app_token)
    connect_and_wait(handler.client)
    try:
        yield handler
    finally:
        close_at_once(handler.client)


def connect_and_wait(client):
    """Connect, and wait for Slack's greeting: slack_sdk's close() hangs if it comes before the first frame."""
    greeted = Event()
    client.on_message_listeners.append(lambda _: greeted.set())
    client.connect()
    assert greeted.wait(8)


def close_at_once(client):
    """Close without waiting for slack_sdk's receiver, which looks up only every three seconds."""
    client.auto_reconnect_enabled = False
    if client.is_connected():
        client.current_session.sock.shutdown(socket.SHUT_RDWR)
    client.close()


class Page:
    """What a person's browser does: the page's calls, and the WebSocket."""

    def __init__(self, ws, user):
        self.url, self.user = ws.page_url, user

    def __enter__(self):
        address = f"{self.url.replace('http', 'ws')}local/api/ws?as={self.user}"
        self._connecting = connect(
            address, max_queue=None
        )  # else what nobody reads holds up the close for 10 s
        self.socket = self._connecting.__enter__()
        return self

    def __exit__(self, *error):
        self._connecting.__exit__(*error)

    def get(self, call, /, **query):
        return self._call(f"{call}?{urlencode({'as': self.user, **query})}")

    def do(self, call, /, **body):
        return self._call(call, json.dumps({"as": self.user, **body}).encode())

    def post(self, channel, text, **more):
        return self.do("post", channel=channel, text=text, **more)["ts"]

    def hears(self, type_, seconds=8, **wanted):
        """The next push of that type whose fields are as wanted; others are passed over."""
        while True:
            push = json.loads(self.socket.recv(timeout=seconds))
            if push["type"] == type_ and all(_at(push, key) == value for key, value in wanted.items()):
                return push

    def hears_nothing(self, type_, seconds=0.3):
        """Whether no push of that type comes for a while."""
        try:
            self.hears(type_, seconds)
        except TimeoutError:
            return True
        return False

    def _call(self, path, body=None):
        request = urllib.request.Request(f"{self.url}local/api/{path}", body)
        try:
            with urllib.request.urlopen(request, timeout=15) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            return json.load(error)


def _at(push, key):
    for name in key.split("__"):
        push = push.get(name) if isinstance(push, dict) else None
    return push
