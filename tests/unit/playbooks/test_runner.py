"""The runner on SQLite and PostgreSQL: a transition is there as a whole or not at all, and everything happens once."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from bot.listeners.tasks import mark_done
from playbooks import events
from playbooks.errors import PlaybookError, UnknownRun
from playbooks.records import Ledger
from playbooks.runner import PlaybookRunner
from store.clock import FixedClock
from store.errors import NotFound
from store.people import Person
from store.tables import PlaybookRun, playbooks, tasks

ADA, DANA = "UADA_SMB", "UDANA"


class KilledError(BaseException):
    """The process dies here."""


def dies_at(monkeypatch, name, times=1):
    """Let the process die `times` times just before a write of the ledger."""
    real = getattr(Ledger, name)
    left = [times]

    def write(self, *arguments):
        if left[0]:
            left[0] -= 1
            raise KilledError(name)
        return real(self, *arguments)

    monkeypatch.setattr(Ledger, name, write)


def rows(world):
    """All that a transition leaves behind, without ids."""
    return (
        sorted(row.key.split(":", 1)[1] for row in world.outbox()),
        sorted((task.title, task.state) for task in world.tasks()),
        sorted((row.subject.split(":", 2)[2], row.comment) for row in world.feedback()),
    )


def test_a_run_goes_from_start_to_outcome_on_both_databases(world_on_both):
    world = world_on_both
    run = world.start("onboarding", "smb")
    assert world.said() == [("O1", ADA)]
    world.reply(run, "O1", ADA, "team_live")
    world.until(2026, 3, 9, 12)
    world.reply(run, "O2", ADA, "blocked")
    assert [task.title for task in world.tasks()] == [
        "Book the kickoff with Smb Works",
        "Unblock Smb Works: offer Ada a session",
    ]
    world.until(2026, 3, 16, 12)
    world.reply(run, "O3_not_yet", "UBEN_SMB", "book")
    world.until(2026, 4, 1, 12)
    world.reply(run, "O4", ADA, "yes")
    overview = world.runner.run_overview(run)
    assert (overview.state, overview.outcome_label) == ("finished", "Onboarded, the goal is on course")
    assert [step.answer for step in overview.steps if step.answer] == ["team_live", "blocked", "book", "yes"]
    assert overview.steps[0].answer_label == "Our whole team uses it"
    assert [one.run_id for one in world.runner.runs_for_account(world.accounts["smb"])] == [run]


@pytest.mark.parametrize("write", ["save_run", "save_steps", "carry_out"])
def test_a_process_killed_while_it_saves_an_answer_loses_nothing_and_doubles_nothing(world_on_both, write):
    world = world_on_both
    run = world.start("onboarding", "smb")
    before = rows(world)
    with pytest.MonkeyPatch.context() as patch:
        dies_at(patch, write)
        with pytest.raises(KilledError):
            world.reply(run, "O1", ADA, "team_live")
    assert rows(world) == before
    assert world.steps(run)["O1"] == "sent"
    for _ in range(3):  # Slack tells it again, and again
        world.reply(run, "O1", ADA, "team_live")
    keys, tasks, said = rows(world)
    assert keys == ["O1:ack:2", "O1:message", "O1:notice:1"]
    assert tasks == [("Book the kickoff with Smb Works", "open")]
    assert said == [("O1", "Our whole team uses it")]


@pytest.mark.parametrize("write", ["save_run", "save_steps", "carry_out"])
def test_a_process_killed_between_claiming_a_timer_and_saving_fires_it_once_later(world_on_both, write):
    world = world_on_both
    wall = FixedClock(datetime(2026, 3, 2, 12, tzinfo=UTC))
    world.runner = PlaybookRunner(
        world.database, world.clock, definitions=world.runner.definitions, wall=wall
    )
    run = world.start("onboarding", "smb")
    world.reply(run, "O1", ADA, "team_live")
    world.clock.at = datetime(2026, 3, 9, 10, tzinfo=UTC)
    with pytest.MonkeyPatch.context() as patch:
        dies_at(patch, write)
        with pytest.raises(KilledError):
            world.runner.fire_due()
    assert world.said() == [("O1", ADA)]
    assert world.runner.fire_due() == 0  # the dead worker's lease still holds
    wall.advance(timedelta(minutes=2))
    assert world.runner.fire_due() == 1
    wall.advance(timedelta(minutes=2))
    assert world.runner.fire_due() == 0
    assert world.said() == [("O1", ADA), ("O2", ADA)]


def test_four_workers_fire_each_timer_once(world_on_both):
    world = world_on_both
    runs = [world.start("onboarding", name) for name in ("smb", "mm", "ent")]
    world.clock.at = datetime(2026, 3, 3, 10, 30, tzinfo=UTC)
    workers = [PlaybookRunner(world.database, world.clock) for _ in range(4)]
    failures = []

    def work(runner):
        try:
            while runner.fire_due(1):
                pass
        except Exception as error:  # told to the test below
            failures.append(error)

    threads = [threading.Thread(target=work, args=(runner,)) for runner in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(world.said()) == [("O1", "UADA_MM"), ("O1", ADA)]
    with world.database.reading() as session:
        fired = [
            timer for run in runs for timer in playbooks.timers_of(session, run) if timer.name == "send:O1"
        ]
    assert fired == []


def blocked(world):
    """Ada is blocked, and Dana has a task; the run and the task."""
    run = world.start("onboarding", "smb")
    world.until(2026, 3, 9, 12)
    world.reply(run, "O2", ADA, "blocked")
    [task] = [task for task in world.tasks() if task.title.startswith("Unblock")]
    return run, task


def finish(world, task, by):
    """What a Done button leads to."""
    services = SimpleNamespace(clock=world.clock, runner=world.runner, workspace_id=world.workspace_id)
    with world.database.transaction() as session:
        found = tasks.find_task(session, world.workspace_id, task.id)
        return mark_done(session, services, found, Person(by, "staff", "csm", by))


def test_a_task_that_two_people_finish_at_the_same_moment_is_done_once_and_its_step_goes_on_once(
    world_on_both,
):
    world = world_on_both
    run, task = blocked(world)
    ready, done = threading.Barrier(2), []

    def press(by):
        ready.wait(timeout=10)
        done.append(finish(world, task, by))

    people = [threading.Thread(target=press, args=(by,)) for by in (DANA, "UMIA")]
    for one in people:
        one.start()
    for one in people:
        one.join(timeout=30)
    assert sorted(done) == [False, True]
    assert world.steps(run)["O2_unblock"] == "done"
    assert [key for key in world.steps(run) if key.startswith("O2_unblocked")] == ["O2_unblocked"]


@pytest.mark.parametrize("write", ["save_run", "save_steps", "carry_out"])
def test_a_process_killed_while_a_task_is_finished_leaves_it_open_for_the_next_press(world_on_both, write):
    world = world_on_both
    run, task = blocked(world)
    with pytest.MonkeyPatch.context() as patch:
        dies_at(patch, write)
        with pytest.raises(KilledError):
            finish(world, task, DANA)
    assert [one.state for one in world.tasks() if one.id == task.id] == ["open"]
    assert world.steps(run)["O2_unblock"] == "waiting"
    assert finish(world, task, DANA)
    assert world.steps(run)["O2_unblock"] == "done"


def test_two_people_who_answer_at_the_same_moment_leave_one_answer(world_on_both):
    world = world_on_both
    run = world.start("onboarding", "smb")
    answers = [(ADA, "team_live"), ("UBEN_SMB", "first_result")]
    threads = [
        threading.Thread(target=world.runner.handle, args=(run, events.Replied("O1", who, value)))
        for who, value in answers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kinds = sorted(row.kind for row in world.feedback())
    assert kinds == ["playbook_answer", "remark"]
    assert len(world.tasks()) == 1


def test_two_csms_who_start_at_the_same_moment_start_one_run(world_on_both):
    world = world_on_both
    results = []

    def start():
        results.append(world.runner.start("onboarding", world.accounts["smb"], DANA, world.workspace_id))

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(result.started for result in results) == [False, True]
    assert len({result.run_id for result in results}) == 1
    assert world.said() == [("O1", ADA)]


def test_a_timer_that_was_moved_while_it_was_claimed_does_not_fire(world_on_both):
    world = world_on_both
    run = world.start("onboarding", "smb")
    world.clock.at = datetime(2026, 3, 4, 10, tzinfo=UTC)
    with world.database.transaction() as session:
        claimed = playbooks.claim_timers(
            session, now=world.clock.now(), wall=world.clock.now(), lease=timedelta(minutes=1), limit=10
        )
        playbooks.set_timer(
            session, workspace_id=world.workspace_id, run_id=run, name="nudge:O1", late_policy="send",
            due_at=world.clock.now() + timedelta(days=1), now=world.clock.now(),
        )  # fmt: skip
    with world.database.transaction() as session:
        due = datetime(2026, 3, 4, 10, tzinfo=UTC)
        assert [
            playbooks.fire_timer(session, timer.id, due_at=due, now=world.clock.now()) for timer in claimed
        ] == [False]


def test_a_save_from_an_older_revision_is_refused(world):
    run = world.start("onboarding", "smb")
    with world.database.transaction() as session:
        row = playbooks.find_run(session, run)
        saved = playbooks.save_run(
            session, run, revision=row.revision - 1, snapshot=row.snapshot, state="stopped", outcome=None,
            reason=None, ended_at=None,
        )  # fmt: skip
    assert not saved
    assert world.runner.run_overview(run).state == "active"


def test_a_run_keeps_the_version_it_began_with(world):
    run = world.start("onboarding", "smb")
    definition = world.runner.definitions["onboarding"]
    steps = {**definition.playbook.steps}
    steps["O2"] = steps["O2"].model_copy(update={"title": "Changed"})
    newer = type(definition)(
        definition.playbook.model_copy(update={"steps": steps}), {**definition.body, "x": 1}, "other"
    )
    world.runner = PlaybookRunner(world.database, world.clock, definitions={"onboarding": newer})
    world.reply(run, "O1", ADA, "team_live")
    world.until(2026, 3, 9, 12)
    assert world.last("playbook_message")["title"] == "How did setup go"


def test_one_broken_run_does_not_keep_the_others_from_going_on(world, caplog):
    broken, sound = world.start("onboarding", "smb"), world.start("onboarding", "mm")
    world.change((PlaybookRun, broken), snapshot={"nonsense": True})
    world.until(2026, 3, 3, 12)
    world.clock.at = datetime(2026, 3, 4, 10, tzinfo=UTC)
    world.runner.fire_due()
    assert ("O1", "UADA_MM") in world.said()
    assert f"of run {broken} failed" in caplog.text
    assert sound


def test_messages_of_one_transition_keep_their_order(world):
    run = world.start("onboarding", "smb")
    world.reply(run, "O1", ADA, "team_live")
    world.until(2026, 3, 9, 12)
    world.reply(run, "O2", ADA, "bumps")
    assert [row.payload["view"] for row in world.outbox()][-3:] == [
        "playbook_notice",
        "playbook_ack",
        "playbook_message",
    ]
    assert world.last("playbook_message")["reply_to"] == "O2"


def test_a_reply_in_a_thread_belongs_to_the_question_that_waits_there(world):
    run = world.start("onboarding", "smb")
    world.reply(run, "O1", ADA, "team_live")
    world.until(2026, 3, 9, 12)
    world.handle(run, events.Delivered("O2", "D1", "100.1"))
    world.reply(run, "O2", ADA, "not_started")
    with world.database.reading() as session:
        assert playbooks.step_in_thread(session, world.workspace_id, "D1", "100.1").key == "O2_why"
        assert playbooks.step_in_thread(session, world.workspace_id, "D1", "999.9") is None
        contact = world.contacts[ADA]
        assert playbooks.open_question_of(session, world.workspace_id, [contact]).key == "O2_why"


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        pytest.param(lambda w: w.runner.start("onboarding", "nobody", DANA, w.workspace_id), NotFound, "no such account", id="account"),
        pytest.param(lambda w: w.runner.start("welcome", w.accounts["smb"], DANA, w.workspace_id), PlaybookError, "There is no playbook", id="playbook"),
        pytest.param(lambda w: w.runner.handle("none", events.Later("O1", ADA)), UnknownRun, "no such playbook run", id="run"),
        pytest.param(lambda w: w.runner.start("onboarding", w.accounts["smb"], DANA, "other"), NotFound, "no such account", id="workspace"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_said(world, call, error, words):
    with pytest.raises(error, match=words):
        call(world)


def test_an_unknown_step_or_person_changes_nothing(world):
    run = world.start("onboarding", "smb")
    before = rows(world)
    world.reply(run, "O9", ADA, "smooth")
    world.handle(run, events.Later("O1", "USTRANGER"))
    world.handle(run, events.TimerFired("nonsense"))
    assert rows(world) == before
    world.reply(run, "O1", "USTRANGER", text="I have an opinion, too")
    assert world.steps(run)["O1"] == "sent"
    assert world.feedback()[-1].kind == "remark"


def test_ten_thousand_characters_are_an_answer_like_any_other(world):
    run = world.start("onboarding", "smb")
    world.reply(run, "O1", ADA, text="long " * 2000)
    assert len(world.feedback()[-1].comment) == 4000
    assert world.steps(run)["O1"] == "answered"


def test_nobody_is_asked_by_two_runs_at_once(world):
    first = world.start("onboarding", "smb")
    world.clock.at = datetime(2026, 5, 4, 9, tzinfo=UTC)
    world.runner.stop(first, DANA)
    world.clock.at = datetime(2026, 5, 6, 9, 30, tzinfo=UTC)
    again = world.start("onboarding", "smb")
    renewal = world.start("renewal", "smb")
    assert world.messages(ADA)[-1].payload["run_id"] == again
    world.until(2026, 5, 12, 12)
    asked = [row.payload["run_id"] for row in world.messages(ADA) if row.state == "pending"]
    assert asked == [again]
    world.until(2026, 5, 14, 12)
    asked = [row.payload["run_id"] for row in world.messages(ADA) if row.state == "pending"]
    assert renewal not in asked[:1]
