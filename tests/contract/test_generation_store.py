"""Every way to write an index generation keeps these promises."""

from __future__ import annotations

import pytest

from knowledge.adapters.generations import LEXICAL, ChromaGenerations, NumpyGenerations, in_memory
from knowledge.errors import IndexUnavailable
from tests.contract.passages import EMBEDDER, TEXTS, passages


@pytest.fixture(
    params=[
        pytest.param(NumpyGenerations, id="vectors in a file"),
        pytest.param(ChromaGenerations, id="chroma", marks=pytest.mark.slow),
    ]
)
def store(request):
    return request.param()


def _everything():
    return iter(passages())


def test_what_was_built_is_verified_listed_and_searched(store, tmp_path):
    assert store.build(tmp_path, _everything) == len(TEXTS)
    assert store.verify(tmp_path, len(TEXTS))
    assert store.verify(tmp_path, -1)
    assert store.ids(tmp_path) == (set(TEXTS), set(TEXTS))
    dense, lexical = store.open(tmp_path)
    assert dense.search(EMBEDDER.embed_query(TEXTS["p1"][1]), {"public"}, 1)[0][0] == "p1"
    assert lexical.search("spreadsheet", {"public"}, 1)[0][0] == "p1"
    dense.close()
    lexical.close()


def test_an_index_of_nothing_is_an_index(store, tmp_path):
    assert store.build(tmp_path, lambda: iter(())) == 0
    assert store.verify(tmp_path, 0)
    dense, lexical = store.open(tmp_path)
    assert dense.search(EMBEDDER.embed_query("x"), {"public"}, 3) == lexical.search("x", {"public"}, 3) == []


def test_too_few_passages_fail_the_verification(store, tmp_path):
    store.build(tmp_path, _everything)
    assert not store.verify(tmp_path, len(TEXTS) + 1)


def test_a_damaged_lexical_file_fails_the_verification(store, tmp_path):
    store.build(tmp_path, _everything)
    (tmp_path / LEXICAL).write_bytes(b"garbage" * 100)
    assert not store.verify(tmp_path, len(TEXTS))


def test_an_empty_folder_fails_the_verification_and_cannot_be_opened(store, tmp_path):
    assert not store.verify(tmp_path, 0)
    with pytest.raises(IndexUnavailable):
        store.open(tmp_path)
    with pytest.raises(IndexUnavailable):
        store.ids(tmp_path)


def test_both_indexes_can_be_held_in_memory():
    dense, lexical = in_memory(passages())
    assert dense.search(EMBEDDER.embed_query(TEXTS["p3"][1]), {"customer"}, 1)[0][0] == "p3"
    assert lexical.search("invoices", {"customer"}, 1)[0][0] == "p3"
