"""No run is left without an end, and none leaves behind what holds up others."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import yaml

from playbooks import events, loader
from playbooks.stand_ins import Script, Scripted
from playbooks.triggers import Triggers
from store.tables import Account, Contact, accounts, playbooks, tasks

ADA, BEN, CY = "UADA_SMB", "UBEN_MM", "UCY_MM"


def running(world, account):
    with world.database.reading() as session:
        return {
            run.playbook
            for run in playbooks.open_runs(session, world.workspace_id, {world.accounts[account]})
        }


def look(world, account):
    """The day's look; how many runs began."""
    triggers = Triggers(world.runner, world.database, world.clock, world.workspace_id)
    with world.database.transaction() as session:
        return triggers.look(session, world.accounts[account])


def test_a_save_that_is_stopped_leaves_neither_its_plan_nor_its_escalation_open(world):
    world.change((Account, world.accounts["smb"]), health=30)
    run = world.start("save", "smb")
    world.until(2026, 3, 4, 18)  # nobody looks at it: it goes on as if it were real
    world.handle(run, events.PlanAccepted("UDANA"))
    world.handle(run, events.Stopped("UDANA", "a mistake"))
    with world.database.reading() as session:
        facts = {one.kind: one.value for one in accounts.latest_usage(session, world.accounts["smb"])}
        assert tasks.urgent_elsewhere(session, world.accounts["smb"], None) == 0
    assert facts["save_plan"] == "closed"
    assert world.run(run).facts["save_level"] == "none"


@pytest.mark.parametrize(
    ("first", "then", "outcome", "tasks"),
    [
        pytest.param("go", "no", None, ["L2: At Mm Works one says no"], id="the champion would, the buyer will not"),
        pytest.param("go", "go", "won", [], id="both go ahead"),
        pytest.param("go", None, "won", [], id="the buyer stays silent"),
    ],
)  # fmt: skip
def test_a_trial_is_not_won_against_the_buyers_no(world, first, then, outcome, tasks):
    world.change((Account, world.accounts["mm"]), stage="decision")
    run = world.start("evaluation", "mm")
    world.until(2026, 3, 17, 18)
    sent = {
        row.slack_user_id: row.payload["step_key"]
        for row in world.messages()
        if row.payload["step_key"].startswith("E8")
    }
    world.reply(run, sent[BEN], BEN, first)
    assert world.run(run).outcome is None
    if then:
        world.reply(run, sent[CY], CY, then)
    if then == "no":
        world.until(2026, 4, 10, 18)
    else:
        world.until(2026, 3, 31, 18)
    titles = [task.title for task in world.tasks()]
    assert [t for t in tasks if not any(title.startswith(t) for title in titles)] == []
    assert (world.run(run).outcome == "won") == (outcome == "won")


def test_leaving_in_good_order_begins_though_the_question_why_was_left_out(shipped_world):
    world = shipped_world
    run = world.start("renewal", "mm")
    triggers = Triggers(world.runner, world.database, world.clock, world.workspace_id)
    world.handle(run, events.OutcomeRecorded("UDANA", "churned", "price.budget_cut"))
    world.handle(run, events.Skipped("R14", "UDANA"))
    world.until(2026, 3, 27, 18)
    while triggers.hear():
        pass
    assert "offboarding" in running(world, "mm")


def test_an_offboarding_of_which_nobody_knows_the_last_day_ends(world):
    with world.database.transaction() as session:
        for term in accounts.subscriptions_of(session, world.accounts["smb"]):
            session.delete(term)
    lines = world.simulate(["offboarding"], "smb", until=date(2026, 6, 30)).lines
    assert [line.text for line in lines if line.kind == "outcome"] == ["The last day is not known"]


def test_a_recap_comes_to_who_has_paid_by_the_month_for_long(shipped_world):
    world = shipped_world
    with world.database.transaction() as session:
        for term in accounts.subscriptions_of(session, world.accounts["smb"]):
            term.period = "monthly"
            session.add(term)
    world.runner.publish(world.runner.definitions["recap"], "UMIA", world.workspace_id)
    assert look(world, "smb") == 1
    assert running(world, "smb") == {"recap"}


SURVEY = """
playbook: satisfied
id: PB-SAT
title: Satisfied
version: 1.0.0
kind: survey
stage: adoption
cycle: account
delivery: auto
fallback: [admin, anyone, csm]
outcomes: {done: {label: Done}}
at_end: [{else: done}]
steps:
  A:
    title: Satisfied
    when: S+0d
    to: anyone
    message: "Hi {first}, how satisfied are you?"
    survey: csat
    ask: {key: satisfaction, type: 1-5, low: not at all, high: very}
    on_answer: {else: {reply: Thank you.}}
"""


@pytest.mark.parametrize(
    ("persona", "score", "begins"),
    [
        pytest.param("champion", "2", True, id="the champion is dissatisfied"),
        pytest.param("champion", "4", False, id="the champion is satisfied"),
        pytest.param("end_user", "1", False, id="one user of many is dissatisfied"),
    ],
)
def test_a_low_score_of_champion_or_buyer_begins_a_save(shipped_world, persona, score, begins):
    world = shipped_world
    body = yaml.safe_load(SURVEY)
    world.runner.definitions["satisfied"] = loader.Definition(loader.parse(body), body, "satisfied")
    world.runner.publish(world.runner.definitions["save"], "UMIA", world.workspace_id)
    world.change((Contact, world.contacts[ADA]), persona=persona)
    for other in (BEN, CY):
        world.change((Contact, world.contacts[other.replace("MM", "SMB")]), status="left")
    run = world.start("satisfied", "smb")
    world.until(2026, 3, 3, 18)
    [asked] = world.messages()
    world.reply(run, asked.payload["step_key"], ADA, score)
    assert look(world, "smb") == int(begins)
    assert running(world, "smb") == ({"save"} if begins else set())


def test_a_risk_soon_after_a_save_ended_is_not_forgotten(shipped_world):
    world = shipped_world
    run = world.start("save", "smb")
    world.runner.publish(world.runner.definitions["save"], "UMIA", world.workspace_id)
    world.until(2026, 3, 2, 18)
    world.reply(run, "S1", "UDANA", "duplicate", staff=True)
    assert running(world, "smb") == set()
    world.change((Account, world.accounts["smb"]), health=30)
    for day in (3, 5, 9):  # low for two days, but the last save ended not two weeks ago
        world.until(2026, 3, day, 18)
        assert look(world, "smb") == 0
    world.until(2026, 3, 17, 18)
    assert look(world, "smb") == 1
    assert running(world, "smb") == {"save"}


def test_a_manager_who_ticks_without_a_plan_is_not_asked_about_it_for_ever(world):
    world.change((Account, world.accounts["smb"]), health=30)
    people = Script({"S1": Scripted("real")}, does_tasks=timedelta(days=1))
    lines = world.simulate(["save"], "smb", people=people, until=date(2026, 6, 1)).lines
    asked = [
        line
        for line in lines
        if line.kind == "task" and line.text.startswith("Agree with Dana Doe who writes")
    ]
    told = [line for line in lines if line.kind == "notice" and "I ask nobody for it any more" in line.text]
    assert (len(asked), len(told)) == (2, 1)
