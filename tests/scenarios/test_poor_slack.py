"""The bot on a Slack of somebody else's making that knows few methods and says little (tests/poor_slack.py)."""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager

import pytest
from sqlmodel import select

from store.tables import Answer, Feedback, InboundEvent
from tests.poor_slack import BOT, SECRET, PoorSlack
from tests.running_bot import free_port, quick_core, running_bot, settings_for, take_help_centre_in

QUESTION = f"<@{BOT}> How do I export my data?"


@pytest.fixture(scope="session")
def _filled_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("real")
    core = quick_core(settings_for(folder, guidepost_slack_mode="socket"))
    take_help_centre_in(core)
    core.database.close()
    return folder


@contextmanager
def connected(slack, folder, mode):
    tokens = {"slack_bot_token": "xoxb-9", "slack_api_url": slack.api_url}
    if mode == "http":
        port = free_port()
        settings = settings_for(folder, **tokens, slack_signing_secret=SECRET, port=port)
        slack.events_url = f"http://127.0.0.1:{port}/slack/events"
    else:
        settings = settings_for(folder, **tokens, slack_app_token="xapp-9")
    assert settings.mode == mode
    app_token = settings.slack_app_token if mode == "socket" else None
    with running_bot(settings, token="xoxb-9", api_url=slack.api_url, app_token=app_token) as bot:
        yield bot


@pytest.fixture(params=["socket-unknown_method", "socket-404", "http-unknown_method"])
def slack(request, _filled_folder, tmp_path):
    """A poor Slack with the bot on it."""
    mode, refusal = request.param.split("-")
    shutil.copytree(_filled_folder, tmp_path / "data")
    with PoorSlack(refusal) as poor, connected(poor, tmp_path / "data", mode) as bot:
        poor.bot = bot
        yield poor


def rows(slack, query):
    with slack.bot.services.database.reading() as session:
        return list(session.exec(query).all())


def settled(slack):
    """Wait until the bot has nothing left to do."""
    waiting = select(InboundEvent).where(InboundEvent.state.in_(["received", "working"]))
    slack.until(lambda: not rows(slack, waiting), "the bot to finish")


def answered(slack, ts):
    [message] = slack.until(lambda: slack.thread(ts), "an answer")
    settled(slack)
    return message


def element(message, action_id):
    for block in message["blocks"]:
        for one in [*block.get("elements", []), block.get("accessory") or {}]:
            if one.get("action_id") == action_id:
                return one
    raise LookupError(action_id)


def test_a_mention_is_answered_once_in_its_thread(slack):
    ts = slack.say(QUESTION)
    assert "[1]" in answered(slack, ts)["text"]
    assert len(slack.thread(ts)) == 1


def test_a_mention_told_three_times_is_answered_once(slack):
    ts = slack.say(QUESTION, times=3)
    answered(slack, ts)
    slack.say(QUESTION, ts=ts)
    settled(slack)
    assert len(slack.thread(ts)) == 1
    assert len(rows(slack, select(Answer))) == 1


def test_a_mention_that_also_comes_as_a_message_is_answered_once(slack):
    event = {"type": "message", "user": "U9ANN", "text": QUESTION, "ts": "1700.1", "channel": "C9"}
    slack.deliver("events_api", {"type": "event_callback", "team_id": "T9", "event": event})
    slack.say(QUESTION, ts="1700.1")
    answered(slack, "1700.1")
    assert len(rows(slack, select(Answer))) == 1


def test_a_direct_message_is_answered(slack):
    ts = slack.say("How do I export my data?", channel="D9")
    assert "[1]" in answered(slack, ts)["text"]


def test_a_follow_up_in_the_thread_is_answered(slack):
    ts = slack.say(QUESTION)
    answered(slack, ts)
    slack.say("What does it cost?", thread_ts=ts)
    slack.until(lambda: len(slack.thread(ts)) == 2, "the second answer")


def test_a_rating_is_noted_and_thanked_for(slack):
    message = answered(slack, slack.say(QUESTION))
    up = element(message, "answer_feedback")["positive_button"] | {"action_id": "answer_feedback"}
    slack.press(message, up)
    slack.until(lambda: [one for one in slack.messages if one.get("only")], "thanks")
    assert [row.rating for row in rows(slack, select(Feedback))] == [1]


def test_thumbs_down_opens_a_modal_whose_reason_is_kept(slack):
    message = answered(slack, slack.say(QUESTION))
    down = element(message, "answer_feedback")["negative_button"] | {"action_id": "answer_feedback"}
    slack.press(message, down)
    [view] = slack.until(lambda: slack.views, "a modal")
    reason = {"reason": {"reason": {"type": "radio_buttons", "selected_option": {"value": "outdated"}}}}
    slack.submit(view, reason | {"comment": {"comment": {"type": "plain_text_input"}}})
    slack.until(lambda: rows(slack, select(Feedback).where(Feedback.reason == "outdated")), "the reason")


def test_a_source_opens_in_a_modal(slack):
    message = answered(slack, slack.say(QUESTION))
    slack.press(message, element(message, "open_source_1"))
    [view] = slack.until(lambda: slack.views, "a modal")
    assert "data" in json.dumps(view).lower()


def test_a_command_is_answered_by_its_response_url(slack):
    slack.command("help")
    [response] = slack.until(lambda: slack.responses, "a response")
    assert "/cs ask" in json.dumps(response)
    assert response["response_type"] == "ephemeral"


def test_a_question_by_command_is_answered(slack):
    slack.command("ask how do I export my data?")
    [response] = slack.until(lambda: slack.responses, "a response")
    assert "[1]" in json.dumps(response)


def test_a_limited_post_waits_as_long_as_slack_asks_and_is_said_once(slack):
    slack.limited = {"chat.postMessage": 2, "chat.startStream": 1}
    ts = slack.say(QUESTION)
    answered(slack, ts)
    assert slack.calls.count("chat.postMessage") == 3
    assert len(slack.thread(ts)) == 1


def test_a_person_whom_slack_cannot_name_now_is_answered_later(slack):
    slack.limited = {"users.info": 2}
    assert "[1]" in answered(slack, slack.say(QUESTION))["text"]
