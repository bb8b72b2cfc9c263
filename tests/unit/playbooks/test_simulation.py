"""A look ahead: the engine itself over an imagined clock."""

from __future__ import annotations

import json
import time
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from random import Random

from playbooks import events
from playbooks.simulation import Stage
from playbooks.stand_ins import Sampled, Script, Scripted
from store import rehearsal
from store.tables import Account, Subscription, UsageFact, accounts, playbooks
from tests.unit.playbooks.conftest import START
from tests.unit.playbooks.test_language import hello

JULY = date(2026, 7, 31)


def lines(world, name, account, answers=None, approves=True, **more):
    return world.simulate([name], account, people=Script(answers or {}, approves), **more).lines


def test_a_year_passes_in_a_moment(world):
    world.change((Account, world.accounts["smb"]), health=30)
    with world.database.reading() as session:
        term = accounts.running_subscription(session, world.accounts["smb"])
    world.change((Subscription, term.id), renews_on=date(2027, 3, 1))
    began = time.monotonic()
    found = lines(world, "renewal", "smb")
    assert time.monotonic() - began < 60
    assert found[-1].at > datetime(2027, 1, 1, tzinfo=UTC)
    assert [line.why for line in found if line.kind == "not_sent" and line.step == "R6"] == [
        "held until the renewal date: health is 30"
    ]


def test_what_waits_for_approval_says_so(world):
    unapproved = lines(world, "onboarding", "ent", approves=False, until=date(2026, 3, 31))
    assert not [line for line in unapproved if line.kind == "message"]
    assert {line.step: line.why for line in unapproved if line.kind == "not_sent"}[
        "O1"
    ] == "waits for approval"
    approved = lines(world, "onboarding", "ent", until=date(2026, 3, 31))
    assert {line.why.split(";")[0] for line in approved if line.kind == "message"} == {
        "only if the CSM approves it"
    }


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


def drawn(seed):
    return Sampled(lambda words: Random(f"{seed}|{words}"))


def test_the_same_seed_is_the_same_course(world):
    def course(seed):
        found = world.simulate(["onboarding", "renewal"], "smb", "mm", "ent", people=drawn(seed), until=JULY)
        return [line.as_dict() for line in found.lines]

    assert course(1) == course(1)
    assert course(1) != course(2)


def test_a_message_that_another_playbook_puts_off_names_it(world):
    found = world.simulate(["onboarding", "renewal"], "mm", until=JULY)
    assert found.collisions
    for line in found.collisions:
        assert line.collides_with.split()[0] in {"onboarding", "renewal"} - {line.playbook}
        assert "was to go on" in line.why or line.kind == "not_sent"


def test_what_runs_already_goes_on_in_the_copy_and_stays_as_it_is(world):
    run = world.start("onboarding", "smb")
    before = world.steps(run)
    found = world.simulate(["renewal"], "smb", until=JULY)
    assert {line.playbook for line in found.lines if line.kind == "message"} == {"onboarding", "renewal"}
    assert world.steps(run) == before
    again = world.simulate(["onboarding"], "smb", until=JULY)
    assert "is running for Smb Works" in again.refused[world.accounts["smb"]]
    assert again.lines


def test_every_message_says_which_rule_fires_it(world):
    found = lines(world, "onboarding", "smb", answers={"O2": Scripted("bumps")}, until=date(2026, 4, 30))
    rules = {line.step: line.rule for line in found if line.kind == "message"}
    assert rules["O2"] == "7 days after the contract start"
    assert rules["O2_bumps"] == "follows the answer to O2"


def test_a_run_that_was_held_back_by_a_guard_says_why(world):
    run = world.start("onboarding", "smb")
    world.handle(run, events.Later("O1", "UADA_SMB"))
    world.until(2026, 3, 9, 12)
    overview = {step.key: step for step in world.runner.run_overview(run).steps}
    assert overview["O2"].state == "planned"
    assert overview["O2"].note == "waits: Ada has not answered another question yet"


def test_a_held_step_goes_on_in_a_simulation_on_the_day_on_which_it_would(world, tmp_path):
    """Nobody looks each morning whether it is still held; what ends the hold is noticed all the same."""
    steps = {"A": {"title": "First", "when": "S+0d", "to": "admin", "message": "All well, {first}?"}}
    world.runner.publish(hello(tmp_path, steps), "UMIA", world.workspace_id)
    smb, ends = world.accounts["smb"], datetime(2026, 3, 18, 15, 0, tzinfo=UTC)
    note(world, "incident", "open")
    run = world.start("hello", "smb")
    with closing(rehearsal.copy_in_memory(world.database, world.workspace_id, [smb])) as copy:
        stage = Stage(world.runner, copy, world.workspace_id, START, Script({}), [smb])
        stage.play(ends)
        with copy.reading() as session:
            looked = playbooks.find_run(session, run).revision
            due = playbooks.timers_of(session, run)[0].due_at
        with copy.transaction() as session:
            rehearsal.change(session, UsageFact, newest(session, smb, "incident"), value="over")
        stage.mornings.changed(smb)
        stage.play(ends + timedelta(days=5))
        said = [line.at for line in stage.lines if line.kind == "message"]
    assert (looked, due) == (1, datetime(2026, 3, 19, 10, 0, tzinfo=UTC))
    world.until(2026, 3, 18, 15)
    note(world, "incident", "over")
    world.until(2026, 3, 24)
    assert said == [row.created_at.replace(microsecond=0) for row in world.messages()] == [due]


def note(world, kind, value):
    with world.database.transaction() as session:
        accounts.note_fact(
            session, workspace_id=world.workspace_id, account_id=world.accounts["smb"], kind=kind, value=value,
            on=world.clock.now().date(), now=world.clock.now(),
        )  # fmt: skip


def newest(session, account_id, kind):
    return next(fact.id for fact in accounts.latest_usage(session, account_id) if fact.kind == kind)
