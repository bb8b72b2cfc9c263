"""A hundred runs are due at once, and workers are killed at every boundary: each step once, none lost."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from sqlmodel import select

from playbooks import loader
from playbooks.runner import PlaybookRunner
from store.tables import Account, Contact, OutboxMessage, RunStep, StepEvent, Timer, Workspace

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
RUNS = 100
HELLO = """
playbook: hello
id: PB-HI
title: Hello
version: 1.0.0
stage: adoption
cycle: account
delivery: auto
fallback: [admin, anyone, csm]
outcomes: {done: {label: Done}}
at_end: [{else: done}]
steps:
  A:
    title: First
    when: S+1d
    to: admin
    message: "Hi {first}, all well?"
    ask: {key: wellness, options: {good: Good, bad: Bad}}
    on_answer: {else: {reply: Fine.}}
"""


@pytest.fixture
def due(database, clock):
    """A hundred accounts, each with a run whose first message is due; the workspace and the moment."""
    body = yaml.safe_load(HELLO)
    hello = loader.Definition(loader.parse(body), body, loader.fingerprint(body))
    runner = PlaybookRunner(database, clock, definitions={"hello": hello})
    with database.transaction() as session:
        workspace = Workspace(slack_team_id="T0US", name="Us", created_at=clock.now())
        session.add(workspace)
        session.flush()
        stamps = {"workspace_id": workspace.id, "created_at": clock.now(), "updated_at": clock.now()}
        rows = [Account(key=f"a{n}", name=f"Account {n}", **stamps) for n in range(RUNS)]
        session.add_all(rows)
        session.flush()
        for n, row in enumerate(rows):
            ada = {
                "email": f"ada@a{n}.example",
                "name": "Ada Ali",
                "persona": "admin",
                "slack_user_id": f"U{n}",
            }
            session.add(Contact(account_id=row.id, **ada, **stamps))
    for row in rows:
        runner.start("hello", row.id, "UDANA", workspace.id)
    return workspace.id, clock.now() + timedelta(days=1, hours=2)


def worker(database, due, when="never", number=0):
    workspace_id, moment = due
    command = [sys.executable, "-m", "tests.timer_worker", database.url, workspace_id, moment.isoformat()]
    return subprocess.Popen([*command, when, str(number)], cwd=ROOT)


@pytest.mark.parametrize("workers", [1, 3])
def test_each_step_comes_once_and_none_is_lost(database, due, workers):
    deaths = 0
    for number, when in [(n, w) for n in (1, 2, 3, 8, 9) for w in ("before", "after")]:
        crowd = [worker(database, due, when, number + n) for n in range(workers)]
        deaths += sum(one.wait(timeout=120) != 0 for one in crowd)
    last = [worker(database, due) for _ in range(workers)]
    assert [one.wait(timeout=120) for one in last] == [0] * workers
    with database.reading() as session:
        steps = session.exec(select(RunStep)).all()
        said = Counter(row.key for row in session.exec(select(OutboxMessage)).all())
        told = Counter(row.run_id for row in session.exec(select(StepEvent)).all() if row.state == "sent")
        timers = session.exec(select(Timer).where(Timer.name == "step:A")).all()
    assert deaths >= 4
    assert [step.state for step in steps] == ["sent"] * RUNS
    assert said == Counter(f"{step.run_id}:A:message" for step in steps)
    assert told == Counter(step.run_id for step in steps)
    assert {timer.state for timer in timers} == {"fired"}
