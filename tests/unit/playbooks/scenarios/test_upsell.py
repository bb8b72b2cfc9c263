"""Room to grow: asked where it is needed, the way without it first, nothing while anything is wrong."""

from __future__ import annotations

from datetime import date

import pytest

from playbooks.errors import CannotStart
from playbooks.stand_ins import Script, Scripted
from store.tables import Account, Contact, Task
from tests.unit.playbooks.scores import noted, scored

TODAY = date(2026, 3, 2)
BEN = "UBEN_SMB"
REACHED = {"goal_baseline": "10", "goal_now": "5", "goal_target": "5"}
FORM = {"U3": Scripted(text="the warehouse, 12 people, May")}


@pytest.fixture
def grown(world):
    """A small customer whose goal is reached and whose seats are nearly all in use."""
    noted(world, "smb", TODAY, seats_used="9|9 of your 10 seats are in use", **REACHED)
    world.change((Account, world.accounts["smb"]), seats=10, plan="Pro")
    return world


def course(world, answers, until=None, account="smb"):
    values = {step: Scripted(value) if isinstance(value, str) else value for step, value in answers.items()}
    return world.simulate(["upsell"], account, people=Script(values), until=until)


def asked(found):
    return [line.step for line in found.lines if line.kind == "message"]


def end(found):
    return [line.text for line in found.lines if line.kind == "outcome"]


@pytest.mark.parametrize(
    ("answers", "messages", "outcome"),
    [
        pytest.param({}, [], "Not offered", id="nobody of ours looks at the sign"),
        pytest.param({"U1": "wrong"}, [], "Not offered", id="the sign was wrong"),
        pytest.param({"U1": "not_now", "U1_why": "signal.season"}, [], "Not offered", id="not the moment"),
        pytest.param({"U1": "offer"}, ["U2"], "Came to no decision", id="the customer is silent"),
        pytest.param({"U1": "offer", "U2": "no"}, ["U2"], "Not wanted", id="the customer is not interested"),
        pytest.param(
            {"U1": "offer", "U2": "without", "U2_which": Scripted(text="share a report")},
            ["U2", "U2_which", "U2_person"], "They get there with what they have", id="the way without it comes first",
        ),
        pytest.param(
            {"U1": "offer", "U2": "more", **FORM, "U4": "pilot", "U4_criterion": Scripted(text="Half the calls"),
             "U4_result": "yes", "U5": "yes", "U6": "well"},
            ["U2", "U3", "U4_result", "U5", "U6"], "Expanded", id="a trial that shows it",
        ),
        pytest.param(
            {"U1": "offer", "U2": "more", **FORM, "U4": "pilot", "U4_criterion": Scripted(text="Half the calls"),
             "U4_result": "no"},
            ["U2", "U3", "U4_result"], "Not wanted", id="a trial that does not show it",
        ),
        pytest.param(
            {"U1": "offer", "U2": "more", **FORM, "U4": "straight", "U5": "no", "U5_why": "price.price"},
            ["U2", "U3", "U5", "U5_why"], "Not wanted", id="no, for the price",
        ),
        pytest.param(
            {"U1": "offer", "U2": "more", **FORM, "U4": "straight", "U5": "not_yet", "U5_when": Scripted("2026-06-01")},
            ["U2", "U3", "U5", "U5_when"], "They named a later day", id="not yet",
        ),
        pytest.param(
            {"U1": "offer", "U2": "more", **FORM}, ["U2", "U3", "U5"], "Came to no decision", id="silent at the decision",
        ),
    ],
)  # fmt: skip
def test_every_course_ends_as_it_was_answered(grown, answers, messages, outcome):
    found = course(grown, answers)
    assert asked(found) == messages
    assert end(found) == [outcome]


def test_growth_alignment_the_message_begins_with_a_fact_about_them(grown):
    found = course(grown, {"U1": "offer"})
    [message] = [line for line in found.lines if line.kind == "message"]
    assert message.text.startswith(
        "Hi Ben. 9 of your 10 seats are in use (as of 2 March 2026). Would having more"
    )


def test_without_a_fact_about_them_the_csm_asks_in_person(world):
    noted(world, "smb", TODAY, **REACHED)
    world.change((Account, world.accounts["smb"]), health=90)
    noted(world, "smb", TODAY, seats_used="9")  # a number, but no sentence for them
    found = course(world, {"U1": "offer"})
    assert asked(found) == []
    assert any("Personal check-in" in line.text for line in found.lines if line.kind == "task")


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"health": 65}, id="health is below 70"),
        pytest.param({"goal": None}, id="no goal is reached"),
    ],
)
def test_nobody_is_asked_who_is_not_well(world, wrong):
    if "goal" in wrong:
        noted(world, "smb", TODAY, seats_used="9|9 of your 10 seats are in use")
    else:
        noted(world, "smb", TODAY, seats_used="9|9 of your 10 seats are in use", **REACHED)
        world.change((Account, world.accounts["smb"]), **wrong)
    with pytest.raises(CannotStart):
        world.start("upsell", "smb")


def test_the_reason_for_not_offering_is_kept(grown):
    run = grown.start("upsell", "smb")
    grown.reply(run, "U1", "UDANA", "not_now", staff=True)
    grown.reply(run, "U1_why", "UDANA", "signal.season", staff=True)
    assert grown.runner.run_overview(run).reason == "signal.season"


def test_an_open_blocker_holds_the_offer_until_it_is_gone(grown):
    run = grown.start("upsell", "smb")
    with grown.database.transaction() as session:
        blocker = Task(
            workspace_id=grown.workspace_id, key="blocker", kind="playbook", account_id=grown.accounts["smb"],
            title="Unblock", priority="high", created_at=grown.clock.now(),
        )  # fmt: skip
        session.add(blocker)
    grown.reply(run, "U1", "UDANA", "offer", staff=True)
    assert grown.messages() == []
    assert grown.steps(run)["U2"] == "held"
    grown.change((Task, blocker.id), state="done")
    grown.until(2026, 3, 4, 12)
    assert [key for key, _ in grown.said()] == ["U2"]


def test_personalised_offers_a_detractor_is_not_offered_anything_for_sixty_days(grown):
    scored(grown, BEN, "smb", 4, days=30)
    found = course(grown, {"U1": "offer"}, until=date(2026, 3, 31))
    assert asked(found) == []
    assert any("gave 4 of 10" in (line.why or "") for line in found.lines)


def test_who_opted_out_is_not_asked_and_somebody_else_is(grown):
    grown.change((Contact, grown.contacts[BEN]), opted_out_at=grown.clock.now())
    found = course(grown, {"U1": "offer"})
    assert [(line.step, line.to) for line in found.lines if line.kind == "message"] == [("U2", "Ada Ali")]


def test_what_was_bought_and_is_not_used_becomes_a_fact_and_a_task(grown):
    answers = {"U1": "offer", "U2": "more", **FORM, "U4": "straight", "U5": "yes", "U6": "hardly"}
    found = course(grown, answers)
    assert "Smb Works hardly uses what they added: help, or give it back" in [
        line.text for line in found.lines if line.kind == "task"
    ]
