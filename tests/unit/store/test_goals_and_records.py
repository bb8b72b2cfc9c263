"""Goals with readings, calls and notes, promises, absences and snoozed tasks, on both databases."""

from datetime import date, timedelta

import pytest

from store.errors import StoreError
from store.tables import (
    Absence,
    Account,
    Activity,
    Promise,
    Task,
    absences,
    accounts,
    activities,
    goals,
    tasks,
)
from store.tables import promises as promised

OMAR, LENA, SOLO, MIA = (f"{name}@guide.example" for name in ("omar", "lena", "solo", "mia"))


def nord(session, company):
    return session.get_one(Account, company.accounts["nord"])


def test_a_goal_has_a_number_readings_and_a_progress(database, company, clock):
    now = clock.now()
    with database.transaction() as session:
        account = nord(session, company)
        goal = goals.add_goal(
            session,
            account=account,
            title="Less planning",
            unit="minutes a day",
            baseline=95,
            target=35,
            due_on=date(2026, 6, 1),
            said_by="U0OMAR",
            now=now,
        )
        goals.read_goal(session, goal, 80, on=date(2026, 3, 1), said_by="U0OMAR", now=now)
        goals.read_goal(session, goal, 65, on=date(2026, 3, 2), said_by="U0OMAR", now=now)
        goals.read_goal(session, goal, 50, on=date(2026, 3, 2), said_by="U0ANA", now=now)
        (found,) = goals.goals_of(session, account)
    assert (found.number, found.now, found.progress, found.is_met) == (1, 50, 0.75, False)
    assert (found.said_by, found.observed_on) == ("U0ANA", date(2026, 3, 2))


def test_playbooks_read_the_first_open_goal_among_the_facts(database, company, clock):
    with database.transaction() as session:
        account = nord(session, company)
        first = goals.add_goal(
            session, account=account, title="First", baseline=10, target=20, said_by="U0OMAR", now=clock.now()
        )
        goals.add_goal(
            session, account=account, title="Second", baseline=1, target=2, said_by="U0OMAR", now=clock.now()
        )
        goals.read_goal(session, first, 12, on=date(2026, 3, 2), said_by="U0OMAR", now=clock.now())
        facts = {fact.kind: fact.value for fact in accounts.latest_usage(session, account.id)}
        assert (account.goal, facts["goal_now"], facts["goal_target"]) == ("First", "12", "20")
        goals.change_goal(session, first, state="met", now=clock.now())
        assert account.goal == "Second"
        assert [goal.state for goal in goals.goals_of(session, account)] == ["met", "open"]


def test_a_dropped_goal_is_not_shown_and_its_number_is_not_given_again(database, company, clock):
    with database.transaction() as session:
        account = nord(session, company)
        goal = goals.add_goal(session, account=account, title="Old", said_by="U0OMAR", now=clock.now())
        goals.change_goal(session, goal, state="dropped", now=clock.now())
        assert goals.goals_of(session, account) == []
        assert (
            goals.add_goal(session, account=account, title="New", said_by="U0OMAR", now=clock.now()).number
            == 2
        )


def test_a_goal_whose_target_is_its_baseline_is_refused(database, company, clock):
    with pytest.raises(StoreError, match="nothing to reach"), database.transaction() as session:
        goals.add_goal(
            session,
            account=nord(session, company),
            title="Same",
            baseline=5,
            target=5,
            said_by="U0OMAR",
            now=clock.now(),
        )


def test_the_imported_goal_is_shown_until_one_is_written_down_here(database, company, clock):
    with database.transaction() as session:
        account = nord(session, company)
        account.goal = "Fewer calls"
        for kind, value in (("goal_baseline", "40"), ("goal_now", "30"), ("goal_target", "20")):
            accounts.note_fact(
                session,
                workspace_id=account.workspace_id,
                account_id=account.id,
                kind=kind,
                value=value,
                on=date(2026, 2, 1),
                now=clock.now(),
            )
        (imported,) = goals.goals_of(session, account)
        goals.add_goal(session, account=account, title="Ours", said_by="U0OMAR", now=clock.now())
        after = goals.goals_of(session, account)
    assert (imported.title, imported.progress, imported.number) == ("Fewer calls", 0.5, None)
    assert [goal.title for goal in after] == ["Ours"]


def test_an_activity_is_logged_once_and_a_note_is_no_touch(database, company, clock):
    def activity(key, kind, day):
        return Activity(
            workspace_id=company.workspace_id,
            key=key,
            account_id=company.accounts["nord"],
            kind=kind,
            text=key,
            by_name="Omar",
            happened_on=day,
            created_at=clock.now(),
        )

    with database.transaction() as session:
        assert activities.log_activity(session, activity("a", "call", date(2026, 2, 1)))
        assert activities.log_activity(session, activity("b", "note", date(2026, 2, 9)))
        assert not activities.log_activity(session, activity("a", "call", date(2026, 2, 2)))
        found = activities.activities_of(session, company.accounts["nord"])
        touched = activities.last_touch(session, company.accounts["nord"])
    assert [one.key for one in found] == ["b", "a"]
    assert touched == date(2026, 2, 1)


def test_a_promise_is_kept_once(database, company, clock):
    with database.transaction() as session:
        promise = Promise(
            workspace_id=company.workspace_id,
            key="p1",
            account_id=company.accounts["nord"],
            text="Send the export by Friday",
            due_on=date(2026, 3, 6),
            said_by="U0OMAR",
            created_at=clock.now(),
        )
        assert promised.make_promise(session, promise)
        again = Promise(**promise.model_dump(exclude={"id"}))
        assert not promised.make_promise(session, again)
        (found,) = promised.promises_of(session, company.accounts["nord"], states=["open"])
        assert promised.close_promise(session, "another", found.id, "kept", date(2026, 3, 5)) is None
        assert promised.close_promise(session, company.workspace_id, found.id, "kept", date(2026, 3, 5))
        assert (
            promised.close_promise(session, company.workspace_id, found.id, "kept", date(2026, 3, 6)) is None
        )


def away(session, company, who, cover, start, end, clock):
    absences.note_absence(
        session,
        Absence(
            workspace_id=company.workspace_id,
            email=who,
            cover_email=cover,
            starts_on=start,
            ends_on=end,
            said_by="U0",
            created_at=clock.now(),
        ),
    )


def test_cs_teams_who_is_away_is_covered_and_so_is_who_covers(database, company, clock):
    monday, friday = date(2026, 3, 2), date(2026, 3, 6)
    with database.transaction() as session:
        away(session, company, OMAR, LENA, monday, friday, clock)
        away(session, company, LENA, SOLO, date(2026, 3, 4), friday, clock)
        covers = [
            absences.cover_on(session, company.workspace_id, OMAR.upper(), day) for day in (monday, friday)
        ]
        stands_in = absences.covered_by(session, company.workspace_id, SOLO, friday)
        after = absences.cover_on(session, company.workspace_id, OMAR, friday + timedelta(days=1))
    assert covers == [LENA, SOLO]
    assert stands_in == [LENA, OMAR]
    assert after == OMAR


def test_a_circle_of_people_who_are_all_away_leaves_the_work_where_it_is(database, company, clock):
    day = date(2026, 3, 2)
    with database.transaction() as session:
        away(session, company, OMAR, LENA, day, day, clock)
        away(session, company, LENA, OMAR, day, day, clock)
        assert absences.cover_on(session, company.workspace_id, OMAR, day) == OMAR
        away(session, company, OMAR, SOLO, day, day, clock)  # said anew: the second entry counts
        assert absences.cover_on(session, company.workspace_id, OMAR, day) == SOLO
        assert absences.end_absences(session, company.workspace_id, OMAR, day) == 1
        assert absences.cover_on(session, company.workspace_id, OMAR, day) == OMAR


def test_a_snoozed_task_sleeps_until_its_moment_and_a_given_one_wakes_for_its_new_owner(
    database, company, clock
):
    now = clock.now()

    def mine(session, who, at, also=()):
        found = tasks.open_tasks(
            session, company.workspace_id, owner_email=who, owner_emails=also, awake_at=at
        )
        return [task.key for task in found]

    with database.transaction() as session:
        task = Task(workspace_id=company.workspace_id, key="t", title="t", owner_email=OMAR, created_at=now)
        tasks.open_task(session, task)
        assert tasks.snooze_task(session, task.id, now + timedelta(days=3))
        assert mine(session, OMAR, now) == []
        assert mine(session, OMAR, now + timedelta(days=3)) == ["t"]
        assert tasks.give_task(session, task.id, LENA)
        assert mine(session, LENA, now) == ["t"]
        assert mine(session, MIA, now, also=[LENA]) == ["t"]
        tasks.close_task(session, task.id, now)
        assert not tasks.snooze_task(session, task.id, now)
        assert not tasks.give_task(session, task.id, OMAR)
