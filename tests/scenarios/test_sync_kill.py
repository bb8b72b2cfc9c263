"""kill -9 at random moments of a sync, with the product's own Chroma and FTS5: nothing is lost, nothing is twice."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import threading
import time
from collections import Counter
from dataclasses import dataclass

import pytest
from sqlmodel import select

from knowledge.adapters.generations import ChromaGenerations
from knowledge.adapters.memory import HashingEmbedder
from knowledge.ingest import Ingest
from store.clock import FixedClock
from store.database import Database
from store.schema import upgrade
from store.tables import Document, Passage, Workspace

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
KILLS, SEED = 20, 20261123


def ingest_of(url, workspace_id, folder):
    """The product's ingest on its own stores; only the model is a double."""
    return Ingest(
        Database(url),
        workspace_id=workspace_id,
        clock=FixedClock(),
        embedder=HashingEmbedder(),
        store=ChromaGenerations(),
        folder=folder,
    )


def a_base(folder):
    """An empty database with a workspace: its address and the workspace's id."""
    url = f"sqlite:///{folder / 'guidepost.db'}"
    database = Database(url)
    upgrade(database)
    with database.transaction() as session:
        workspace = Workspace(name="Acme", created_at=FixedClock().now())
        session.add(workspace)
    database.close()
    return url, workspace.id


def page(number, version=0):
    return f"# Page {number}\n\nWhat page {number} says.\n\n## More\n\nVersion {version} of page {number} says it.\n"


def change(docs, chance, turn):
    """A day's work in a help centre: edits, new articles, renames, deletions."""
    there = sorted(docs.glob("*.md"))
    for path in chance.sample(there, 8):
        path.write_text(page(path.stem, turn))
    for path in chance.sample(there, 3):
        path.rename(path.with_name(f"moved-{turn}-{path.name[-8:]}"))
    chance.choice(sorted(docs.glob("*.md"))).unlink()
    for number in range(5):
        (docs / f"new-{turn}-{number}.md").write_text(page(f"new {turn} {number}"))


@dataclass(frozen=True)
class Moment:
    """When a process kills itself: some seconds after it has read so many documents, or begun to index."""

    stage: str
    done: int
    seconds: float


def sync(url, workspace_id, folder, docs, moment):
    """What a process does that is killed at a moment; None: it lives."""

    def tell(progress):
        if moment and (progress.stage, progress.done) == (moment.stage, moment.done):
            death = threading.Timer(moment.seconds, os.kill, (os.getpid(), signal.SIGKILL))
            death.daemon = True  # who is done before lives
            death.start()

    ingest_of(url, workspace_id, folder).sync(docs, progress=tell)


def run(base, folder, docs, moment=None):
    """Sync in a process of its own; whether it was killed, and how long it took."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload([__name__, "chromadb"])
    child = processes.Process(target=sync, args=(*base, folder, docs, moment))
    began = time.monotonic()
    child.start()
    child.join()
    assert child.exitcode in {0, -signal.SIGKILL}
    return child.exitcode != 0, time.monotonic() - began


def content(base):
    """What the record says: (path, position, text), each as often as it is there."""
    database = Database(base[0])
    with database.reading() as session:
        found = session.exec(
            select(Document.uri, Passage.position, Passage.text).join(
                Passage, Passage.document_id == Document.id
            )
        ).all()
    database.close()
    return Counter(map(tuple, found))


def test_twenty_kills_of_a_sync_leave_nothing_wrong(tmp_path):
    chance = random.Random(SEED)
    docs, index = tmp_path / "docs", tmp_path / "index"
    docs.mkdir()
    for number in range(60):
        (docs / f"page-{number:03}.md").write_text(page(number))
    base = a_base(tmp_path)

    _, length = run(base, index, docs)
    killed = 0
    for turn in range(KILLS):
        change(docs, chance, turn)
        reading = Moment("reading", chance.randint(1, 50), chance.uniform(0, 0.05))
        indexing = Moment("indexing", 0, chance.uniform(0, length / 2))
        killed += run(base, index, docs, chance.choice((reading, indexing)))[0]
    assert killed > KILLS // 2  # the rest came too late, and was whole

    ingest = ingest_of(*base, index)
    report = ingest.sync(docs)
    assert report.failed == ()
    assert ingest.check().problems == ()
    again = ingest.sync(docs)
    assert (again.embedded, again.added, again.updated, again.deleted) == (0, 0, 0, 0)
    assert again.unchanged == len(list(docs.glob("*.md")))
    assert len([path for path in index.iterdir() if path.is_dir()]) <= 2

    fresh = tmp_path / "fresh"
    fresh.mkdir()
    untouched = a_base(fresh)
    ingest_of(*untouched, fresh / "index").sync(docs)
    assert content(base) == content(untouched)
    assert set(content(base).values()) == {1}
