"""Onboarding as customers and CSMs live through it: real store, real engine, a clock that is moved."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from playbooks import events
from store.tables import Account, Contact

ADA, BEN, DANA, MIA = "UADA_SMB", "UBEN_SMB", "UDANA", "UMIA"


def test_scenario_1_a_small_customer_is_onboarded_without_a_human(world):
    run = world.start("onboarding", "smb")
    world.reply(run, "O1", ADA, "team_live")
    world.until(2026, 3, 9, 12)
    world.reply(run, "O2", ADA, "bumps")
    world.reply(run, "O2_bumps", ADA, text="the import fails on semicolons")
    assert world.last("playbook_lookup")["question"] == "the import fails on semicolons"
    world.handle(run, events.LookedUp("O2_bumps", "Choose “;” as separator.", ({"n": 1, "title": "Import"},)))
    assert world.last("playbook_message")["attachment"]["text"] == "Choose “;” as separator."
    world.reply(run, "O2_fixed", ADA, "fixed")
    world.until(2026, 3, 16, 12)
    world.reply(run, "O3_not_yet", BEN, "book")
    world.until(2026, 4, 1, 12)
    world.reply(run, "O4", ADA, "yes")

    overview = world.runner.run_overview(run)
    assert (overview.state, overview.outcome) == ("finished", "adopted")
    assert world.said() == [
        ("O1", ADA), ("O2", ADA), ("O2_bumps", ADA), ("O2_fixed", ADA), ("O3_not_yet", BEN), ("O4", ADA),
    ]  # fmt: skip
    assert not world.outbox("playbook_preview", "playbook_approval")
    assert world.runner.next_due() is None


def test_scenario_2_an_enterprise_customer_hears_nothing_that_nobody_approved(world):
    world.start("onboarding", "ent")
    world.until(2026, 4, 30, 12)
    assert world.messages() == []
    assert not world.outbox("playbook_nudge", "playbook_confirm", "playbook_again", "playbook_ack")
    assert {row.payload["step_key"] for row in world.outbox("playbook_approval")} == {
        "O1", "O2", "O3_not_yet", "O4.admin", "O4.champion",
    }  # fmt: skip


def test_scenario_2_an_approval_that_is_two_business_days_late_reaches_the_manager(world):
    run = world.start("onboarding", "ent")
    assert [row.slack_user_id for row in world.outbox("playbook_approval")] == [DANA]
    world.until(2026, 3, 4, 9)
    assert not [row for row in world.outbox() if row.slack_user_id == MIA]
    world.until(2026, 3, 4, 12)
    [card] = [row for row in world.outbox() if row.slack_user_id == MIA]
    assert card.payload["view"] == "playbook_approval"
    assert card.payload["why"] == "has waited 2 business days for approval by Dana Doe"
    world.handle(run, events.Approved("O1", MIA))
    assert world.said() == [("O1", "UADA_ENT")]


def test_scenario_2_a_follow_up_to_an_enterprise_customer_waits_for_approval_too(world):
    run = world.start("onboarding", "ent")
    world.until(2026, 3, 9, 12)
    world.handle(run, events.Approved("O2", DANA))
    world.reply(run, "O2", "UADA_ENT", "not_started")
    assert world.steps(run)["O2_why"] == "awaiting_approval"
    world.handle(run, events.Approved("O2_why", DANA))
    assert world.said() == [("O2", "UADA_ENT"), ("O2_why", "UADA_ENT")]


def test_scenario_3_an_edited_preview_is_sent_as_edited_and_the_original_is_kept(world):
    run = world.start("onboarding", "mm")
    preview = world.last("playbook_preview")
    assert preview["send_at"] == "2026-03-03T10:30:00+00:00"
    assert preview["actions"] == ["send_now", "edit", "skip", "snooze"]
    world.handle(run, events.Approved("O1", DANA, "Hi Ada, what would make this month a good one?"))
    assert world.messages() == []
    world.until(2026, 3, 3, 12)
    assert world.messages()[0].payload["text"] == "Hi Ada, what would make this month a good one?"
    record = world.run(run).steps["O1"]
    assert record.original_text.startswith("Hi Ada, I'm Guidepost; Dana Doe is your person.")
    assert record.approved_by == DANA


def test_scenario_3_a_preview_goes_out_by_itself_a_day_later(world):
    world.start("onboarding", "mm")
    world.until(2026, 3, 3, 10)
    assert world.messages() == []
    world.until(2026, 3, 3, 11)
    assert world.said() == [("O1", "UADA_MM")]


@pytest.mark.parametrize(
    ("event", "state", "sent"),
    [
        pytest.param(events.SentNow("O1", DANA), "sent", 1, id="send now"),
        pytest.param(events.Skipped("O1", DANA, "we met today"), "skipped", 0, id="skip"),
        pytest.param(events.Snoozed("O1", DANA, date(2026, 3, 10)), "planned", 0, id="snooze"),
    ],
)
def test_scenario_3_what_a_csm_can_do_with_a_preview(world, event, state, sent):
    run = world.start("onboarding", "mm")
    world.handle(run, event)
    world.handle(run, event)  # a double click
    assert world.steps(run)["O1"] == state
    assert len(world.messages()) == sent


def test_scenario_3_a_snoozed_step_is_previewed_again_and_goes_out_on_its_new_day(world):
    run = world.start("onboarding", "mm")
    world.handle(run, events.Snoozed("O1", DANA, date(2026, 3, 7)))  # a Saturday
    world.until(2026, 3, 6, 12)
    assert [r.payload["step_key"] for r in world.outbox("playbook_preview")].count("O1") == 2
    assert world.messages() == []
    world.until(2026, 3, 9, 12)
    assert world.said() == [("O1", "UADA_MM")]


def test_scenario_5_free_text_is_read_as_an_option_and_confirmed(world):
    run = world.start("onboarding", "smb")
    world.reply(run, "O1", ADA, "first_result")
    world.until(2026, 3, 9, 12)
    world.reply(run, "O2", ADA, text="Mostly fine, there were a few problems with the import")
    confirm = world.last("playbook_confirm")
    assert confirm["text"] == "I took that as *Some bumps* — right?"
    assert world.steps(run)["O2"] == "sent"
    world.reply(run, "O2", ADA, confirm["value"], text=confirm["reply_text"], confirmed=True)
    assert world.steps(run)["O2"] == "answered"
    assert world.feedback()[-1].reason == "bumps"
    assert world.feedback()[-1].comment == "Mostly fine, there were a few problems with the import"


@pytest.mark.parametrize(
    ("words", "state", "view"),
    [
        pytest.param("yes", "answered", "playbook_ack", id="yes agrees"),
        pytest.param("no", "sent", "playbook_again", id="no shows the options again"),
    ],
)
def test_scenario_5_a_confirmation_may_be_answered_in_words(world, words, state, view):
    run = world.start("onboarding", "smb")
    world.reply(run, "O1", ADA, "first_result")
    world.until(2026, 3, 9, 12)
    world.reply(run, "O2", ADA, text="we are stuck")
    world.reply(run, "O2", ADA, text=words)
    assert world.steps(run)["O2"] == state
    assert view in {row.payload["view"] for row in world.outbox()}


def test_scenario_5_words_that_fit_nothing_are_kept_and_asked_about(world):
    run = world.start("onboarding", "smb")
    world.reply(run, "O1", ADA, "first_result")
    world.until(2026, 3, 9, 12)
    world.reply(run, "O2", ADA, text="let me think about it")
    assert world.last("playbook_again")["options"][0] == {
        "value": "smooth", "label": "Smooth", "group": None, "wants_text": False,
    }  # fmt: skip
    assert world.feedback()[-1].comment == "let me think about it"
    assert world.steps(run)["O2"] == "sent"


def test_scenario_5_words_that_fit_no_option_are_the_answer_where_own_words_are_welcome(world):
    run = world.start("onboarding", "smb")
    world.reply(run, "O1", ADA, text="Our auditors sign off the first quarter")
    assert world.run(run).steps["O1"].answer == "other"
    assert "In their words: Our auditors sign off the first quarter" in [task.body for task in world.tasks()]


def test_an_option_that_wants_words_waits_for_them(world):
    run = world.start("onboarding", "smb")
    world.reply(run, "O1", ADA, "other")
    assert world.last("playbook_again")["ask_type"] == "text"
    world.reply(run, "O1", ADA, text="Fewer spreadsheets")
    record = world.run(run).steps["O1"]
    assert (record.answer, record.answer_text) == ("other", "Fewer spreadsheets")


def test_scenario_6_not_me_asks_the_person_named_and_never_the_first_again(world):
    run = world.start("onboarding", "smb")
    world.handle(run, events.NotMe("O1", ADA, contact_id=world.contacts[BEN]))
    assert world.said() == [("O1", ADA), ("O1#2", BEN)]
    world.reply(run, "O1#2", BEN, "team_live")
    world.until(2026, 5, 1, 12)
    assert {reader for step, reader in world.said()[1:]} <= {BEN, "UCY_SMB"}
    assert not [row for row in world.outbox("playbook_nudge") if row.slack_user_id == ADA]


def test_scenario_6_a_stranger_who_is_named_becomes_a_task_and_the_fallback_is_asked(world):
    run = world.start("onboarding", "smb")
    world.handle(run, events.NotMe("O1", ADA, named="Zoe from IT"))
    assert "Is Zoe from IT the right person at Smb Works?" in [task.title for task in world.tasks()]
    assert world.said()[1:] == [("O1#2", BEN)]


def test_a_fourth_person_who_is_named_within_a_week_is_asked_when_it_is_over(world):
    when = {
        "created_at": world.clock.now(),
        "updated_at": world.clock.now(),
        "workspace_id": world.workspace_id,
    }
    with world.database.transaction() as session:
        fourth = Contact(
            account_id=world.accounts["smb"], email="eve@smb.example", name="Eve Ash", persona="user",
            slack_user_id="UEVE_SMB", timezone="Europe/London", **when,
        )  # fmt: skip
        session.add(fourth)
        session.flush()
        named = [world.contacts[BEN], world.contacts["UCY_SMB"], fourth.id]
    run = world.start("onboarding", "smb")
    for step, who, whom in zip(("O1", "O1#2", "O1#3"), (ADA, BEN, "UCY_SMB"), named, strict=True):
        world.handle(run, events.NotMe(step, who, contact_id=whom))
    assert world.said() == [("O1", ADA), ("O1#2", BEN), ("O1#3", "UCY_SMB")]
    world.until(2026, 3, 8, 12)
    assert len(world.said()) == 3
    world.until(2026, 4, 1, 12)
    assert ("O1#4", "UEVE_SMB") in world.said()


def test_scenario_6_if_nobody_is_left_the_csm_does_it(world):
    run = world.start("onboarding", "smb")
    for step, who in (("O1", ADA), ("O1#2", BEN), ("O1#3", "UCY_SMB")):
        world.handle(run, events.NotMe(step, who))
    assert world.steps(run)["O1#4"] == "skipped"
    assert "Find somebody at Smb Works to ask: Welcome and first goal" in [
        task.title for task in world.tasks()
    ]


def test_scenario_7_of_two_answers_the_first_counts_and_the_second_is_a_comment(world):
    run = world.start("onboarding", "smb")
    world.reply(run, "O1", ADA, "team_live")
    world.reply(run, "O1", BEN, "first_result")
    assert world.run(run).steps["O1"].answer == "team_live"
    kinds = [(row.kind, row.slack_user_id, row.comment) for row in world.feedback()]
    assert sorted(kinds) == [
        ("playbook_answer", ADA, "Our whole team uses it"),
        ("remark", BEN, "One result we can show"),
    ]
    assert "Ada Ali has answered this already" in world.last("playbook_ack")["text"]


def test_scenario_7_a_double_click_is_one_answer(world):
    run = world.start("onboarding", "smb")
    world.reply(run, "O1", ADA, "team_live")
    before = len(world.outbox()), len(world.feedback()), len(world.tasks())
    world.reply(run, "O1", ADA, "team_live")
    assert (len(world.outbox()), len(world.feedback()), len(world.tasks())) == before


def test_scenario_8_after_three_days_down_over_a_weekend_nobody_gets_two_messages_a_day(world):
    first = world.start("onboarding", "smb")
    world.reply(first, "O1", ADA, "team_live")
    world.until(2026, 3, 4, 12)
    second = world.start("renewal", "smb")  # R is 30 June: first steps in May
    world.wake_at(2026, 3, 12, 11)  # O2 was due on the 9th
    world.until(2026, 7, 20, 12)
    sent = [
        (row.slack_user_id, row.due_at.date())
        for row in world.outbox("playbook_message")
        if row.slack_user_id == ADA
    ]
    assert len(sent) == len(set(sent))
    assert world.steps(first)["O2"] in {"answered", "expired"}
    assert second != first


def test_scenario_8_waking_up_on_a_sunday_sends_nothing_before_monday(world):
    run = world.start("onboarding", "smb")
    world.reply(run, "O1", ADA, "team_live")
    world.wake_at(2026, 3, 15, 20)
    assert world.steps(run)["O2"] == "planned"
    world.until(2026, 3, 16, 12)
    assert sorted(world.said()) == [("O1", ADA), ("O2", ADA), ("O3_not_yet", BEN)]
    assert world.messages(ADA)[-1].due_at == datetime(2026, 3, 16, 10, tzinfo=UTC)


def test_scenario_23_ten_o_clock_is_ten_o_clock_for_each_reader_also_after_the_clocks_change(world):
    for slack, zone in ((ADA, "America/New_York"), (BEN, "Asia/Tokyo"), ("UCY_SMB", "Europe/Berlin")):
        world.change((Contact, world.contacts[slack]), timezone=zone)
    run = world.start("onboarding", "smb")
    world.until(2026, 4, 30, 12)
    local = {
        row.payload["step_key"]: row.due_at.astimezone(
            ZoneInfo("Asia/Tokyo" if row.slack_user_id == BEN else "America/New_York")
        )
        for row in world.messages()
    }
    assert set(local) == {"O1", "O2", "O3_not_yet", "O4"}
    assert {moment.hour for moment in local.values()} == {10}
    assert local["O1"].utcoffset() == timedelta(hours=-5)  # New York, before 8 March
    assert local["O2"].utcoffset() == timedelta(hours=-4)  # and after it
    assert world.runner.run_overview(run).state == "finished"


def test_a_question_is_nudged_once_after_two_business_days_and_expires_after_five(world):
    run = world.start("onboarding", "smb")
    world.until(2026, 3, 4, 9)
    assert world.outbox("playbook_nudge") == []
    world.until(2026, 3, 8, 12)
    nudges = world.outbox("playbook_nudge")
    assert [(row.payload["text"], row.due_at) for row in nudges] == [
        ("No rush — one tap is enough.", datetime(2026, 3, 4, 10, tzinfo=UTC))
    ]
    world.until(2026, 3, 9, 10)
    assert world.steps(run)["O1"] == "expired"
    assert world.steps(run)["O2"] == "sent"
    world.reply(run, "O1", ADA, text="sorry, I was away: the whole team should use it")
    assert world.steps(run)["O1"] == "expired"
    assert world.feedback()[-1].kind == "remark"


def test_later_comes_back_after_three_days_and_twice_at_most(world):
    run = world.start("onboarding", "smb")
    world.handle(run, events.Later("O1", ADA))
    assert "I will come back to you on 5 March 2026" in world.last("playbook_ack")["text"]
    world.until(2026, 3, 4, 12)
    assert world.outbox("playbook_nudge") == []
    world.until(2026, 3, 5, 12)
    assert world.last("playbook_nudge")["text"] == "You asked me to come back to this. One tap is enough."
    world.handle(run, events.Later("O1", ADA))
    world.handle(run, events.Later("O1", ADA))
    assert "I leave it there" in world.last("playbook_ack")["text"]


def test_asking_for_a_person_tells_the_csm_at_once_and_stops_the_reminders(world):
    run = world.start("onboarding", "smb")
    world.handle(run, events.WantsPerson("O1", ADA))
    world.handle(run, events.WantsPerson("O1", ADA))
    notice = [row for row in world.outbox("playbook_notice") if row.payload["urgent"]]
    assert [row.slack_user_id for row in notice] == [DANA]
    assert [task.title for task in world.tasks() if task.priority == "high"] == [
        "Talk to Ada Ali at Smb Works"
    ]
    world.until(2026, 3, 20, 12)
    assert not [row for row in world.outbox("playbook_nudge") if row.payload["step_key"] == "O1"]


def test_who_opted_out_hears_nothing_more_and_the_next_in_the_chain_is_asked(world):
    run = world.start("onboarding", "smb")
    world.change((Contact, world.contacts[ADA]), opted_out_at=world.clock.now())
    world.until(2026, 5, 1, 12)
    assert [row.payload["step_key"] for row in world.outbox() if row.slack_user_id == ADA] == ["O1"]
    assert [reader for step, reader in world.said() if step == "O2"] == [BEN]
    assert world.runner.run_overview(run).state == "finished"


def test_a_check_in_without_a_fact_becomes_a_personal_one(world):
    with world.database.transaction() as session:
        from store.tables import accounts

        for fact in accounts.latest_usage(session, world.accounts["smb"]):
            session.delete(session.merge(fact))
    run = world.start("onboarding", "smb")
    world.reply(run, "O1", ADA, "team_live")
    world.until(2026, 3, 9, 12)
    assert world.steps(run)["O2"] == "skipped"
    assert "Personal check-in with Ada at Smb Works: How did setup go" in [
        task.title for task in world.tasks()
    ]
    assert "personal check-in: not known: fact" in [
        step.note for step in world.runner.run_overview(run).steps
    ]


def test_a_message_that_reaches_nobody_becomes_a_task(world):
    run = world.start("onboarding", "smb")
    world.handle(run, events.Undeliverable("O1", "no direct message can be opened"))
    world.handle(run, events.Undeliverable("O1", "no direct message can be opened"))
    assert [task.title for task in world.tasks()] == [
        "Reach Ada at Smb Works in person: Welcome and first goal"
    ]
    assert world.steps(run)["O1"] == "skipped"


def test_a_paused_run_says_nothing_but_hears_answers(world):
    run = world.start("onboarding", "smb")
    world.runner.pause(run, DANA)
    world.until(2026, 3, 11, 12)
    world.reply(run, "O1", ADA, "team_live")
    assert world.steps(run)["O1"] == "answered"
    assert world.said() == [("O1", ADA)]
    world.runner.resume(run, DANA)
    assert world.said() == [("O1", ADA), ("O2", ADA)]


def test_a_stopped_run_takes_back_what_was_not_posted_and_may_be_started_again(world):
    run = world.start("onboarding", "smb")
    world.runner.stop(run, DANA, "wrong account")
    world.until(2026, 5, 1, 12)
    assert [(row.payload["step_key"], row.state) for row in world.messages()] == [("O1", "cancelled")]
    overview = world.runner.run_overview(run)
    assert (overview.state, overview.reason) == ("stopped", "wrong account")
    world.clock.at = datetime(2026, 5, 4, 12, tzinfo=UTC)
    assert world.start("onboarding", "smb") != run


def test_a_review_goes_to_admin_and_champion_and_each_answers(world):
    run = world.start("onboarding", "mm")
    world.until(2026, 4, 1, 12)
    assert {"O4.admin", "O4.champion"} <= set(world.steps(run))
    world.reply(run, "O4.admin", "UADA_MM", "yes")
    world.reply(run, "O4.champion", "UBEN_MM", "no")
    assert world.steps(run)["O4_missing.champion"] == "sent"
    world.reply(run, "O4_missing.champion", "UBEN_MM", "feature")
    world.reply(run, "O4_feature.champion", "UBEN_MM", text="Offline mode")
    assert "In their words: Offline mode" in [task.body for task in world.tasks()]
    assert world.runner.run_overview(run).outcome == "at_risk"


def test_the_review_quotes_the_goal_with_its_numbers_where_they_are_known(world):
    from store.tables import accounts

    with world.database.transaction() as session:
        for kind, value in (("goal_baseline", "12"), ("goal_now", "7"), ("goal_target", "4")):
            accounts.note_fact(
                session, workspace_id=world.workspace_id, account_id=world.accounts["smb"], kind=kind, value=value,
                on=date(2026, 3, 1), now=world.clock.now(),
            )  # fmt: skip
    run = world.start("onboarding", "smb")
    world.until(2026, 4, 1, 12)
    text = next(row.payload["text"] for row in world.messages() if row.payload["step_key"] == "O4")
    assert (
        text == "One month in. Your goal: *faster reports*, from 12 to 7 so far (target: 4). Is it on course?"
    )
    assert run


def test_the_csm_of_the_account_hears_of_every_answer(world):
    world.change((Account, world.accounts["smb"]), csm_email=None)
    run = world.start("onboarding", "smb")
    world.reply(run, "O1", ADA, "team_live")
    notice = world.outbox("playbook_notice")[0]
    assert notice.slack_user_id == DANA  # who started it stands in for a missing CSM
    assert notice.payload["text"] == "Ada Ali (Smb Works) on “Welcome and first goal”: Our whole team uses it"


@pytest.mark.parametrize("make", [events.Later, events.NotMe], ids=["later", "not me"])
def test_a_button_of_a_closed_question_is_answered_and_changes_nothing(world, make):
    run = world.start("onboarding", "smb")
    world.reply(run, "O1", ADA, "team_live")
    before = world.steps(run)
    world.handle(run, make("O1", ADA))
    assert world.last("playbook_ack")["text"] == "This question is closed; nothing more is needed. Thank you."
    assert world.steps(run) == before


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(events.Skipped("O1", DANA), id="skip"),
        pytest.param(events.Snoozed("O1", DANA, date(2026, 3, 10)), id="snooze"),
        pytest.param(events.Approved("O1", MIA), id="approve, by somebody else"),
        pytest.param(events.SentNow("O1", MIA), id="send now, by somebody else"),
    ],
)
def test_a_decision_about_a_message_that_has_gone_out_is_told_so(world, event):
    run = world.start("onboarding", "mm")
    world.handle(run, events.SentNow("O1", DANA))
    world.handle(run, event)
    assert (
        world.last("playbook_notice")["text"]
        == "“Welcome and first goal” has gone out already; nothing was changed."
    )
    assert len(world.messages()) == 1
