"""Leaving in good order, and a word to whoever left: the data, the goodbye, the deletion, and consent before anything else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from playbooks import events
from playbooks.stand_ins import Script, Scripted
from playbooks.triggers import Triggers
from store.tables import Account, Consent, Contact, accounts
from store.tables import consents as consented
from store.tables.changes import STAGE, changes_in
from tests.unit.playbooks.conftest import START

NEW_YEAR = date(2026, 12, 31)
A_DAY = timedelta(days=1)
CY = "UCY_SMB"
GOOD = {
    "F1_right": Scripted("no"), "F1_day": Scripted("2026-04-15"), "F2": Scripted("self"), "F3": Scripted("yes"),
    "F5": Scripted("2"), "F5_reason": Scripted("price.budget_cut"), "F5_call": Scripted("yes"), "F5_again": Scripted("yes"),
}  # fmt: skip
FOUND = {"F2": "Under Settings, Export.", "F4": "It is deleted after thirty days."}
OUT_NOW = {"W1": Scripted("changed", text="Spreadsheets can be imported, see the changelog of May.")}


@pytest.fixture
def leave(world):
    """Lets an account leave whose people answer like that; its lines."""

    def play(answers=(), account="smb", **more):
        people = Script(dict(answers), **more)
        return world.simulate(["offboarding"], account, people=people, until=NEW_YEAR).lines

    return play


@pytest.fixture
def left(world):
    """An account that left in January, whose buyer allowed us to write; what a CSM and they answer gives its lines."""
    note(world, ended_on="10 January 2026", churn_reason="A feature was missing")
    agree(world, CY)

    def play(answers=(), **more):
        people = Script(dict(answers), **more)
        return world.simulate(["win_back"], "smb", people=people, until=NEW_YEAR).lines

    return play


def note(world, **facts):
    with world.database.transaction() as session:
        for kind, value in facts.items():
            accounts.note_fact(
                session, workspace_id=world.workspace_id, account_id=world.accounts["smb"], kind=kind, value=value,
                on=date(2026, 3, 1), now=START,
            )  # fmt: skip


def agree(world, who):
    given = Consent(
        workspace_id=world.workspace_id, key=f"of {who}", account_id=world.accounts["smb"], contact_id=world.contacts[who],
        purpose="winback", text_shown="May we write to you again?", given_at=START, expires_on=date(2026, 9, 30),
    )  # fmt: skip
    with world.database.transaction() as session:
        consented.give_consent(session, given)


def texts(lines, kind):
    return [line.text for line in lines if line.kind == kind]


def said(lines):
    return [(f"{line.at:%a %d %b}", line.step) for line in lines if line.kind == "message"]


def test_who_leaves_gets_their_data_a_goodbye_and_the_deletion(leave):
    lines = leave(GOOD, does_tasks=A_DAY, finds=FOUND)
    assert said(lines) == [
        ("Mon 02 Mar", "F1_right"), ("Mon 02 Mar", "F1_day"), ("Mon 02 Mar", "F2"), ("Mon 02 Mar", "F2_how"),
        ("Mon 09 Mar", "F3"), ("Wed 15 Apr", "F4_found"), ("Wed 22 Apr", "F5"), ("Wed 22 Apr", "F5_reason"),
        ("Wed 22 Apr", "F5_call"), ("Wed 22 Apr", "F5_again"), ("Thu 14 May", "F7"),
    ]  # fmt: skip
    assert {
        "Exit interview with Cy at Smb Works",
        "End the access of Smb Works",
        "Erase the people of Smb Works in Guidepost",
    } <= set(texts(lines, "task"))
    assert texts(lines, "outcome") == ["Left, in good order"]


def test_the_exit_interview_and_the_deletion_are_not_the_csms(leave):
    owners = {line.text: line.to for line in leave(GOOD, does_tasks=A_DAY) if line.kind == "task"}
    assert owners["Exit interview with Cy at Smb Works"] == "Mia May"
    assert owners["Delete the data of Smb Works and write the certificate"] == "Mia May"


def test_who_stays_silent_leaves_on_the_contracts_day_and_is_asked_three_times_at_most(leave):
    lines = leave()
    assert said(lines) == [("Mon 02 Mar", "F1_right"), ("Tue 30 Jun", "F4_plain"), ("Tue 07 Jul", "F5")]
    assert (
        "L1: The access of Smb Works ends on 30 June 2026, and nobody has said that they have their data"
        in texts(lines, "task")
    )


def test_a_deletion_that_is_late_is_brought_up_once_a_month_until_it_is_done(leave):
    late = [
        line
        for line in leave()
        if line.kind == "notice" and line.step.startswith("F6_late") and line.to == "Mia May"
    ]
    assert [f"{line.at:%d %b}" for line in late][:3] == ["31 Jul", "28 Aug", "25 Sep"]
    assert texts(leave(), "outcome") == []


def test_a_last_day_that_nobody_knows_is_the_csms_to_say(world, leave):
    world.change((Account, world.accounts["smb"]), stage="adoption")
    note(world, dates_wrong="yes")
    lines = leave({"F1_right": Scripted("no"), "F1_csm": Scripted("2026-05-04")}, does_tasks=A_DAY)
    assert ("Mon 04 May", "F4_plain") in said(lines)


def test_a_last_day_that_nobody_says_is_asked_of_the_csm_then_of_the_manager_and_then_is_a_task(world, leave):
    world.change((Account, world.accounts["smb"]), stage="adoption")
    note(world, dates_wrong="yes")
    lines = leave({"F1_right": Scripted("no")}, does_tasks=A_DAY)
    asked = [(line.step, line.to) for line in lines if line.kind == "question"]
    assert asked == [("F1_csm", "Dana Doe"), ("F1_manager", "Mia May")]
    assert "Find out the last day of Smb Works" in texts(lines, "task")


def test_a_day_of_the_past_is_no_last_day(world):
    run = world.start("offboarding", "smb")
    world.reply(run, "F1_right", CY, "no")
    world.reply(run, "F1_day", CY, "2026-02-01")
    assert (
        world.last("playbook_again")["text"]
        == "That is too early: it can be 2 March 2026 or later. Which day is it?"
    )
    assert world.steps(run)["F1_day"] == "sent"


def test_the_last_day_makes_them_a_prospect_again_who_reads_public_text_only(world):
    run = world.start("offboarding", "smb")
    world.reply(run, "F1_right", CY, "no")
    world.reply(run, "F1_day", CY, "2026-03-10")
    world.until(2026, 3, 10, 12)
    with world.database.reading() as session:
        assert accounts.find_account(session, world.accounts["smb"]).stage == "consideration"
        (move,) = changes_in(session, world.workspace_id)
    assert (move.account_id, move.kind, move.after) == (world.accounts["smb"], STAGE, "consideration")
    assert move.before != move.after
    assert move.at.date() == date(2026, 3, 10)


def test_consent_to_be_written_to_again_is_theirs_alone_and_ends(world):
    run = world.start("offboarding", "smb")
    world.reply(run, "F1_right", CY, "yes")
    world.until(2026, 7, 7, 12)
    for step, value in (
        ("F5", "4"),
        ("F5_reason", "fit.use_case_ended"),
        ("F5_call", "no"),
        ("F5_again", "yes"),
    ):
        world.reply(run, step, CY, value)
    with world.database.reading() as session:
        given = consented.live_consents(session, world.workspace_id, date(2026, 7, 8), "winback")
    assert [(one.contact_id, one.expires_on) for one in given] == [(world.contacts[CY], date(2027, 2, 2))]


def test_who_spoke_of_the_export_before_is_only_asked_whether_it_is_complete(world, leave):
    note(world, exit_help="Help with the export", churn_reason="Budget was cut")
    steps = [step for _, step in said(leave(GOOD, does_tasks=A_DAY))]
    assert steps == ["F1_right", "F1_day", "F3", "F4_plain", "F5", "F5_call", "F5_again", "F7"]


def test_a_renewal_that_is_lost_goes_on_as_leaving_in_good_order(shipped_world):
    world = shipped_world
    run = world.start("renewal", "smb")
    world.runner.record_outcome(run, "UDANA", "churned", "price.budget_cut")
    world.until(2026, 3, 4, 12)
    for step, value, text in (
        ("R14", "price.budget_cut", None),
        ("R14_changed", None, "No."),
        ("R14_exit", "export", None),
    ):
        world.reply(run, step, CY, value, text)
    triggers = Triggers(world.runner, world.database, world.clock, world.workspace_id)
    assert triggers.hear() == 1
    world.until(2026, 3, 12, 12)
    begun = next(row for row in world.messages(CY) if row.payload["step_key"] == "F1_right")
    assert begun.payload["playbook"] == "Leaving in good order"


def test_who_stays_after_all_is_a_customer_again(world):
    run = world.start("offboarding", "smb")
    world.handle(run, events.OutcomeRecorded("UDANA", "stays"))
    with world.database.reading() as session:
        assert accounts.find_account(session, world.accounts["smb"]).stage == "adoption"


def test_without_consent_nobody_who_left_is_written_to(world):
    note(world, ended_on="2026-01-10")
    refused = world.simulate(["win_back"], "smb", until=NEW_YEAR).refused
    assert "is not for Smb Works as things are" in refused[world.accounts["smb"]]


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        pytest.param({}, "Nobody looked at it", id="a CSM who does not answer"),
        pytest.param({"W1": Scripted("not_yet")}, "The reason has not changed", id="not yet"),
        pytest.param({"W1": Scripted("never")}, "We do not write to them", id="never"),
        pytest.param(OUT_NOW, "No answer", id="silence"),
        pytest.param(OUT_NOW | {"W2": Scripted("show")}, "They have a look", id="a look"),
        pytest.param(OUT_NOW | {"W2": Scripted("try")}, "They have a look", id="a trial"),
        pytest.param(OUT_NOW | {"W2": Scripted("not_now")}, "Not now", id="not now"),
        pytest.param(OUT_NOW | {"W2": Scripted("stop")}, "They want to hear nothing more", id="nothing more"),
    ],
)  # fmt: skip
def test_each_end_of_a_win_back(left, answers, outcome):
    lines = left(answers)
    assert texts(lines, "outcome") == [outcome]
    assert {line.to for line in lines if line.kind == "message"} <= {"Cy Co"}


def test_a_win_back_says_the_reason_and_what_is_out_in_the_csms_words(left):
    lines = left(OUT_NOW)
    told = next(line for line in lines if line.step == "W2" and line.kind == "message")
    assert "your reason was: A feature was missing" in told.text
    assert "Spreadsheets can be imported, see the changelog of May." in told.text
    assert told.approved_by == "UDANA"
    assert said(left(OUT_NOW, approves=False)) == []


def test_who_takes_the_consent_back_before_it_goes_out_is_not_written_to(world, left):
    run = world.start("win_back", "smb")
    world.reply(run, "W1", "UDANA", "changed", text="It is out.", staff=True)
    with world.database.transaction() as session:
        consented.withdraw_consents(session, [world.contacts[CY]], START, purpose="winback")
    world.handle(run, events.Approved("W2", by="UDANA"))
    assert world.messages() == []
    assert world.steps(run)["W2"] == "skipped"


def test_who_wants_to_hear_nothing_more_has_taken_the_consent_back(world, left):
    run = world.start("win_back", "smb")
    world.reply(run, "W1", "UDANA", "changed", text="It is out.", staff=True)
    world.handle(run, events.Approved("W2", by="UDANA"))
    world.reply(run, "W2", CY, "stop")
    with world.database.reading() as session:
        assert consented.live_consents(session, world.workspace_id, date(2026, 3, 3), "winback") == []


def test_who_may_be_written_to_again_is_no_advocate_by_it(world, left):
    with world.database.reading() as session:
        account = accounts.find_account(session, world.accounts["smb"])
        context = world.runner.context_for(session, account, "UDANA")
    assert [one.makes_an_advocate for one in context.consents] == [False]


def test_a_win_back_may_only_go_to_contacts_who_are_still_there(world, left):
    world.change((Contact, world.contacts[CY]), status="left")
    refused = world.simulate(["win_back"], "smb", until=NEW_YEAR).refused
    assert refused


@pytest.mark.parametrize("code", ["stays", "closed"])
def test_who_leaves_a_second_time_is_asked_for_the_new_last_day(world, code):
    """The day of the first time is no day of the second: nothing ends by it, and nothing waits for it for ever."""
    first = world.start("offboarding", "smb")
    world.reply(first, "F1_right", CY, "yes")
    if code == "stays":
        world.runner.record_outcome(first, "UDANA", "stays")
    else:
        for _ in range(40):
            world.clock.advance(timedelta(days=10))
            world.until(*world.clock.now().timetuple()[:5])
            for task in world.tasks():
                if task.state == "open" and task.title.startswith("Delete the data"):
                    world.handle(first, events.TaskDone(task.key.partition(":")[2], "UMIA"))
        assert world.runner.run_overview(first).outcome == "closed"
    world.clock.advance(timedelta(days=181))
    second = world.start("offboarding", "smb")
    world.clock.advance(timedelta(days=3))
    world.until(*world.clock.now().timetuple()[:5])
    assert "F4" not in world.steps(second)
    assert {"F1_right", "F1_day"} & set(world.steps(second))
