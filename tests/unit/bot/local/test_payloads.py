"""Events and interactions have the keys of Slack's own samples, and ids that look like Slack's."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.local import payloads
from tests.local_slack import ANN, BOT, CY, DIRECTORY, GENERAL

SAMPLES = Path(__file__).parents[4].parent / "shared" / "slack" / "samples"
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
CHANNEL = DIRECTORY.channel(GENERAL)
ANN_ = DIRECTORY.user(ANN)
BEFORE = {"type": "message", "user": ANN, "team": "T1", "text": "a", "ts": "1.000001", "blocks": []}
AFTER = {**BEFORE, "text": "b", "edited": {"user": ANN, "ts": "2.000001"}, "_stream": {}}
# in today's documentation of the events, but not in the samples, which are older
NEWER = {"context_team_id", "context_enterprise_id", "thread_ts", "state", "response_urls", "action_ts"}

EVENTS = {
    "events/MessagePayload": payloads.message_event({**BEFORE, "client_msg_id": "x"}, CHANNEL),
    "events/AppMentionPayload": payloads.mention_event({**BEFORE, "client_msg_id": "x"}, CHANNEL),
    "events/MessageChangedPayload": payloads.changed_event(BEFORE, AFTER, CHANNEL, "3.000001"),
    "events/MessageDeletedPayload": payloads.deleted_event(BEFORE, CHANNEL, "3.000001"),
}
INTERACTIONS = {
    "interactions/BlockActionPayload": payloads.interaction(
        DIRECTORY,
        "block_actions",
        ANN_,
        container={"type": "message", "message_ts": "1.1", "channel_id": GENERAL, "is_ephemeral": False},
        trigger_id="1.2.x",
        channel={"id": GENERAL, "name": "general"},
        message=payloads.public(BEFORE),
        response_url="https://x",
        actions=[],
    ),
    "interactions/ViewSubmissionPayload": payloads.interaction(
        DIRECTORY, "view_submission", ANN_, trigger_id="1", view={}
    ),
    "interactions/ViewClosedPayload": payloads.interaction(
        DIRECTORY, "view_closed", ANN_, view={}, is_cleared=False
    ),
    "interactions/SlashCommandPayload": payloads.slash_command(
        DIRECTORY, ANN_, CHANNEL, "/cs", "help", response_url="https://x", trigger_id="1.2.x"
    ),
}


def sample(name):
    path = SAMPLES / f"{name}.json"
    if not path.exists():
        pytest.skip("Slack's sample payloads are not beside this checkout")
    return json.loads(path.read_text())


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_has_no_key_that_slacks_sample_lacks(name):
    whole = payloads.event_callback(DIRECTORY, EVENTS[name], NOW, shared=False)
    known = sample(name)
    assert set(whole) <= set(known) | NEWER
    assert set(whole["event"]) <= set(known["event"]) | NEWER
    assert set(whole["authorizations"][0]) == set(known["authorizations"][0])


def test_the_apps_own_message_comes_back_as_an_event_of_the_same_kind():
    message = payloads.bot_message(DIRECTORY, {"text": "x", "ts": "1.000001"})
    event = payloads.message_event(message, CHANNEL)
    assert set(event) <= set(sample("events/MessagePayload")["event"]) | {"app_id"}


@pytest.mark.parametrize("name", INTERACTIONS)
def test_an_interaction_has_no_key_that_slacks_sample_lacks(name):
    body, known = INTERACTIONS[name], sample(name)
    assert set(body) <= set(known) | NEWER
    for key in ("user", "team", "container", "channel"):
        if key in body:
            assert set(body[key]) <= set(known[key])


def test_people_and_channels_have_slacks_keys():
    channel = payloads.channel_object(DIRECTORY, CHANNEL)
    assert set(channel) <= set(sample("api/conversations.info")["channel"])
    known = sample("events/TeamJoinPayload")["event"]["user"]
    user = payloads.user_object(DIRECTORY, DIRECTORY.user(CY), NOW)
    assert set(user) <= set(known) | {"is_stranger", "is_email_confirmed"}
    assert set(user["profile"]) <= set(known["profile"]) | {"api_app_id", "bot_id"}


def test_our_own_notes_never_leave():
    assert "_stream" not in payloads.public(AFTER)
    assert "_stream" not in EVENTS["events/MessageChangedPayload"]["message"]


def test_a_time_zone_is_an_offset_of_the_day_and_an_unknown_one_is_utc():
    user = payloads.user_object(DIRECTORY, DIRECTORY.user(ANN), NOW)
    summer = payloads.user_object(DIRECTORY, DIRECTORY.user(ANN), datetime(2026, 7, 1, tzinfo=UTC))
    assert (user["tz_offset"], summer["tz_offset"]) == (3600, 7200)
    from dataclasses import replace

    odd = payloads.user_object(DIRECTORY, replace(DIRECTORY.user(ANN), tz="Mars/Base"), NOW)
    assert (odd["tz"], odd["tz_offset"]) == ("Etc/UTC", 0)


def test_the_bot_is_who_it_says():
    message = payloads.bot_message(DIRECTORY, {"text": "x"})
    assert (message["user"], message["bot_id"]) == (BOT, DIRECTORY.app.bot_id)
