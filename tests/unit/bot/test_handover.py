"""A person instead of the bot: told once, with everything; answered in that person's name."""

from datetime import timedelta

import pytest
from sqlmodel import select

from bot.blocks.handover import HandoverView, handover_speech
from bot.listeners.handover import wants_person
from store.tables import Account, Feedback, Message, StaffMember, Task
from tests.bot_fixtures import COMMUNITY, HARBOUR, ISLA, MIRA, NOOR, OWEN, PRIYA, TOM, texts_of

NOT_THERE = "Can the vans fly to the moon and back?"


@pytest.fixture
def refused(bot):
    """A question without an answer, in the customer's channel, and the reply to it."""
    ts = bot.say(ISLA, HARBOUR, f"<@{bot.services.bot_user_id}> {NOT_THERE}")
    return bot.seen(ISLA, HARBOUR, ts).messages[-1]


def thread(bot, message, user=ISLA):
    return bot.seen(user, HARBOUR, message["thread_ts"])


def card(bot, user=PRIYA):
    return bot.seen(user, bot.dm(user)).messages[-1]


def test_sales_interaction_the_csm_gets_the_question_with_what_was_tried_and_the_account(bot, refused):
    bot.press(ISLA, refused, "talk_to_person")
    shown = texts_of(card(bot))
    for part in (
        "Isla Brennan",
        "Harbour Bakery Group",
        NOT_THERE,
        "found no answer",
        "Growth plan",
        "$17,940 ARR",
        "Health 86/100",
        "Open the thread",
    ):
        assert part in shown
    [task] = bot.rows(select(Task))
    assert (task.kind, task.owner_email, task.state) == ("handover", "priya.raman@fernway.example", "open")
    assert task.due_at == bot.services.clock.now() + timedelta(hours=4)


def test_the_customer_is_told_who_comes_back_and_by_when(bot, refused):
    bot.press(ISLA, refused, "talk_to_person")
    told = thread(bot, refused).messages[-1]["text"]
    assert "Priya Raman" in told
    assert "3 Mar, 14:00" in told
    assert "outside" not in told


def test_outside_working_hours_the_customer_is_told_so(bot, refused):
    bot.slack.advance(timedelta(days=3, hours=10))  # Friday evening
    bot.press(ISLA, refused, "talk_to_person")
    told = thread(bot, refused).messages[-1]["text"]
    assert "outside Priya's working hours" in told
    assert "9 Mar, 13:00" in told  # Monday


def test_pressed_twice_is_one_task_and_one_message(bot, refused):
    bot.press(ISLA, refused, "talk_to_person", settle=False)
    bot.press(OWEN, refused, "talk_to_person", settle=False)
    bot.settle()
    assert len(bot.rows(select(Task))) == 1
    assert len(bot.seen(PRIYA, bot.dm(PRIYA)).messages) == 1
    told = [one["text"] for one in thread(bot, refused).messages[-2:]]
    assert sum("already" in text for text in told) == 1


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("talk to a human", True),
        ("can I speak to someone?", True),
        ("I would like to talk to a person", True),
        ("please connect me to an agent", True),
        ("human please", True),
        ("is there a real person I can write to?", True),
        ("how do drivers talk to the customer?", False),
        ("how many people can use one seat?", False),
        ("which support plan do we have", False),
        ("the person who packs the van", False),
    ],
)
def test_a_person_can_be_asked_for_in_words(text, wanted):
    assert wants_person(text) is wanted


def test_asked_for_in_the_thread_in_words_it_is_about_the_last_answer(bot, refused):
    bot.say(ISLA, HARBOUR, "can I speak to someone about this?", thread_ts=refused["thread_ts"])
    [task] = bot.rows(select(Task))
    assert task.body == NOT_THERE
    assert "In their words: can I speak to someone about this?" in texts_of(card(bot))
    assert [one.text for one in bot.rows(select(Message).where(Message.is_question))] == [NOT_THERE]


def test_asked_for_in_a_dm_without_a_question_it_is_about_the_words(bot):
    bot.say(MIRA, bot.dm(MIRA), "I would like to talk to a person")
    assert "I would like to talk to a person" in texts_of(card(bot, TOM))


def test_taking_it_tells_the_customer_once_and_the_button_goes(bot, refused):
    bot.press(ISLA, refused, "talk_to_person")
    before = card(bot)
    bot.press(PRIYA, before, "handover_take", settle=False)
    bot.press(PRIYA, before, "handover_take", settle=False)
    bot.settle()
    said = [one["text"] for one in thread(bot, refused).messages]
    assert said.count("Priya Raman is looking into this now.") == 1
    assert "Priya Raman is on it" in texts_of(card(bot))
    with pytest.raises(LookupError):
        bot.press(PRIYA, card(bot), "handover_take")


def test_an_answer_is_posted_in_the_thread_in_the_csms_name_and_ends_the_task(bot, refused):
    bot.press(ISLA, refused, "talk_to_person")
    bot.press(PRIYA, card(bot), "handover_answer")
    modal = bot.modal(PRIYA)
    assert bot.submit(PRIYA, modal, words="Not yet, but <!channel> ask me in May.") == {"clear": True}
    posted = thread(bot, refused).messages[-1]
    assert "Priya Raman" in texts_of(posted)
    assert f"<@{ISLA}>" in posted["text"]
    assert "<!channel>" not in texts_of(posted)
    [task] = bot.rows(select(Task))
    assert task.state == "done"
    assert "Resolved by Priya Raman" in texts_of(card(bot))
    assert bot.rows(select(Message).where(Message.ts == posted["ts"]))


def test_resolving_closes_the_task_once(bot, refused):
    bot.press(ISLA, refused, "talk_to_person")
    before = card(bot)
    bot.press(PRIYA, before, "handover_resolve", settle=False)
    bot.press(PRIYA, before, "handover_resolve", settle=False)
    bot.settle()
    assert bot.rows(select(Task))[0].state == "done"
    assert "resolved already" in bot.seen(PRIYA, bot.dm(PRIYA)).ephemerals[-1]["text"]


def test_a_customer_who_presses_a_copied_button_gets_a_polite_no(bot, refused):
    bot.press(ISLA, refused, "talk_to_person")
    [task] = bot.rows(select(Task))
    copied = handover_speech(HandoverView(task.id, "Isla", "", "?"))
    bot.services.messenger.post(HARBOUR, copied, key="copied")
    message = bot.seen(ISLA, HARBOUR).messages[-1]
    bot.press(ISLA, message, "handover_resolve")
    assert bot.rows(select(Task))[0].state == "open"
    bot.press(ISLA, message, "handover_answer")
    said = [one["text"] for one in bot.seen(ISLA, HARBOUR).ephemerals]
    assert len(said) == 2
    assert all("for the team" in text for text in said)


def test_without_a_csm_the_managers_are_told(bot, refused):
    with bot.database.transaction() as session:
        account = session.exec(select(Account).where(Account.key == "harbour-bakery")).one()
        account.csm_email = None
        session.add(account)
    bot.press(ISLA, refused, "talk_to_person")
    assert "Grace Okafor" in thread(bot, refused).messages[-1]["text"]


def test_a_csm_whom_slack_does_not_know_is_passed_over(bot, refused):
    with bot.database.transaction() as session:
        member = session.exec(select(StaffMember).where(StaffMember.slack_user_id == PRIYA)).one()
        member.slack_user_id, member.email = None, "left@fernway.example"
        account = session.exec(select(Account).where(Account.key == "harbour-bakery")).one()
        account.csm_email = "left@fernway.example"
        session.add_all([member, account])
    bot.press(ISLA, refused, "talk_to_person")
    assert "Grace Okafor" in thread(bot, refused).messages[-1]["text"]


def test_with_nobody_to_tell_the_customer_hears_the_truth_and_the_task_stays(bot, refused):
    with bot.database.transaction() as session:
        for member in session.exec(select(StaffMember)).all():
            session.delete(member)
    bot.press(ISLA, refused, "talk_to_person")
    assert "nobody is set up here" in thread(bot, refused).messages[-1]["text"]
    assert len(bot.rows(select(Task))) == 1


def test_in_a_channel_of_many_customers_the_asker_own_csm_is_told(bot):
    ts = bot.say(MIRA, COMMUNITY, f"<@{bot.services.bot_user_id}> {NOT_THERE}")
    bot.press(MIRA, bot.seen(MIRA, COMMUNITY, ts).messages[-1], "talk_to_person")
    assert "Mira Shah" in texts_of(card(bot, TOM))


def test_nothing_of_this_counts_as_feedback(bot, refused):
    bot.press(ISLA, refused, "talk_to_person")
    assert not bot.rows(select(Feedback))
    assert bot.seen(NOOR, bot.dm(NOOR)).messages == []
