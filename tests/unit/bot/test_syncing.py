"""Sources that are synced by themselves: when due, once, off the answering threads, with failures on record."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from bot.knowledge_reports import sources as listed
from bot.schedule import Schedule
from bot.settings import Settings, SettingsError, load_settings, seconds_of
from bot.syncing import DueSyncs, Told, sync_source
from bot.wiring import Core
from knowledge.adapters.generations import NumpyGenerations
from knowledge.adapters.memory import HashingEmbedder, OverlapReranker
from knowledge.errors import KnowledgeError
from knowledge.ingest import Ingest
from store.clock import SystemClock
from store.tables import calibrations, sources
from store.tables.verified import VerifiedAnswer, add_verified


@pytest.fixture
def core(database, clock, workspace, tmp_path):
    made = Core(
        Settings(_env_file=None, guidepost_data_dir=tmp_path, guidepost_sync_every="6h"),
        database,
        clock,
        workspace.id,
    )
    made.reranker = OverlapReranker()
    return embedding_by(made, HashingEmbedder())


def embedding_by(core, embedder):
    """The same with another model."""
    core.embedder = embedder
    core.ingest = Ingest(
        core.database,
        workspace_id=core.workspace_id,
        clock=core.clock,
        embedder=embedder,
        store=NumpyGenerations(),
        folder=core.index_folder,
    )
    return core


@pytest.fixture
def docs(tmp_path):
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "export.md").write_text("# Export\n\nPress Export.\n")
    return folder


@pytest.fixture
def due(core):
    return DueSyncs(core, threading.Event(), core.clock)


def hours(core, count):
    core.clock.advance(timedelta(hours=count))


def only(core):
    [source] = listed(core)
    return source


def test_a_source_is_synced_again_when_its_time_has_come(core, docs, due):
    sync_source(core, str(docs), Told("internal", "https://help.example.com"))
    (docs / "login.md").write_text("# Login\n\nUse your badge.\n")
    hours(core, 5)
    assert due.run_due() == 0
    assert only(core)["next_sync_at"] == (core.clock.now() + timedelta(hours=1)).isoformat()
    hours(core, 1)
    assert due.run_due() == 1
    source = only(core)
    assert (source["documents"], source["audience"]) == (2, "internal")
    assert source["base_url"] == "https://help.example.com"
    assert source["synced_at"] == core.clock.now().isoformat()
    assert due.run_due() == 0


def test_how_sure_an_answer_must_be_is_measured_after_a_sync_that_changed_much_and_else_left(core, docs, due):
    def measured():
        with core.database.reading() as session:
            return calibrations.find(session, core.workspace_id)

    sync_source(core, str(docs), Told("public"))
    hours(core, 6)
    due.run_due()
    first = measured()
    assert (first.documents, first.measured_at) == (1, core.clock.now())
    hours(core, 6)
    due.run_due()
    assert measured().measured_at == first.measured_at
    (docs / "login.md").write_text("# Login\n\nUse your badge.\n")
    hours(core, 6)
    due.run_due()
    assert (measured().documents, measured().measured_at) == (2, core.clock.now())


def test_a_source_may_have_a_cadence_of_its_own_or_none(core, docs, due):
    sync_source(core, str(docs), Told("public", every=seconds_of("30m")))
    hours(core, 1)
    assert due.run_due() == 1
    sync_source(core, str(docs), Told("public", every=seconds_of("never")))
    hours(core, 100)
    assert due.run_due() == 0
    assert only(core)["next_sync_at"] is None
    sync_source(core, str(docs), Told("public"))  # a sync by hand leaves the cadence as it is
    hours(core, 100)
    assert due.run_due() == 0


def test_a_sync_that_fails_is_on_record_and_what_was_known_stays(core, docs, due):
    sync_source(core, str(docs), Told("public"))
    docs.rename(docs.with_name("elsewhere"))
    hours(core, 6)
    assert due.run_due() == 1
    source = only(core)
    assert "There is nothing at" in source["error"]
    assert source["documents"] == 1
    docs.with_name("elsewhere").rename(docs)
    hours(core, 6)
    due.run_due()
    assert only(core)["error"] is None


def test_a_folder_that_is_suddenly_empty_is_rather_not_mounted(core, docs, due):
    sync_source(core, str(docs), Told("public"))
    (docs / "export.md").unlink()
    hours(core, 6)
    due.run_due()
    assert "holds no document any more" in only(core)["error"]
    assert only(core)["documents"] == 1
    sync_source(core, str(docs), Told("public"))  # by hand it is meant
    assert only(core)["documents"] == 0
    assert only(core)["error"] is None


def test_an_unexpected_failure_is_logged_and_the_next_source_is_synced(core, docs, due, tmp_path, caplog):
    class Broken(HashingEmbedder):
        def embed_passages(self, _texts):
            raise ZeroDivisionError("out of order")

    other = tmp_path / "other"
    other.mkdir()
    sync_source(core, str(docs), Told("public"))
    sync_source(core, str(other), Told("public"))
    (docs / "login.md").write_text("# Login\n\nUse your badge.\n")
    embedding_by(core, Broken())
    hours(core, 6)
    assert due.run_due() == 2
    assert "out of order" in caplog.text
    by_name = {source["source"]: source["error"] for source in listed(core)}
    assert "unexpected reason" in by_name[str(docs)]
    assert "ZeroDivision" not in by_name[str(docs)]
    assert by_name[str(other)] is None


def test_a_source_of_one_account_stays_that_accounts(core, docs, due):
    core.account_id = {"acme": "a1"}.get
    (docs / "price.md").write_text("---\naudience: account:acme\n---\n# Price\n\nTen.\n")
    sync_source(core, str(docs), Told("account:acme"))
    hours(core, 6)
    assert due.run_due() == 1
    assert (only(core)["audience"], only(core)["error"], only(core)["failed"]) == ("account:a1", None, [])


def test_verified_answers_are_taken_in_when_somebody_wants_it(core, due):
    now = core.clock.now()
    with core.database.transaction() as session:
        pair = VerifiedAnswer(
            workspace_id=core.workspace_id,
            question="Can we pay by invoice?",
            answer="Yes.",
            audience="account:a1",
            approved_by="U1",
            approver_name="Priya",
            approved_at=now,
        )
        add_verified(session, pair)
        source = sources.upsert_source(
            session, core.workspace_id, sources.VERIFIED, audience="internal", base_url=None, now=now
        )
        sources.ask_for_sync(session, source.id, now)
    assert due.run_due() == 1
    assert (only(core)["documents"], only(core)["failed"]) == (1, [])
    hours(core, 1000)
    assert due.run_due() == 0  # never by the clock


def test_of_many_processes_one_syncs(core, docs, clock):
    sync_source(core, str(docs), Told("public"))
    hours(core, 6)
    counts = []
    wall = SystemClock()
    threads = [
        threading.Thread(target=lambda: counts.append(DueSyncs(core, threading.Event(), wall).run_due()))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == [0, 0, 0, 1]


def test_a_bot_that_stops_leaves_its_sync_for_the_next_start(core, docs):
    sync_source(core, str(docs), Told("public"))
    for number in range(40):
        (docs / f"page{number}.md").write_text(f"# Page {number}\n\nText {number}.\n")
    hours(core, 6)
    stopping = threading.Event()

    class StopsAfterABatch(HashingEmbedder):
        def embed_passages(self, texts):
            stopping.set()
            return super().embed_passages(texts)

    embedding_by(core, StopsAfterABatch())
    assert DueSyncs(core, stopping, core.clock).run_due() == 1
    source = only(core)
    assert source["error"] is None
    assert 1 < source["documents"] < 41
    core.ingest.sync(docs, audience="public")
    assert only(core)["documents"] == 41
    assert core.ingest.check().problems == ()


class _Services:
    """What the schedule needs."""

    def __init__(self, core, syncs):
        self.stopping = threading.Event()
        self.syncs = syncs
        self.runner = self
        self.definitions = {}
        self.answers = self
        self.ready = True
        self.database, self.clock, self.workspace_id = core.database, core.clock, core.workspace_id

    def fire_due(self, _count):
        return 0

    def wake_outbox(self):
        """Nobody listens."""

    def keep_up(self):
        """There is no index."""


@pytest.mark.slow
def test_a_long_sync_holds_no_timer_up(core):
    class Long:
        def __init__(self):
            self.entered, self.leave = threading.Event(), threading.Event()

        def run_due(self):
            self.entered.set()
            self.leave.wait(10)
            return 1

    syncs = Long()
    services = _Services(core, syncs)
    fired = threading.Event()
    services.fire_due = lambda _count: fired.set() or 0
    schedule = Schedule(services)
    schedule.start()
    assert syncs.entered.wait(10)
    fired.clear()
    assert fired.wait(5)
    syncs.leave.set()
    services.stopping.set()
    schedule.stop()


SPANS = {"30m": 1800, "6h": 21_600, "1d": 86_400, " 2 H ": 7200, "never": 0, "off": 0}


@pytest.mark.parametrize(("written", "seconds"), SPANS.items())
def test_spans_are_written_as_people_write_them(written, seconds):
    assert seconds_of(written) == seconds


@pytest.mark.parametrize("written", ["soon", "6", "-1h", "0h", "1w", "1.5h", ""])
def test_what_is_no_span_is_refused_with_examples(written):
    with pytest.raises(ValueError, match="30m, 6h or 1d"):
        seconds_of(written)


def test_a_wrong_cadence_stops_the_start(monkeypatch, tmp_path):
    monkeypatch.setenv("GUIDEPOST_SYNC_EVERY", "weekly")
    with pytest.raises(SettingsError, match="GUIDEPOST_SYNC_EVERY"):
        load_settings(tmp_path / ".env")


def test_an_empty_index_and_an_unknown_kind_of_source_are_sentences(core, tmp_path):
    with pytest.raises(KnowledgeError, match="There is nothing at"):
        sync_source(core, str(tmp_path / "nowhere"), Told("public"))
