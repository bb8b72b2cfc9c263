"""Crashes, events that come twice and several workers change nothing of what is said, asked and noted.

The same people answer the same; every transition may die before its commit or right after it, a worker may die with
timers in its hands, and what is told may be told again. What came of it is compared with a life without faults.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from itertools import cycle

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from playbooks import events
from playbooks.runner import PlaybookRunner
from store.clock import FixedClock
from store.database import Database
from store.tables import Feedback, OutboxMessage, PlaybookRun, Task, Timer, playbooks
from tests.unit.playbooks import conftest as company

END = datetime(2026, 4, 20, 12, tzinfo=UTC)
LEASE = timedelta(seconds=60)
WORKERS = 3
FINE, BEFORE, AFTER, HOLDING = range(
    4
)  # where a worker dies: nowhere, before a commit, after it, with timers taken


class KilledError(Exception):
    """A worker is killed."""


class Life:
    """Three workers on one database, and a customer who takes the first option of whatever is asked."""

    def __init__(self, database, faults=(FINE,)):
        self.database, self.faults = database, cycle(faults or (FINE,))
        self.clock, self.wall = FixedClock(company.START), FixedClock(company.START)
        self.dies = False
        self.world = company.build(database, self.clock, company._workspace(database, self.clock))
        self.workers = [
            PlaybookRunner(
                database, self.clock, wall=self.wall, lease=LEASE, on_change=self._perhaps_die,
                definitions=company.SHIPPED,
            )
            for _ in range(WORKERS)
        ]  # fmt: skip
        self.turn = cycle(self.workers)
        self.answered = set()

    def _perhaps_die(self, _account_id):
        if self.dies:
            self.dies = False
            raise KilledError

    def live(self):
        """From the start to the end; the run."""
        run = self.workers[0].start(
            "onboarding", self.world.accounts["smb"], "UDANA", self.world.workspace_id
        )
        while (due := self.workers[0].next_due()) is not None and due <= END:
            self.clock.at = max(self.clock.at, due)
            self._work()
            self._answer()
        return run.run_id

    def _work(self):
        """Every worker takes what is due, until nothing is; who dies leaves it to the others."""
        idle = 0
        while idle < WORKERS:
            fault, worker = next(self.faults), next(self.turn)
            if fault == HOLDING:
                with self.database.transaction() as session:
                    playbooks.claim_timers(
                        session, now=self.clock.now(), wall=self.wall.now(), lease=LEASE, limit=5, workspace_id=None
                    )  # fmt: skip
                self.wall.advance(LEASE * 2)
            self.dies = fault == BEFORE
            fired = worker.fire_due()
            self.wall.advance(LEASE * 2)
            idle = 0 if fired else idle + 1

    def _answer(self):
        for row in self._rows(select(OutboxMessage)):
            if row.payload["view"] != "playbook_message" or row.key in self.answered:
                continue
            self.answered.add(row.key)
            options = row.payload.get("options") or []
            if options:
                step = row.payload["step_key"]
                reply = events.Replied(step, row.slack_user_id, options[0]["value"])
                self._tell(row.payload["run_id"], reply)

    def _tell(self, run_id, event):
        """An event is stored: it is told until it was heard, and may be told again."""
        fault = next(self.faults)
        self.dies = fault == BEFORE
        try:
            next(self.turn).handle(run_id, event)
        except KilledError:
            next(self.turn).handle(run_id, event)
        if fault != FINE:
            next(self.turn).handle(run_id, event)

    def _rows(self, query):
        with self.database.reading() as session:
            return list(session.exec(query).all())

    def came_of(self, run_id):
        """What was said to whom, asked, answered, noted and is still to come; without ids that differ by chance."""
        plain = lambda key: key.replace(run_id, "run")  # noqa: E731
        return {
            "said": sorted((plain(row.key), row.slack_user_id, row.payload["text"]) for row in self._rows(select(OutboxMessage))),
            "tasks": sorted((plain(row.key), row.title, row.state) for row in self._rows(select(Task))),
            "answers": sorted((plain(row.subject), str(row.reason)) for row in self._rows(select(Feedback))),
            "timers": sorted((row.name, row.due_at.date()) for row in self._rows(select(Timer)) if row.state == "waiting"),
            "runs": sorted((row.playbook, row.state, str(row.outcome)) for row in self._rows(select(PlaybookRun))),
        }  # fmt: skip


@pytest.fixture(scope="module")
def lives(_sqlite_template, tmp_path_factory):
    """Live a life with these faults on a database of its own; what came of it, and the version that it ended with."""
    folder = tmp_path_factory.mktemp("lives")

    def live(faults=()):
        path = folder / "life.db"
        shutil.copyfile(_sqlite_template, path)
        database = Database(f"sqlite:///{path}")
        try:
            life = Life(database, faults)
            run = life.live()
            [row] = life._rows(select(PlaybookRun).where(PlaybookRun.id == run))
            return life.came_of(run), row.definition_id is not None
        finally:
            database.close()
            for left in folder.iterdir():
                left.unlink()

    return live


@pytest.fixture(scope="module")
def undisturbed(lives):
    """What comes of it if nothing goes wrong."""
    return lives()


def test_a_life_without_faults_says_something(undisturbed):
    came, _ = undisturbed
    assert len([key for key, _, _ in came["said"] if ":message" in key]) >= 3
    assert came["answers"]


@settings(
    max_examples=5, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # fmt: skip
@given(faults=st.lists(st.sampled_from([FINE, BEFORE, AFTER, HOLDING]), min_size=3, max_size=12))
def test_crashes_repeats_and_several_workers_change_nothing(lives, undisturbed, faults):
    assert lives(faults) == undisturbed
