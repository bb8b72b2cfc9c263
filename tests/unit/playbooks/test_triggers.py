"""Playbooks that begin by themselves: on a day, when something happens, when an account changes."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
import yaml

from playbooks import events, loader
from playbooks.errors import CannotStart, PlaybookError
from playbooks.runner import PlaybookRunner
from playbooks.situation import Setting
from playbooks.triggers import Triggers
from playbooks.workdays import Calendar
from store.tables import Account, Subscription, accounts, happenings, playbooks

HELLO = """
playbook: hello
id: PB-HI
title: Hello
version: 1.0.0
kind: other
stage: adoption
cycle: account
delivery: auto
fallback: [admin, anyone, csm]
outcomes: {done: {label: Done}}
at_end: [{else: done}]
steps:
  A:
    title: First
    when: S+0d
    to: admin
    message: "Hi {first}, all well?"
    ask: {key: wellness, options: {good: Good, bad: Bad}}
    on_answer: {else: {reply: Fine.}}
"""


def definition(**changes):
    body = yaml.safe_load(HELLO) | changes
    return loader.Definition(loader.parse(body), body, loader.fingerprint(body))


@pytest.fixture
def look(world):
    """Publish a playbook with these triggers; then look at an account on a later day."""
    triggers = Triggers(world.runner, world.database, world.clock, world.workspace_id)

    def publish(**changes):
        world.runner.publish(definition(**changes), "UMIA", world.workspace_id)

    def look_at(account="smb", days=0):
        world.clock.advance(timedelta(days=days))
        with world.database.transaction() as session:
            return triggers.look(session, world.accounts[account])

    look_at.publish, look_at.triggers = publish, triggers
    return look_at


def happen(world, name, account="smb", key="k1", **data):
    with world.database.transaction() as session:
        happenings.tell(
            session,
            workspace_id=world.workspace_id,
            account_id=world.accounts[account],
            key=key,
            name=name,
            now=world.clock.now(),
            data=data,
        )


def runs(world, account="smb"):
    return [one.name for one in world.runner.runs_for_account(world.accounts[account])]


def test_a_playbook_that_is_not_published_never_begins_by_itself(world, look):
    happen(world, "health.red")
    assert look.triggers.hear() == 1
    assert look() == 0
    assert runs(world) == []


def test_a_date_trigger_begins_on_its_day_and_once(world, look):
    look.publish(trigger=[{"date": "R-118d"}], entry={"periods": ["annual"]}, cycle="term")
    assert [look(), look(days=2), look(days=1), look(days=30)] == [0, 1, 0, 0]
    assert runs(world) == ["hello"]


def test_a_date_that_is_long_over_begins_nothing(world, look):
    look.publish(trigger=[{"date": "C+0d"}])
    assert look() == 0


def test_what_happens_begins_a_playbook_once(world, look):
    look.publish(trigger=[{"event": ["signal.champion_left", "health.red"]}])
    happen(world, "health.red")
    happen(world, "health.red")  # told twice under one key
    happen(world, "signal.champion_left", key="k2")
    assert [look.triggers.hear(), look.triggers.hear()] == [2, 0]
    assert runs(world) == ["hello"]


def test_what_a_playbook_may_not_begin_with_now_is_queued_and_begins_later(world, look):
    look.publish(trigger=[{"event": "usage.near_limit"}], exclude=["legal_hold"])
    with world.database.transaction() as session:
        note = {
            "workspace_id": world.workspace_id,
            "account_id": world.accounts["smb"],
            "now": world.clock.now(),
        }
        accounts.note_fact(session, kind="legal_hold", value="yes", on=world.clock.now().date(), **note)
    happen(world, "usage.near_limit")
    look.triggers.hear()
    assert look(days=1) == 0
    with world.database.transaction() as session:
        today = (world.clock.now() + timedelta(days=1)).date()
        accounts.note_fact(session, kind="legal_hold", value="no", on=today, **note)
    assert [look(days=2), look(days=1)] == [1, 0]


def test_a_segment_trigger_notices_the_change_and_not_what_always_was(world, look):
    look.publish(trigger=[{"segment": {"enters": ["ENT"]}}])
    assert [look("ent"), look("smb")] == [0, 0]
    world.change((Account, world.accounts["smb"]), segment="ENT")
    assert [look("smb", 1), look("smb", 1), look("ent", 1)] == [1, 0, 0]


def test_growth_alignment_a_signal_waits_counts_once_and_only_again_after_it_is_over(world, look):
    rule = {
        "when": {"number": {"health": "< 50"}},
        "for": "2d",
        "until": {"number": {"health": "> 60"}},
        "until_for": "7d",
    }
    look.publish(trigger=[{"signal": rule}], again_after="1d")
    smb = (Account, world.accounts["smb"])
    world.change(smb, health=40)
    assert [look(), look(days=1), look(days=1)] == [0, 0, 1]
    run = world.runner.runs_for_account(world.accounts["smb"])[0].run_id
    world.runner.stop(run, "UDANA")
    assert [look(days=1) for _ in range(4)] == [0, 0, 0, 0]
    world.change(smb, health=70)
    assert [look(days=1) for _ in range(8)] == [0] * 8
    world.change(smb, health=40)
    assert [look(days=1) for _ in range(3)] == [0, 0, 1]


def test_a_run_starts_and_stops_another_playbook(world, look):
    look.publish()
    happen(world, "playbook.start", playbook="hello", run="none")
    look.triggers.hear()
    assert runs(world) == ["hello"]
    happen(world, "playbook.stop", key="k2", playbook="hello")
    look.triggers.hear()
    assert world.runner.runs_for_account(world.accounts["smb"])[0].state == "stopped"


def test_a_playbook_that_cannot_be_started_by_another_becomes_a_task(world, look):
    happen(world, "playbook.start", playbook="nothing", run="none")
    look.triggers.hear()
    assert [task.title for task in world.tasks()] == ["“nothing” did not start for Smb Works"]


def test_finalise_segmented_journeys_and_automate_a_published_version_leaves_running_ones_alone_until_they_are_migrated(
    world, look
):
    look.publish()
    first = world.start("hello", "smb")
    later = yaml.safe_load(HELLO)["steps"] | {
        "B": {"title": "Second", "when": "S+30d", "to": "admin", "message": "Good day, {first}."}
    }
    look.publish(version="2.0.0", steps=later)
    second = world.start("hello", "mm")
    assert set(world.steps(first)) == {"A"}
    assert set(world.steps(second)) == {"A", "B"}
    said = world.runner.migrate(first, "UMIA", only_say=True)
    assert set(said.run.steps) == {"A", "B"}
    assert set(world.steps(first)) == {"A"}
    world.runner.migrate(first, "UMIA")
    assert set(world.steps(first)) == {"A", "B"}
    assert "from version 1.0.0 to 2.0.0: B added" in world.last("playbook_notice")["text"]
    with pytest.raises(PlaybookError, match="the newest version already"):
        world.runner.migrate(first, "UMIA")


def test_a_renewal_that_moves_earlier_is_planned_anew(world, look):
    run = world.start("renewal", "smb")
    with world.database.reading() as session:
        term = accounts.running_subscription(session, world.accounts["smb"])
    world.change((Subscription, term.id), renews_on=term.renews_on - timedelta(days=75))
    look()
    states = world.steps(run)
    assert states["R1"] == "skipped"
    assert states["R6"] == "planned"
    assert (
        "the renewal date moved from 30 June 2026 to 16 April 2026" in world.last("playbook_notice")["text"]
    )


def test_what_happened_while_a_run_was_paused_is_heard_when_it_goes_on(world, look):
    steps = yaml.safe_load(HELLO)["steps"] | {
        "L": {"title": "Who now", "on": "signal.champion_left", "task": {"title": "Find out", "due": "1bd"}}
    }
    look.publish(steps=steps)
    run = world.start("hello", "smb")
    world.runner.pause(run, "UDANA")
    happen(world, "signal.champion_left")
    look.triggers.hear()
    assert "L" not in world.steps(run)
    world.handle(run, events.Resumed("UDANA"))
    assert world.steps(run)["L"] == "waiting"


def test_retired_playbooks_begin_no_more(world, look):
    look.publish(trigger=[{"event": "health.red"}])
    assert world.runner.retire("hello", world.workspace_id)
    happen(world, "health.red")
    look.triggers.hear()
    assert runs(world) == []
    with world.database.reading() as session:
        assert playbooks.published(session, world.workspace_id) == []


# In a look ahead, what begins by itself does so on the day on which it would.

TRIGGERS = {
    "a renewal date": {"trigger": [{"date": "R-110d"}], "entry": {"periods": ["annual"]}, "cycle": "term"},
    "a condition that begins to hold": {
        "trigger": [{"signal": {"when": {"number": {"days_left": "<= 105"}}}}]
    },
    "a condition that must last": {
        "trigger": [{"signal": {"when": {"number": {"days_left": "<= 105"}}, "for": "4d"}}]
    },
    "what may not begin before another day": {
        "trigger": [{"date": {"SMB": "R-115d", "MM": "R-115d", "ENT": "R-115d"}, "within": "30d"}],
        "entry": {"if": {"number": {"days_left": "<= 108"}}},
    },
}


@pytest.mark.parametrize("changes", [pytest.param(one, id=name) for name, one in TRIGGERS.items()])
def test_in_a_look_ahead_a_playbook_begins_on_the_day_on_which_it_would(world, look, changes):
    look.publish(**changes)
    course = world.simulate([], "smb", until=(world.clock.now() + timedelta(days=40)).date())
    ahead = [line.at.date() for line in course.lines if line.step == "A" and line.kind == "message"]
    begun = next((world.clock.now().date() for _ in range(40) if look(days=1)), None)
    assert ahead[0] == Calendar("Europe/London").on_or_after(
        begun
    )  # its first message keeps the weekend free


def test_in_a_look_ahead_one_playbook_starts_another(world, look):
    look.publish()
    chain = {"B": {"title": "And then", "when": "S+1d", "do": [{"start": "hello"}]}}
    look.publish(playbook="first", id="PB-ONE", steps=chain, fallback=["anyone", "csm"])
    course = world.simulate(["first"], "smb", until=(world.clock.now() + timedelta(days=9)).date())
    assert ("hello", "A") in {(line.playbook, line.step) for line in course.lines if line.kind == "message"}
    assert runs(world) == []


def test_what_the_setting_says_of_hours_and_holidays_reaches_the_messages(world):
    monday, closed = world.clock.now().date(), frozenset({world.clock.now().date() + timedelta(days=1)})
    setting = Setting(holidays=closed, hours=(time(11, 0), time(15, 0)))
    runner = PlaybookRunner(world.database, world.clock, definitions={"hello": definition()}, setting=setting)
    world.clock.advance(timedelta(hours=8))  # too late for Monday
    runner.start("hello", world.accounts["smb"], "UMIA", world.workspace_id)
    zone = Calendar("Europe/London")
    assert runner.next_due() == zone.at(monday + timedelta(days=2), time(11, 0))


def test_a_renewed_contract_is_no_new_beginning(world, look):
    look.publish(trigger=[{"date": "C+0d"}], cycle="subscription")
    with world.database.transaction() as session:
        term = accounts.running_subscription(session, world.accounts["smb"])
        today = world.clock.now().date()
        term.status, term.renews_on = "renewed", today
        session.add(term)
        new = term.model_dump() | {"id": "next", "key": "next", "status": "active"}
        session.add(Subscription(**new | {"started_on": today, "renews_on": today + timedelta(days=365)}))
    assert look() == 0


@pytest.mark.parametrize("name", ["advocacy", "qbr", "recap", "renewal", "save", "upsell"])
def test_who_leaves_or_has_left_is_left_alone_by_every_other_playbook(shipped_world, name):
    shipped = shipped_world.runner.definitions
    assert "leaving" in shipped[name].playbook.exclude


def test_nothing_begins_for_who_leaves_nor_after_they_have_left(world, look):
    look.publish(trigger=[{"event": "health.red"}], exclude=["leaving"])
    run = world.start("offboarding", "smb")
    with pytest.raises(CannotStart, match="they are leaving"):
        world.start("hello", "smb")
    world.runner.stop(run, "UDANA")
    today = world.clock.now().date()
    with world.database.transaction() as session:
        accounts.note_fact(
            session, workspace_id=world.workspace_id, account_id=world.accounts["smb"], kind="ended_on",
            value=str(today - timedelta(days=5)), on=today, now=world.clock.now(),
        )  # fmt: skip
    with pytest.raises(CannotStart, match="they left on 25 February 2026"):
        world.start("hello", "smb")
    with world.database.reading() as session:
        term = accounts.running_subscription(session, world.accounts["smb"])
    world.change((Subscription, term.id), started_on=today)  # they came back
    assert world.start("hello", "smb")


def test_a_review_does_not_begin_while_the_onboarding_runs(shipped_world):
    triggers = Triggers(
        shipped_world.runner, shipped_world.database, shipped_world.clock, shipped_world.workspace_id
    )
    shipped_world.runner.publish(shipped_world.runner.definitions["qbr"], "UMIA", shipped_world.workspace_id)
    shipped_world.start("onboarding", "ent")
    with shipped_world.database.transaction() as session:
        assert triggers.look(session, shipped_world.accounts["ent"]) == 0
