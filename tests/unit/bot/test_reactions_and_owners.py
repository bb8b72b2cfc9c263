"""Thumbs as reactions are ratings too, and who looks after an article hears of answers that did not help."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from bot.blocks.feedback import OWNER_SEES, PoorRating, owner_speech
from bot.listeners.owners import told_at
from playbooks.workdays import Calendar
from store.tables import Answer, Document, Feedback, InboundEvent, OutboxMessage
from tests.bot_fixtures import HARBOUR, ISLA, OWEN, PRIYA, texts_of

QUESTION = "How do I export my data?"


@pytest.fixture
def answer(bot):
    """An answered question in the customer's channel, as Isla sees it; Priya looks after every article."""
    with bot.database.transaction() as session:
        for document in session.exec(select(Document)).all():
            document.owner = "priya.raman@fernway.example"
            session.add(document)
    ts = bot.say(ISLA, HARBOUR, f"<@{bot.services.bot_user_id}> {QUESTION}")
    return bot.seen(ISLA, HARBOUR, ts).messages[-1]


def react(bot, user, message, name):
    """Put a reaction on a message, or take it off where it is there already."""
    reply = bot.page(user).do("react", channel=message["channel"], ts=message["ts"], name=name)
    assert reply["ok"], reply


def rate(bot, user, message, name):
    """React; what follows is carried out and said."""
    react(bot, user, message, name)
    bot.wait_for_event()
    bot.settle()


def ratings(bot):
    return {(row.slack_user_id, row.rating) for row in bot.rows(select(Feedback))}


def told(bot, user=PRIYA):
    bot.settle()
    return bot.seen(user, bot.dm(user)).messages


def test_a_thumb_on_an_answer_is_a_rating(bot, answer):
    rate(bot, ISLA, answer, "+1")
    assert ratings(bot) == {(ISLA, 1)}
    assert bot.seen(ISLA, HARBOUR, answer["thread_ts"]).ephemerals == []


def test_a_skin_tone_makes_no_difference_and_the_last_word_wins(bot, answer):
    bot.rate(ISLA, answer, "up")
    rate(bot, ISLA, answer, "thumbsdown::skin-tone-3")
    assert ratings(bot) == {(ISLA, -1)}


def test_taking_the_reaction_back_takes_the_rating_back(bot, answer):
    rate(bot, ISLA, answer, "+1")
    rate(bot, ISLA, answer, "+1")
    assert ratings(bot) == {(ISLA, None)}


def test_a_reaction_that_is_taken_back_leaves_a_later_click_alone(bot, answer):
    rate(bot, ISLA, answer, "+1")
    bot.rate(ISLA, answer, "down")
    rate(bot, ISLA, answer, "+1")
    assert ratings(bot) == {(ISLA, -1)}


def test_a_thumb_down_asks_that_person_alone_for_the_reason(bot, answer):
    rate(bot, OWEN, answer, "-1")
    assert not bot.seen(ISLA, HARBOUR, answer["thread_ts"]).ephemerals
    [line] = bot.seen(OWEN, HARBOUR, answer["thread_ts"]).ephemerals
    bot.press(OWEN, line, "answer_feedback_why")
    bot.submit(OWEN, bot.modal(OWEN), reason="outdated", comment="The menu moved")
    [row] = bot.rows(select(Feedback))
    assert (row.rating, row.reason, row.comment) == (-1, "outdated", "The menu moved")


@pytest.mark.parametrize("name", ["eyes", "tada"])
def test_other_reactions_are_no_rating(bot, answer, name):
    before = len(bot.rows(select(InboundEvent)))
    react(bot, ISLA, answer, name)
    react(bot, ISLA, answer, "+1")  # which comes after it
    bot.wait_for_event()
    bot.settle()
    assert len(bot.rows(select(InboundEvent))) == before + 1


def test_a_thumb_on_what_is_no_answer_of_ours_is_no_rating(bot, answer):
    [question, _] = bot.seen(ISLA, HARBOUR, answer["thread_ts"]).messages
    react(bot, OWEN, question, "+1")
    rate(bot, OWEN, answer, "+1")
    assert ratings(bot) == {(OWEN, 1)}


def test_the_owner_of_the_article_hears_of_it_once_with_everybodys_reasons(bot, answer):
    bot.rate(ISLA, answer, "down")
    bot.submit(ISLA, bot.modal(ISLA), reason="wrong", comment="There is no such button <!channel>")
    bot.rate(OWEN, answer, "down")
    assert told(bot) == []
    bot.slack.advance(timedelta(minutes=10))
    [message] = told(bot)
    text = texts_of(message)
    assert "2 answers from articles that you look after did not help" in text
    assert QUESTION in text
    assert "Isla Brennan, Harbour Bakery Group" in text
    assert "It is wrong" in text
    assert "<!channel>" not in text
    assert message["text"]


def test_who_thinks_better_of_it_in_time_was_never_heard_of(bot, answer):
    bot.rate(ISLA, answer, "down")
    bot.rate(ISLA, answer, "up")
    bot.slack.advance(timedelta(minutes=10))
    assert told(bot) == []
    [row] = [one for one in bot.rows(select(OutboxMessage)) if one.key.startswith("poorly_rated")]
    assert row.state == "cancelled"


def test_an_article_that_nobody_of_the_team_looks_after_tells_nobody(bot, answer):
    with bot.database.transaction() as session:
        for document in session.exec(select(Document)).all():
            document.owner = "the docs guild"
            session.add(document)
    bot.rate(ISLA, answer, "down")
    assert not [one for one in bot.rows(select(OutboxMessage)) if one.key.startswith("poorly_rated")]
    assert bot.rows(select(Answer))[0].status == "answered"


@pytest.mark.parametrize(
    ("now", "due"),
    [
        pytest.param((3, 10, 3), (3, 10, 10), id="in office hours after ten minutes"),
        pytest.param((3, 22, 0), (4, 9, 0), id="at night the next morning"),
        pytest.param((7, 12, 0), (9, 9, 0), id="on a Saturday on Monday"),
    ],
)
def test_owners_are_told_in_their_office_hours(now, due):
    day, hour, minute = now
    expected = datetime(2026, 3, due[0], due[1], due[2], tzinfo=UTC)
    assert told_at(datetime(2026, 3, day, hour, minute, tzinfo=UTC), Calendar("Europe/London")) == expected


def test_many_poor_ratings_are_one_message_that_fits():
    rated = [PoorRating("How? " * 100, ("An article",), "Isla", comment="x" * 3000)] * 30
    speech = owner_speech(rated)
    assert len(speech.blocks) == OWNER_SEES + 3
    assert "30 answers" in speech.text
