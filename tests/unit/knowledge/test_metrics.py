from __future__ import annotations

import math

import pytest

from knowledge.evaluation.metrics import mean, ndcg, percentile, recall, reciprocal_rank

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
