"""A request for a person that nobody answers goes up the chain, in office hours, until somebody does."""

from datetime import timedelta

import pytest
from sqlmodel import select

from store.tables import StaffMember, Task
from tests.bot_fixtures import GRACE, HARBOUR, ISLA, NOOR, PRIYA, texts_of

NOT_THERE = "Can the vans fly to the moon and back?"
OFFICE = timedelta(hours=4)  # in which everybody of the chain is expected to answer


@pytest.fixture
def asked(bot):
    """Isla asked for a person on a Tuesday at 10:00; her CSM Priya was told. The bot's refusal in the thread."""
    ts = bot.say(ISLA, HARBOUR, f"<@{bot.services.bot_user_id}> {NOT_THERE}")
    refusal = bot.seen(ISLA, HARBOUR, ts).messages[-1]
    bot.press(ISLA, refusal, "talk_to_person")
    return refusal


def cards(bot, user):
    return bot.seen(user, bot.dm(user)).messages


def thread(bot, refusal):
    return [one["text"] for one in bot.seen(ISLA, HARBOUR, refusal["thread_ts"]).messages]


def later(bot, span):
    bot.slack.advance(span)
    bot.settle()


def test_sla_compliance_unanswered_it_goes_from_the_csm_to_the_manager_to_the_admin(bot, asked):
    assert len(cards(bot, PRIYA)) == 1
    later(bot, OFFICE - timedelta(minutes=1))
    assert cards(bot, GRACE) == []
    later(bot, timedelta(minutes=1))
    [card] = cards(bot, GRACE)
    assert NOT_THERE in texts_of(card)
    assert "Priya Raman was told before" in texts_of(card)
    assert "I have now told Grace Okafor, too" in thread(bot, asked)[-1]
    assert cards(bot, NOOR) == []
    later(bot, timedelta(days=1))  # Grace's four hours go on the next morning
    [card] = cards(bot, NOOR)
    assert "Grace Okafor was told before" in texts_of(card)
    later(bot, timedelta(days=5))
    assert [len(cards(bot, one)) for one in (PRIYA, GRACE, NOOR)] == [1, 1, 1]


def test_a_holiday_does_not_count(bot, request):
    bot.services.settings = bot.services.settings.model_copy(update={"guidepost_holidays": "2026-03-03"})
    request.getfixturevalue("asked")
    later(bot, timedelta(days=1, hours=2, minutes=59))  # the next day, 12:59
    assert cards(bot, GRACE) == []
    later(bot, timedelta(minutes=1))
    assert len(cards(bot, GRACE)) == 1


def test_the_night_does_not_count(bot, asked):
    later(bot, timedelta(hours=5))  # Grace is told at 15:00; at 18:00 she has had three of her four hours
    later(bot, timedelta(hours=18))
    assert cards(bot, NOOR) == []
    later(bot, timedelta(hours=1))  # 10:00
    assert len(cards(bot, NOOR)) == 1


def test_who_takes_it_has_the_whole_time(bot, asked):
    later(bot, timedelta(hours=3))
    bot.press(PRIYA, cards(bot, PRIYA)[0], "handover_take")
    later(bot, timedelta(hours=2))
    assert cards(bot, GRACE) == []
    later(bot, timedelta(hours=2))
    assert "Priya Raman is on it" in texts_of(cards(bot, GRACE)[0])


def test_an_answer_ends_it(bot, asked):
    bot.press(PRIYA, cards(bot, PRIYA)[0], "handover_answer")
    bot.submit(PRIYA, bot.modal(PRIYA), words="They cannot.")
    later(bot, timedelta(days=3))
    assert cards(bot, GRACE) == []
    assert not any("sorry that nobody" in text for text in thread(bot, asked))


def test_one_of_ours_who_writes_in_the_thread_has_answered(bot, asked):
    bot.say(PRIYA, HARBOUR, "Not yet, Isla: in May.", thread_ts=asked["thread_ts"])
    assert "Priya Raman has written in the thread" in texts_of(cards(bot, PRIYA)[0])
    later(bot, timedelta(days=3))
    assert cards(bot, GRACE) == []
    [task] = bot.rows(select(Task))
    assert (task.state, task.link["taken_by"]) == ("open", "Priya Raman")
    bot.press(PRIYA, cards(bot, PRIYA)[0], "handover_resolve")
    assert bot.rows(select(Task))[0].state == "done"


def test_the_customers_own_words_in_the_thread_are_no_answer(bot, asked):
    bot.say(ISLA, HARBOUR, "Is anybody there?", thread_ts=asked["thread_ts"])
    later(bot, OFFICE)
    assert len(cards(bot, GRACE)) == 1


def test_resolved_by_the_manager_every_card_says_so(bot, asked):
    later(bot, OFFICE)
    bot.press(GRACE, cards(bot, GRACE)[0], "handover_resolve")
    for user in (PRIYA, GRACE):
        [card] = cards(bot, user)
        assert "Resolved by Grace Okafor" in texts_of(card)
        assert card["text"]


def test_whose_turn_it_is_is_decided_by_the_roles_of_that_day(bot, asked):
    with bot.services.database.transaction() as session:
        for one in session.exec(select(StaffMember)).all():
            if one.slack_user_id == GRACE or one.email.startswith("grace"):
                session.delete(one)  # Grace has left the company since the request came
    later(bot, OFFICE)
    assert cards(bot, GRACE) == []
    [card] = cards(bot, NOOR)
    assert "Priya Raman was told before" in texts_of(card)
    assert "I have now told Noor Haddad, too" in thread(bot, asked)[-1]
    later(bot, timedelta(days=5))
    assert [len(cards(bot, one)) for one in (PRIYA, GRACE, NOOR)] == [1, 0, 1]


def test_the_clock_runs_in_the_working_hours_of_the_settings(bot, request):
    bot.services.settings = bot.services.settings.model_copy(
        update={"guidepost_working_hours": "10:00-12:00"}
    )
    request.getfixturevalue("asked")  # at 10:00: two hours today, two tomorrow
    later(bot, timedelta(days=1, hours=1, minutes=59))
    assert cards(bot, GRACE) == []
    later(bot, timedelta(minutes=1))
    assert len(cards(bot, GRACE)) == 1
