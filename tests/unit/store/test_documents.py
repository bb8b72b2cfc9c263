"""Documents, their versions, vectors and sources, on both databases."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, timedelta

import pytest
from alembic import command
from sqlalchemy import text
from sqlmodel import select

from store import schema
from store.tables import (
    Document,
    Passage,
    RetiredPassage,
    TextVector,
    documents,
    generations,
    sources,
    vectors,
)
from store.tables.verified import (
    VerifiedAnswer,
    add_verified,
    find_verified,
    verified_answers,
    withdraw_verified,
)

LEASE = timedelta(minutes=10)


def a_source(session, workspace, clock, uri="docs"):
    return sources.upsert_source(
        session, workspace.id, uri, audience="public", base_url=None, now=clock.now()
    )


def a_document(source, clock, **fields):
    return Document(
        **{
            "id": "d1",
            "workspace_id": source.workspace_id,
            "source_id": source.id,
            "uri": "a.md",
            "title": "A",
            "content_hash": "h",
            "audience": "public",
            "created_at": clock.now(),
            "updated_at": clock.now(),
        }
        | fields
    )


def a_passage(document, key, position=0):
    return Passage(
        id=key,
        workspace_id=document.workspace_id,
        document_id=document.id,
        position=position,
        heading_path=["A"],
        text=f"Text {key}.",
        text_hash=f"hash-{key}",
        audience=document.audience,
        created_at=document.updated_at,
    )


def test_a_saved_document_retires_what_it_no_longer_says_and_keeps_the_age_of_the_rest(
    database, workspace, clock
):
    began = clock.now()
    with database.transaction() as session:
        document = a_document(a_source(session, workspace, clock), clock)
        documents.save_document(
            session, document, [a_passage(document, "p1"), a_passage(document, "p2", 1)], began
        )
    later = clock.advance(timedelta(days=1)) or clock.now()
    with database.transaction() as session:
        source = sources.find_source(session, workspace.id, "docs")
        document = a_document(source, clock, content_hash="h2")
        documents.save_document(
            session, document, [a_passage(document, "p2"), a_passage(document, "p3", 1)], later
        )
    with database.reading() as session:
        ages = {row.id: row.created_at for row in session.exec(select(Passage)).all()}
        assert ages == {"p2": began, "p3": later}
        assert documents.passage_version(session, workspace.id, "p1").retired_at == later
        assert documents.passage_version(session, "another", "p1") is None


def test_evidence_is_in_effect_on_the_day_asked_for(database, workspace, clock):
    with database.transaction() as session:
        source = a_source(session, workspace, clock)
        document = a_document(
            source, clock, effective_from=date(2026, 3, 2), effective_until=date(2026, 3, 4), language="de"
        )
        documents.save_document(session, document, [a_passage(document, "p1")], clock.now())

    def found(day):
        with database.reading() as session:
            rows = documents.evidence_rows(session, workspace.id, ["p1"], {"public"}, day)
            languages = documents.document_languages(session, workspace.id, {"public"}, day)
        return len(rows), languages

    assert found(date(2026, 3, 1)) == (0, set())
    assert found(date(2026, 3, 2)) == found(date(2026, 3, 4)) == (1, {"de"})
    assert found(date(2026, 3, 5)) == (0, set())


def test_passages_without_a_document_are_removed(database, workspace, clock):
    with database.transaction() as session:
        document = a_document(a_source(session, workspace, clock), clock)
        documents.save_document(session, document, [a_passage(document, "p1")], clock.now())
    with database.transaction() as session:
        assert documents.count_orphans(session, workspace.id) == 0
    if database.is_sqlite:  # PostgreSQL's foreign keys let no orphan be
        with closing(sqlite3.connect(database.engine.url.database)) as elsewhere, elsewhere:
            elsewhere.execute("DELETE FROM documents")  # no foreign keys there
        with database.transaction() as session:
            assert documents.count_orphans(session, workspace.id) == 1
            documents.delete_orphans(session, workspace.id)
            assert session.exec(select(Passage)).all() == []


def test_a_source_says_what_is_stale_and_what_is_out_of_date(database, workspace, clock):
    with database.transaction() as session:
        source = a_source(session, workspace, clock)
        session.add(a_document(source, clock, reviewed_on=date(2024, 1, 1)))
        session.add(a_document(source, clock, id="d2", uri="b.md", effective_until=date(2026, 3, 1)))
        session.add(a_document(source, clock, id="d3", uri="c.md", reviewed_on=date(2026, 1, 1)))
    with database.reading() as session:
        (status,) = documents.source_statuses(
            session, workspace.id, day=date(2026, 3, 2), reviewed_since=date(2025, 3, 2)
        )
    assert (status.documents, status.stale, status.out_of_date) == (3, ("a.md",), ("b.md",))


def test_the_same_text_has_one_vector_a_model(database, workspace, clock):
    with database.transaction() as session:
        vectors.save_vectors(session, workspace.id, "m1", {"h": b"1"}, clock.now())
        vectors.save_vectors(session, workspace.id, "m1", {"h": b"2", "i": b"3"}, clock.now())
        vectors.save_vectors(session, workspace.id, "m2", {"h": b"4"}, clock.now())
    with database.reading() as session:
        stored = {(row.model, row.text_hash): row.embedding for row in session.exec(select(TextVector)).all()}
        assert stored == {("m1", "h"): b"1", ("m1", "i"): b"3", ("m2", "h"): b"4"}
        assert vectors.known_texts(session, workspace.id, "m1", ["h", "x"]) == {"h"}
    with database.transaction() as session:
        vectors.forget_models(session, workspace.id, keep={"m2"})
    with database.reading() as session:
        assert [row.model for row in session.exec(select(TextVector)).all()] == ["m2"]


def test_the_generation_that_serves_a_model_is_its_newest(database, workspace, clock):
    with database.transaction() as session:
        old = generations.start_generation(session, workspace.id, "m1", clock.now())
        generations.activate_generation(session, old.id, passages=1, digest="a", now=clock.now())
        new = generations.start_generation(session, workspace.id, "m2", clock.now())
        generations.activate_generation(session, new.id, passages=1, digest="b", now=clock.now())
    with database.reading() as session:
        assert generations.serving_generation(session, workspace.id, "m1").id == old.id
        assert generations.serving_generation(session, workspace.id, "m2").id == new.id
        assert generations.serving_generation(session, workspace.id, "m3") is None


# --- schedules


def claim(database, workspace, clock, every=3600, wall=None):
    with database.transaction() as session:
        found = sources.claim_due(
            session, workspace.id, every=every, now=clock.now(), wall=wall or clock.now(), lease=LEASE
        )
        return found.uri if found else None


def test_a_source_is_due_again_after_its_time_and_claimed_once(database, workspace, clock):
    with database.transaction() as session:
        a_source(session, workspace, clock)
    assert claim(database, workspace, clock) is None
    clock.advance(timedelta(hours=1))
    assert claim(database, workspace, clock) == "docs"
    assert claim(database, workspace, clock) is None


def test_a_source_whose_syncer_vanished_is_taken_over_when_it_is_due(database, workspace, clock):
    with database.transaction() as session:
        a_source(session, workspace, clock)
    clock.advance(timedelta(hours=1))
    assert claim(database, workspace, clock) == "docs"
    clock.advance(timedelta(hours=1))
    assert claim(database, workspace, clock, wall=clock.now() - timedelta(hours=1)) is None  # the lease holds
    assert claim(database, workspace, clock) == "docs"


CADENCES = {
    "never by the installation": (0, None, None),
    "as the installation says": (3600, None, "docs"),
    "never by itself": (3600, 0, None),
    "not yet by itself": (3600, 7200, None),
    "by itself although the installation says never": (0, 1800, "docs"),
}


@pytest.mark.parametrize(("every", "own", "expected"), CADENCES.values(), ids=CADENCES)
def test_a_sources_own_cadence_comes_before_the_installations(
    database, workspace, clock, every, own, expected
):
    with database.transaction() as session:
        sources.set_schedule(session, a_source(session, workspace, clock).id, own)
    clock.advance(timedelta(hours=1))
    assert claim(database, workspace, clock, every=every) == expected


def finish(database, workspace, uri):
    with database.transaction() as session:
        source = sources.find_source(session, workspace.id, uri)
        sources.record_sync(session, source.id, {}, source.tried_at)
        sources.end_lease(session, source.id)


def test_a_wanted_sync_comes_at_once_and_only_once(database, workspace, clock):
    with database.transaction() as session:
        sources.want_verified(session, workspace.id, clock.now())
    assert claim(database, workspace, clock, every=0) == sources.VERIFIED
    finish(database, workspace, sources.VERIFIED)
    assert claim(database, workspace, clock, every=0) is None


def test_what_is_wanted_while_a_sync_is_under_way_is_synced_after_it(database, workspace, clock):
    with database.transaction() as session:
        sources.want_verified(session, workspace.id, clock.now())
    assert claim(database, workspace, clock, every=0) == sources.VERIFIED
    clock.advance(timedelta(seconds=1))
    with database.transaction() as session:
        sources.want_verified(session, workspace.id, clock.now())
    finish(database, workspace, sources.VERIFIED)
    assert claim(database, workspace, clock, every=0) == sources.VERIFIED


def test_what_a_killed_process_was_asked_to_sync_is_not_forgotten(database, workspace, clock):
    with database.transaction() as session:
        sources.want_verified(session, workspace.id, clock.now())
    assert claim(database, workspace, clock, every=0) == sources.VERIFIED
    assert claim(database, workspace, clock, every=0) is None  # the lease holds
    assert claim(database, workspace, clock, every=0, wall=clock.now() + LEASE) == sources.VERIFIED
    with database.transaction() as session:
        sources.end_leases(session, workspace.id)  # a start that knows to be the only process
    assert claim(database, workspace, clock, every=0) == sources.VERIFIED


def test_troubles_name_failed_syncs_and_left_out_documents(database, workspace, clock):
    with database.transaction() as session:
        one, two, three = (a_source(session, workspace, clock, uri) for uri in ("a", "b", "c"))
        sources.record_failure(session, one.id, "It is not there.")
        failed = [{"uri": "x.md", "reason": "Broken."}, {"uri": "y.md", "reason": "Broken."}]
        sources.record_sync(session, two.id, {"failed": failed}, clock.now())
        sources.record_sync(session, three.id, {"failed": []}, clock.now())
    with database.reading() as session:
        assert sources.troubles(session, workspace.id) == [
            ("a", "It is not there."),
            ("b", "x.md: Broken. (and 1 more)"),
        ]


# --- verified answers


def a_pair(workspace, clock, **fields):
    return VerifiedAnswer(
        **{
            "workspace_id": workspace.id,
            "question": "Can we pay by invoice?",
            "answer": "Yes, from the Growth plan on.",
            "audience": "customer",
            "approved_by": "U1",
            "approver_name": "Priya",
            "approved_at": clock.now(),
        }
        | fields
    )


def test_a_pair_approved_anew_takes_the_place_of_the_older_one(database, workspace, clock):
    with database.transaction() as session:
        add_verified(session, a_pair(workspace, clock))
        add_verified(session, a_pair(workspace, clock, answer="Yes, always."))
        add_verified(session, a_pair(workspace, clock, audience="internal"))
    with database.reading() as session:
        kept = {(pair.audience, pair.answer) for pair in verified_answers(session, workspace.id)}
    assert kept == {("customer", "Yes, always."), ("internal", "Yes, from the Growth plan on.")}


def test_pairs_expire_by_the_day_and_can_be_withdrawn(database, workspace, clock):
    with database.transaction() as session:
        pair = add_verified(session, a_pair(workspace, clock, id="abc123", expires_on=date(2026, 3, 5)))
        add_verified(session, a_pair(workspace, clock, id="abd456", question="Other?"))
    with database.transaction() as session:
        assert len(verified_answers(session, workspace.id, on=date(2026, 3, 5))) == 2
        assert len(verified_answers(session, workspace.id, on=date(2026, 3, 6))) == 1
        assert find_verified(session, workspace.id, "ab") is None  # two begin so
        assert find_verified(session, workspace.id, "abc").id == pair.id
        withdraw_verified(session, find_verified(session, workspace.id, "abc"), clock.now())
    with database.reading() as session:
        assert [one.id for one in verified_answers(session, workspace.id)] == ["abd456"]


# --- migration


BEFORE = (
    """
    INSERT INTO workspaces (id, name, is_local, created_at) VALUES ('w', 'Acme', false, :now)
    """,
    """
    INSERT INTO sources (id, workspace_id, uri, audience, report, created_at) VALUES ('s', 'w', 'docs',
    'public', '{}', :now)
    """,
    """
    INSERT INTO documents (id, workspace_id, source_id, uri, title, content_hash, audience, language,
    meta, card, card_hash, embedding, embedding_model, created_at, updated_at) VALUES ('d', 'w', 's',
    'a.md', 'A', 'h', 'public', 'en', '{}', 'A', 'hc', :card, 'm', :now, :now)
    """,
    """
    INSERT INTO passages (id, workspace_id, document_id, position, heading_path, kind, text, text_hash,
    audience, embedding, embedding_model, created_at) VALUES ('p1', 'w', 'd', 0, '[]', 'text', 'x',
    'hx', 'public', :x, 'm', :now), ('p2', 'w', 'd', 1, '[]', 'text', 'x', 'hx', 'public', :x, 'm',
    :now), ('p3', 'w', 'd', 2, '[]', 'text', 'y', 'hy', 'public', NULL, NULL, :now)
    """,
)


def test_the_upgrade_keeps_every_embedding(bare_database, clock):
    """From the revision before: vectors move out of passages and documents, once for each text."""
    with schema._alone(bare_database) as connection:
        command.upgrade(schema._config(connection), "0002")
    now = {"now": clock.now()}
    with bare_database.engine.begin() as connection:
        for statement in BEFORE:
            values = now | {"card": b"card", "x": b"vector"}
            connection.execute(text(statement), {k: v for k, v in values.items() if f":{k}" in statement})
    schema.upgrade(bare_database)
    with bare_database.reading() as session:
        stored = {row.text_hash: row.embedding for row in session.exec(select(TextVector)).all()}
        assert stored == {"hc": b"card", "hx": b"vector"}
        assert vectors.count_without_embedding(session, "w", "m") == 1
        assert len(session.exec(select(Passage)).all()) == 3
        assert session.exec(select(RetiredPassage)).all() == []
