"""A Slack that somebody else wrote: `emulate` from npm, as `make from-npm` installs it into tests/node.

It keeps the messages, checks tokens, scopes and triggers, and signs and delivers events over HTTP. It knows
neither streams nor status lines, sends no `app_mention` and nobody can click on it: what is pressed and commanded
is signed here, from what it holds and with triggers that it made. Nor does it know Socket Mode: for a bot without
an address a relay of ours (tests/node/relay.mjs) puts what it delivers on a WebSocket.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

import yaml
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier

import bot
from store.clock import SystemClock

HERE = Path(__file__).parent / "node"
SECRET, BOT, APP, BOT_TOKEN = "a-signing-secret", "U0GUIDE", "A0GUIDE", "xoxb-guidepost"
ANN, CARA = "ann@customer.example", "cara@fernway.example"  # a customer; whom the settings make an admin


def what_is_missing():
    """Why it cannot be started here; None where it can."""
    if shutil.which("node") is None:
        return "there is no Node.js"
    if not (HERE / "node_modules" / "emulate").is_dir():
        return "the emulator is not installed: `make from-npm`"
    return None


def _seed():
    manifest = yaml.safe_load((Path(bot.__file__).parent / "manifest.yaml").read_text())
    scopes = manifest["oauth_config"]["scopes"]["bot"]
    ours = {"app_id": APP, "bot_id": "B0GUIDE", "bot_user_id": BOT}
    app = {
        "client_id": "1.2",
        "client_secret": "-",
        "name": "Guidepost",
        "redirect_uris": [],
        "scopes": scopes,
    }
    people = [{"name": email.split("@")[0], "email": email} for email in (ANN, CARA)]
    tokens = [{"token": f"xoxp-{one['name']}", "type": "user", "user": one["name"]} for one in people]
    token = {"token": BOT_TOKEN, "type": "bot", "user_id": BOT, "scopes": scopes, **ours}
    return {
        "signing_secret": SECRET,
        "strict_scopes": True,
        "users": people,
        "channels": [{"name": "harbour-bakery"}],
        "oauth_apps": [app | ours | {"bot_name": "guidepost"}],
        "tokens": [*tokens, token],
        "incoming_webhooks": [{"channel": "harbour-bakery"}],
    }


class EmulatedSlack:
    """One workspace in a process of its own.

    Args:
        events_url: where the bot takes events, presses and commands; None: over Socket Mode.
    """

    def __init__(self, events_url=None):
        self.events_url = events_url
        self._counted = count(1)

    def __enter__(self):
        told = json.dumps({"events_url": self.events_url, "seed": _seed()})
        self._process = subprocess.Popen(
            ["node", "slack.mjs", told], cwd=HERE, stdout=subprocess.PIPE, text=True
        )
        started = json.loads(self._process.stdout.readline())
        self.url = started["url"].replace("localhost", "127.0.0.1")
        self._posts = started["posts"]
        self.api_url = f"{self.url}/api/"
        self.bot = WebClient(BOT_TOKEN, base_url=self.api_url)
        members = self.bot.users_list()["members"]
        self.user_ids = {one["name"]: one["id"] for one in members}
        self.channel = self.bot.conversations_list()["channels"][-1]["id"]
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()

    # What people do

    def say(self, text, *, who="ann", channel=None, thread_ts=None):
        """Somebody writes, with a token of their own; the emulator tells the bot. Returns the ts."""
        person = WebClient(f"xoxp-{who}", base_url=self.api_url)
        return person.chat_postMessage(channel=channel or self.channel, text=text, thread_ts=thread_ts)["ts"]

    def direct_channel(self, who="ann"):
        """The DM of a person with the bot."""
        return self.bot.conversations_open(users=self.user_ids[who])["channel"]["id"]

    def happens(self, event, event_id=None):
        """An event that the emulator does not make by itself, signed and delivered by it."""
        ident = event_id or f"Ev{next(self._counted)}"
        envelope = {"type": "event_callback", "team_id": "T000000001", "event_id": ident, "event": event}
        return self._json("test/event", envelope)

    def press(self, message, element, *, who="ann", channel=None):
        """Somebody presses an element of a message as the emulator holds it."""
        action = {"type": element["type"], "action_id": element["action_id"], "value": element.get("value")}
        at = {"id": channel or self.channel}
        body = {
            "message": message,
            "channel": at,
            "actions": [action | {"block_id": "b", "action_ts": "1.1"}],
        }
        return self._interact("block_actions", body, who)

    def shortcut(self, callback_id, message, *, who):
        """Somebody uses a shortcut in a message's menu."""
        body = {"callback_id": callback_id, "message": message, "channel": {"id": self.channel}}
        return self._interact("message_action", body | {"message_ts": message["ts"]}, who)

    def submit(self, view, values, *, who="ann"):
        """Somebody sends off a modal that the emulator holds; returns the bot's answer, an object."""
        ident = {"id": view["view_id"], "state": {"values": values}}
        body = {key: view[key] for key in ("type", "callback_id", "private_metadata", "blocks")}
        return json.loads(self._interact("view_submission", {"view": body | ident}, who) or "{}")

    def command(self, text, *, who="ann"):
        """Somebody uses /cs; its answer is posted into the channel through the emulator's webhook."""
        form = {
            "command": "/cs",
            "text": text,
            "user_id": self.user_ids[who],
            "team_id": "T000000001",
            "channel_id": self.channel,
            "trigger_id": self._trigger(who),
            "response_url": f"{self.url}/services/T000000001/B000000001/X000000001?channel={self.channel}",
        }
        return self._post(urlencode(form))

    # What is to be seen

    def thread(self, ts, channel=None):
        """The bot's messages in a thread."""
        found = self.bot.conversations_replies(channel=channel or self.channel, ts=ts)["messages"]
        return [one for one in found if one["ts"] != ts and one["user"] == BOT]

    def responses(self):
        """What came to response URLs."""
        general = self.bot.conversations_list()["channels"][0]["id"]
        found = self.bot.conversations_history(channel=general)["messages"]
        return [one for one in found if one.get("subtype") == "bot_message"]

    def views(self, type_):
        """Modals or Home tabs that it holds."""
        return [one for one in self._json("test/views") if one["type"] == type_]

    def whispers(self):
        """Messages for one person's eyes."""
        return self._json("test/ephemeral")

    def until(self, true, what, seconds=20):
        """Wait; what it was waiting for is returned."""
        ends = time.monotonic() + seconds
        while not (found := true()):
            if time.monotonic() > ends:
                raise TimeoutError(f"waited {seconds} s for {what}")
            time.sleep(0.05)
        return found

    # How it is told

    def _trigger(self, who):
        return self.bot.api_call("views.generateTriggerId", json={"user_id": self.user_ids[who]})[
            "trigger_id"
        ]

    def _interact(self, kind, body, who):
        person = {"id": self.user_ids[who], "team_id": "T000000001"}
        whole = {"type": kind, "team": {"id": "T000000001"}, "user": person, "trigger_id": self._trigger(who)}
        return self._post(urlencode({"payload": json.dumps(whole | body)}))

    def _post(self, form, secret=SECRET):
        stamp = str(int(SystemClock().now().timestamp()))
        signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=form)
        headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}
        with urllib.request.urlopen(
            urllib.request.Request(self._posts, form.encode(), headers), timeout=5
        ) as it:
            return it.read().decode()

    def _json(self, path, body=None):
        data = json.dumps(body).encode() if body is not None else None
        with urllib.request.urlopen(
            urllib.request.Request(f"{self.url}/{path}", data), timeout=15
        ) as response:
            return json.load(response)
