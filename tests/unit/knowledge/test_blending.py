from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.blending import blend, distinct, mix


def test_the_best_of_both_lists_scores_one():
    assert blend([("a", 0.9), ("b", 0.5)], [("a", 7.0), ("b", 2.0)], lexical_weight=0.25, k=2)["a"] == 1.0


def test_a_missing_side_counts_as_nothing():
    scores = blend([("a", 0.9), ("b", 0.5)], [("c", 7.0), ("d", 3.5)], lexical_weight=0.25, k=100)
    assert scores["a"] == pytest.approx(0.75)
    assert scores["c"] == pytest.approx(0.25)
    assert scores["d"] == pytest.approx(
        0.125
    )  # half of the best BM25: the list is not full, so 0 is BM25's zero


def test_a_full_lexical_list_is_scaled_from_its_own_least():
    assert blend([], [("c", 7.0), ("d", 3.5)], lexical_weight=0.25, k=2)["d"] == 0.0


def test_one_hit_alone_is_the_best():
    assert blend([("a", 0.1)], [], lexical_weight=0.25, k=10) == {"a": 0.75}


def test_nothing_blends_to_nothing():
    assert blend([], [], lexical_weight=0.25, k=10) == {}


def test_mixing_weighs_two_scales():
    assert mix((0.3, [0.0, 1.0]), (0.7, [8.0, -8.0])) == pytest.approx([0.7, 0.3])


def test_nearly_the_same_text_is_folded_into_the_better_one():
    texts = [
        "Press Export on the Reports page.",
        "Press Export on the reports page!",
        "Something else entirely.",
    ]
    assert distinct(texts, same=0.9) == [0, 2]


def test_texts_without_words_are_not_folded():
    assert distinct(["", "!!!"], same=0.9) == [0, 1]


@given(
    st.dictionaries(st.text(max_size=3), st.floats(-1, 1), max_size=20),
    st.dictionaries(st.text(max_size=3), st.floats(0, 50), max_size=20),
)
def test_blended_scores_stay_between_zero_and_one(dense, lexical):
    scores = blend(list(dense.items()), list(lexical.items()), lexical_weight=0.25, k=10)
    assert set(scores) == set(dense) | set(lexical)
    assert all(-1e-9 <= score <= 1 + 1e-9 for score in scores.values())
