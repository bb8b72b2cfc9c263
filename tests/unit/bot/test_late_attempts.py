"""Several attempts at one question leave one message: no plan stays that nobody goes on with."""

import pytest
from sqlmodel import select

from bot.slack.messenger import TryLater
from store.tables import InboundEvent, OutboxMessage
from tests.bot_fixtures import HARBOUR, ISLA

QUESTION = "How do I export my data?"


class Overtaken:
    """Answers when another worker has carried the question out already."""

    ready = True

    def __init__(self, bot, error=None):
        self.bot, self.sound, self.error = bot, bot.services.answers, error

    def answer(self, question, told=None):
        working = select(InboundEvent).where(InboundEvent.state == "working")
        [event] = self.bot.rows(working)
        with self.bot.services.effect_of(event.id):
            pass
        if self.error:
            raise self.error
        return self.sound.answer(question, told)


def ours(bot, ts):
    return [one for one in bot.seen(ISLA, HARBOUR, ts).messages if one["user"] == bot.services.bot_user_id]


@pytest.mark.parametrize("error", [None, TryLater(0.1, "broken")], ids=["goes on", "is asked to wait"])
def test_a_plan_whose_question_another_worker_answered_is_taken_back(bot, error):
    bot.services.answers = Overtaken(bot, error)
    ts = bot.say(ISLA, HARBOUR, f"<@{bot.services.bot_user_id}> {QUESTION}")
    assert ours(bot, ts) == []
    assert bot.rows(select(OutboxMessage)) == []


def test_an_attempt_that_failed_leaves_its_plan_to_the_next(bot):
    class Shaky(Overtaken):
        failed = False

        def answer(self, question, told=None):
            if not self.failed:
                self.failed = True
                raise ZeroDivisionError
            return self.sound.answer(question, told)

    bot.services.answers = Shaky(bot)
    ts = bot.say(ISLA, HARBOUR, f"<@{bot.services.bot_user_id}> {QUESTION}")
    [answer] = ours(bot, ts)
    assert "[1]" in answer["text"]
