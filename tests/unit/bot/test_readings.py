"""A question that may mean several things: its readings are buttons, and a click asks one of them in the thread."""

import pytest
from sqlmodel import select

from knowledge.types import Answered
from store.tables import Answer, Message
from tests.bot_fixtures import HARBOUR, ISLA, OWEN, texts_of

VAGUE = "How do I export it?"
READINGS = ("How do I export my data?", "How do I export an invoice?", "<!channel> ?" + " x" * 60)


class AsksBack:
    """The answerer, which takes one question for ambiguous."""

    ready = True

    def __init__(self, sound):
        self.sound, self.asked = sound, []

    def answer(self, question, told=None):
        self.asked.append(question)
        if question.text == VAGUE:
            return Answered("clarify", "What would you like to export?", readings=READINGS)
        return self.sound.answer(question, told)


@pytest.fixture
def asked_back(bot):
    """The message that asks back, as Isla sees it, and the thread it stands in."""
    bot.services.answers = AsksBack(bot.services.answers)
    ts = bot.say(ISLA, HARBOUR, f"<@{bot.services.bot_user_id}> {VAGUE}")
    return ts, bot.seen(ISLA, HARBOUR, ts).messages[-1]


def thread(bot, ts):
    return bot.seen(OWEN, HARBOUR, ts).messages


def test_what_it_may_mean_is_shown_in_full_and_offered_as_buttons(asked_back):
    _, message = asked_back
    shown = texts_of(message)
    assert "What would you like to export?" in shown
    assert all(reading in shown for reading in READINGS[:2])
    assert "<!channel>" not in shown
    assert "answer_reading_3" in str(message["blocks"])
    assert "answer_feedback" not in str(message["blocks"])


def test_a_click_asks_that_reading_in_the_thread_once(bot, asked_back):
    ts, message = asked_back
    for _ in range(2):
        bot.press(ISLA, message, "answer_reading_1", settle=False)
    bot.settle()
    [_, _, answer] = thread(bot, ts)
    assert READINGS[0] in texts_of(answer)
    assert "[1]" in texts_of(answer)
    asked = bot.services.answers.asked[-1]
    assert asked.text == READINGS[0]
    assert [turn.text for turn in asked.history] == [VAGUE, "What would you like to export?"]
    assert sorted(row.status for row in bot.rows(select(Answer))) == ["answered", "clarify"]
    assert len(bot.rows(select(Message).where(Message.is_question))) == 2


def test_another_person_may_ask_another_reading(bot, asked_back):
    ts, message = asked_back
    bot.press(ISLA, message, "answer_reading_1")
    bot.press(OWEN, message, "answer_reading_2")
    assert len(thread(bot, ts)) == 4
    assert {row.asked_by for row in bot.rows(select(Answer))} == {ISLA, OWEN}


def test_a_reading_of_a_withdrawn_question_says_so_to_whoever_pressed(bot, asked_back):
    ts, message = asked_back
    with bot.database.transaction() as session:
        for answer in session.exec(select(Answer)):
            answer.readings = []
            session.add(answer)
    bot.press(ISLA, message, "answer_reading_1")
    assert len(thread(bot, ts)) == 2
    assert "can no longer find" in bot.seen(ISLA, HARBOUR, ts).ephemerals[-1]["text"]


def test_asked_by_command_the_reading_is_answered_to_its_asker_alone(bot):
    bot.services.answers = AsksBack(bot.services.answers)
    [private] = bot.command(ISLA, HARBOUR, f"ask {VAGUE}")
    bot.press(ISLA, private, "answer_reading_1")
    answer = bot.seen(ISLA, HARBOUR).ephemerals[-1]
    assert "[1]" in texts_of(answer)
    assert READINGS[0] in texts_of(answer)
    assert not bot.seen(OWEN, HARBOUR).ephemerals
