"""Where an answer streams: one message of ours belongs to one question, also when two workers claim it at once."""

from __future__ import annotations

import threading

import pytest
from alembic import command
from sqlalchemy import text

from store import schema
from store.tables import conversations

CHANNEL, STREAM = "C1", "9.0"


@pytest.fixture
def asked(database, workspace, clock):
    """Records questions, each in a thread of its own; `asked("1.0")` is the timestamp."""

    def record(ts):
        with database.transaction() as session:
            conversation = conversations.open_conversation(
                session,
                workspace_id=workspace.id,
                channel_id=CHANNEL,
                thread_ts=ts,
                surface="channel",
                opened_by="U1",
                account_id=None,
                now=clock.now(),
            )
            conversations.record_message(
                session,
                conversation,
                ts=ts,
                author="person",
                slack_user_id="U1",
                text="How?",
                now=clock.now(),
                is_question=True,
            )
        return ts

    return record


def claim(database, workspace, ts, stream_ts=STREAM):
    with database.transaction() as session:
        return conversations.claim_stream(session, workspace.id, CHANNEL, ts, stream_ts)


def test_the_first_claim_stays_and_another_question_gets_none(database, workspace, asked):
    first, second = asked("1.0"), asked("2.0")
    assert claim(database, workspace, first) == STREAM
    assert claim(database, workspace, first, "10.0") == STREAM
    assert claim(database, workspace, second) is None
    assert claim(database, workspace, second, "10.0") == "10.0"


def test_of_two_questions_that_claim_a_stream_at_once_one_gets_it(database, workspace, asked):
    questions = [asked(f"{n}.0") for n in range(1, 5)]
    got, together = {}, threading.Barrier(len(questions))

    def work(ts):
        together.wait()
        got[ts] = claim(database, workspace, ts)

    threads = [threading.Thread(target=work, args=(ts,)) for ts in questions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got.values(), key=str) == [STREAM, None, None, None]


def test_questions_that_shared_a_stream_before_the_upgrade_share_it_no_more(bare_database):
    with schema._alone(bare_database) as connection:
        command.upgrade(schema._config(connection), "0015")
    row = (
        "INSERT INTO messages (id, workspace_id, conversation_id, channel_id, ts, author, slack_user_id, text, "
        "is_question, stream_ts, created_at) "
        "VALUES (:id, 'w', 'c', 'C1', :id, 'person', 'U1', '', true, :stream, :at)"
    )
    with bare_database.engine.begin() as connection:
        at = "2026-03-02 10:00:00+00"
        connection.execute(
            text("INSERT INTO workspaces (id, name, is_local, created_at) VALUES ('w', 'w', false, :at)"),
            {"at": at},
        )
        connection.execute(
            text(
                "INSERT INTO conversations (id, workspace_id, channel_id, thread_ts, surface, opened_by, created_at) "
                "VALUES ('c', 'w', 'C1', '1', 'channel', 'U1', :at)"
            ),
            {"at": at},
        )
        for name, stream in (("1", "9.0"), ("2", "9.0"), ("3", None), ("4", None), ("5", "8.0")):
            connection.execute(text(row), {"id": name, "stream": stream, "at": at})
    schema.upgrade(bare_database)
    with bare_database.reading() as session:
        kept = dict(session.execute(text("SELECT id, stream_ts FROM messages")).all())
    assert kept == {"1": "9.0", "2": None, "3": None, "4": None, "5": "8.0"}
