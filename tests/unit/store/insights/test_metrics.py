"""The formulas of figures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.insights.grouping import group_alike
from store.insights.metrics import average, middle, rate, rate_of, share, shown_as, trend, weighted, wilson

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


def test_what_has_no_data_has_no_value():
    for unknown in (rate(0, 0), rate_of([]), average([], 1, 5), middle([]), weighted([], [])):
        assert (unknown.value, unknown.n, unknown.interval) == (None, 0, None)
        assert not unknown.is_known


@pytest.mark.parametrize(
    ("values", "value", "interval"),
    [
        pytest.param([3], 3, None, id="one value has no interval"),
        pytest.param([1, 5], 3, (1, 5), id="cut to the scale"),
        pytest.param([4, 4, 4], 4, (4, 4), id="all agree"),
        # s = 1, 1.96 / sqrt(9) = 0.653
        pytest.param([2, 2, 2, 3, 3, 3, 4, 4, 4], 3, (2.434, 3.566), id="nine values"),
    ],
)
def test_a_mean_comes_with_its_normal_interval(values, value, interval):
    found = average(values, 1, 5)

    assert (found.value, found.n, found.numerator) == (value, len(values), sum(values))
    assert found.interval == (interval if interval is None else pytest.approx(interval, abs=1e-3))


@pytest.mark.parametrize(
    ("values", "value", "interval"),
    [
        pytest.param([7], 7, None, id="one"),
        pytest.param([5, 1, 3, 2, 4], 3, None, id="five: its ranks would lie outside"),
        pytest.param(list(range(1, 11)), 5.5, (1, 10), id="ten: ranks 1 and 10"),
        pytest.param(list(range(1, 101)), 50.5, (40, 61), id="a hundred: ranks 40 and 61"),
        pytest.param([-4, -2, 1], -2, None, id="signs are kept"),
    ],
)
def test_a_median_comes_with_the_interval_of_its_ranks(values, value, interval):
    found = middle(values)

    assert (found.value, found.n, found.interval) == (value, len(values), interval)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1))
def test_a_median_lies_in_its_interval(values):
    found = middle(values)

    assert min(values) <= found.value <= max(values)
    if found.interval:
        assert found.interval[0] <= found.value <= found.interval[1]


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
