"""The first sign of work: at once, where an answer will follow, and never left standing."""

import pytest
from sqlmodel import select

from bot import first_sign
from bot.slack.incoming import Said
from store.tables import InboundEvent
from tests.bot_fixtures import HARBOUR, ISLA, MIRA, PRIYA

QUESTION = "How do I export my data?"


def write(bot, channel, text, user=ISLA):
    """Somebody writes, and no worker looks at it yet."""
    return bot.page(user).post(channel, text)


def statuses(bot, channel, user=ISLA):
    return bot.seen(user, channel).status


def test_a_mention_shows_a_sign_before_any_worker_has_looked(bot):
    ts = write(bot, HARBOUR, f"<@{bot.services.bot_user_id}> {QUESTION}")
    assert bot.page(ISLA).hears("status", thread_ts=ts)["status"] == first_sign.READING


def test_a_direct_message_shows_a_sign(bot):
    ts = write(bot, bot.dm(MIRA), QUESTION, MIRA)
    assert bot.page(MIRA).hears("status", thread_ts=ts)["status"] == first_sign.READING


@pytest.mark.parametrize("policy", ["private", "silent"])
def test_where_others_see_no_answer_they_see_no_sign(bot, policy):
    bot.command(PRIYA, HARBOUR, f"channel {policy}")
    write(bot, HARBOUR, f"<@{bot.services.bot_user_id}> {QUESTION}")
    bot.wait_for_event()
    assert bot.page(ISLA).hears_nothing("status")


def test_what_was_no_question_leaves_no_sign_standing(bot):
    dm = bot.dm(MIRA)
    bot.say(MIRA, dm, "stop check-ins")
    assert statuses(bot, dm, MIRA) == {}


def test_a_sign_that_comes_after_the_answer_is_taken_back(bot):
    ts = bot.say(ISLA, HARBOUR, f"<@{bot.services.bot_user_id}> {QUESTION}")
    late = Said("Ev1", HARBOUR, ts, None, ISLA, None, QUESTION, mentions_bot=True, surface="channel")
    first_sign.show(bot.services, late)
    assert statuses(bot, HARBOUR) == {}


def test_a_sign_that_comes_after_the_plan_is_taken_back(bot):
    class Slow:
        ready, sound = True, bot.services.answers

        def answer(self, question, told=None):
            [event] = bot.rows(select(InboundEvent))
            first_sign.show(bot.services, Said.from_payload(event.payload))
            return self.sound.answer(question, told)

    bot.services.answers = Slow()
    bot.say(ISLA, HARBOUR, f"<@{bot.services.bot_user_id}> {QUESTION}")
    assert statuses(bot, HARBOUR) == {}


def test_an_event_that_comes_twice_shows_one_sign(bot):
    ts = write(
        bot, HARBOUR, f"<@{bot.services.bot_user_id}> {QUESTION}"
    )  # comes as a message and as a mention
    bot.page(ISLA).hears("status", thread_ts=ts)
    assert bot.page(ISLA).hears_nothing("status")
