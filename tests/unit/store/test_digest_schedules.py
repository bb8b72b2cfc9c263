"""Digests that come by themselves, on both databases: one row a channel, rhythm and scope; taken once; one workspace's own."""

import threading
from datetime import timedelta

import pytest

from store.tables import DigestSchedule, Workspace
from store.tables.digest_schedules import next_due, schedules_of, set_schedule, take_due


@pytest.fixture
def schedule(workspace, clock):
    def schedule(channel="C0TEAM", *, by="U0MIA", at="08:00", scope="", where=None, days=1, every="weekly"):
        return DigestSchedule(
            workspace_id=where or workspace.id, channel_id=channel, every=every, scope=scope, zone="UTC", at=at,
            set_by=by, created_at=clock.now(), next_at=clock.now() + timedelta(days=days),
        )  # fmt: skip

    return schedule


def test_set_again_it_is_the_same_one_with_another_time_and_owner(database, workspace, schedule):
    with database.transaction() as session:
        set_schedule(session, schedule())
        set_schedule(session, schedule(at="09:30", by="U0DANA"))
        set_schedule(session, schedule(scope="MM"))
        set_schedule(session, schedule(every="monthly"))
    with database.reading() as session:
        found = schedules_of(session, workspace.id)
        assert sorted((one.every, one.scope, one.at, one.set_by) for one in found) == [
            ("monthly", "", "08:00", "U0MIA"),
            ("weekly", "", "09:30", "U0DANA"),
            ("weekly", "MM", "08:00", "U0MIA"),
        ]
        assert len(schedules_of(session, workspace.id, set_by="U0MIA")) == 2
        assert schedules_of(session, workspace.id, channel_id="C0ELSE") == []


def test_what_is_due_is_that_of_one_workspace(database, workspace, clock, schedule):
    with database.transaction() as session:
        session.add(Workspace(id="other", created_at=clock.now()))
        session.flush()
        set_schedule(session, schedule(days=3))
        set_schedule(session, schedule("C0LATER", days=5))
        set_schedule(session, schedule(where="other", days=1))
    with database.transaction() as session:
        assert next_due(session, workspace.id) == clock.now() + timedelta(days=3)
        assert take_due(session, workspace.id, clock.now() + timedelta(days=2)) == []
        (due,) = take_due(session, workspace.id, clock.now() + timedelta(days=4))
        assert due.channel_id == "C0TEAM"
        assert next_due(session, "nobody's") is None


def test_two_that_look_at_once_take_it_once(database, workspace, clock, schedule):
    with database.transaction() as session:
        set_schedule(session, schedule(days=0))
    taken, together = [], threading.Barrier(2)

    def take():
        together.wait()
        with database.transaction() as session:
            for one in take_due(session, workspace.id, clock.now()):
                taken.append(one.id)
                one.next_at = clock.now() + timedelta(days=7)
                session.add(one)

    workers = [threading.Thread(target=take) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(taken) == 1
