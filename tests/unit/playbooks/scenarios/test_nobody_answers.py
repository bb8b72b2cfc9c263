"""A year in which nobody answers: whatever a playbook does then, it does not ask or tell the same for ever."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from playbooks import events
from playbooks.stand_ins import Script
from store.tables import Account
from tests.unit.playbooks.conftest import SHIPPED

ASKED, TOLD = 3, 6  # how often the same; an overdue deletion is told of once a month for half a year
STAGES = {"evaluation": "consideration", "win_back": "former", "offboarding": "leaving"}


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_nobody_is_asked_or_told_the_same_for_ever(shipped_world, name):
    w = shipped_world
    if name in STAGES:
        w.change((Account, w.accounts["ent"]), stage=STAGES[name])
    lines = w.simulate([name], "ent", people=Script({}), until=date(2027, 3, 1)).lines
    asked = Counter(line.text for line in lines if line.kind == "question")
    told = Counter((line.to, line.text) for line in lines if line.kind == "notice" and line.step != "run")
    assert {words: n for words, n in asked.items() if n > ASKED} == {}
    assert {words: n for words, n in told.items() if n > TOLD} == {}


def test_a_plan_that_nobody_writes_is_asked_for_three_times_and_then_is_the_managers_task(shipped_world):
    w = shipped_world
    run = w.start("save", "smb")
    w.reply(run, "S1", "UDANA", "real", staff=True)
    call = next(slot for slot, note in w.run(run).tasks.items() if note.title.startswith("Call Smb Works"))
    w.handle(run, events.TaskDone(call, "UDANA"))
    w.until(2026, 6, 30)
    assert [key for key in w.steps(run) if key.startswith("S4_write")] == [
        "S4_write",
        "S4_write#2",
        "S4_write#3",
    ]
    titles = [task.title for task in w.tasks()]
    assert titles.count("Agree with Dana Doe who writes the plan for Smb Works") == 1
