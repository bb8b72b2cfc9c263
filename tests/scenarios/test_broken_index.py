"""Index folders broken as kills and disks break them: service goes on, and no model is needed to mend them."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from sqlmodel import select

from knowledge.adapters.generations import CHROMA, LEXICAL, ChromaGenerations, in_memory
from knowledge.adapters.memory import HashingEmbedder
from knowledge.ingest import Ingest
from knowledge.retrieval import Retriever
from knowledge.serving import KnowledgeIndex
from knowledge.types import Asker, Section, SourceDocument
from store.clock import FixedClock
from store.database import Database
from store.schema import upgrade
from store.tables import IndexGeneration, Passage, Workspace, generations

pytestmark = pytest.mark.slow
DOCUMENTS = 1500  # Chroma writes segment files from a thousand vectors on


class NoModel(HashingEmbedder):
    """The same vectors' name, but nothing can be embedded any more."""

    def embed_passages(self, _texts):
        raise AssertionError("a model was used")


class Kept:
    """A knowledge base in a folder."""

    def __init__(self, folder):
        self.folder, self.clock = folder, FixedClock()
        self.database = Database(f"sqlite:///{folder / 'guidepost.db'}")
        with self.database.reading() as session:
            self.workspace_id = session.exec(select(Workspace)).one().id

    def ingest(self, embedder=None):
        return Ingest(
            self.database,
            workspace_id=self.workspace_id,
            clock=self.clock,
            embedder=embedder or NoModel(),
            store=ChromaGenerations(),
            folder=self.folder / "index",
        )

    def active(self):
        with self.database.reading() as session:
            active = generations.active_generation(session, self.workspace_id)
        return self.folder / "index" / active.id if active else None

    def index(self):
        return KnowledgeIndex(
            self.database,
            workspace_id=self.workspace_id,
            model=HashingEmbedder().fingerprint,
            in_memory=in_memory,
            store=ChromaGenerations(),
            folder=self.folder / "index",
        )

    def finds(self, index):
        retriever = Retriever(self.database, index, HashingEmbedder(), None, clock=self.clock)
        [best, *_] = retriever.find("what is said about topic seven hundred", Asker()).evidence
        return best.text


@pytest.fixture(scope="module")
def _template(tmp_path_factory):
    folder = tmp_path_factory.mktemp("template")
    database = Database(f"sqlite:///{folder / 'guidepost.db'}")
    upgrade(database)
    with database.transaction() as session:
        session.add(Workspace(name="Acme", created_at=FixedClock().now()))
    database.close()
    base = Kept(folder)
    words = ("seven hundred", "drivers", "export", "invoices", "maps", "depots", "routes", "labels")
    documents = (
        SourceDocument(
            f"{n}.md",
            f"Page {n}",
            (Section((), None, f"What is said about topic {words[n % 8] if n else words[0]}, number {n}."),),
            f"hash {n}",
        )
        for n in range(DOCUMENTS)
    )
    base.ingest(HashingEmbedder()).sync_documents(documents, "docs", audience="public")
    assert base.ingest().check().problems == ()
    assert list(base.active().glob(f"{CHROMA}/*/data_level0.bin")), "no segment files to break"
    base.database.close()
    return folder


@pytest.fixture
def base(_template, tmp_path):
    shutil.copytree(_template, tmp_path / "base")
    kept = Kept(tmp_path / "base")
    yield kept
    kept.database.close()


def segment(folder, name):
    return next(folder.glob(f"{CHROMA}/*/{name}"))


def truncate(path, share=0.5):
    with path.open("r+b") as file:
        file.truncate(int(path.stat().st_size * share))


def sparse(folder):
    """The known corruption: a file that claims a terabyte."""
    with segment(folder, "link_lists.bin").open("r+b") as file:
        file.truncate(1 << 40)


def older_lexical(folder):
    """Of an index that knew fewer passages."""
    with closing(sqlite3.connect(folder / LEXICAL)) as connection, connection:
        connection.execute("DELETE FROM passages WHERE rowid > 10")


DAMAGES = {
    "vectors cut short": lambda folder: truncate(segment(folder, "data_level0.bin")),
    "vectors are garbage": lambda folder: segment(folder, "data_level0.bin").write_bytes(b"\xff" * 5000),
    "header is garbage": lambda folder: segment(folder, "header.bin").write_bytes(b"\xff" * 100),
    "header is empty": lambda folder: segment(folder, "header.bin").write_bytes(b""),
    "links claim a terabyte": sparse,
    "segment folder is gone": lambda folder: shutil.rmtree(segment(folder, "header.bin").parent),
    "chroma's own tables are garbage": lambda folder: (folder / CHROMA / "chroma.sqlite3").write_bytes(
        b"x" * 9000
    ),
    "chroma's own tables are cut short": lambda folder: truncate(folder / CHROMA / "chroma.sqlite3"),
    "vector folder is gone": lambda folder: shutil.rmtree(folder / CHROMA),
    "words are garbage": lambda folder: (folder / LEXICAL).write_bytes(b"garbage" * 100),
    "words are gone": lambda folder: (folder / LEXICAL).unlink(),
    "words are of an older index": older_lexical,
    "the folder is gone": shutil.rmtree,
}


FOUND = ("vectors cut short", "words are of an older index", "vector folder is gone", "the folder is gone")


@pytest.mark.parametrize("damage", [DAMAGES[name] for name in FOUND], ids=FOUND)
def test_a_broken_index_is_found_and_repaired_without_a_model(base, damage):
    damage(base.active())
    assert not base.ingest().check().healthy
    repaired = base.ingest().check(repair=True)
    assert repaired.repaired
    assert repaired.problems
    assert base.ingest().check().problems == ()


BREAKING = [name for name in DAMAGES if name != "words are of an older index"]  # that one opens


@pytest.mark.parametrize("damage", [DAMAGES[name] for name in BREAKING], ids=BREAKING)
def test_exact_search_serves_while_an_index_is_broken_and_until_it_is_built_again(base, damage):
    broken = base.active()
    damage(broken)
    index = base.index()
    assert index.refresh().exact  # and this process is still alive
    assert "seven hundred" in base.finds(index)
    with base.database.reading() as session:
        states = {one.id: one.state for one in session.exec(select(IndexGeneration)).all()}
    assert states == {broken.name: "quarantined"}
    base.clock.advance(timedelta(minutes=1))
    base.ingest().mend()
    assert not index.refresh().exact  # which looks whether the new one finds its own vectors
    assert "seven hundred" in base.finds(index)
    assert not broken.exists()


def test_a_pointer_to_nothing_is_repaired(base):
    with base.database.transaction() as session:
        for one in session.exec(select(IndexGeneration)).all():
            session.delete(one)
    assert base.ingest().check().problems == ("No index is in service.",)
    assert base.ingest().check(repair=True).repaired
    folders = {path.name for path in (base.folder / "index").iterdir() if path.is_dir()}
    assert base.active().name in folders


def test_passages_that_belong_to_nothing_are_found_and_removed(base):
    with closing(sqlite3.connect(base.folder / "guidepost.db")) as elsewhere, elsewhere:
        elsewhere.execute("DELETE FROM documents WHERE uri = '8.md'")  # no foreign keys there
    found = base.ingest().check()
    assert "1 passages belong to no document." in found.problems
    assert base.ingest().check(repair=True).repaired
    with base.database.reading() as session:
        assert len(session.exec(select(Passage)).all()) == DOCUMENTS - 1


def test_folders_that_no_generation_knows_are_cleared_away(base):
    stray = base.folder / "index" / "stray"
    stray.mkdir()
    (stray / LEXICAL).write_bytes(b"half written")
    base.ingest().rebuild()
    assert not stray.exists()
