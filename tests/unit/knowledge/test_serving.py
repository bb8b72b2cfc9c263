from __future__ import annotations

import pytest

from knowledge.adapters.generations import NumpyGenerations
from store.tables import generations


@pytest.fixture
def synced(base):
    base.write(export="# Export\n\nPress Export.\n")
    base.ingest.sync(base.source, audience="public")
    return base


def _wait(index):
    if index._opening:
        index._opening.join()


def _finds(indexes, word):
    return bool(indexes.lexical.search(word, {"public"}, 5))


def test_memory_serves_until_the_folder_is_open(synced):
    index = synced.index(NumpyGenerations())
    assert index.current().exact
    assert _finds(index.current(), "export")
    _wait(index)
    assert not index.current().exact
    assert not index.exact
    assert _finds(index.current(), "export")


def test_without_a_store_only_memory_serves(synced):
    index = synced.index()
    assert index.refresh().exact
    assert index.current().exact


def test_it_follows_the_pointer_when_a_sync_has_moved_it(synced):
    index = synced.index(NumpyGenerations())
    before = index.refresh()
    synced.write(login="# Login\n\nUse your address.\n")
    synced.ingest.sync(synced.source, audience="public")
    assert index.current() is before  # the old one serves meanwhile
    _wait(index)
    assert index.current().generation != before.generation
    assert _finds(index.current(), "address")


def test_memory_follows_the_pointer_too(synced):
    index = synced.index()
    assert not _finds(index.current(), "address")
    synced.write(login="# Login\n\nUse your address.\n")
    synced.ingest.sync(synced.source, audience="public")
    assert _finds(index.current(), "address")


def test_a_folder_that_cannot_be_opened_is_quarantined_and_memory_serves(synced):
    index = synced.index(NumpyGenerations())
    with synced.database.reading() as session:
        active = generations.active_generation(session, synced.workspace_id)
    (synced.index_folder / active.id / "vectors.npz").write_bytes(b"broken")
    assert index.refresh().exact
    assert _finds(index.current(), "export")
    with synced.database.reading() as session:
        assert [one.state for one in generations.generations(session, synced.workspace_id)] == ["quarantined"]
    rebuilt = synced.ingest.rebuild()
    assert index.refresh().generation == rebuilt
    assert not index.exact


def test_another_models_index_is_not_served(synced):
    index = synced.index(NumpyGenerations())
    index._model = "another model"
    indexes = index.refresh()
    assert indexes.exact
    assert not _finds(indexes, "export")


def test_an_empty_knowledge_base_serves_nothing(base):
    indexes = base.index(NumpyGenerations()).refresh()
    assert indexes.exact
    assert not _finds(indexes, "export")
