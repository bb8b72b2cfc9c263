from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from knowledge.adapters.generations import NumpyGenerations
from knowledge.adapters.memory import HashingEmbedder
from knowledge.errors import IndexUnavailable, KnowledgeError
from knowledge.types import Section, SourceDocument, Unreadable
from store.tables import generations, vectors

EXPORT = "# Export\n\nOpen Reports and press Export.\n\n## Formats\n\nYou can export CSV and XLSX files.\n"
LOGIN = "# Login\n\nUse your work address to sign in.\n"


def _texts(base):
    with base.database.reading() as session:
        return {
            row.text for row in vectors.passage_vectors(session, base.workspace_id, base.embedder.fingerprint)
        }


def _generations(base):
    with base.database.reading() as session:
        return [(one.id, one.state) for one in generations.generations(session, base.workspace_id)]


def _active(base):
    return next(generation for generation, state in _generations(base) if state == "active")


def test_a_first_sync_adds_everything_and_puts_an_index_into_service(base):
    base.write(export=EXPORT, login=LOGIN)
    report = base.ingest.sync(base.source)
    assert (report.added, report.updated, report.deleted, report.unchanged) == (2, 0, 0, 0)
    assert report.passages == report.embedded == len(_texts(base)) == 3
    assert report.failed == ()
    assert [state for _, state in _generations(base)] == ["active"]
    assert base.ingest.check().problems == ()


def test_a_second_sync_embeds_nothing_and_keeps_the_index(base):
    base.write(export=EXPORT, login=LOGIN)
    base.ingest.sync(base.source)
    before, embedded = _generations(base), len(base.embedder.embedded)
    report = base.ingest.sync(base.source)
    assert (report.unchanged, report.added, report.updated, report.embedded) == (2, 0, 0, 0)
    assert len(base.embedder.embedded) == embedded
    assert _generations(base) == before


def test_of_a_changed_document_only_the_new_passages_are_embedded(base):
    base.write(export=EXPORT)
    base.ingest.sync(base.source)
    with base.database.reading() as session:
        old = {row.text: row.id for row in vectors.passage_vectors(session, base.workspace_id, "hashing:256")}
    base.embedder.embedded.clear()
    base.write(export=EXPORT.replace("CSV and XLSX", "CSV, XLSX and PDF"))
    report = base.ingest.sync(base.source)
    assert (report.updated, report.embedded) == (1, 1)
    assert ["PDF" in text for text in base.embedder.embedded] == [True]
    with base.database.reading() as session:
        new = {row.text: row.id for row in vectors.passage_vectors(session, base.workspace_id, "hashing:256")}
    kept = old.keys() & new.keys()
    assert kept
    assert all(old[text] == new[text] for text in kept)


def test_a_deleted_document_disappears_from_record_and_index(base):
    base.write(export=EXPORT, login=LOGIN)
    base.ingest.sync(base.source)
    (base.source / "login.md").unlink()
    report = base.ingest.sync(base.source)
    assert (report.deleted, report.unchanged) == (1, 1)
    assert not any("work address" in text for text in _texts(base))
    assert base.ingest.check().problems == ()


def test_a_sync_deletes_only_within_its_own_source(base, tmp_path):
    base.write(export=EXPORT)
    base.ingest.sync(base.source)
    other = tmp_path / "other"
    other.mkdir()
    (other / "export.md").write_text(LOGIN)
    assert base.ingest.sync(other).deleted == 0
    assert base.ingest.sync(base.source).unchanged == 1


def test_a_source_is_removed_with_everything_in_it(base):
    base.write(export=EXPORT, login=LOGIN)
    base.ingest.sync(base.source)
    assert base.ingest.remove(str(base.source.resolve())) == 2
    assert _texts(base) == set()
    assert base.ingest.check().problems == ()
    with pytest.raises(KnowledgeError, match="knowledge sources"):
        base.ingest.remove("no such source")


def test_a_file_that_cannot_be_read_is_reported_and_its_older_version_stays(base):
    base.write(export=EXPORT, login=LOGIN)
    base.ingest.sync(base.source)
    (base.source / "export.md").write_bytes(b"\x00\xff\xfe\x00binary")
    report = base.ingest.sync(base.source)
    assert [failure["uri"] for failure in report.failed] == ["export.md"]
    assert report.failed[0]["reason"]
    assert report.deleted == 0
    assert any("XLSX" in text for text in _texts(base))


def test_of_a_document_that_no_longer_says_who_may_read_it_no_older_version_stays(base):
    base.write(export=EXPORT, login=LOGIN)
    base.ingest.sync(base.source)
    (base.source / "export.md").write_text(f"---\naudience: intenal\n---\n{EXPORT}")

    report = base.ingest.sync(base.source)

    assert [failure["uri"] for failure in report.failed] == ["export.md"]
    assert report.deleted == 1
    assert not any("XLSX" in text for text in _texts(base))


def test_an_index_that_was_quarantined_is_built_again_without_a_model(base):
    base.write(export=EXPORT, login=LOGIN)
    base.ingest.sync(base.source)
    embedded = len(base.embedder.embedded)
    with base.database.transaction() as session:
        generations.quarantine_generation(session, _active(base))

    base.ingest.mend()

    assert _active(base)
    assert len(base.embedder.embedded) == embedded
    assert base.ingest.check().problems == ()


def test_documents_below_a_folder_that_cannot_be_listed_stay(base):
    def one(uri):
        return SourceDocument(uri, uri, (Section((), None, f"About {uri}."),), content_hash=uri)

    base.ingest.sync_documents([one("a/x.md"), one("b/y.md")], "somewhere")
    report = base.ingest.sync_documents([one("b/y.md"), Unreadable("a/", "No permission.")], "somewhere")
    assert (report.deleted, report.unchanged, len(report.failed)) == (0, 1, 1)


@pytest.mark.parametrize(
    ("audience", "stored"),
    [("public", "public"), ("internal", "internal"), ("account:acme", "account:id-of-acme")],
)
def test_a_documents_audience_is_the_sources_unless_it_says_so_itself(base, audience, stored):
    base.write(export=EXPORT, secret="---\naudience: internal\n---\n# Secret\n\nOnly for staff.\n")
    base.ingest.sync(base.source, audience=audience, account_id=lambda key: f"id-of-{key}")
    with base.database.reading() as session:
        found = {
            row.text: row.audience
            for row in vectors.passage_vectors(session, base.workspace_id, base.embedder.fingerprint)
        }
    assert found["Only for staff."] == "internal"
    assert found["Open Reports and press Export."] == stored


def test_another_audience_of_the_source_reaches_every_passage_without_embedding(base):
    base.write(export=EXPORT)
    base.ingest.sync(base.source, audience="public")
    base.embedder.embedded.clear()
    report = base.ingest.sync(base.source, audience="internal")
    assert (report.updated, report.embedded) == (1, 0)
    assert base.embedder.embedded == []
    with base.database.reading() as session:
        found = vectors.passage_vectors(session, base.workspace_id, base.embedder.fingerprint)
        assert {row.audience for row in found} == {"internal"}
    assert base.ingest.check().problems == ()


@pytest.mark.parametrize("audience", ["everyone", "account:", "account:nobody", ""])
def test_an_unknown_audience_of_a_source_is_refused_with_a_remedy(base, audience):
    base.write(export=EXPORT)
    with pytest.raises(KnowledgeError, match=r"Use public|Import it first"):
        base.ingest.sync(base.source, audience=audience, account_id=lambda _: None)


def test_a_document_for_an_unknown_account_is_read_by_nobody_nor_is_its_older_version(base):
    base.write(export=EXPORT, login=LOGIN)
    base.ingest.sync(base.source)
    base.write(login="---\naudience: account:gone\n---\n" + LOGIN)
    report = base.ingest.sync(base.source, account_id=lambda _: None)
    assert [failure["uri"] for failure in report.failed] == ["login.md"]
    assert not any("work address" in text for text in _texts(base))


def test_a_path_that_is_not_there_is_refused(base):
    with pytest.raises(KnowledgeError, match="There is nothing at"):
        base.ingest.sync(base.source / "nowhere")


def test_progress_is_told(base):
    base.write(export=EXPORT, login=LOGIN)
    told = []
    base.ingest.sync(base.source, progress=told.append)
    assert [one.stage for one in told if one.stage == "reading"] == ["reading", "reading"]
    assert told[-1].stage == "indexing"
    assert told[-1].done == told[-1].total


def test_another_model_embeds_everything_anew(base):
    base.write(export="---\ndescription: About exports.\n---\n" + EXPORT)
    first = base.ingest.sync(base.source)
    other = HashingEmbedder(32)
    report = base.ingest_with(other, NumpyGenerations()).sync(base.source)
    assert report.unchanged == 1
    assert report.embedded == len(other.embedded) == first.passages + 1  # and the card


def test_an_index_is_rebuilt_from_the_record_without_a_model(base):
    base.write(export=EXPORT, login=LOGIN)
    base.ingest.sync(base.source)
    first, embedded = _active(base), len(base.embedder.embedded)
    second = base.ingest.rebuild()
    assert second == _active(base) != first
    assert len(base.embedder.embedded) == embedded
    assert base.ingest.check().problems == ()


def test_the_generation_before_is_kept_and_older_ones_are_removed(base):
    base.write(export=EXPORT)
    base.ingest.sync(base.source)
    ids = [_active(base)]
    for _ in range(3):
        base.clock.advance(timedelta(minutes=1))
        ids.append(base.ingest.rebuild())
    assert {folder.name for folder in base.index_folder.iterdir() if folder.is_dir()} == set(ids[-2:])
    assert {generation for generation, _ in _generations(base)} == set(ids[-2:])


@pytest.mark.parametrize("damage", ["lexical.db", "vectors.npz"])
def test_a_damaged_index_is_found_and_repaired(base, damage):
    base.write(export=EXPORT)
    base.ingest.sync(base.source)
    (base.index_folder / _active(base) / damage).write_bytes(b"garbage")
    assert not base.ingest.check().healthy
    repaired = base.ingest.check(repair=True)
    assert repaired.problems
    assert repaired.repaired
    assert base.ingest.check().problems == ()


def test_a_lost_index_folder_is_built_again_by_the_next_sync(base):
    base.write(export=EXPORT)
    base.ingest.sync(base.source)
    lost = base.index_folder / _active(base)
    for file in lost.iterdir():
        file.unlink()
    lost.rmdir()
    assert base.ingest.sync(base.source).unchanged == 1
    assert base.ingest.check().problems == ()


class _Forgetful(NumpyGenerations):
    """Loses half of what it is given, as a full disk might."""

    def build(self, folder, passages):
        found = list(passages())
        return super().build(folder, lambda: iter(found[: len(found) // 2]))


def test_a_wrong_index_is_never_put_into_service(base):
    base.write(export=EXPORT)
    base.ingest.sync(base.source)
    before = _active(base)
    base.write(login=LOGIN)
    with pytest.raises(IndexUnavailable, match="stays in service"):
        base.ingest_with(base.embedder, _Forgetful()).sync(base.source)
    assert _active(base) == before
    assert base.ingest.sync(base.source).failed == ()
    assert base.ingest.check().problems == ()


class _KilledError(Exception):
    """Stands for a kill at this very moment."""


class _DiesAfter(HashingEmbedder):
    def __init__(self, calls):
        super().__init__()
        self.calls = calls

    def embed_passages(self, texts):
        if self.calls == 0:
            raise _KilledError
        self.calls -= 1
        return super().embed_passages(texts)


@pytest.mark.parametrize("batches", [0, 1, 2])
def test_a_sync_that_stops_between_batches_is_right_after_the_next_one(base, batches):
    base.write(**{f"page{n:02}": f"# Page {n}\n\nWhat page {n} says.\n" for n in range(40)})
    with pytest.raises(_KilledError):
        base.ingest_with(_DiesAfter(batches), NumpyGenerations()).sync(base.source)
    report = base.ingest.sync(base.source)
    assert report.added + report.unchanged == 40
    assert report.embedded == 40 - 16 * batches
    assert report.passages == 40
    assert base.ingest.check().problems == ()


def test_a_sync_that_stops_before_the_pointer_moves_builds_the_index_next_time(base):
    class DiesInVerify(NumpyGenerations):
        def verify(self, *_):
            raise _KilledError

    base.write(export=EXPORT)
    with pytest.raises(_KilledError):
        base.ingest_with(base.embedder, DiesInVerify()).sync(base.source)
    report = base.ingest.sync(base.source)
    assert (report.unchanged, report.embedded) == (1, 0)
    assert base.ingest.check().problems == ()
    assert len([folder for folder in base.index_folder.iterdir() if folder.is_dir()]) == 1


KILLED = """
import sys, time
from pathlib import Path
from knowledge.adapters.generations import NumpyGenerations
from knowledge.adapters.memory import HashingEmbedder
from knowledge.ingest import Ingest
from store.clock import FixedClock
from store.database import Database

class Slow(HashingEmbedder):
    def embed_passages(self, texts):
        time.sleep(0.05)
        return super().embed_passages(texts)

url, workspace, source, folder = sys.argv[1:]
ingest = Ingest(Database(url), workspace_id=workspace, clock=FixedClock(), embedder=Slow(),
                store=NumpyGenerations(), folder=Path(folder))
print("ready", flush=True)
ingest.sync(Path(source))
"""


@pytest.mark.slow
def test_a_sync_killed_at_any_moment_is_right_after_the_next_one(base):
    base.write(**{f"page{n:03}": f"# Page {n}\n\nWhat page {n} says.\n" for n in range(150)})
    for wait in (0.02, 0.1, 0.25, 0.4):
        command = [sys.executable, "-c", KILLED, base.database.url, base.workspace_id]
        child = subprocess.Popen(
            [*command, str(base.source), str(base.index_folder)],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[3],
        )
        child.stdout.readline()
        threading.Event().wait(wait)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()
    report = base.ingest.sync(base.source)
    assert report.added + report.unchanged == 150
    assert report.passages == 150
    assert base.ingest.check().problems == ()
    assert base.ingest.sync(base.source).embedded == 0


def test_two_syncs_at_once_queue(base):
    base.write(**{f"page{n}": f"# Page {n}\n\nText {n}.\n" for n in range(20)})
    reports = []
    threads = [
        threading.Thread(target=lambda: reports.append(base.ingest.sync(base.source))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(report.added for report in reports) == [0, 0, 20]
    assert base.ingest.check().problems == ()


def test_the_same_text_in_two_documents_is_embedded_once(base):
    base.write(one=LOGIN, two=LOGIN)
    report = base.ingest.sync(base.source)
    assert (report.passages, report.embedded) == (2, 1)


def test_an_empty_folder_is_a_source_without_documents(base):
    base.source.mkdir()
    report = base.ingest.sync(base.source)
    assert (report.added, report.passages) == (0, 0)
    assert base.ingest.check().problems == ()
