"""What playbooks say to staff, in Slack: one sentence, its task with a button, and somebody who hears it."""

from __future__ import annotations

import pytest
from sqlmodel import select

from store.tables import Contact, OutboxMessage, StaffMember, Task
from tests.bot_fixtures import GRACE, ISLA, MIRA, NOOR, PRIYA, TOM, texts_of
from tests.local_slack import client_of, element_of
from tests.scenarios.test_playbooks_in_slack import (
    AMELIA,
    DAYS,
    DIEGO,
    FRESH,
    NoDms,
    Play,
    answer,
    has,
    press,
)

DONE = "playbook_task_done"


@pytest.fixture
def play(bot):
    return Play(bot)


@pytest.fixture
def blocked(play):
    """Mira is blocked, and Tom was told so with a task."""
    play.start(TOM, "onboarding @Petal & Post")
    answer(play, MIRA, "good first month", "Our whole team uses it")
    play.wait(7 * DAYS)
    answer(play, MIRA, "How did setup go?", "Blocked")
    return play


def task_of(play, title):
    [task] = [one for one in play.bot.rows(select(Task)) if title in one.title]
    return task


def by_button(play, _task):
    play.bot.press(TOM, play.last(TOM, "Unblock"), DONE)


def in_the_list(play, task):
    [shown] = play.bot.command(TOM, play.bot.dm(TOM), "tasks")
    row = next(block for block in shown["blocks"] if block.get("accessory", {}).get("value") == task.id)
    press(play, TOM, shown | {"blocks": [row | {"elements": [row["accessory"]]}]}, "task_done_mine")


# What a CSM reads


def test_a_notice_names_account_and_step_once_and_gives_what_there_is_to_do(blocked):
    notice = blocked.last(TOM, "Blocked")
    words = notice["blocks"][0]["text"]["text"]
    assert words == "🔔 *Needs you now:* Mira Shah (Petal &amp; Post) on “How did setup go”: Blocked"
    shown = texts_of(notice)
    assert "Unblock Petal &amp; Post: offer Mira a session" in shown
    assert element_of(notice, DONE)[1]["value"] == task_of(blocked, "Unblock").id
    assert len(blocked.dm(TOM, "Unblock")) == 1


def test_a_task_without_other_words_is_told_by_itself(play):
    play.start(PRIYA, "renewal @Harbour")
    question = play.last(PRIYA, "A question for you")
    answer(play, PRIYA, "A question for you", "All right, I lead")
    assert question
    assert has(play.last(PRIYA, "Internal sync on the renewal of Harbour Bakery Group"), DONE)


def test_an_approved_message_says_by_whom_and_when_it_goes(play):
    play.start(PRIYA, "onboarding @Fresh Fields")
    card = texts_of(play.last(PRIYA, "Message to Amelia Ortiz (admin)"))
    assert "Goes out Wed 4 March at 10:00 MST, Amelia Ortiz's time" in card
    play.bot.press(PRIYA, play.last(PRIYA, "Message to"), "playbook_send_now")  # at 03:00 in Denver
    closed = texts_of(play.last(PRIYA, "Message to"))
    assert (
        "✓ Approved by Priya Raman; it goes out Tue 3 March at 10:00 MST, Amelia's time (waits: quiet hours there)"
        in closed
    )
    assert len(play.dm(PRIYA, "Welcome and first goal")) == 1


def test_the_status_names_who_gets_what_is_planned_and_what_there_is_to_do(blocked):
    shown = blocked.says(TOM, "status @Petal & Post")
    assert "• Review after a month → Mira Shah: planned" in shown
    assert "• Unblock setup → Mira Shah: waiting" in shown
    assert "☐ Unblock Petal &amp; Post: offer Mira a session, due" in shown


# Done


@pytest.mark.parametrize("press_done", [by_button, in_the_list], ids=["on the notice", "in the list"])
def test_a_task_that_is_done_lets_the_run_go_on(blocked, press_done):
    task = task_of(blocked, "Unblock")
    press_done(blocked, task)
    assert blocked.step("O2_unblock").state == "done"
    assert "☑ Unblock Petal &amp; Post: offer Mira a session, done by Tom Lindqvist" in blocked.says(
        TOM, "status @Petal & Post"
    )
    blocked.wait(3 * DAYS)
    assert len(blocked.dm(MIRA, "setup can go on at your end")) == 1


def test_a_double_press_and_an_old_button_are_done_once(blocked):
    notice = blocked.last(TOM, "Unblock")
    for _ in range(3):
        blocked.bot.press(TOM, notice, DONE, settle=False)
    blocked.bot.settle()
    press(blocked, TOM, with_row(notice), DONE)
    shown = blocked.last(TOM, "Unblock")
    assert "✓ Unblock Petal &amp; Post: offer Mira a session · done by Tom Lindqvist" in texts_of(shown)
    assert not has(shown, DONE)
    blocked.wait(3 * DAYS)
    assert len(blocked.dm(MIRA, "setup can go on at your end")) == 1


def with_row(message):
    """The message with its Done button where `press` looks for buttons."""
    rows = [{"block_id": "b", "elements": [b["accessory"]]} for b in message["blocks"] if "accessory" in b]
    return message | {"blocks": rows}


def test_a_customer_cannot_do_a_task(blocked):
    press(blocked, ISLA, with_row(blocked.last(TOM, "Unblock")), DONE)
    assert task_of(blocked, "Unblock").state == "open"
    assert blocked.step("O2_unblock").state == "waiting"


def test_two_contacts_who_stay_silent_are_one_task_that_names_both(play):
    play.start(PRIYA, "onboarding @Fresh Fields")
    play.wait(45 * DAYS)
    told = [title for title in play.tasks() if title.startswith("Review the first month")]
    assert told == ["Review the first month with Amelia and Ben at Fresh Fields Market"]
    assert len(play.dm(PRIYA, "to “Review after a month”")) == 1


def test_a_manager_may_decide_what_the_csm_does_not_and_both_cards_say_so(play):
    play.start(DIEGO, "onboarding @Kestrel")
    play.wait(3 * DAYS)
    card = play.last(GRACE, "has waited 2 business days for approval by Diego Alvarez")
    play.bot.press(GRACE, card, "playbook_skip")
    for reader in (GRACE, DIEGO):
        shown = play.last(reader, "Message to Caleb Novak")
        assert "✓ Skipped by Grace Okafor" in texts_of(shown)
        assert not has(shown, "playbook_approve")


def test_a_draft_that_was_written_in_person_closes_its_card(play):
    play.start(DIEGO, "renewal @Bramley")
    play.wait(4 * DAYS)
    card = play.last(DIEGO, "a draft for you to word")
    assert has(card, "playbook_approve")
    play.bot.press(DIEGO, card, DONE)
    shown = play.last(DIEGO, "How was the year")
    assert "✓ Diego Alvarez wrote in person" in texts_of(shown)
    assert not has(shown, "playbook_approve")
    play.wait(4 * DAYS)
    assert play.step("R2").state == "done"


# Nobody there


def test_what_a_closed_dm_refuses_goes_to_the_manager(play):
    play.bot.services.messenger = NoDms(client_of(play.bot.slack), {PRIYA})
    play.start(PRIYA, "onboarding @Fresh Fields", FRESH)
    card = play.last(GRACE, "Message to Amelia Ortiz")
    assert "Priya Raman cannot be reached in Slack, so this comes to you." in texts_of(card)
    assert (
        "⚠️ “Welcome and first goal”, 3 March 2026: Priya Raman cannot be reached in Slack; Grace Okafor has it instead"
        in (play.says(GRACE, "status @Fresh Fields"))
    )
    play.bot.press(GRACE, card, "playbook_skip")
    assert play.step("O1").note == "left out by Grace Okafor"


def test_a_csm_without_slack_is_stood_in_for(play):
    play.change(StaffMember, "Tom Lindqvist", email="tom@elsewhere.example", slack_user_id=None)
    with play.bot.database.transaction() as session:
        from store.tables import Account

        account = session.exec(select(Account).where(Account.name == "Petal & Post")).one()
        account.csm_email = "tom@elsewhere.example"
        session.add(account)
    play.start(NOOR, "onboarding @Petal & Post")
    answer(play, MIRA, "good first month", "Our whole team uses it")
    notice = play.last(GRACE, "Our whole team uses it")
    assert "Tom Lindqvist cannot be reached in Slack" in texts_of(notice)
    assert has(notice, DONE)
    assert task_of(play, "Book the kickoff").owner_email == "tom@elsewhere.example"


def test_without_a_manager_the_admins_hear_it(play):
    play.bot.services.messenger = NoDms(client_of(play.bot.slack), {PRIYA, GRACE})
    play.start(PRIYA, "onboarding @Fresh Fields", FRESH)
    assert "Grace Okafor cannot be reached in Slack" in texts_of(play.last(NOOR, "Message to Amelia Ortiz"))


def test_a_preview_that_nobody_was_shown_is_not_sent(play):
    play.bot.services.messenger = NoDms(client_of(play.bot.slack), {PRIYA, GRACE, NOOR})
    play.start(PRIYA, "onboarding @Fresh Fields", FRESH)
    play.wait(5 * DAYS)
    assert play.dm(AMELIA) == []
    assert play.step("O1").state == "awaiting_approval"
    assert "nobody else could be told" in play.says(PRIYA, "status @Fresh Fields")


def test_a_question_that_no_staff_can_be_asked_becomes_a_task(play):
    play.bot.services.messenger = NoDms(client_of(play.bot.slack), {PRIYA, GRACE, NOOR})
    play.start(PRIYA, "renewal @Harbour", FRESH)
    assert task_of(play, "Internal readiness").state == "open"
    failed = play.bot.rows(select(OutboxMessage).where(OutboxMessage.state == "failed"))
    assert {"playbook_question", "playbook_task"} <= {row.payload["view"] for row in failed}


# Whom a message goes to


def test_a_champions_opt_out_makes_the_next_who_decides_the_reader_and_the_card_says_so(play):
    play.bot.say(ISLA, play.bot.dm(ISLA), "stop check-ins")
    play.start(PRIYA, "renewal @Harbour")
    card = texts_of(play.last(PRIYA, "Message to Owen Price (admin) · instead of Isla Brennan"))
    assert "how do you feel about the year" in card


def test_where_only_an_end_user_is_left_the_csm_finds_somebody(play):
    for name in ("Isla Brennan", "Owen Price", "Ruth Adeyemi"):
        play.change(Contact, name, opted_out_at=play.bot.services.clock.now())
    play.start(PRIYA, "renewal @Harbour")
    play.wait(30 * DAYS)
    assert "Find somebody at Harbour Bakery Group to ask: What the year gave you" in play.tasks()
    assert "Find somebody at Harbour Bakery Group to ask: How should next year look" in play.tasks()
    told = asked_of(play, "U0KOFI")
    assert set(told) == {"R4.end_user"}  # what worked best, no more
    assert "renew" not in told["R4.end_user"]


def test_an_end_user_who_is_asked_for_the_right_person_reads_nothing_of_the_contract(play):
    play.start(PRIYA, "renewal @Northgate")
    play.wait(10 * DAYS)  # the champion is silent, and there is no admin
    told = asked_of(play, "U0TRENT")["RQ1"]
    assert "Who at Northgate Furniture is the right person" in told
    assert not [word for word in ("plan", "renew", "notice", "next year") if word in told]


def asked_of(play, user):
    """What somebody was asked, by step; reminders left out."""
    rows = play.bot.rows(select(OutboxMessage).where(OutboxMessage.slack_user_id == user))
    sent = [row.payload for row in rows if row.payload["view"] == "playbook_message"]
    return {payload["step_key"]: payload["text"] for payload in sent}
