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

PATIENT = 60.0  # seconds that a press may open a form, where a busy machine must not fail a test
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
    given = {"config": CONFIG, "trigger_seconds": PATIENT, **options}
    return LocalWorkspace(folder, clock, directory=DIRECTORY, **given)


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

    def press(self, message, action_id, *, option=None):
        """Press a button, or choose an option's value from a menu, in a message, an ephemeral or a view."""
        block, element = element_of(message, action_id)
        action = {"action_id": element["action_id"], "type": element["type"]}
        if option is not None:
            action["selected_option"] = next(one for one in element["options"] if one["value"] == option)
        elif element["type"] == "feedback_buttons":
            raise ValueError("use rate")
        else:
            action["value"] = element.get("value")
        return self._act(message, block, action)

    def rate(self, message, rating):
        """Press one of the feedback buttons: up or down."""
        block, element = element_of(message, "answer_feedback")
        side = element["positive_button" if rating == "up" else "negative_button"]
        action = {"action_id": element["action_id"], "type": element["type"], "value": side["value"]}
        return self._act(message, block, action)

    def _act(self, message, block, action):
        if message.get("type") in {"modal", "home"}:
            target = {"view": {"id": message["id"]}}
        elif message.get("is_ephemeral"):
            target = {"ephemeral": {"id": message["id"]}}
        else:
            target = {"message": {"channel": message["channel"], "ts": message["ts"]}}
        return self.do("action", **target, block_id=block["block_id"], action=action)

    def submit(self, view, **values):
        """Send a modal off; values by block id: a text, or the value of an option."""
        typed = {
            block["block_id"]: _typed(block["element"], values[block["block_id"]])
            for block in view["blocks"]
            if block["type"] == "input" and block["block_id"] in values
        }
        return self.do("view_submit", view_id=view["id"], values=typed)

    def hears(self, type_, seconds=30, **wanted):
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


def element_of(message, action_id):
    """A message's (or view's) block and element with that action id."""
    for block in message["blocks"]:
        candidates = [*block.get("elements", []), block.get("accessory"), block.get("element")]
        for element in candidates:
            if isinstance(element, dict) and element.get("action_id") == action_id:
                return block, element
    raise LookupError(f"{action_id} is not in {message['blocks']}")


def _typed(element, value):
    if element["type"] in {"plain_text_input", "number_input"}:
        typed = {"type": element["type"], "value": value}
    elif element["type"] == "datepicker":
        typed = {"type": element["type"], "selected_date": value}
    elif element["type"] == "users_select":
        typed = {"type": element["type"], "selected_user": value}
    elif element["type"] == "external_select":
        typed = {"type": element["type"], "selected_option": value}
    else:
        chosen = next(one for one in element["options"] if one["value"] == value)
        typed = {"type": element["type"], "selected_option": chosen}
    return {element["action_id"]: typed}
