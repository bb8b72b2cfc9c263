"""Every vector index keeps these promises."""

from __future__ import annotations

import threading

import pytest

from knowledge.adapters.chroma import ChromaBuilder, ChromaIndex, probe, stored_ids, verify
from knowledge.adapters.exact import ExactIndex
from knowledge.errors import IndexUnavailable
from tests.contract.passages import EMBEDDER, TEXTS, IndexPassage, passages


def _chroma(folder):
    assert ChromaBuilder(folder / "chroma").build(passages()) == len(TEXTS)
    return ChromaIndex(folder / "chroma")


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(lambda _: ExactIndex(passages()), id="exact"),
        pytest.param(_chroma, id="chroma", marks=pytest.mark.slow),
    ],
)
def index(request, tmp_path_factory):
    made = request.param(tmp_path_factory.mktemp("index"))
    yield made
    made.close()


def _ids(hits):
    return [passage for passage, _ in hits]


def test_a_passage_finds_itself_with_cosine_one(index):
    for key, (audience, text) in TEXTS.items():
        (passage, cosine), *_ = index.search(EMBEDDER.embed_query(text), {audience}, 3)
        assert passage == key
        assert cosine == pytest.approx(1, abs=1e-3)


def test_hits_come_best_first(index):
    cosines = [
        cosine for _, cosine in index.search(EMBEDDER.embed_query("export"), {"public", "internal"}, 5)
    ]
    assert cosines == sorted(cosines, reverse=True)


@pytest.mark.parametrize(
    ("audiences", "readable"),
    [
        (set(), set()),
        ({"public"}, {"p1", "p2"}),
        ({"public", "customer"}, {"p1", "p2", "p3"}),
        ({"public", "account:a1"}, {"p1", "p2", "p5"}),
        ({"account:a2"}, set()),
        ({"no such audience"}, set()),
    ],
    ids=["nobody", "public", "customer", "one account", "another account", "unknown"],
)
def test_what_the_asker_may_not_read_is_never_ranked(index, audiences, readable):
    assert set(_ids(index.search(EMBEDDER.embed_query("export contacts"), audiences, 10))) == readable


@pytest.mark.parametrize("k", [0, 1, 2, 100])
def test_no_more_than_k_are_returned(index, k):
    assert len(index.search(EMBEDDER.embed_query("export"), {"public", "customer"}, k)) == min(k, 3)


def test_threads_may_search_at_once(index):
    found = []

    def search():
        found.extend(
            _ids(index.search(EMBEDDER.embed_query(TEXTS["p2"][1]), {"public"}, 1)) for _ in range(20)
        )

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [["p2"]] * 80


def test_an_empty_exact_index_finds_nothing():
    assert ExactIndex([]).search(EMBEDDER.embed_query("x"), {"public"}, 3) == []


@pytest.mark.slow
class TestChromaFolder:
    def test_a_good_folder_passes_its_probe_and_lists_its_passages(self, tmp_path):
        ChromaBuilder(tmp_path / "c").build(passages())
        assert probe(tmp_path / "c", len(TEXTS))
        assert not probe(tmp_path / "c", len(TEXTS) + 1)
        assert stored_ids(tmp_path / "c") == set(TEXTS)

    def test_nearly_equal_texts_do_not_fail_a_good_folder(self, tmp_path):
        """Chroma's graph is approximate: now and then one of many neighbours does not find itself."""
        texts = [f"What page {n} says: version 0 of page {n} says it." for n in range(240)]
        made = [
            IndexPassage(f"p{n}", "public", text, EMBEDDER.embed_query(text)) for n, text in enumerate(texts)
        ]
        for turn in range(5):
            ChromaBuilder(tmp_path / str(turn)).build(made)
            assert verify(tmp_path / str(turn), len(texts))

    def test_building_twice_gives_the_same_index(self, tmp_path):
        builder = ChromaBuilder(tmp_path / "c")
        assert builder.build(passages()) == builder.build(passages()) == len(TEXTS)

    def test_a_sparse_link_file_is_taken_as_corrupt_without_opening_it(self, tmp_path):
        segment = tmp_path / "c" / "segment"
        segment.mkdir(parents=True)
        (segment / "data_level0.bin").write_bytes(b"x" * 100)
        with (segment / "link_lists.bin").open("wb") as file:
            file.truncate(10_000_000_000)
        assert not probe(tmp_path / "c")
        with pytest.raises(IndexUnavailable, match="check --repair"):
            stored_ids(tmp_path / "c")

    def test_a_damaged_database_fails_its_probe(self, tmp_path):
        ChromaBuilder(tmp_path / "c").build(passages())
        (tmp_path / "c" / "chroma.sqlite3").write_bytes(b"no database at all" * 100)
        assert not probe(tmp_path / "c")

    def test_a_missing_folder_is_no_index(self, tmp_path):
        assert not probe(tmp_path / "none")
        with pytest.raises(IndexUnavailable, match="no vector index"):
            ChromaIndex(tmp_path / "none")
