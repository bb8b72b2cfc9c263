from __future__ import annotations

import math

import pytest

from knowledge.evaluation.metrics import (
    auroc,
    contains,
    mean,
    ndcg,
    percentile,
    recall,
    reciprocal_rank,
    rouge_l,
    token_f1,
)

RELEVANT = {"a": 1.0, "b": 1.0, "z": 0.0}


@pytest.mark.parametrize(
    ("ranked", "expected"),
    [
        (["a", "b"], 1.0),
        (["x", "y"], 0.0),
        (["x", "a"], (1 / math.log2(3)) / (1 + 1 / math.log2(3))),
        ([], 0.0),
        (["z", "a", "b"], (1 / math.log2(3) + 0.5) / (1 + 1 / math.log2(3))),
    ],
)
def test_ndcg_by_hand(ranked, expected):
    assert ndcg(ranked, RELEVANT, 10) == pytest.approx(expected)


def test_graded_relevance_prefers_the_better_one_first():
    assert (
        ndcg(["good", "best"], {"good": 1.0, "best": 2.0}, 10)
        < 1.0
        == ndcg(["best", "good"], {"good": 1.0, "best": 2.0}, 10)
    )


def test_only_the_first_k_count():
    assert ndcg(["x", "a"], RELEVANT, 1) == 0.0
    assert recall(["x", "a", "b"], RELEVANT, 2) == 0.5
    assert reciprocal_rank(["x", "a"], RELEVANT, 1) == 0.0


def test_recall_and_reciprocal_rank_by_hand():
    assert recall(["a", "x", "b"], RELEVANT, 10) == 1.0
    assert reciprocal_rank(["x", "y", "b"], RELEVANT, 10) == pytest.approx(1 / 3)


def test_nothing_relevant_scores_nothing():
    assert ndcg(["a"], {}, 10) == recall(["a"], {}, 10) == reciprocal_rank(["a"], {}, 10) == 0.0


def test_percentiles_are_values_that_occurred():
    assert percentile([3, 1, 2], 0.5) == 2
    assert percentile(list(range(1, 101)), 0.95) == 95
    assert percentile([], 0.5) == mean([]) == 0.0


@pytest.mark.parametrize(
    ("positive", "negative", "expected"),
    [
        pytest.param([2.0, 3.0], [0.0, 1.0], 1.0, id="apart"),
        pytest.param([0.0, 1.0], [2.0, 3.0], 0.0, id="the wrong way round"),
        pytest.param([1.0, 1.0], [1.0], 0.5, id="ties count half"),
        pytest.param([0.9, 0.4], [0.6, 0.1], 0.75, id="three of four pairs"),
        pytest.param([], [1.0], 0.5, id="none of one kind"),
        pytest.param([1.0], [], 0.5, id="none of the other"),
    ],
)
def test_auroc_by_hand(positive, negative, expected):
    assert auroc(positive, negative) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("answer", "reference", "expected"),
    [
        pytest.param("The limit is 100.", "the limit is 100", 1.0, id="punctuation, case and articles"),
        pytest.param("limit is 100", "100", 2 / 4, id="one of three words"),
        pytest.param("up to 3,000 tables", "3000", 2 / 5, id="a thousands separator"),
        pytest.param("version 1.2", "version 12", 2 / 4, id="a point makes another number"),
        pytest.param("don't", "dont", 1.0, id="an apostrophe"),
        pytest.param("yes yes", "yes", 2 / 3, id="a word counts as often as it is there"),
        pytest.param("", "x", 0.0, id="no answer"),
        pytest.param("x", "", 0.0, id="no reference"),
    ],
)
def test_token_f1_by_hand(answer, reference, expected):
    assert token_f1(answer, reference) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("answer", "reference", "expected"),
    [
        pytest.param("police killed the gunman", "police kill the gunman", 0.75, id="Lin's example"),
        pytest.param("the gunman kill police", "police kill the gunman", 0.5, id="order counts"),
        pytest.param("", "police", 0.0, id="no answer"),
    ],
)
def test_rouge_l_by_hand(answer, reference, expected):
    assert rouge_l(answer, reference) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        ("You can store up to 64 TiB of data.", "64 TiB", True),
        ("You can store up to 640 TiB.", "64 TiB", False),
        ("The maximum is 3,000 tables", "3000", True),
        ("Use `aws s3 sync`, it copies.", "aws s3 sync", True),
        ("anything", "", False),
    ],
)
def test_an_answer_is_contained_word_by_word(text, part, expected):
    assert contains(text, part) is expected
