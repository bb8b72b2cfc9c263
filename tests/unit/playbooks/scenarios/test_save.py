"""An account at risk: looked at, talked about, planned, proven every week, and one level up where it does not get better."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from playbooks import events
from playbooks.stand_ins import Script, Scripted
from store.tables import Account, Contact, accounts, happenings
from tests.unit.playbooks.conftest import START

SUMMER = date(2026, 6, 30)
A_DAY = timedelta(days=1)
PLAN = "Mend the import (Dana, 12 March); weekly call (Mia, Fridays); training (Dana, 20 March)"
CSM = {
    "S1": Scripted("real"),
    "S4_write": Scripted(text=PLAN),
    "S5_write": Scripted(text="The import is mended."),
}
GOOD = CSM | {"S2_ask": Scripted("product"), "S4_show": Scripted("agree"), "S5_show": Scripted("better")}
BEN = "UBEN_SMB"


@pytest.fixture
def risk(world):
    """Lets an account be at risk whose people answer like that; its lines."""

    def play(answers=(), account="smb", health=41, **more):
        world.change((Account, world.accounts[account]), health=health)
        people = Script(dict(answers), **more)
        return world.simulate(["save"], account, people=people, until=SUMMER).lines

    return play


def texts(lines, kind):
    return [line.text for line in lines if line.kind == kind]


def said(lines):
    return [(f"{line.at:%a %d %b}", line.step) for line in lines if line.kind == "message"]


def test_a_risk_that_nobody_looks_at_goes_on_and_up_to_the_manager(risk):
    lines = risk()
    manager = [
        (f"{line.at:%d %b}", line.text) for line in lines if line.to == "Mia May" and line.kind == "notice"
    ]
    assert manager[0] == (
        "03 Mar",
        "Nobody has looked at the risk at Smb Works for a day (health is 41). I go on as if it were real.",
    )
    levels = [
        (f"{line.at:%d %b}", line.step)
        for line in lines
        if line.kind == "task" and line.step.startswith("S4_L")
    ]
    assert levels == [("17 Mar", "S4_L2"), ("31 Mar", "S4_L3")]
    assert "Review “Account at risk” for Smb Works: it has run for 45 days" in texts(lines, "task")
    assert texts(lines, "outcome") == []


def test_an_account_is_saved_when_they_say_so_twice_and_health_holds(risk):
    lines = risk(GOOD, health=70, does_tasks=A_DAY)
    assert said(lines) == [
        ("Mon 02 Mar", "S2_ask"), ("Mon 09 Mar", "S4_show"), ("Mon 16 Mar", "S5_show"), ("Mon 23 Mar", "S5_show#2"),
        ("Mon 30 Mar", "S5_show#3"),
    ]  # fmt: skip
    assert texts(lines, "outcome") == ["Saved"]
    ended = next(line for line in lines if line.kind == "outcome")
    assert ended.at.date() == date(2026, 4, 6)  # two weeks after the second "better"


def test_better_alone_does_not_save_an_account_whose_health_is_low(risk):
    assert texts(risk(GOOD, health=55, does_tasks=A_DAY), "outcome") == []


def test_every_word_to_the_customer_is_a_csms(risk):
    lines = risk(GOOD, approves=False)
    assert said(lines) == []
    assert "Write to Ben at Smb Works: What it is about" in texts(lines, "task")
    plan = next(
        line for line in risk(GOOD, does_tasks=A_DAY) if line.step == "S4_show" and line.kind == "message"
    )
    assert PLAN in plan.text


@pytest.mark.parametrize(
    ("reason", "asks"),
    [
        ("price", "Which number or rule must they meet"), ("product", "Which job fails"),
        ("service", "Which promise was broken"), ("people", "Who looks after it now"), ("change", "What ends and when"),
    ],
)  # fmt: skip
def test_the_call_has_the_questions_of_its_reason(world, reason, asks):
    run = world.start("save", "smb")
    world.reply(run, "S1", "UDANA", "real", staff=True)
    world.handle(run, events.Approved("S2_ask", by="UDANA"))
    world.reply(run, "S2_ask", BEN, reason)
    task = next(task for task in world.tasks() if task.title.startswith("For the call with Ben"))
    assert asks in task.body


def test_a_reason_that_is_known_ends_it_and_is_asked_about_the_next_time(world, risk):
    known = {"S1": Scripted("known", text="They close in summer")}
    assert texts(risk(known), "outcome") == ["No risk, the reason is known"]
    with world.database.transaction() as session:
        accounts.note_fact(
            session, workspace_id=world.workspace_id, account_id=world.accounts["smb"], kind="known_reason",
            value="They close in summer", on=date(2026, 2, 1), now=START,
        )  # fmt: skip
    lines = risk({"S1_again": Scripted("same")})
    assert (
        "You noted on this account: “They close in summer”. Is it that again?" in texts(lines, "question")[0]
    )
    assert texts(lines, "outcome") == ["No risk, the reason is known"]
    assert said(risk({"S1_again": Scripted("new")}))[0][1] == "S2_ask"


def test_who_says_that_they_think_of_leaving_is_level_two_from_the_start(world, risk):
    with world.database.transaction() as session:
        accounts.note_fact(
            session, workspace_id=world.workspace_id, account_id=world.accounts["smb"], kind="churn_intent",
            value="yes", on=date(2026, 3, 1), now=START,
        )  # fmt: skip
    lines = risk(GOOD, health=82, does_tasks=A_DAY)
    assert any(
        text.startswith("L2: Smb Works is at risk: they said that they think of leaving")
        for text in texts(lines, "task")
    )
    assert texts(lines, "outcome") == ["Saved"]


@pytest.mark.parametrize(("answer", "levels"), [("worse", ["S4_L2", "S4_L3"]), ("same", ["S4_L2"])])
def test_one_level_up_where_it_does_not_get_better(risk, answer, levels):
    lines = risk(GOOD | {"S5_show": Scripted(answer)}, does_tasks=A_DAY)
    ups = [
        line.step
        for line in lines
        if line.kind == "task"
        and line.step.startswith(("S4_L2", "S4_L3"))
        and line.at.date() < date(2026, 3, 28)
    ]
    assert ups == levels


def test_a_plan_that_is_not_right_is_changed_and_shown_again(risk):
    lines = risk(GOOD | {"S4_show": Scripted("change", text="The dates are missing.")}, does_tasks=A_DAY)
    assert [step for _, step in said(lines)][:3] == ["S2_ask", "S4_show", "S4_show#2"]
    assert texts(lines, "task").count("Change the plan for Smb Works") >= 2


def test_a_plan_that_the_csm_accepts_for_them_counts(world):
    run = world.start("save", "smb")
    world.reply(run, "S1", "UDANA", "real", staff=True)
    world.handle(run, events.PlanAccepted(by="UDANA"))
    world.until(2026, 3, 10, 12)
    assert world.steps(run)["S5_write"] == "sent"
    assert world.steps(run)["S4_clock"] == "done"


def test_without_a_champion_somebody_else_is_asked_who_looks_after_it_now(world, risk):
    world.change((Contact, world.contacts[BEN]), status="left")
    lines = risk(CSM | {"S2_successor": Scripted(text="Eve Ek")}, does_tasks=A_DAY)
    assert (
        next(line.to for line in lines if line.step == "S2_successor" and line.kind == "message") == "Ada Ali"
    )
    assert "Meet Eve Ek, who looks after us at Smb Works now" in texts(lines, "task")


def test_nobody_who_opted_out_is_written_to(world, risk):
    for who in ("ADA", "BEN"):
        world.change((Contact, world.contacts[f"U{who}_SMB"]), opted_out_at=START)
    lines = risk(GOOD, does_tasks=A_DAY)
    assert {line.to for line in lines if line.kind == "message"} == {"Cy Co"}


@pytest.mark.parametrize("outcome", ["churned", "accepted_loss", "contracted"])
def test_an_end_that_is_recorded_needs_a_reason_and_closes_the_plan(world, outcome):
    run = world.start("save", "smb")
    world.reply(run, "S1", "UDANA", "real", staff=True)
    world.handle(run, events.OutcomeRecorded("UDANA", outcome))
    assert world.run(run).state == "active"
    world.handle(run, events.OutcomeRecorded("UDANA", outcome, "price.budget_cut"))
    after = world.run(run)
    assert (after.state, after.outcome, after.reason) == ("finished", outcome, "price.budget_cut")
    assert after.facts["save_plan"] == "closed"


def test_who_leaves_is_offboarded(world):
    run = world.start("save", "smb")
    world.reply(run, "S1", "UDANA", "real", staff=True)
    world.handle(run, events.OutcomeRecorded("UDANA", "churned", "price.budget_cut"))
    with world.database.reading() as session:
        begun = [
            one.data["playbook"]
            for one in happenings.unheard(session, world.workspace_id, 50)
            if one.name == "playbook.start"
        ]
    assert begun == ["offboarding"]


def test_no_action_of_a_plan_is_lost_because_they_are_long(world):
    """What fits nowhere is said to the CSM; five actions as long as may be reach the customer, all of them."""
    run = world.start("save", "smb")
    world.reply(run, "S1", "UDANA", "real", staff=True)
    world.handle(run, events.TaskDone("S3", "UDANA"))
    actions = {f"action_{n}": f"{n} ".ljust(100, "x") for n in range(1, 6)}
    too_long = actions | {"action_5": "x" * 101}
    world.handle(run, events.Replied("S4_write", "UDANA", staff=True, fields=tuple(too_long.items())))
    assert "S4_show" not in world.steps(run)
    world.handle(run, events.Replied("S4_write", "UDANA", staff=True, fields=tuple(actions.items())))
    text = world.run(run).steps["S4_show"].text
    assert text is not None
    assert all(one in text for one in actions.values())
