"""Ratings: one row for each person and answer, last click wins, reasons asked in a modal."""

import pytest
from sqlmodel import select

from store.tables import Answer, Feedback, InboundEvent
from tests.bot_fixtures import HARBOUR, ISLA, OWEN

QUESTION = "How do I export my data?"


@pytest.fixture
def answer(bot):
    """An answered question in the customer's channel, as Isla sees it."""
    ts = bot.say(ISLA, HARBOUR, f"<@{bot.services.bot_user_id}> {QUESTION}")
    thread = bot.seen(ISLA, HARBOUR, ts).messages
    [stored] = bot.rows(select(Answer))
    assert stored.status == "answered", stored
    return thread[-1]


def ephemerals(bot, user, answer):
    return [one["text"] for one in bot.seen(user, HARBOUR, answer["thread_ts"]).ephemerals]


def test_a_click_is_one_row_and_a_thank_you_that_only_the_person_sees(bot, answer):
    bot.rate(ISLA, answer, "up")
    [row] = bot.rows(select(Feedback))
    assert (row.slack_user_id, row.rating, row.kind) == (ISLA, 1, "answer_rating")
    assert row.account_id
    [thanks] = ephemerals(bot, ISLA, answer)
    assert "Thank you" in thanks
    assert not ephemerals(bot, OWEN, answer)


def test_a_double_click_is_one_row_and_one_thank_you(bot, answer):
    bot.rate(ISLA, answer, "up", settle=False)
    bot.rate(ISLA, answer, "up", settle=False)
    bot.settle()
    assert len(bot.rows(select(Feedback))) == 1
    assert len(ephemerals(bot, ISLA, answer)) == 1


def test_the_last_click_wins(bot, answer):
    bot.rate(ISLA, answer, "down")
    bot.rate(ISLA, answer, "up")
    [row] = bot.rows(select(Feedback))
    assert row.rating == 1


def test_everybody_in_the_channel_has_a_row_of_their_own(bot, answer):
    bot.rate(ISLA, answer, "up")
    bot.rate(OWEN, answer, "down")
    assert {(row.slack_user_id, row.rating) for row in bot.rows(select(Feedback))} == {(ISLA, 1), (OWEN, -1)}


def test_thumbs_down_asks_why_and_keeps_the_reason(bot, answer):
    page = bot.page(ISLA)
    bot.rate(ISLA, answer, "down")
    modal = bot.modal(ISLA)
    assert modal["title"]["text"] == "What went wrong?"
    assert bot.submit(ISLA, modal, reason="outdated", comment="The menu moved.") == {"clear": True}
    [row] = bot.rows(select(Feedback))
    assert (row.rating, row.reason, row.comment) == (-1, "outdated", "The menu moved.")
    assert any("why" in text for text in ephemerals(bot, ISLA, answer))
    assert page.hears_nothing("toast")


def test_a_reason_must_be_chosen(bot, answer):
    bot.page(ISLA)
    bot.rate(ISLA, answer, "down")
    reply = bot.submit(ISLA, bot.modal(ISLA), comment="no reason")
    assert "reason" in reply["errors"]


def test_the_rating_is_kept_when_the_modal_is_left_alone(bot, answer):
    bot.rate(ISLA, answer, "down")
    [row] = bot.rows(select(Feedback))
    assert (row.rating, row.reason) == (-1, None)


def test_a_click_on_an_answer_that_is_gone_gets_a_sentence(bot, answer):
    with bot.database.transaction() as session:
        stored = session.exec(select(Answer)).one()
        stored.channel_id = "C0ELSEWHERE"
        session.add(stored)
    bot.rate(ISLA, answer, "up")
    assert not bot.rows(select(Feedback))
    assert "no longer find" in ephemerals(bot, ISLA, answer)[0]
    assert {event.state for event in bot.rows(select(InboundEvent))} == {"done"}
