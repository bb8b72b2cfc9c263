"""Every reranker keeps these promises, the double included."""

from __future__ import annotations

import pytest

from knowledge.adapters.memory import OverlapReranker
from knowledge.adapters.onnx_reranker import OnnxReranker
from knowledge.adapters.packaged import MINILM_RERANKER
from knowledge.errors import ModelUnavailable

QUESTION = "How do I reset my password?"
GOOD = "To reset your password, follow the link below the login form."
BAD = "Bananas are yellow and grow in bunches."


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(OverlapReranker, id="overlap double"),
        pytest.param(OnnxReranker, id="packaged MiniLM", marks=pytest.mark.slow),
    ],
)
def reranker(request):
    return request.param()


def test_what_answers_scores_above_zero_and_above_what_does_not(reranker):
    good, bad = reranker.score(QUESTION, [GOOD, BAD])
    assert good > 0 > bad


def test_scores_come_in_the_order_of_the_texts(reranker):
    texts = [BAD, GOOD, BAD * 30, GOOD + " " + BAD]
    scores = reranker.score(QUESTION, texts)
    assert len(scores) == len(texts)
    assert scores.index(max(scores)) in {1, 3}


@pytest.mark.parametrize("texts", [[], [""], ["word " * 5000]], ids=["none", "empty", "very long"])
def test_any_texts_are_scored(reranker, texts):
    assert len(reranker.score(QUESTION, texts)) == len(texts)


def test_it_says_when_it_is_loaded(reranker):
    reranker.load()
    assert reranker.loaded


def test_a_changed_model_file_is_refused(tmp_path):
    folder = tmp_path / MINILM_RERANKER.folder
    folder.mkdir()
    for name in MINILM_RERANKER.files:
        (folder / name).write_bytes(b"something else")
    reranker = OnnxReranker(data_folder=tmp_path)
    assert not reranker.loaded
    with pytest.raises(ModelUnavailable):
        reranker.score(QUESTION, [GOOD])
