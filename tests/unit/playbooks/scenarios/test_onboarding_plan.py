"""The onboarding that is shipped, over ninety days: what each segment is asked, and how it ends."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from playbooks.stand_ins import Script, Scripted
from store.tables import Account
from tests.unit.playbooks.scores import noted

TODAY = date(2026, 3, 2)
TEXT = {
    "O6_why": Scripted(text="We plan in half the time"),
    "O6_low": Scripted(text="Nobody helped"),
    "O6_nine": Scripted(text="Faster exports"),
    "O6b": Scripted(text="All depots by autumn"),
    "O4b_why": Scripted(text="It was slow"),
    "O2b_why": Scripted(text="The import"),
    "O1b": Scripted(text="Jobs a day, 40 to 60"),
}
WELL = {
    "O0": "ready", "O1": "team_live", "O1c": "weekly", "O2": "smooth", "O2b": "6", "O3_reached": "more_people",
    "O3b": "held", "O4": "yes", "O4b": "5", "O5_active": "not_now", "O6": "10",
}  # fmt: skip
BADLY = {
    "O0": "ready", "O1": "team_live", "O1c": "weekly", "O2": "blocked", "O2_again": "blocked", "O3_not_yet": "steps",
    "O3_recheck": "stuck", "O3b": "declined", "O4": "no", "O4_missing": "training", "O4b": "2", "O6": "4",
    "E_pulse": "worried",
}  # fmt: skip


def course(world, account, answers, does_tasks=timedelta(days=1), **more):
    values = TEXT | {step: Scripted(value) for step, value in answers.items()}
    people = Script(values if answers else {}, does_tasks=does_tasks)
    return world.simulate(["onboarding"], account, people=people, until=date(2026, 7, 31), **more)


def asked(found, upto=date(2026, 12, 31)):
    return [line.step for line in found.lines if line.kind == "message" and line.at.date() <= upto]


def tasks(found):
    return [line.text for line in found.lines if line.kind == "task"]


def end(found):
    return [line.text for line in found.lines if line.kind == "outcome"]


def test_a_small_customer_who_does_well_reads_six_messages_in_three_weeks(shipped_world):
    noted(shipped_world, "smb", TODAY + timedelta(days=8), first_value="1|The first report was shared")
    found = course(shipped_world, "smb", WELL)
    assert asked(found, date(2026, 3, 31)) == ["O1", "O1c", "O2", "O2b", "O3_reached", "O4"]
    assert asked(found)[6:] == ["O4b", "O6", "O6_why", "O6b"]
    assert end(found) == ["Onboarded, the goal is on course"]


@pytest.mark.parametrize(
    ("account", "begins"), [("smb", "Three weeks in."), ("mm", "One month in."), ("ent", "One month in.")]
)
def test_the_review_says_how_long_a_customer_has_been_with_us(shipped_world, account, begins):
    found = course(shipped_world, account, WELL)
    said = [line.text for line in found.lines if line.kind == "message" and line.step.split(".")[0] == "O4"]
    assert said
    assert all(text.startswith(begins) for text in said)


@pytest.mark.parametrize("account", ["smb", "mm", "ent"])
def test_a_silent_customer_is_not_chased_and_ours_hear_of_it(shipped_world, account):
    found = course(shipped_world, account, {})
    assert end(found) == ["No answer to the review"]
    assert any(task.startswith("L1: Nobody at") for task in tasks(found))
    assert len(asked(found)) <= 8


def test_blocked_twice_is_brought_before_the_manager_and_the_save_begins(shipped_world):
    found = course(shipped_world, "mm", BADLY)
    assert "Unblock Mm Works: offer Ada a session" in tasks(found)
    assert "L2: Ada at Mm Works is blocked in setup a second time" in tasks(found)
    assert "save" in {line.playbook for line in found.lines}


def test_low_scores_are_followed_by_why_and_by_a_call(shipped_world):
    found = course(shipped_world, "smb", BADLY | {"O2": "not_started"})
    assert {"O4b", "O4b_why", "O6", "O6_low"} <= set(asked(found))
    assert "L1: Ada at Smb Works gives the start 2 of 5" in tasks(found)
    assert "Call Ben at Smb Works: 4 of 10 after ninety days" in tasks(found)


def test_who_wants_to_hear_only_when_needed_is_asked_for_first_value_and_the_close(shipped_world):
    found = course(shipped_world, "smb", {"O1": "team_live", "O1c": "when_needed"})
    assert asked(found) == ["O1", "O1c", "O3_not_yet", "O6"]


def test_tailored_paths_an_enterprise_gets_security_training_a_pulse_and_a_status_every_friday(shipped_world):
    found = course(shipped_world, "ent", BADLY | {"O3b": "held"})
    made = tasks(found)
    fridays = [
        line.at for line in found.lines if line.kind == "task" and line.text.startswith("Weekly status")
    ]
    assert {
        "Security and single sign-on for Ent Works",
        "Training at Ent Works, department by department",
    } <= set(made)
    assert "L3: Ben at Ent Works is worried half way through onboarding" in made
    assert len(fridays) == 11
    assert {at.weekday() for at in fridays} == {4}


def test_security_that_stays_open_is_escalated(shipped_world):
    found = course(shipped_world, "ent", {}, does_tasks=None)
    assert any("Security or single sign-on at Ent Works has been open" in task for task in tasks(found))


def test_tailored_onboarding_few_people_at_a_small_customer_are_invited_on_the_third_day(shipped_world):
    shipped_world.change((Account, shipped_world.accounts["smb"]), seats=20)
    assert asked(course(shipped_world, "smb", {"O1": "team_live", "O1c": "weekly"}))[:4] == [
        "O1",
        "O1c",
        "O2s",
        "O2",
    ]


def test_an_invitation_that_comes_too_late_is_left_out(shipped_world):
    shipped_world.change((Account, shipped_world.accounts["smb"]), seats=20)
    assert "O2s" not in asked(course(shipped_world, "smb", {}))


def test_people_who_do_not_use_it_are_asked_about_with_a_fact(shipped_world):
    noted(
        shipped_world,
        "mm",
        TODAY + timedelta(days=50),
        quiet_users="3|3 of your 10 people have not logged in",
    )
    found = course(shipped_world, "mm", WELL | {"O5_quiet": "not_needed"})
    assert "O5_quiet" in asked(found)
    assert "Fewer people at Mm Works need it than have it: shape the plan before they ask" in tasks(found)


def test_initial_success_planning_the_numbers_of_the_goal_become_a_goal_of_the_account(shipped_world):
    run = shipped_world.start("onboarding", "mm")
    shipped_world.until(2026, 3, 3, 12)
    shipped_world.reply(run, "O1", "UADA_MM", "team_live")
    fields = (("goal_metric", "jobs a day"), ("baseline_is", "40"), ("target_is", "60"))
    shipped_world.reply(run, "O1b", "UADA_MM", fields=fields)
    with shipped_world.database.reading() as session:
        account = session.get_one(Account, shipped_world.accounts["mm"])
        context = shipped_world.runner.context_for(session, account, "UDANA")
    assert (context.goal, context.facts["goal_target"].value) == ("Our whole team uses it", "60")


def test_hard_starts_are_asked_about(shipped_world):
    found = course(shipped_world, "smb", WELL | {"O2b": "2"})
    assert "O2b_why" in asked(found)
    assert "Call Ada at Smb Works: getting started was hard" in tasks(found)


def test_training_education_a_step_for_one_persons_role_comes_from_the_knowledge_base(shipped_world):
    run = shipped_world.start("onboarding", "smb")
    shipped_world.until(2026, 3, 16, 12)
    shipped_world.reply(run, "O3_not_yet", "UBEN_SMB", "steps")
    assert (
        shipped_world.last("playbook_lookup")["question"] == "First steps for a champion: how to get started"
    )
