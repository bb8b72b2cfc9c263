"""The renewal that is shipped, from the brief to the last week: routes, branches, approval, the ladder."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlmodel import select

from playbooks.stand_ins import Script, Scripted
from store.tables import Account, Consent, Contact, Forecast, accounts

UNTIL = date(2026, 7, 20)
SAID = {
    "R2_changes": Scripted(text="fewer depots"), "R4": Scripted(text="the import"), "R4_change": Scripted(text="the export"),
    "R9": Scripted("commit", "They said so"), "R9_gate": Scripted("likely", "Nothing against it"),
    "R11": Scripted("2026-06-26"), "R5": Scripted(text="Cy signs"), "R7_plans": Scripted(text="the larger one"),
    "R10": Scripted("none"), "R12": Scripted("signed"),
}  # fmt: skip


def course(world, account, answers, **more):
    values = (SAID if answers else {}) | {step: Scripted(value) for step, value in answers.items()}
    people = Script(values, does_tasks=timedelta(days=1))
    return world.simulate(["renewal"], account, people=people, until=UNTIL, **more)


def asked(found):
    return [line.step for line in found.lines if line.kind == "message"]


def tasks(found):
    return [line.text for line in found.lines if line.kind == "task"]


WELL = {"R1": "ready", "R2": "good", "R3": "accurate", "R4_quote": "yes", "R6": "same", "R8": "yes"}


def test_a_small_customer_who_goes_on_as_before(shipped_world):
    found = course(shipped_world, "smb", WELL)
    assert asked(found) == ["R2", "R3", "R4", "R4_change", "R4_quote", "R6", "R8", "R10", "R11", "R12"]
    assert "Cy says that Smb Works has signed: record the outcome" in tasks(found)


def test_a_silent_account_is_climbed_one_person_at_a_time_and_stays_open(shipped_world):
    found = course(shipped_world, "mm", {})
    climbed = [
        (line.step, line.to) for line in found.lines if line.kind == "message" and line.step.startswith("RQ")
    ]
    assert climbed == [("RQ1", "Ada Ali"), ("RQ2", "Cy Co")]
    assert any(task.startswith("Call Mm Works: nobody answers") for task in tasks(found))
    assert not [line for line in found.lines if line.kind == "outcome"]
    assert len([step for step in asked(found) if step.startswith("R") and "Q" not in step]) <= 8


def test_the_first_answer_ends_the_ladder(shipped_world):
    run = shipped_world.start("renewal", "mm")
    shipped_world.until(2026, 4, 15, 12)
    shipped_world.reply(run, "RQ1", "UADA_MM", text="Talk to me")
    shipped_world.until(2026, 5, 30, 12)
    assert [step for step, _ in shipped_world.said() if step.startswith("RQ")] == ["RQ1"]


@pytest.mark.parametrize(
    ("why", "expected"),
    [
        pytest.param("people", "R7_people", id="fewer people"),
        pytest.param("tool", "L2: Mm Works considers another tool: Another tool", id="another tool"),
        pytest.param("unused", "Smaller plan for Mm Works: the proposal, and the offer of a session on what is unused",
                     id="unused parts: the request is honoured"),
    ],
)  # fmt: skip
def test_what_is_behind_less_decides_what_follows(shipped_world, why, expected):
    found = course(shipped_world, "mm", WELL | {"R6": "less", "R7_down": why})
    assert expected in {*asked(found), *tasks(found)}


def priced(world, per_cent):
    """A customer of whom the CSM says how much they ask for off the price."""
    run = world.start("renewal", "mm")
    world.until(2026, 4, 7, 12)
    world.reply(run, "R2", "UBEN_MM", "good")
    world.until(2026, 5, 1, 12)
    world.reply(run, "R6", "UCY_MM", "less")
    world.reply(run, "R7_down", "UCY_MM", "budget")
    world.reply(run, "R7_price", "UDANA", "budget_cut", staff=True)
    world.until(2026, 5, 4, 12)
    fields = (("concession_what", "a lower price"), ("ask_pct", per_cent))
    world.reply(run, "R7_ask", "UDANA", staff=True, fields=fields)
    return run


@pytest.mark.parametrize(
    ("per_cent", "approval", "level"), [("8", True, False), ("12", True, True), ("0", False, False)]
)
def test_contract_review_negotiation_anything_off_the_price_needs_an_approval(
    shipped_world, per_cent, approval, level
):
    run = priced(shipped_world, per_cent)
    steps = shipped_world.steps(run)
    assert ("R7_approval" in steps) is approval
    assert any(task.title.startswith("L3:") for task in shipped_world.tasks()) is level
    offers = [task.title for task in shipped_world.tasks() if "offer" in task.title]
    assert offers == []
    said = " ".join(row.payload["text"] for row in shipped_world.messages())
    assert f"{per_cent} %" not in said


@pytest.mark.parametrize(
    ("decision", "title"),
    [
        ("approve", "Make the offer to Mm Works that was approved"),
        ("reject", "Tell Mm Works that it stays at the price, and what else is possible"),
    ],
)
def test_the_manager_decides_about_a_concession(shipped_world, decision, title):
    run = priced(shipped_world, "12")
    shipped_world.reply(run, "R7_approval", "UMIA", decision, staff=True)
    assert title in [task.title for task in shipped_world.tasks()]


def test_a_red_account_hears_nothing_commercial(shipped_world):
    shipped_world.change((Account, shipped_world.accounts["mm"]), health=30)
    found = course(shipped_world, "mm", {})
    assert not {"R6", "R8", "R10", "R11", "R12"} & set(asked(found))
    assert any(task.startswith("L2: Mm Works is red") for task in tasks(found))


def test_feedback_and_improvement_what_worked_may_be_quoted_only_with_a_yes(shipped_world):
    run = shipped_world.start("renewal", "smb")
    for step, value, text in (("R2", "good", None), ("R3", "accurate", None), ("R4", None, "the import")):
        shipped_world.until(2026, 5, {"R2": 6, "R3": 15, "R4": 22}[step], 12)
        shipped_world.reply(run, step, "UADA_SMB", value, text)
    shipped_world.reply(run, "R4_change", "UADA_SMB", text="the export")
    shipped_world.reply(run, "R4_quote", "UADA_SMB", "yes")
    with shipped_world.database.reading() as session:
        [agreed] = session.exec(select(Consent)).all()
    assert (agreed.scope, agreed.text_shown) == ("without_name", "the import")


def test_the_commitment_is_kept_beside_what_the_figures_say(shipped_world):
    shipped_world.change((Account, shipped_world.accounts["mm"]), health=60)
    run = shipped_world.start("renewal", "mm")
    shipped_world.until(2026, 4, 1, 12)
    shipped_world.reply(run, "R9_gate", "UDANA", "commit", "Cy said so", staff=True)
    with shipped_world.database.reading() as session:
        [call] = session.exec(select(Forecast)).all()
    assert (call.category, call.computed, call.why, call.by_name) == (
        "commit",
        "open",
        "Cy said so",
        "Dana Doe",
    )


def test_of_a_green_account_the_csm_is_asked_for_a_commitment_thirty_days_before_only(shipped_world):
    found = course(shipped_world, "mm", WELL)
    asked_staff = [
        line.step for line in found.lines if line.kind == "question" and line.step.startswith("R9")
    ]
    assert set(asked_staff) == {"R9"}


def test_whoever_asked_for_more_is_asked_after_it_is_signed(shipped_world):
    run = shipped_world.start("renewal", "smb")
    shipped_world.until(2026, 5, 29, 12)
    shipped_world.reply(run, "R6", "UCY_SMB", "more")
    shipped_world.runner.record_outcome(run, "UDANA", "renewed_flat")
    shipped_world.until(2026, 6, 3, 12)
    assert shipped_world.steps(run)["R13_more"] == "done"
    assert shipped_world.steps(run)["R13_why"] == "sent"


def noted_before(world, account, days=365, **facts):
    on = world.clock.now().date() - timedelta(days=days)
    with world.database.transaction() as session:
        for kind, value in facts.items():
            accounts.note_fact(
                session, workspace_id=world.workspace_id, account_id=world.accounts[account], kind=kind, value=value,
                on=on, now=world.clock.now(),
            )  # fmt: skip


def climbed(found):
    return [(one.step, one.to) for one in found.lines if one.kind == "message" and one.step.startswith("RQ")]


def test_last_years_ladder_does_not_keep_this_years_from_beginning(shipped_world):
    noted_before(shipped_world, "mm", ladder="climbing")
    assert climbed(course(shipped_world, "mm", {})) == [("RQ1", "Ada Ali"), ("RQ2", "Cy Co")]


@pytest.mark.parametrize(
    ("gone", "expected"),
    [(["UADA_MM"], [("RQ2", "Cy Co")]), (["UCY_MM"], [("RQ1", "Ada Ali")]), (["UADA_MM", "UCY_MM"], [])],
)
def test_a_rung_without_anybody_does_not_end_the_ladder(shipped_world, gone, expected):
    for one in gone:
        shipped_world.change((Contact, shipped_world.contacts[one]), status="left")
    found = course(shipped_world, "mm", {})
    assert climbed(found) == expected
    assert any(task.startswith("Call Mm Works: nobody answers") for task in tasks(found))


def test_who_renewed_does_not_think_of_leaving_any_more(shipped_world):
    noted_before(shipped_world, "mm", days=20, churn_intent="yes")
    run = shipped_world.start("renewal", "mm")
    shipped_world.runner.record_outcome(run, "UDANA", "renewed_flat")
    with shipped_world.database.reading() as session:
        facts = {one.kind: one.value for one in accounts.latest_usage(session, shipped_world.accounts["mm"])}
    assert facts["churn_intent"] == "no"
