"""Slack's payloads as values."""

from __future__ import annotations

import pytest

from bot.slack.incoming import Said, parse_action, parse_message, readable, view_values

BOT = "U0BOT"


def event(**fields):
    base = {
        "type": "message",
        "channel": "C1",
        "channel_type": "channel",
        "user": "U1",
        "ts": "1.0",
        "text": "hi",
    }
    return {"event_id": "Ev1", "team_id": "T1", "event": {**base, **fields}}


TEXTS = [
    pytest.param("plain words", "plain words", id="plain"),
    pytest.param("a &lt;b&gt; &amp; c", "a <b> & c", id="entities"),
    pytest.param("see <https://a.example/x?y=1>", "see https://a.example/x?y=1", id="bare link"),
    pytest.param("see <https://a.example|the page>", "see the page", id="named link"),
    pytest.param("mail <mailto:a@b.example>", "mail a@b.example", id="mail address without a name"),
    pytest.param("in <#C1|general>", "in #general", id="channel"),
    pytest.param("  a   b \n c ", "a b \n c", id="spaces fold, lines stay"),
]

NOISE = [
    pytest.param({"subtype": "message_changed"}, id="an edit"),
    pytest.param({"subtype": "channel_join"}, id="somebody joined"),
    pytest.param({"bot_id": "B1"}, id="another bot"),
    pytest.param({"user": BOT}, id="ourselves"),
    pytest.param({"user": None}, id="nobody"),
]


TEAMS = [
    pytest.param({}, {}, "T1", id="nothing is said: ours"),
    pytest.param({"team": "T2"}, {}, "T2", id="the event's"),
    pytest.param({"team": "T1", "user_team": "T9"}, {}, "T9", id="another organisation's person"),
    pytest.param({"user_team": "E1"}, {"enterprise_id": "E1"}, "T1", id="our own Enterprise organisation"),
    pytest.param(
        {"user_team": "E9"},
        {"context_enterprise_id": "E9", "context_team_id": "T9"},
        "T9",
        id="the other side's Enterprise organisation",
    ),
    pytest.param({"user_team": "E8"}, {"enterprise_id": "E1"}, None, id="a third organisation"),
]


@pytest.mark.parametrize(("fields", "more", "team"), TEAMS)
def test_the_workspace_of_who_wrote_is_named_as_far_as_it_is_known(fields, more, team):
    assert parse_message(event(**fields) | more, BOT).user_team == team


@pytest.mark.parametrize(("slack", "expected"), TEXTS)
def test_text_reads_as_it_was_typed(slack, expected):
    assert readable(slack) == expected


@pytest.mark.parametrize("fields", NOISE)
def test_noise_says_nothing(fields):
    assert parse_message(event(**fields), BOT) is None


def test_a_mention_is_taken_out_and_noticed():
    said = parse_message(event(text=f"<@{BOT}> how do I?"), BOT)

    assert (said.text, said.mentions_bot, said.surface) == ("how do I?", True, "channel")


def test_mention_and_message_of_one_utterance_have_one_key():
    mention = parse_message(event(type="app_mention", text=f"<@{BOT}> x") | {"event_id": "Ev2"}, BOT)
    message = parse_message(event(text=f"<@{BOT}> x"), BOT)

    assert mention.message_key == message.message_key
    assert mention.event_key != message.event_key


def test_a_value_survives_its_row():
    said = parse_message(event(channel="D1", channel_type="im", thread_ts="0.5"), BOT)

    assert Said.from_payload(said.to_payload()) == said
    assert said.root_ts == "0.5"
    assert said.surface == "dm"


def test_values_of_every_kind_of_element_are_read():
    state = {
        "text": {"a": {"type": "plain_text_input", "value": "words"}},
        "empty": {"a": {"type": "plain_text_input", "value": None}},
        "one": {"a": {"type": "static_select", "selected_option": {"value": "x"}}},
        "none": {"a": {"type": "static_select", "selected_option": None}},
        "many": {"a": {"type": "checkboxes", "selected_options": [{"value": "x"}, {"value": "y"}]}},
        "day": {"a": {"type": "datepicker", "selected_date": "2026-03-02"}},
        "person": {"a": {"type": "users_select", "selected_user": "U1"}},
    }

    assert view_values({"state": {"values": state}}) == {
        "text": "words",
        "empty": "",
        "one": "x",
        "none": "",
        "many": "x,y",
        "day": "2026-03-02",
        "person": "U1",
    }


def test_a_press_knows_its_message_and_thread():
    body = {
        "user": {"id": "U1"},
        "channel": {"id": "C1"},
        "container": {"type": "message", "message_ts": "2.0", "thread_ts": "1.0", "channel_id": "C1"},
        "trigger_id": "t",
        "response_url": "http://x",
    }

    pressed = parse_action(body, {"action_id": "a", "block_id": "b", "value": "v", "action_ts": "9.9"})

    assert (pressed.message_ts, pressed.thread_ts, pressed.value) == ("2.0", "1.0", "v")
    assert pressed.event_key == "U1:9.9:a"
