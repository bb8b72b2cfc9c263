"""A trial, from what it has to show to the decision: silent, answered well and badly, extended, opted out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlmodel import select

from playbooks.stand_ins import Script, Scripted
from store.tables import Account, Contact, UsageFact
from tests.unit.playbooks.conftest import START

SUMMER = date(2026, 6, 30)
ASKED = "Reports in half the time"
GOOD = {
    "E1": Scripted(text=ASKED), "E2": Scripted(text="Cy Co pays"), "E3": Scripted("security,integrations"),
    "E3_question": Scripted(text="Are you certified?"), "E3_found": Scripted("yes"), "E4_ask": Scripted("on_it"),
    "E5": Scripted("yes"), "E6": Scripted("nothing"), "E8": Scripted("go"),
}  # fmt: skip
FOUND = {"E3_question": "Yes, by an independent auditor.", "E7": "The plans differ in seats."}


@pytest.fixture
def trial(world):
    """Lets a trial run for an account whose people answer like that; its lines."""
    for account in world.accounts.values():
        world.change((Account, account), stage="decision")

    def play(account="smb", answers=(), **more):
        people = Script(dict(answers), **more)
        found = world.simulate(["evaluation"], account, people=people, until=SUMMER).lines
        return [line for line in found if line.playbook == "evaluation"]  # what it hands over to goes on

    return play


def said(lines, kind="message"):
    return [(f"{line.at:%a %d %b}", line.step) for line in lines if line.kind == kind]


def texts(lines, kind):
    return [line.text for line in lines if line.kind == kind]


def test_nobody_who_stays_silent_is_asked_more_than_three_times_in_two_weeks(trial):
    lines = trial()
    assert said(lines) == [("Mon 02 Mar", "E1"), ("Mon 09 Mar", "E5"), ("Mon 16 Mar", "E8")]
    assert texts(lines, "outcome") == ["No clear answer at the end of the trial"]
    tasks = texts(lines, "task")
    assert "Get the decision of Smb Works" in tasks
    assert "L1: Smb Works has not answered two questions of the trial in a row" in tasks


def test_trials_demos_a_trial_that_goes_well_is_handed_over_to_onboarding(trial):
    lines = trial(answers=GOOD, does_tasks=timedelta(days=2), finds=FOUND)
    assert said(lines) == [
        ("Mon 02 Mar", "E1"), ("Mon 02 Mar", "E2"), ("Mon 02 Mar", "E3"), ("Mon 02 Mar", "E3_question"),
        ("Mon 02 Mar", "E3_found"), ("Thu 05 Mar", "E4_not_yet"), ("Mon 09 Mar", "E5"), ("Mon 09 Mar", "E6"),
        ("Thu 12 Mar", "E7_plans"), ("Mon 16 Mar", "E8"),
    ]  # fmt: skip
    assert next(line.text for line in lines if line.step == "E5").startswith(
        f"Halfway, Ben. This is what has to be true at the end: “{ASKED}”."
    )
    handover = next(line.text for line in lines if line.step == "E9" and line.kind == "notice")
    assert f"the trial had to show: {ASKED} (halfway: Yes, it does that)" in handover
    assert "they checked: Security review, Integrations" in handover
    assert texts(lines, "outcome") == ["They go ahead"]


def test_pricing_analysis_what_is_said_about_money_goes_to_the_buyer_and_only_with_the_csms_word(trial):
    plans = [
        line
        for line in trial(answers=GOOD, finds=FOUND)
        if line.step == "E7_plans" and line.kind == "message"
    ]
    assert [(line.to, line.commercial, line.approved_by) for line in plans] == [("Cy Co", True, "UDANA")]
    assert "E7_plans" not in {step for _, step in said(trial(answers=GOOD, finds=FOUND, approves=False))}


def test_compliance_regulation_a_trial_is_not_won_before_its_checklist_is_complete(trial):
    lines = trial(answers=GOOD, finds=FOUND)  # nobody does the task of the security review
    assert texts(lines, "outcome") == []
    assert "L2: Smb Works goes ahead, but the security and compliance checklist is not complete" in texts(
        lines, "task"
    )


def test_security_a_security_question_without_a_source_is_a_task_and_has_three_days(trial):
    lines = trial(answers=GOOD)
    missing = next(line for line in lines if line.step == "E3_missing")
    assert "I will not guess" in missing.text
    assert "Security question of Smb Works: answer Ben" in texts(lines, "task")
    clock = [line for line in lines if line.step == "E3_clock" and line.kind == "task"]
    assert [(f"{line.at:%d %b}", line.text) for line in clock] == [
        (
            "05 Mar",
            "L2: A security question of Smb Works has had no answer for three days: Are you certified?",
        )
    ]
    assert not [line for line in trial(answers=GOOD, does_tasks=timedelta(days=1)) if line.step == "E3_clock"]


def test_integrations_each_tick_is_a_checklist_of_its_own(trial):
    lines = trial(answers=GOOD | {"E3": Scripted("security,privacy,compliance,price")})
    ticked = {line.step for line in lines if line.kind == "task" and line.step.startswith("E3_")}
    assert {"E3_security", "E3_privacy", "E3_compliance", "E3_price"} <= ticked
    assert sum(line.step.startswith("E3_question") for line in lines if line.kind == "message") == 1


def test_halfway_no_is_brought_up_and_stuck_twice_is_too(trial):
    answers = GOOD | {
        "E4_ask": Scripted("stuck"),
        "E4_where": Scripted(text="the import"),
        "E5": Scripted("no"),
        "E5_why": Scripted("setup"),
    }
    tasks = texts(trial("ent", answers), "task")
    assert f"L1: Halfway, Ben at Ent Works says that the trial does not show what it has to: {ASKED}" in tasks
    assert "L1: The trial of Ent Works is stuck for the second time: the import" in tasks


def test_who_asks_for_other_terms_waits_for_the_manager(trial):
    answers = GOOD | {"E6": Scripted("price"), "E6_price": Scripted("terms"), "E6_terms": Scripted("reject")}
    lines = trial(answers=answers)
    assert [line.to for line in lines if line.kind == "question"] == ["Mia May"]
    assert "Tell Smb Works that the price list holds" in texts(lines, "task")


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        pytest.param({"E8": Scripted("no"), "E8_why": Scripted("product.missing_feature")}, "They decided against it", id="no, with a reason"),
        pytest.param({"E8": Scripted("no")}, "They decided against it", id="no, without a reason"),
        pytest.param({"E8": Scripted("not_now"), "E8_when": Scripted("2026-09-01")}, "Not now", id="not now"),
        pytest.param({"E8": Scripted("not_now"), "E8_when": Scripted("2026-01-01")}, "Not now", id="not now, and a day of the past"),
        pytest.param({"E8": Scripted("more_time")}, "Not now", id="more time, and then silence"),
    ],
)  # fmt: skip
def test_each_end_has_its_outcome(trial, answers, outcome):
    assert texts(trial(answers=GOOD | answers), "outcome") == [outcome]


def test_a_trial_is_extended_once_and_the_decision_asked_for_again(trial):
    more = {
        "E8": Scripted("more_time"),
        "E8_more": Scripted(text="holidays"),
        "E8_until": Scripted("2026-03-25"),
    }
    lines = trial(answers=GOOD | more | {"E8_final": Scripted("no"), "E8_why": Scripted("price.budget_cut")})
    assert said(lines)[-2:] == [("Wed 25 Mar", "E8_final"), ("Wed 25 Mar", "E8_why")]
    assert texts(lines, "outcome") == ["They decided against it"]
    assert "Extend the trial of Smb Works until 25 March 2026" in texts(lines, "task")


def test_where_two_decide_and_do_not_agree_people_find_out(trial):
    answers = GOOD | {
        "E8.buyer": Scripted("more_time"),
        "E8.champion": Scripted("no"),
        "E8_why": Scripted("price.budget_cut"),
    }
    lines = trial("mm", answers)
    assert any("one says no, another something else" in text for text in texts(lines, "task"))
    assert "They decided against it" not in texts(lines, "outcome")


def test_an_enterprise_trial_has_four_weeks_and_nothing_goes_out_unapproved(trial):
    assert said(trial("ent", approves=False)) == []
    lines = trial("ent", GOOD, does_tasks=timedelta(days=1), finds=FOUND)
    assert [step for _, step in said(lines)][-5:] == ["E5", "E6", "E7_plans", "E8.buyer", "E8.champion"]
    assert all(line.approved_by == "UDANA" for line in lines if line.kind == "message")
    assert texts(lines, "outcome") == ["They go ahead"]


def test_nobody_who_opted_out_is_written_to_and_a_missing_buyer_is_noticed(world, trial):
    for who in ("UBEN_SMB", "UCY_SMB"):
        world.change((Contact, world.contacts[who]), opted_out_at=START)
    lines = trial()
    assert {line.to for line in lines if line.kind == "message"} == {"Ada Ali"}
    assert "Find out who pays at Smb Works" in texts(lines, "task")
    assert "L2: The trial of Smb Works ends on 16 March 2026, and nobody with a budget is known" in texts(
        lines, "task"
    )


def test_integrations_the_tools_that_they_name_are_kept_as_a_fact_and_a_task_asks_whether_we_have_them(world):
    world.change((Account, world.accounts["smb"]), stage="decision")
    run = world.start("evaluation", "smb")
    for step, answer in GOOD.items():
        if world.steps(run).get("E3_tools") == "sent":
            break
        asked = world.steps(run).get(step) == "sent"
        if asked and step == "E3":
            world.reply(run, step, "UBEN_SMB", "integrations")
        elif asked:
            world.reply(run, step, "UBEN_SMB", answer.value, answer.text)
    world.reply(run, "E3_tools", "UBEN_SMB", text="Shopify and Xero")

    with world.database.reading() as session:
        facts = session.exec(select(UsageFact.value).where(UsageFact.kind == "tool")).all()
    assert facts == ["Shopify and Xero"]
    assert "Integrations for Smb Works: which tools, and do we have them" in [
        one.title for one in world.tasks()
    ]
