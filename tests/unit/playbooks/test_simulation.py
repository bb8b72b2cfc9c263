"""A look ahead: the engine itself over an imagined clock."""

from __future__ import annotations

import json
import time
from datetime import UTC, date, datetime

from playbooks import events
from playbooks.simulation import Scripted
from store.tables import Account, Subscription, accounts


def lines(world, name, account, **more):
    return world.runner.preview(name, world.accounts[account], world.workspace_id, started_by="UDANA", **more)


def test_a_year_passes_in_a_moment(world):
    world.change((Account, world.accounts["smb"]), health=30)
    with world.database.reading() as session:
        term = accounts.running_subscription(session, world.accounts["smb"])
    world.change((Subscription, term.id), renews_on=date(2027, 3, 1))
    began = time.monotonic()
    found = lines(world, "renewal", "smb")
    assert time.monotonic() - began < 5
    assert found[-1].at > datetime(2027, 1, 1, tzinfo=UTC)
    assert [line.why for line in found if line.kind == "not_sent" and line.step == "R6"] == [
        "the account was red until the renewal date"
    ]


def test_what_waits_for_approval_says_so(world):
    unapproved = lines(world, "onboarding", "ent", approves=False, until=date(2026, 3, 31))
    assert not [line for line in unapproved if line.kind == "message"]
    assert {line.step: line.why for line in unapproved if line.kind == "not_sent"}[
        "O1"
    ] == "waits for approval"
    approved = lines(world, "onboarding", "ent", until=date(2026, 3, 31))
    assert {line.why for line in approved if line.kind == "message"} == {"only if the CSM approves it"}


def test_times_are_told_in_the_readers_zone_and_everything_is_json(world):
    found = lines(world, "onboarding", "smb", answers={"O1": Scripted("team_live")}, until=date(2026, 4, 30))
    first = json.loads(json.dumps(found[0].as_dict()))
    assert first["local_time"] == "Mon 2026-03-02 10:30 GMT"
    assert first["to"] == "Ada Ali"
    assert first["delivery"] == "auto"
    assert "BST" in {line.local_time.split()[-1] for line in found if line.local_time}


def test_a_look_ahead_leaves_no_trace(world):
    lines(world, "renewal", "mm")
    assert world.outbox() == []
    assert world.runner.runs_for_account(world.accounts["mm"]) == []
    assert world.runner.next_due() is None


def test_words_may_be_scripted_too(world):
    answers = {"O1": Scripted(text="one result"), "O2": Scripted("not_started"), "O2_why": Scripted("time")}
    found = lines(world, "onboarding", "smb", answers=answers, until=date(2026, 3, 31))
    assert "O2_why" in {line.step for line in found if line.kind == "message"}
    assert "Send Smb Works the shortest way to start" in [line.text for line in found if line.kind == "task"]


def test_a_run_that_was_held_back_by_a_guard_says_why(world):
    run = world.start("onboarding", "smb")
    world.handle(run, events.Later("O1", "UADA_SMB"))
    world.until(2026, 3, 9, 12)
    overview = {step.key: step for step in world.runner.run_overview(run).steps}
    assert overview["O2"].state == "planned"
    assert overview["O2"].note == "waits: Ada has not answered another question yet"
