"""An agent's session in a DM: processing while we think, active when it was said."""

from __future__ import annotations

import itertools

import pytest

from bot.slack.messenger import SlackMessenger
from bot.slack.pacing import Limits
from bot.wiring import slack_client
from tests.bot_fixtures import HARBOUR, ISLA, MIRA
from tests.poor_slack import PoorSlack

QUESTION = "How do I export my data?"


class Watching:
    """The answerer, which notes how the session stands while it thinks."""

    ready = True

    def __init__(self, bot, broken=False):
        self.bot, self.sound, self.seen = bot, bot.services.answers, []
        self.broken = broken

    def answer(self, question, told=None):
        self.seen = list(self.bot.slack.records.all("session").values())
        if self.broken:
            raise ZeroDivisionError
        return self.sound.answer(question, told)


@pytest.mark.parametrize("broken", [False, True], ids=["answered", "excused"])
def test_a_session_is_processing_while_we_think_and_active_afterwards(bot, broken):
    bot.services.answers = Watching(bot, broken)
    bot.say(MIRA, bot.dm(MIRA), QUESTION)
    [during] = bot.services.answers.seen
    [after] = bot.slack.records.all("session").values()
    assert (during["status"], during["title"]) == ("processing", QUESTION)
    assert after == during | {"status": "active"}


def test_a_channel_has_no_session(bot):
    bot.say(ISLA, HARBOUR, f"<@{bot.services.bot_user_id}> {QUESTION}")
    assert bot.slack.records.all("session") == {}


METHOD = "agents.sessions.setStatus"


@pytest.mark.parametrize("refusal", ["unknown_method", "404"])
def test_a_slack_without_sessions_is_asked_once(refusal):
    with PoorSlack(refusal) as slack:
        messenger = SlackMessenger(slack_client("xoxb-9", slack.api_url))
        for _ in range(2):
            messenger.session_status("D1", "1.0", "processing")
        assert slack.calls.count(METHOD) == 1


def test_a_slack_that_is_busy_is_asked_again():
    with PoorSlack() as slack:
        slack.limited = {METHOD: 1}
        client = slack_client("xoxb-9", slack.api_url)
        client.limits = Limits(itertools.count(step=60).__next__)  # a minute passes with every look
        messenger = SlackMessenger(client)
        for _ in range(3):
            messenger.session_status("D1", "1.0", "processing")
        assert slack.calls.count(METHOD) == 2
