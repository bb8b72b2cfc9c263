"""Trouble with Slack: limits on whatever we call, calls cut off, tokens that no longer work."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from slack_sdk.errors import SlackApiError
from sqlmodel import select

from bot.run import Bot
from bot.slack.directory import SlackDirectory
from bot.slack.messenger import LOCKED_OUT_SECONDS, SlackMessenger, TryLater, refusal_of
from bot.slack.pacing import Limits
from bot.slack.signing_in import WHERE, why_not_in
from bot.wiring import CannotConnect, slack_client
from store.clock import SystemClock
from store.tables import Answer, InboundEvent, OutboxMessage
from tests.bot_fixtures import HARBOUR, ISLA, MIRA, PRIYA, TEAM, texts_of
from tests.poor_slack import PoorSlack

QUESTION = "How do I export my data?"
PASSES = timedelta(minutes=2)


def limited(bot, *methods):
    """From now on Slack answers 429 to these."""
    for method in methods:
        bot.slack._budgets.per_minute[method] = 0


def unlimited(bot):
    """And no longer; what waited for it is due."""
    bot.slack._budgets.per_minute.clear()
    bot.slack.advance(PASSES)
    with bot.database.transaction() as session:
        for event in session.exec(select(InboundEvent).where(InboundEvent.state == "received")):
            event.leased_until = None
    bot.settle()


def ask(bot, user=ISLA, channel=HARBOUR):
    mention = f"<@{bot.services.bot_user_id}> " if channel == HARBOUR else ""
    return bot.say(user, channel, f"{mention}{QUESTION}")


def ours(bot, user, channel, ts):
    return [one for one in bot.seen(user, channel, ts).messages if one["user"] == bot.services.bot_user_id]


# Limits


@pytest.mark.parametrize(
    "methods",
    [
        ["users.info"],
        ["conversations.info"],
        ["conversations.members"],
        ["assistant.threads.setStatus"],
        ["chat.startStream"],
        ["chat.startStream", "chat.postMessage"],
        ["chat.appendStream"],
        ["chat.stopStream"],
        ["chat.appendStream", "chat.update"],
        ["chat.stopStream", "chat.update", "conversations.replies"],
    ],
    ids=", ".join,
)
def test_a_question_is_answered_once_and_whole_whatever_is_limited(bot, methods):
    limited(bot, *methods)
    ts = ask(bot)
    unlimited(bot)
    [said] = ours(bot, ISLA, HARBOUR, ts)
    [answer] = bot.rows(select(Answer))
    assert "[1]" in texts_of(said)
    assert not said.get("streaming")
    assert answer.message_ts == said["ts"]
    assert {event.state for event in bot.rows(select(InboundEvent))} == {"done"}


@pytest.mark.parametrize("method", ["agents.sessions.setStatus", "chat.getPermalink"])
def test_what_only_adorns_holds_nothing_up(bot, method):
    limited(bot, method)
    ts = ask(bot, MIRA, bot.dm(MIRA))
    bot.press(MIRA, ours(bot, MIRA, bot.dm(MIRA), ts)[0], "talk_to_person")
    assert "I have passed this on" in ours(bot, MIRA, bot.dm(MIRA), ts)[-1]["text"]
    due = OutboxMessage.due_at <= bot.services.clock.now()
    assert {message.state for message in bot.rows(select(OutboxMessage).where(due))} == {"sent"}


def test_a_wish_for_a_person_waits_where_slack_will_not_open_the_dm_now(bot):
    ts = ask(bot)
    limited(bot, "conversations.open", "users.lookupByEmail")
    bot.press(ISLA, ours(bot, ISLA, HARBOUR, ts)[0], "talk_to_person")
    assert bot.seen(PRIYA, bot.dm(PRIYA)).messages == []
    unlimited(bot)
    [card] = bot.seen(PRIYA, bot.dm(PRIYA)).messages
    assert "would like to talk to a person" in texts_of(card)


def test_a_command_waits_where_the_ephemeral_is_limited(bot):
    limited(bot, "chat.postEphemeral")
    ts = ask(bot)
    bot.rate(ISLA, ours(bot, ISLA, HARBOUR, ts)[0], "up")
    unlimited(bot)
    [thanks] = bot.seen(ISLA, HARBOUR, ts).ephemerals
    assert "Thank you" in thanks["text"]


# What the directory does not know for now


@pytest.mark.parametrize(
    ("method", "asks"),
    [
        ("users.info", lambda directory: directory.meet("U0SOMEBODY")),
        ("users.lookupByEmail", lambda directory: directory.find("a@b.example")),
        ("conversations.info", lambda directory: directory.channel("C1")),
        ("conversations.members", lambda directory: directory.channel("C2")),
    ],
)
def test_a_refusal_for_now_is_no_answer(bot, method, asks):
    with PoorSlack() as slack:
        client = slack_client("xoxb-9", slack.api_url)
        client.limits = Limits(itertools.count(step=60).__next__)  # a minute passes with every look
        directory = SlackDirectory(client, bot.database, SystemClock(), bot.workspace_id)
        slack.limited = {method: 1}
        with pytest.raises(TryLater) as caught:
            asks(directory)
        assert caught.value.seconds == 1
        asks(directory)


def test_what_may_have_been_said_is_not_said_again_where_slack_cannot_be_asked(bot):
    messenger = SlackMessenger(slack_client("xoxb-9", "http://127.0.0.1:9/api/"))
    with pytest.raises(TryLater):
        messenger.find("C1", "answer:1", thread_ts="1.0", oldest="0")


# Tokens


class Refused(dict):
    """What the Web API answers."""

    def __init__(self, code, status):
        super().__init__(error=code)
        self.status_code, self.headers = status, {}


def refusal(code, status=200):
    return SlackApiError("no", Refused(code, status))


@pytest.mark.parametrize("code", ["invalid_auth", "token_revoked", "account_inactive"])
def test_a_token_that_stopped_working_loses_nothing(code):
    waits = refusal_of(refusal(code))
    assert isinstance(waits, TryLater)
    assert (waits.seconds, waits.refused) == (LOCKED_OUT_SECONDS, True)


@pytest.mark.parametrize("variable", WHERE)
@pytest.mark.parametrize(
    ("error", "said"),
    [
        (refusal("invalid_auth"), "Check it (it begins with x"),
        (refusal("not_allowed_token_type"), "Check it (it begins with x"),
        (refusal("token_revoked"), "Install the app again"),
        (refusal("missing_scope"), "connections:write"),
        (refusal("ratelimited", 429), "Try again in 5 s"),
        (refusal("internal_error", 500), "Try again in 5 s"),
        (OSError("refused"), "Slack cannot be reached now (no connection: refused)"),
    ],
    ids=["invalid", "type", "revoked", "scope", "limited", "fault", "away"],
)
def test_why_slack_does_not_let_us_in_is_a_sentence_with_a_remedy(error, said, variable):
    sentence = why_not_in(error, variable)
    assert said in sentence
    assert variable in sentence or "cannot be reached" in sentence


def test_an_app_token_that_slack_refuses_ends_the_start_with_a_sentence(bot):
    running = Bot(bot.services)
    try:
        with pytest.raises(CannotConnect, match=r"invalid_auth to SLACK_APP_TOKEN.*xapp-"):
            running.start("xapp-wrong")
    finally:
        running.stop()


def test_a_bot_whose_token_is_wrong_answers_once_it_is_mended(bot):
    good = bot.services.messenger
    bot.services.messenger = SlackMessenger(slack_client("xoxb-wrong", bot.slack.api_url))
    bot.command(PRIYA, TEAM, "help")
    ts = ask(bot)
    assert ours(bot, ISLA, HARBOUR, ts) == []
    bot.services.messenger = good
    unlimited(bot)
    assert len(ours(bot, ISLA, HARBOUR, ts)) == 1
