"""The formulas of figures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.insights.grouping import group_alike
from store.insights.metrics import helpful_rate, share, shown_as, trend, wilson

PARTS = st.integers(0, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(4, 5, 38, 96), (8, 10, 49, 94), (16, 20, 58, 92), (24, 30, 63, 90), (80, 100, 71, 87)],
)
def test_the_wilson_interval_matches_published_values(successes, n, low, high):
    found = wilson(successes, n)

    assert [round(100 * bound) for bound in found] == pytest.approx([low, high], abs=1)


@given(PARTS)
def test_an_interval_lies_within_0_and_1_and_holds_its_share(pair):
    part, whole = pair
    low, high = wilson(part, whole)

    assert 0 <= low <= high <= 1
    if whole:
        assert low - 1e-9 <= share(part, whole) <= high + 1e-9


@given(PARTS)
def test_a_share_is_a_number_from_0_to_1_or_unknown(pair):
    part, whole = pair

    value = share(part, whole)

    assert value is None if whole == 0 else 0 <= value <= 1
    if whole:
        assert share(whole - part, whole) == pytest.approx(1 - value)


@pytest.mark.parametrize(("part", "whole"), [(2, 1), (-1, 3)])
def test_a_part_that_is_none_is_refused(part, whole):
    with pytest.raises(ValueError, match="is no part of"):
        share(part, whole)


def test_nobody_rating_is_not_a_rate_of_zero():
    assert helpful_rate(0, 0) is None
    assert helpful_rate(3, 1) == 0.75


@pytest.mark.parametrize(
    ("n", "expected"), [(0, "list"), (4, "list"), (5, "interval"), (29, "interval"), (30, "rate")]
)
def test_thin_data_is_shown_as_what_it_is(n, expected):
    assert shown_as(n) == expected


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        pytest.param(10, 10, None, id="no change"),
        pytest.param(2, 0, None, id="two more than nothing"),
        pytest.param(3, 0, "up", id="three more than nothing"),
        pytest.param(0, 3, "down", id="three fewer"),
        pytest.param(102, 99, None, id="three more, but only 3 %"),
        pytest.param(18, 15, "up", id="exactly 20 %"),
        pytest.param(117, 100, None, id="17 %"),
        pytest.param(80, 100, "down", id="20 % fewer"),
    ],
)
def test_an_arrow_needs_a_change_beyond_noise(now, before, expected):
    assert trend(now, before) == expected


def vector(*numbers):
    import numpy as np

    values = np.array(numbers, dtype="<f4")
    return (values / np.linalg.norm(values)).tobytes()


def test_questions_of_the_same_words_are_one():
    texts = ["How do I export a CSV?", "Refunds?", "can you export csv please", "REFUNDS", "export a pdf"]

    assert group_alike(texts, {}) == [[0, 2], [1, 3], [4]]


def test_questions_of_near_vectors_are_one_but_never_across_models():
    texts = ["cancel my plan", "stop the subscription", "end the contract", "add a seat"]
    vectors = {
        0: ("m1", vector(1, 0, 0)),
        1: ("m1", vector(0.99, 0.1, 0)),
        2: ("m2", vector(1, 0, 0)),
        3: ("m1", vector(0, 1, 0)),
    }

    assert group_alike(texts, vectors) == [[0, 1], [2], [3]]


@given(st.lists(st.text(max_size=12), max_size=12))
def test_every_question_is_in_exactly_one_group(texts):
    groups = group_alike(texts, {})

    assert sorted(index for group in groups for index in group) == list(range(len(texts)))
