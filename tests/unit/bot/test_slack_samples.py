"""Every event and interaction that Slack's own samples hold goes through the app: answered, or passed over on purpose.

Each goes twice: with blank values, as the samples are, and with the people and places of the sample company.
"""

from __future__ import annotations

import itertools
import json
import logging
from pathlib import Path

import pytest
from slack_bolt import BoltRequest
from sqlmodel import select

from store.tables import InboundEvent, OutboxMessage
from tests.bot_fixtures import MIRA

SAMPLES = Path(__file__).parents[3].parent / "shared" / "slack" / "samples"
pytestmark = pytest.mark.skipif(not SAMPLES.exists(), reason="Slack's samples are not beside this checkout")

QUESTION = "How do I export my data?"
NAMES = [
    f"{folder}/{path.stem}"
    for folder in ("events", "interactions")
    for path in sorted(SAMPLES.glob(f"{folder}/*.json"))
]
# What a person did and waits for; everything else is passed over: nothing is said, nothing goes wrong.
ANSWERED = {
    "events/AppMentionPayload",
    "events/MessagePayload",  # in a DM
    "events/MessageFileSharePayload",
    "events/MessageMePayload",
    "events/MessageThreadBroadcastPayload",
    "interactions/BlockActionPayload",  # of a button that we do not know: a sentence says so
    "interactions/MessageShortcutPayload",  # the same
    "interactions/SlashCommandPayload",
}
TOLD_IN_THE_LOG = {
    "events/AppUninstalledPayload": "app_uninstalled",
    "events/TokensRevokedPayload": "tokens_revoked",
}
_number = itertools.count(1)


def sample(name):
    """A sample as Slack would send it: samples of events are blank in their envelope's type, too."""
    body = json.loads((SAMPLES / f"{name}.json").read_text())
    if name.startswith("events/"):
        body["type"] = "event_callback"
        body["event_id"] = f"Ev{next(_number)}"
    return body


def filled(body, bot):
    """The same with people, places and moments where they are blank."""
    dm = bot.dm(MIRA)
    stamp = bot.services.messenger.client.chat_postMessage(channel=dm, text="there")["ts"]
    values = {
        **dict.fromkeys(("user", "user_id", "inviter", "item_user"), MIRA),
        **dict.fromkeys(("channel", "channel_id"), dm),
        **dict.fromkeys(("ts", "event_ts", "message_ts", "action_ts", "trigger_id"), stamp),
        "channel_type": "im",
        "text": f"<@{bot.services.bot_user_id}> {QUESTION}",
        "command": "/cs",
        "tab": "messages",
    }

    def fill(value, key, parent):
        if isinstance(value, dict):
            spoken = {name: inner for name, inner in value.items() if (name, inner) != ("subtype", "")}
            return {name: fill(inner, name, key) for name, inner in spoken.items()}
        if isinstance(value, list):
            return [fill(inner, key, parent) for inner in value]
        if value == "" and (key, parent) == ("type", "actions"):
            return "button"
        if value == "" and key == "id" and parent in values:
            return values[parent]
        return values.get(key, value) if value == "" and parent not in {"bot_profile", "view"} else value

    return fill(body, "", "")


def go_through(bot, body):
    """Slack sends it; what follows is carried out and said. Returns the HTTP status and what was said."""
    before = len(bot.rows(select(OutboxMessage)))
    status = bot.app.dispatch(BoltRequest(body=body, mode="socket_mode")).status
    bot.settle()
    while not {one.state for one in bot.rows(select(InboundEvent))} <= {"done", "failed"}:
        bot.settle()  # a listener that stores after Slack was answered may come later than the first look
    return status, bot.rows(select(OutboxMessage))[before:]


def troubles(caplog):
    return [
        one.getMessage()
        for one in caplog.records
        if one.levelno >= logging.ERROR and one.name.startswith("bot.")
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_answered_or_passed_over_on_purpose(bot, caplog, name):
    status, said = go_through(bot, filled(sample(name), bot))
    assert status == 200
    assert bool(said) == (name in ANSWERED), [one.payload for one in said]
    if name in TOLD_IN_THE_LOG:
        assert TOLD_IN_THE_LOG[name] in troubles(caplog)[0]
    elif name not in {"interactions/BlockActionPayload", "interactions/MessageShortcutPayload"}:
        assert troubles(caplog) == []


def test_blank_samples_harm_nothing(bot, caplog):
    """One after the other: no exception, nothing said to nobody, and the bot still answers."""
    for name in NAMES:
        body = sample(name)
        if name.endswith("SlashCommandPayload"):
            body["command"] = "/cs"
        status, _ = go_through(bot, body)
        assert status == 200, name
    assert not [one for one in caplog.records if one.exc_info and one.name.startswith("bot.listeners")]
    bot.say(MIRA, bot.dm(MIRA), QUESTION)
    assert bot.rows(select(OutboxMessage))[-1].state == "sent"
