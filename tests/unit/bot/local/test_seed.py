"""The local workspace is seeded once, completed after a kill, and never into a real one."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta

import pytest
from sqlmodel import func, select

from bot.local import sample
from bot.local.clock import LocalClock
from bot.local.history import Line, write_history
from bot.local.month import due_at
from bot.local.records import Records
from bot.local.seed import Progress, Seed, SeedError
from store.tables import (
    Account,
    Answer,
    Citation,
    Contact,
    Conversation,
    Feedback,
    Message,
    OutboxMessage,
    PlaybookRun,
    SlackUser,
    StaffMember,
    Task,
    Workspace,
    workspaces,
)

TABLES = (
    Account,
    Contact,
    StaffMember,
    SlackUser,
    Conversation,
    Message,
    Answer,
    Citation,
    Feedback,
    Task,
    PlaybookRun,
    OutboxMessage,
)
STEPS = ["accounts", "people", "month", "history", "runs"]


class Killed(BaseException):
    """The process ends here."""


class SyncOnly:
    """An ingest that notes what it was asked to sync."""

    def __init__(self):
        self.synced = []

    def sync(self, root, *, audience, account_id):
        self.synced.append((root, audience, account_id("harbour-bakery") is not None))


@pytest.fixture
def local(sqlite_database, clock):
    with sqlite_database.transaction() as session:
        return workspaces.local_workspace(session, clock.now())


@pytest.fixture
def begin(sqlite_database, local, tmp_path, clock):
    """A start of the process."""
    return lambda: Seed(sqlite_database, local.id, tmp_path, clock)


@pytest.fixture
def counts(sqlite_database):
    def counted():
        with sqlite_database.reading() as session:
            return {
                table.__name__: session.exec(select(func.count()).select_from(table)).one()
                for table in TABLES
            }

    return counted


def _all_records(folder):
    """Everything that the workspace remembers, without the random ids of blocks."""
    records = Records(folder / "workspace.jsonl")
    found = {kind: dict(records.all(kind)) for kind in records.kinds("")}
    records.close()
    return json.loads(re.sub(r'"block_id": "[^"]*"', '"block_id": ""', json.dumps(found)))


def test_every_question_of_the_month_becomes_rows(begin, counts):
    begin().records()

    month, found = sample.month(), counts()
    assert found["Answer"] == len(month.questions)
    replies = len([one for one in month.questions if one.person and one.person.reply])
    assert found["Message"] == 2 * len(month.questions) + replies
    assert found["Conversation"] == len([one for one in month.questions if one.follows is None])
    assert found["Feedback"] == len([one for one in month.questions if one.rating]) + len(month.remarks)
    assert found["Task"] == len([one for one in month.questions if one.person])


def test_a_second_start_changes_nothing(begin, counts, tmp_path, clock):
    begin().records()
    once, said = counts(), _all_records(tmp_path)

    clock.advance(timedelta(days=3))
    begin().records()

    assert (counts(), _all_records(tmp_path)) == (once, said)


@pytest.mark.slow
@pytest.mark.parametrize("kept", range(len(STEPS)), ids=lambda kept: f"remembers-{kept}-steps")
def test_a_start_that_was_killed_before_it_remembered_a_step_is_completed(
    begin, counts, tmp_path, clock, kept
):
    begin().records()
    once, said = counts(), _all_records(tmp_path)
    state = json.loads((tmp_path / "seed.json").read_text())
    (tmp_path / "seed.json").write_text(json.dumps(state | {"done": STEPS[:kept]}))

    clock.advance(timedelta(hours=1))
    begin().records()

    assert (counts(), _all_records(tmp_path)) == (once, said)
    assert json.loads((tmp_path / "seed.json").read_text())["done"] == STEPS


def test_history_that_was_torn_by_a_kill_is_completed(begin, tmp_path):
    begin().records()
    said = _all_records(tmp_path)
    path = tmp_path / "workspace.jsonl"
    path.write_bytes(path.read_bytes()[:5000])
    state = json.loads((tmp_path / "seed.json").read_text())
    (tmp_path / "seed.json").write_text(json.dumps(state | {"done": STEPS[:3]}))

    begin().records()

    assert _all_records(tmp_path) == said


def test_a_step_that_fails_is_not_remembered(tmp_path, clock):
    progress = Progress.load(tmp_path / "seed.json", clock)

    def killed():
        raise Killed

    with pytest.raises(Killed):
        progress.once("month", killed)

    assert Progress.load(tmp_path / "seed.json", clock).done == []


def test_all_dates_count_from_the_first_start(begin, clock, tmp_path):
    first = clock.now()
    begin().customers()
    clock.advance(timedelta(days=9))

    assert begin().spoken()[-1].moment < first
    assert Progress.load(tmp_path / "seed.json", clock).started_at == first


def test_damaged_progress_says_what_to_delete(begin, tmp_path):
    (tmp_path / "seed.json").write_text("{")

    with pytest.raises(SeedError, match=r"seed\.json cannot be read; delete the folder"):
        begin()


def test_a_real_workspace_gets_no_sample_data(sqlite_database, tmp_path, clock):
    with sqlite_database.transaction() as session:
        real = Workspace(name="Acme", slack_team_id="T0ACME", created_at=clock.now())
        session.add(real)

    with pytest.raises(SeedError, match="only for the local workspace"):
        Seed(sqlite_database, real.id, tmp_path, clock)


def test_people_are_tied_to_their_contact_and_staff_rows(begin, sqlite_database):
    begin().customers()

    with sqlite_database.reading() as session:
        isla = session.exec(select(Contact).where(Contact.name == "Isla Brennan")).one()
        priya = session.exec(select(StaffMember).where(StaffMember.name == "Priya Raman")).one()
        harbour = session.exec(select(Account).where(Account.key == "harbour-bakery")).one()
    assert (isla.slack_user_id, priya.slack_user_id) == ("U0ISLA", "U0PRIYA")
    assert harbour.slack_channel_id == "C0HARBOUR"


def test_channels_show_the_conversations_with_answers_in_their_threads(begin, tmp_path):
    begin().records()

    said = _all_records(tmp_path)
    questions = [
        message
        for kind, messages in said.items()
        if kind.startswith("messages/C")
        for message in messages.values()
        if message.get("reply_count")
    ]
    answers = [
        message
        for kind, messages in said.items()
        if kind.startswith("messages/")
        for message in messages.values()
        if message.get("bot_id")
    ]
    assert len(questions) >= 12
    assert all("<@U0GUIDEPOST>" in message["text"] for message in questions)
    assert len(answers) == len(sample.month().questions)
    assert all(message["thread_ts"] < message["ts"] and message["blocks"] for message in answers)


def test_nothing_of_the_history_is_unread(begin, tmp_path):
    begin().records()

    said = _all_records(tmp_path)
    for kind, messages in said.items():
        channel = kind.removeprefix("messages/")
        for member in sample.directory().channel(channel).members if kind.startswith("messages/") else ():
            assert said["read"][f"{member}/{channel}"] == {"ts": list(messages)[-1]}


def test_the_help_centre_is_taken_in_once(begin):
    ingest, seed = SyncOnly(), begin()
    seed.customers()

    seed.knowledge(ingest, lambda key: key)
    begin().knowledge(ingest, lambda key: key)

    assert ingest.synced == [(sample.HELP_CENTER, "customer", True)]


def test_history_is_written_in_the_order_of_its_timestamps(tmp_path):
    records, directory = Records(tmp_path / "workspace.jsonl"), sample.directory()
    lines = [
        Line("C0GENERAL", "30.000001", directory.app.user_id, "an answer", "10.000001"),
        Line("C0GENERAL", "20.000001", "U0TOM", "something else"),
        Line("C0GENERAL", "10.000001", "U0NOOR", "a question"),
    ]

    write_history(records, directory, lines)

    said = dict(records.all("messages/C0GENERAL"))
    records.close()
    assert list(said) == ["10.000001", "20.000001", "30.000001"]
    assert said["10.000001"]["reply_users"] == [directory.app.user_id]
    assert said["30.000001"]["parent_user_id"] == "U0NOOR"


def test_the_moved_clock_does_not_move_the_past(sqlite_database, local, tmp_path, clock):
    moved = LocalClock(tmp_path, clock)
    Seed(sqlite_database, local.id, tmp_path, moved).records()
    before = _all_records(tmp_path)

    moved.advance(timedelta(days=30))
    Seed(sqlite_database, local.id, tmp_path, moved).records()

    assert _all_records(tmp_path) == before


def test_a_person_who_was_asked_for_wrote_in_the_thread(begin, tmp_path, sqlite_database):
    begin().records()

    said = _all_records(tmp_path)["messages/C0BRAMLEY"].values()
    reply = next(message for message in said if message["text"].startswith("Pete, range"))
    with sqlite_database.reading() as session:
        task = session.exec(select(Task).where(Task.title == "Answer Pete Lowry (Bramley Stores)")).one()
    assert reply["user"] == "U0DIEGO"
    assert reply["thread_ts"] == task.link["ts"]
    assert (task.state, task.owner_email) == ("done", "diego.alvarez@fernway.example")


def test_one_task_is_overdue_and_belongs_to_the_csm_of_the_account_in_trouble(begin, sqlite_database, clock):
    begin().records()

    with sqlite_database.reading() as session:
        overdue = [
            task
            for task in session.exec(select(Task).where(Task.state == "open")).all()
            if task.due_at < clock.now()
        ]
    assert [task.title for task in overdue] == ["Answer Dale Kessler (Northgate Furniture)"]
    assert overdue[0].owner_email == "priya.raman@fernway.example"


def test_two_renewals_are_under_way(begin, sqlite_database, clock):
    begin().records()

    with sqlite_database.reading() as session:
        runs = session.exec(select(PlaybookRun, Account).where(Account.id == PlaybookRun.account_id)).all()
    assert {(account.key, run.playbook, run.state) for run, account in runs} == {
        ("bramley-stores", "renewal", "active"),
        ("sudsy-co", "renewal", "active"),
    }
    assert all(run.started_at < clock.now() for run, _ in runs)


@pytest.mark.parametrize(
    ("started", "days", "due"),
    [
        ("2026-11-23T04:06:00+00:00", -2, "2026-11-20T18:00:00+00:00"),
        ("2026-11-23T04:06:00+00:00", 0, "2026-11-23T18:00:00+00:00"),
        ("2026-11-23T21:00:00+00:00", 0, "2026-11-24T18:00:00+00:00"),
        ("2026-11-20T12:00:00+00:00", 1, "2026-11-23T18:00:00+00:00"),
    ],
    ids=["before a weekend", "today", "after hours", "over a weekend"],
)
def test_what_is_due_in_the_sample_is_due_at_the_end_of_a_working_day(started, days, due):
    assert due_at("Europe/London", datetime.fromisoformat(started), days) == datetime.fromisoformat(due)
