"""One person may ask so much within an hour; others need not wait behind them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from store.tables import Answer, Message
from tests.bot_fixtures import HARBOUR, ISLA, OWEN, texts_of

QUESTION = "How do I export my data?"
SENTENCE = "I answer 2 of one person within an hour"


@pytest.fixture
def strict(bot):
    """Two questions an hour."""
    bot.services.settings = bot.services.settings.model_copy(update={"guidepost_questions_an_hour": 2})
    return bot


def ask(bot, user=ISLA, n=0):
    return bot.say(user, HARBOUR, f"<@{bot.services.bot_user_id}> {QUESTION} ({n})")


def answers_of(bot, user):
    return len(bot.rows(select(Answer).where(Answer.asked_by == user)))


def test_who_asks_too_much_alone_hears_when_to_ask_again_and_others_are_answered(strict):
    began = strict.services.clock.now()
    for n in range(3):
        ask(strict, n=n)
    assert answers_of(strict, ISLA) == 2
    [told] = strict.seen(ISLA, HARBOUR).ephemerals
    assert SENTENCE in texts_of(told)
    assert str(int((began + timedelta(hours=1)).timestamp())) in texts_of(told)
    assert "UTC" in told["text"]  # for who reads no blocks
    assert strict.seen(OWEN, HARBOUR).ephemerals == []
    ask(strict, OWEN)
    assert answers_of(strict, OWEN) == 1


def test_after_the_hour_they_are_answered_again(strict):
    for n in range(3):
        ask(strict, n=n)
    strict.slack.advance(timedelta(hours=1))
    ask(strict, n=4)
    assert answers_of(strict, ISLA) == 3


def test_in_a_direct_message_it_is_said_in_the_thread(strict):
    dm = strict.dm(ISLA)
    *_, last = [strict.say(ISLA, dm, f"{QUESTION} ({n})") for n in range(3)]
    said = strict.seen(ISLA, dm, last).messages[-1]
    assert SENTENCE in texts_of(said)


def test_an_edit_asks_too_and_hears_when_to_ask_again(strict):
    ts = ask(strict)
    for n in range(3):
        text = f"<@{strict.services.bot_user_id}> Can drivers work offline? ({n})"
        strict.page(ISLA).do("edit", channel=HARBOUR, ts=ts, text=text)
        strict.wait_for_event()
        strict.settle()
    told = strict.seen(ISLA, HARBOUR, ts).ephemerals
    assert [SENTENCE in texts_of(one) for one in told] == [True, True]
    [question] = strict.rows(select(Message).where(Message.author == "person"))
    assert question.text == "Can drivers work offline? (0)"


def test_a_command_asks_too(strict):
    for n in range(2):
        ask(strict, n=n)
    [told] = strict.command(ISLA, HARBOUR, f"ask {QUESTION}")
    assert SENTENCE in texts_of(told)
    assert answers_of(strict, ISLA) == 2


def test_a_wish_for_a_person_is_no_question(strict):
    for n in range(2):
        ask(strict, n=n)
    strict.say(ISLA, HARBOUR, f"<@{strict.services.bot_user_id}> I would like to talk to a person")
    assert not any(SENTENCE in texts_of(one) for one in strict.seen(ISLA, HARBOUR).ephemerals)


def test_without_a_limit_everything_is_answered(bot):
    bot.services.settings = bot.services.settings.model_copy(update={"guidepost_questions_an_hour": 0})
    for n in range(3):
        ask(bot, n=n)
    assert answers_of(bot, ISLA) == 3
