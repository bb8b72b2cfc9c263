"""Tasks that staff do for a run, and whom a message goes to: what a CSM would be ashamed of otherwise."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from playbooks import events
from playbooks.planning import expected_readers
from playbooks.situation import Setting, situation
from playbooks.state import Run
from store.tables import Account, Contact, accounts, playbooks

DANA, MIA = "UDANA", "UMIA"
ADA, BEN, CY = "UADA_MM", "UBEN_MM", "UCY_MM"


def titles(world, state="open"):
    return [task.title for task in world.tasks() if task.state == state]


def opt_out(world, *people):
    for slack in people:
        world.change((Contact, world.contacts[slack]), opted_out_at=world.clock.now())


def done(world, run, slot, by=DANA):
    world.handle(run, events.TaskDone(slot, by))


# One task for one outcome


def test_two_contacts_who_stay_silent_are_one_task_and_one_sentence(world):
    run = world.start("onboarding", "mm")
    world.until(2026, 4, 10, 12)
    assert [title for title in titles(world) if "first month" in title] == [
        "Review the first month with Ada and Ben at Mm Works"
    ]
    silent = [
        row.payload["text"] for row in world.outbox("playbook_notice") if "“Review" in row.payload["text"]
    ]
    assert silent == ["No answer from Ada Ali and Ben Bo (Mm Works) to “Review after a month”."]
    assert world.runner.run_overview(run).outcome == "no_response"


def test_the_task_of_two_contacts_names_the_second_when_they_say_the_same(world):
    run = world.start("onboarding", "mm")
    world.until(2026, 4, 1, 12)
    world.reply(run, "O4.admin", ADA, "no")
    assert "Review call with Ada at Mm Works" in titles(world)
    world.reply(run, "O4.champion", BEN, "no")
    assert [title for title in titles(world) if title.startswith("Review call")] == [
        "Review call with Ada and Ben at Mm Works"
    ]


def test_different_outcomes_are_different_tasks(world):
    run = world.start("onboarding", "mm")
    world.until(2026, 4, 1, 12)
    world.reply(run, "O4.admin", ADA, "no")
    world.reply(run, "O4.champion", BEN, "partly")
    assert [title for title in titles(world) if title.startswith("Review call")] == [
        "Review call with Ada at Mm Works",
        "Review call with Ben at Mm Works",
    ]


def test_a_task_that_was_done_is_not_opened_again_for_the_second_contact(world):
    run = world.start("onboarding", "mm")
    world.until(2026, 4, 1, 12)
    world.reply(run, "O4.admin", ADA, "no")
    done(world, run, "O4:1:no")
    world.reply(run, "O4.champion", BEN, "no")
    assert [title for title in titles(world) if title.startswith("Review call")][-1] == (
        "Review call with Ben at Mm Works"
    )


def test_the_words_of_both_stand_in_their_task(world):
    run = world.start("onboarding", "mm")
    world.until(2026, 4, 1, 12)
    for key, who in (("O4.admin", ADA), ("O4.champion", BEN)):
        world.reply(run, key, who, "changed")
    world.reply(run, "O4_goal.admin", ADA, text="Fewer calls")
    world.reply(run, "O4_goal.champion", BEN, text="More routes")
    [task] = [task for task in world.tasks() if task.title.startswith("New goal")]
    assert task.title == "New goal at Mm Works: agree on numbers with Ada and Ben"
    assert task.body == "In their words: Ada: Fewer calls; Ben: More routes"


# Done


@pytest.fixture
def blocked(world):
    """Ada of the small customer is blocked, and Dana has a task for it."""
    run = world.start("onboarding", "smb")
    world.until(2026, 3, 9, 12)
    world.reply(run, "O2", "UADA_SMB", "blocked")
    assert world.steps(run)["O2_unblock"] == "waiting"
    return world, run


def test_a_step_that_waits_for_a_task_goes_on_when_it_is_done(blocked):
    world, run = blocked
    done(world, run, "O2_unblock")
    world.until(2026, 3, 12, 12)
    assert ("O2_unblocked", "UADA_SMB") in world.said()
    step = next(step for step in world.runner.run_overview(run).steps if step.key == "O2_unblock")
    assert (step.state, step.note) == ("done", "done by Dana Doe")


def test_a_task_that_is_done_twice_goes_on_once(blocked):
    world, run = blocked
    for _ in range(3):
        done(world, run, "O2_unblock")
    world.until(2026, 3, 12, 12)
    assert [step for step, _ in world.said()].count("O2_unblocked") == 1


def test_a_task_that_is_done_after_the_end_changes_nothing_but_its_step(blocked):
    world, run = blocked
    world.runner.stop(run, DANA)
    assert world.steps(run)["O2_unblock"] == "skipped"
    before = len(world.outbox())
    done(world, run, "O2_unblock")
    assert len(world.outbox()) == before
    assert "Unblock Smb Works: offer Ada a session" in titles(world, "cancelled")


def test_a_task_of_a_paused_run_goes_on_when_the_run_does(blocked):
    world, run = blocked
    world.runner.pause(run, DANA)
    done(world, run, "O2_unblock")
    world.until(2026, 3, 12, 12)
    assert "O2_unblocked" not in {step for step, _ in world.said()}
    world.runner.resume(run, DANA)
    world.until(2026, 3, 13, 12)
    assert "O2_unblocked" in {step for step, _ in world.said()}


def test_an_unknown_task_is_none_of_the_runs_business(blocked):
    world, run = blocked
    before = world.run(run)
    done(world, run, "nonsense")
    assert world.run(run) == before


def test_what_was_done_in_person_is_done(world):
    run = world.start("onboarding", "smb")
    world.handle(run, events.Undeliverable("O1", "no direct message can be opened"))
    done(world, run, "O1:undeliverable")
    [step] = [step for step in world.runner.run_overview(run).steps if step.key == "O1"]
    assert (step.state, step.note) == ("done", "done in person by Dana Doe")


def test_a_draft_that_the_csm_wrote_in_person_is_not_sent_again(world):
    run = world.start("renewal", "ent")
    world.until(2026, 3, 12, 12)
    assert world.steps(run)["R2"] == "awaiting_approval"
    done(world, run, "R2:draft")
    world.handle(run, events.Approved("R2", DANA))
    assert world.steps(run)["R2"] == "done"
    assert world.messages() == []


def test_the_task_to_word_a_draft_ends_with_its_message(world):
    run = world.start("renewal", "ent")
    world.until(2026, 3, 12, 12)
    world.handle(run, events.Approved("R2", DANA))
    world.until(2026, 3, 13, 12)
    assert ("R2", "UBEN_ENT") in world.said()
    assert "Write to Ben at Ent Works: How was the year" in titles(world, "done")


def test_the_task_of_a_hold_ends_with_the_hold(world):
    world.clock.at = datetime(2026, 4, 1, 8, tzinfo=UTC)
    world.change((Account, world.accounts["mm"]), health=41)
    run = world.start("renewal", "mm")
    world.until(2026, 5, 10, 12)
    assert any(title.startswith("Hold:") for title in titles(world))
    world.handle(run, events.PlanAccepted(DANA))
    assert not any(title.startswith("Hold:") for title in titles(world))


def test_a_csm_hears_of_every_task_once(world):
    run = world.start("renewal", "ent")
    world.until(2026, 3, 4, 12)
    world.reply(run, "R1", DANA, "ready", staff=True)
    world.until(2026, 6, 29, 12)
    told = [one for row in world.outbox() for one in row.payload.get("task_ids", ())]
    assert sorted(told) == sorted(task.id for task in world.tasks())


# Whom a message goes to


@pytest.fixture
def april(world):
    """90 days before the renewal date of 30 June: the day on which an MM renewal begins."""
    world.clock.at = datetime(2026, 4, 1, 8, tzinfo=UTC)
    kofi = Contact(
        account_id=world.accounts["mm"], workspace_id=world.workspace_id, email="kofi@mm.example", name="Kofi Ko",
        persona="end_user", slack_user_id="UKOFI", timezone="Europe/London", created_at=world.clock.now(),
        updated_at=world.clock.now(),
    )  # fmt: skip
    with world.database.transaction() as session:
        session.add(kofi)
    return world


def test_the_value_recap_of_a_champion_who_opted_out_goes_to_one_who_decides(april):
    world = april
    opt_out(world, BEN)
    run = world.start("renewal", "mm")
    world.until(2026, 6, 1, 12)
    recap = [reader for step, reader in world.said() if step.startswith("R3")]
    assert recap == [ADA]
    cards = [row.payload for row in world.outbox("playbook_preview") if row.payload["step_key"] == "R2"]
    assert [(card["contact_role"], card["why"]) for card in cards] == [("admin", "instead of Ben Bo")]
    assert run


def test_nothing_about_value_or_money_goes_to_an_end_user(april):
    world = april
    opt_out(world, ADA, BEN, CY)
    run = world.start("renewal", "mm")
    world.until(2026, 6, 20, 12)
    assert world.messages() == []
    assert [title for title in titles(world) if title.startswith("Find somebody")] == [
        "Find somebody at Mm Works to ask: How was the year",
        "Find somebody at Mm Works to ask: What the year gave you",
        "Find somebody at Mm Works to ask: How should next year look",
    ]
    assert run


def test_a_message_that_goes_by_itself_to_somebody_else_is_told_to_the_csm(world):
    opt_out(world, "UADA_SMB")
    world.start("onboarding", "smb")
    notices = [row.payload["text"] for row in world.outbox("playbook_notice")]
    assert "“Welcome and first goal” to Smb Works goes to Ben Bo (champion), instead of Ada Ali." in notices


def test_what_follows_an_answer_is_never_for_somebody_else(april):
    world = april
    run = world.start("renewal", "mm")
    world.until(2026, 4, 6, 12)
    world.handle(run, events.Skipped("R3.sponsor", DANA))
    world.reply(run, "R2", DANA, "changes", staff=True)  # Dana heard it in a call; Ben is asked the rest
    opt_out(world, BEN)
    world.until(2026, 4, 20, 12)
    assert "R2_changes" not in {step for step, _ in world.said()}
    assert "Go on with Ben at Mm Works in person: What is changing" in titles(world)


def test_a_promise_is_made_only_where_somebody_said_what_changes(april):
    world = april
    run = world.start("renewal", "mm")
    world.until(2026, 4, 6, 12)
    world.runner.record_outcome(run, DANA, "renewed_flat")
    world.until(2026, 4, 20, 12)
    assert "R13_thanks" in {step for step, _ in world.said()}
    assert not [title for title in titles(world) if "promise" in title]


def test_two_readers_of_one_step_each_get_it_at_their_own_ten_o_clock(world):
    world.change((Contact, world.contacts[BEN]), timezone="America/New_York")
    world.start("onboarding", "mm")
    world.until(2026, 4, 3, 12)
    hours = {
        row.slack_user_id: row.due_at.astimezone(
            ZoneInfo("America/New_York" if row.slack_user_id == BEN else "Europe/London")
        ).hour
        for row in world.messages()
        if row.payload["step_key"].startswith("O4")
    }
    assert hours == {ADA: 10, BEN: 10}


def test_a_planned_step_says_who_would_get_it(world):
    run = world.start("onboarding", "mm")
    [overview] = world.runner.runs_for_account(world.accounts["mm"])
    named = {step.key: step.contact for step in overview.steps}
    assert (named["O4.admin"], named["O4.champion"]) == ("Ada Ali", "Ben Bo")
    opt_out(world, BEN)
    with world.database.reading() as session:
        account = accounts.find_account(session, world.accounts["mm"])
        context = situation(
            session, account, run_id=run, started_by=DANA, now=world.clock.now(), setting=Setting()
        )
        row = playbooks.find_run(session, run)
    readers = expected_readers(
        world.runner.definitions["onboarding"].playbook,
        Run.model_validate(row.snapshot),
        context,
        world.clock.now(),
    )
    assert "O4.champion" not in readers


# Words to staff that miss their reader


def test_a_preview_that_nobody_could_be_shown_waits_and_the_run_says_so(world):
    run = world.start("onboarding", "mm")
    world.handle(run, events.StaffUnreached("O1", "playbook_preview", "Dana Doe"))
    world.until(2026, 3, 20, 12)
    assert "O1" not in {step for step, _ in world.said()}
    assert world.steps(run)["O1"] == "awaiting_approval"
    assert world.runner.run_overview(run).warnings == (
        "“Welcome and first goal”, 2 March 2026: Dana Doe cannot be reached in Slack; nobody else could be told",
    )


def test_a_preview_that_somebody_else_was_shown_goes_out_as_planned(world):
    run = world.start("onboarding", "mm")
    world.handle(run, events.StaffUnreached("O1", "playbook_preview", "Dana Doe", "Mia May"))
    world.until(2026, 3, 3, 12)
    assert world.said() == [("O1", ADA)]
    assert "Mia May has it instead" in world.runner.run_overview(run).warnings[0]


# Words


def test_a_goal_that_was_stated_is_quoted_in_words_and_not_by_its_code(world):
    run = world.start("onboarding", "smb")
    world.reply(run, "O1", "UADA_SMB", "stated_goal")
    world.until(2026, 4, 1, 12)
    review = next(row.payload["text"] for row in world.messages() if row.payload["step_key"] == "O4")
    assert review == "One month in. Your goal: *faster reports*. Is it on course?"


def test_a_contract_that_renews_by_itself_is_told_so_with_its_last_day_for_notice(april):
    world = april
    with world.database.transaction() as session:
        term = accounts.running_subscription(session, world.accounts["mm"])
        term.auto_renews, term.notice_days = True, 30
        session.add(term)
    world.start("renewal", "mm")
    world.until(2026, 4, 2, 12)
    assert (
        world.messages()[0]
        .payload["text"]
        .startswith(
            "Hi Ben, your plan renews by itself on 30 June 2026, unless you give notice by 31 May 2026."
        )
    )


def test_the_value_recap_counts_what_they_got_and_not_that_they_log_in(april):
    world = april
    world.start("renewal", "mm")
    world.until(2026, 4, 20, 12)
    recap = next(row.payload["text"] for row in world.messages() if row.payload["step_key"] == "R3.champion")
    assert "• Your team delivered 640 jobs in the last 30 days (as of 1 March 2026)" in recap.splitlines()
    assert "logged in" not in recap
