"""The day's look at accounts on both databases: whole or not at all, and once, however many workers look."""

import threading
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlmodel import select

from bot.timetravel import TimeTravel
from bot.watching import TOLD, Watch
from playbooks.runner import PlaybookRunner
from playbooks.workdays import Calendar
from store.clock import FixedClock
from store.tables import (
    Account,
    HealthScore,
    InboundEvent,
    Promise,
    Signal,
    StaffMember,
    Task,
    happenings,
    workspaces,
)
from store.tables.happenings import Happening

MORNING = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ACCOUNTS = 6


@pytest.fixture
def services(database):
    """A few accounts of one CSM, looked at once; tomorrow each has a promise that is due."""
    clock = FixedClock(MORNING)
    with database.transaction() as session:
        workspace_id = workspaces.local_workspace(session, clock.now()).id
        stamps = {"workspace_id": workspace_id, "created_at": clock.now(), "updated_at": clock.now()}
        session.add(StaffMember(email="omar@guide.example", name="Omar", slack_user_id="U0OMAR", **stamps))
        rows = [
            Account(key=f"a{n}", name=f"Account {n}", csm_email="omar@guide.example", health=80, **stamps)
            for n in range(ACCOUNTS)
        ]
        session.add_all(rows)
    found = SimpleNamespace(
        database=database,
        clock=clock,
        workspace_id=workspace_id,
        runner=PlaybookRunner(database, clock, definitions={}),
        calendar_of=Calendar,
        wake_workers=lambda: None,
        ids=[row.id for row in rows],
    )
    assert Watch(found).run_due() == ACCOUNTS
    with database.transaction() as session:
        session.add_all(
            Promise(
                workspace_id=workspace_id,
                key=account_id,
                account_id=account_id,
                text="Send it",
                due_on=date(2026, 3, 4),
                said_by="U0OMAR",
                created_at=clock.now(),
            )
            for account_id in found.ids
        )
    clock.advance(timedelta(days=1))
    return found


def rows_of(services, model, *conditions):
    with services.database.reading() as session:
        return list(session.exec(select(model).where(*conditions)).all())


def test_two_workers_that_look_at_once_open_one_step_for_each_account(services):
    workers = [threading.Thread(target=Watch(services).run_due) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(rows_of(services, Signal)) == ACCOUNTS
    assert len(rows_of(services, Task)) == ACCOUNTS
    assert len(rows_of(services, Happening)) == ACCOUNTS
    assert len(rows_of(services, InboundEvent, InboundEvent.kind == TOLD)) == ACCOUNTS
    assert len(rows_of(services, HealthScore, HealthScore.day == date(2026, 3, 3))) == ACCOUNTS


def test_a_look_that_is_cut_off_leaves_nothing_and_the_next_is_whole(services):
    class Killed(Exception):  # noqa: N818 - what kill -9 would be
        pass

    watch = Watch(services)
    with pytest.raises(Killed), services.database.transaction() as session:
        watch.look(session, services.ids[0])
        raise Killed
    assert rows_of(services, Signal) == rows_of(services, Task) == rows_of(services, Happening) == []
    assert watch.run_due() == ACCOUNTS
    assert watch.run_due() == 0
    assert len(rows_of(services, Task)) == ACCOUNTS


def test_playbooks_hear_what_happened_by_its_name_and_why(services):
    Watch(services).run_due()
    with services.database.reading() as session:
        (one,) = happenings.happenings_of(session, services.ids[0])
    assert one.name == "signal.promise_due"
    assert "Send it" in one.data["why"]


def test_an_account_that_is_gone_is_passed_over(services):
    with services.database.transaction() as session:
        assert Watch(services).look(session, "no such account") is None


def test_a_moved_clock_looks_at_accounts_on_every_morning_that_it_passes(services):
    services.wake_outbox = lambda: None
    TimeTravel(services, services.clock.advance)(timedelta(days=5))
    days = sorted({one.day for one in rows_of(services, HealthScore)})
    assert days == [date(2026, 3, day) for day in range(2, 9)]
    assert services.clock.now() == MORNING + timedelta(days=6)
    opened = {one.opened_at for one in rows_of(services, Signal)}
    assert {moment.date() for moment in opened} == {date(2026, 3, 3)}, (
        "each on its own day, not all at the end"
    )
