"""A person is forgotten on both databases: nothing of them is left, every count stays, a second time changes nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlmodel import SQLModel

from store.accounts_import import import_csv
from store.erasing import erase_person, left_over
from store.errors import NotFound, StoreError
from store.personal import export_person
from store.scrubbing import ERASED
from store.tables import (
    Account,
    Answer,
    Contact,
    Feedback,
    FeedbackLoop,
    GapQuestion,
    KnowledgeGap,
    LoopItem,
    Opening,
    OutboxMessage,
    PlaybookDefinition,
    PlaybookRun,
    Proposal,
    RunStep,
    Signal,
    Task,
    VerifiedAnswer,
    events,
    workspaces,
)
from store.tables.conversations import open_conversation, record_message

ANA, NAME = "U0ANA", "Ana Ruiz"
WORDS = "Our depot in Valencia closes & we need everything out by June, please"
SECRETS = frozenset({ANA, NAME, "ana@nord.example", "D0ANA", "depot in Valencia", "Hi Ana"})


def fill(session, company, clock):
    """Ana Ruiz of Nordwind has asked, rated, answered a check-in, and others wrote of her."""
    now, where = clock.now(), company.workspace_id
    nord = company.accounts["nord"]
    workspaces.remember_user(session, where, ANA, now, name=NAME, email="ana@nord.example")
    session.get(Account, nord).goal = WORDS  # as a playbook notes what somebody says matters most
    ana = session.execute(select(Contact).where(Contact.slack_user_id == ANA)).scalar_one()
    talk = open_conversation(
        session, workspace_id=where, channel_id="D0ANA", thread_ts="1.0", surface="dm", opened_by=ANA, account_id=nord, now=now
    )  # fmt: skip
    message = record_message(
        session, talk, ts="1.0", author="person", slack_user_id=ANA, text=WORDS, is_question=True, now=now
    )
    message.embedding, message.embedding_model = b"1234", "m"
    other = record_message(
        session,
        talk,
        ts="2.0",
        author="person",
        slack_user_id="U0BEN",
        text=f"{NAME} asked me to follow up",
        now=now,
    )
    answer = Answer(
        workspace_id=where, question_id=message.id, conversation_id=talk.id, account_id=nord, asked_by=ANA,
        status="answered", text="It is in the settings [1]", standalone_question=WORDS, created_at=now,
    )  # fmt: skip
    definition = PlaybookDefinition(
        workspace_id=where, name="onboarding", version="1", content_hash="h", body={}, created_at=now
    )
    session.add_all([message, other, answer, definition])
    session.flush()
    run = PlaybookRun(
        workspace_id=where, definition_id=definition.id, playbook="onboarding", account_id=nord, cycle="c",
        snapshot={"steps": {"O2": {"state": "answered", "contact_id": ana.id, "text": f"Hi Ana, {WORDS}", "answer_text": WORDS}}},
        started_by="U0OMAR", started_at=now,
    )  # fmt: skip
    session.add(run)
    session.flush()
    session.add_all([
        RunStep(workspace_id=where, run_id=run.id, key="O2", step="O2", state="answered", asks=True, contact_id=ana.id,
                text="Hi Ana, how is it going?", answer="bumps", answer_text=WORDS, answered_by=ANA, answered_at=now,
                sent_at=now, channel_id="D0ANA", message_ts="5.0", updated_at=now),
        Feedback(workspace_id=where, kind="answer_rating", subject=f"answer:{answer.id}", slack_user_id=ANA,
                 account_id=nord, answer_id=answer.id, rating=-1, comment=WORDS, created_at=now, updated_at=now),
        Task(workspace_id=where, key=f"handover:{answer.id}", kind="handover", account_id=nord,
             title=f"Answer {NAME} (Nordwind)", body=WORDS, link={"asker": ANA, "channel": "D0ANA"}, created_at=now),
        Signal(workspace_id=where, account_id=nord, kind="contradiction", number=1, summary="Ana asks like leaving",
               evidence=[{"text": WORDS, "source": f"message, {NAME}", "channel_id": "D0ANA", "ts": "1.0"}], opened_at=now),
        OutboxMessage(workspace_id=where, key="n1", kind="dm", slack_user_id="U0OMAR", state="sent", due_at=now, created_at=now,
                      payload={"view": "playbook_notice", "account_id": nord, "text": f"Ana said: “{WORDS[:40]} …”"}),
        OutboxMessage(workspace_id=where, key="m1", kind="dm", slack_user_id=ANA, state="pending", due_at=now, created_at=now,
                      payload={"view": "playbook_message", "account_id": nord, "text": "Hi Ana, one question", "options": [{"label": "Yes"}]}),
        Proposal(workspace_id=where, key="heard:D0ANA:1.0", kind="complaint", account_id=nord, slack_user_id=ANA,
                 channel_id="D0ANA", message_ts="1.0", text=WORDS, asked_user_id="U0OMAR", created_at=now),
        Opening(workspace_id=where, account_id=nord, slack_user_id=ANA, citation_id="c1", uri="exports.md", title="Exports",
                opened_on=now.date(), created_at=now),
        VerifiedAnswer(workspace_id=where, question=WORDS, answer="In the settings.", audience="customer",
                       approved_by="U0OMAR", approver_name="Omar", approved_at=now),
    ])  # fmt: skip
    said = session.execute(select(Feedback)).scalar_one()
    gap = KnowledgeGap(
        workspace_id=where, draft={"question": WORDS, "answer": "Yes."}, opened_at=now, changed_at=now
    )
    loop = FeedbackLoop(workspace_id=where, title=WORDS, decided_by="U0OMAR", decided_at=now)
    session.add_all([gap, loop])
    session.flush()
    session.add_all([
        GapQuestion(workspace_id=where, gap_id=gap.id, question_id=message.id, answer_id=answer.id, account_id=nord,
                    asked_by=ANA, asked_at=now, why="unhelpful", added_at=now),
        LoopItem(workspace_id=where, loop_id=loop.id, feedback_id=said.id, account_id=nord, slack_user_id=ANA,
                 asked_at=now, added_at=now),
    ])  # fmt: skip
    events.remember(
        session,
        workspace_id=where,
        kind="said",
        event_key="e1",
        payload={"user_id": ANA, "text": WORDS},
        now=now,
    )
    session.flush()


def counts(session):
    return {
        table.name: session.execute(select(func.count()).select_from(table)).scalar_one()
        for table in SQLModel.metadata.sorted_tables
    }


@pytest.fixture
def filled(database, company, clock):
    with database.transaction() as session:
        fill(session, company, clock)
    return company


def erase(database, company, clock, name=ANA):
    with database.transaction() as session:
        return erase_person(session, company.workspace_id, name, requested_by="U0DANA", now=clock.now())


def test_nothing_of_a_person_is_left_and_every_count_stays(database, filled, clock):
    with database.reading() as session:
        before = counts(session)
        assert list(left_over(session, filled.workspace_id, SECRETS))
    report = erase(database, filled, clock)
    with database.reading() as session:
        after = counts(session)
        assert list(left_over(session, filled.workspace_id, SECRETS)) == []
    gone = {name for name in before if before[name] != after[name]}
    assert gone == {
        "slack_users",
        "sources",
        "erasures",
    }  # the profile goes; the request and the sync are new
    assert report.counts["messages"] >= 1
    assert not report.again


def test_what_was_counted_still_counts(database, filled, clock):
    erase(database, filled, clock)
    with database.reading() as session:
        step = session.execute(select(RunStep)).scalar_one()
        rating = session.execute(select(Feedback)).scalar_one()
        outbox = {row.key: row for row in session.execute(select(OutboxMessage)).scalars()}
        contact = session.execute(select(Contact).where(Contact.status == "erased")).scalar_one()
        pair = session.execute(select(VerifiedAnswer)).scalar_one()
        signal = session.execute(select(Signal)).scalar_one()
        opening = session.execute(select(Opening)).scalar_one()
        proposal = session.execute(select(Proposal)).scalar_one()
    assert (step.answer, step.answer_text, step.text) == ("bumps", None, None)
    assert (rating.rating, rating.comment) == (-1, None)
    assert (proposal.state, proposal.text) == ("declined", "")  # nobody can confirm it any more
    assert rating.slack_user_id.startswith("erased:")
    assert opening.slack_user_id.startswith("erased:")
    assert outbox["m1"].state == "cancelled"
    assert outbox["n1"].payload["text"] == ERASED
    assert (contact.persona, contact.name, contact.slack_user_id) == ("end_user", "Erased person", None)
    assert pair.withdrawn_at is not None
    assert signal.evidence[0]["text"] == ERASED


def test_done_again_nothing_is_left_to_do(database, filled, clock):
    first = erase(database, filled, clock, "ana@nord.example")
    again = erase(database, filled, clock, f"<@{ANA}>")
    assert again.again
    assert again.counts == first.counts


def test_killed_in_the_middle_nothing_has_happened(database, filled, clock):
    class Killed(Exception):  # noqa: N818 - what kill -9 would be
        pass

    with pytest.raises(Killed), database.transaction() as session:
        erase_person(session, filled.workspace_id, ANA, requested_by="U0DANA", now=clock.now())
        raise Killed
    with database.reading() as session:
        assert (
            session.execute(
                select(func.count()).select_from(SQLModel.metadata.tables["erasures"])
            ).scalar_one()
            == 0
        )
        assert list(left_over(session, filled.workspace_id, SECRETS))
    erase(database, filled, clock)
    with database.reading() as session:
        assert list(left_over(session, filled.workspace_id, SECRETS)) == []


def test_others_keep_their_words_even_if_they_asked_the_same(database, filled, clock):
    with database.transaction() as session:
        talk = open_conversation(
            session, workspace_id=filled.workspace_id, channel_id="C0BOLT", thread_ts="9.0", surface="channel",
            opened_by="U0CARA", account_id=filled.accounts["bolt"], now=clock.now(),
        )  # fmt: skip
        kept = record_message(
            session, talk, ts="9.0", author="person", slack_user_id="U0CARA", text=WORDS, now=clock.now()
        )
        task = Task(
            workspace_id=filled.workspace_id, key="t", title="Answer Cara", body=WORDS,
            account_id=filled.accounts["bolt"], created_at=clock.now(),
        )  # fmt: skip
        session.add(task)
        session.flush()
    erase(database, filled, clock)
    with database.reading() as session:
        assert session.get(type(kept), kept.id).text == WORDS
        assert session.get(Task, task.id).body == WORDS


def test_who_was_erased_is_not_written_down_again(database, filled, clock):
    erase(database, filled, clock)
    later = clock.now() + timedelta(days=1)
    with database.transaction() as session:
        user = workspaces.remember_user(
            session, filled.workspace_id, ANA, later, name=NAME, email="ana@nord.example"
        )
        assert (user.name, user.email) == ("", None)
    text = "account_id,email,name\nnord,ana@nord.example,Ana Ruiz\nnord,new@nord.example,New One\n"
    report = import_csv(database, filled.workspace_id, "contacts", text, now=later)
    assert report.added == 1
    assert "asked to be forgotten" in report.failed[0].reason


def test_an_export_holds_what_they_wrote_and_what_was_written_to_them(database, filled):
    with database.reading() as session:
        found = export_person(session, filled.workspace_id, "ana@nord.example")
    assert [row["text"] for row in found["messages"]] == [WORDS]
    assert found["check_ins"][0]["answer_text"] == WORDS
    assert found["feedback"][0]["comment"] == WORDS
    assert [row["text"] for row in found["taken_for"]] == [WORDS]
    assert [row["title"] for row in found["opened_articles"]] == ["Exports"]
    assert found["accounts"] == ["Nordwind GmbH"]
    assert [row["email"] for row in found["contacts"]] == ["ana@nord.example"]
    assert len(found["requests"]) == len(found["answers"]) == len(found["profiles"]) == 1
    assert "embedding" not in found["messages"][0]


@pytest.mark.parametrize(
    ("name", "error", "sentence"),
    [
        pytest.param("U0NOWHERE", NotFound, "Nothing is stored", id="nobody"),
        pytest.param("nobody@else.example", NotFound, "Nothing is stored", id="an unknown address"),
        pytest.param("U0OMAR", StoreError, "our own staff", id="staff by id"),
        pytest.param("omar@guide.example", StoreError, "our own staff", id="staff by address"),
    ],
)
def test_who_cannot_be_erased_is_said(database, filled, clock, name, error, sentence):
    with pytest.raises(error, match=sentence):
        erase(database, filled, clock, name)


def test_the_moment_is_kept(database, filled, clock):
    erase(database, filled, clock)
    with database.reading() as session:
        table = SQLModel.metadata.tables["erasures"]
        rows = session.execute(select(table.c.done_at, table.c.requested_by)).all()
    assert {row.requested_by for row in rows} == {"U0DANA"}
    assert all(row.done_at == datetime(2026, 3, 2, 10, tzinfo=UTC) for row in rows)
