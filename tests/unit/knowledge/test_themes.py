"""Questions put together by their vectors, and named by their words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import pdist

from knowledge.themes import clusters, distances, names, themes


def around(*topics, each=5, spread=0.25, dimensions=32, seed=0):
    """Unit vectors in the neighbourhood of so many axes, the topics one after the other."""
    random = np.random.default_rng(seed)
    made = np.repeat(np.eye(dimensions)[list(topics)], each, axis=0)
    made += random.normal(0, spread / dimensions**0.5, made.shape)
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


def test_what_is_near_belongs_together():
    vectors = around(0, 1, 2, each=4)

    assert clusters(vectors) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]


def test_few_questions_of_different_topics_stay_apart():
    assert clusters(around(0, 1, 2, 3, each=1)) == [[0], [1], [2], [3]]


def test_a_branch_that_costs_too_much_is_split_though_its_members_are_alike():
    vectors = around(0, each=40, spread=0.5)

    assert len(clusters(vectors)) == 1
    assert len(clusters(vectors, height=0.5)) > 1


@pytest.mark.parametrize("n", [0, 1])
def test_one_question_or_none_needs_no_tree(n):
    assert clusters(around(0, each=1)[:n]) == [[0]][:n]


def test_beyond_the_newest_each_joins_what_it_is_nearest_to_or_stands_alone():
    newest, further = around(0, 1, 2), around(0, 2, 20, each=1, seed=1)

    found = clusters(np.concatenate([newest, further]), most=len(newest))

    assert found == [[0, 1, 2, 3, 4, 15], [10, 11, 12, 13, 14, 16], [5, 6, 7, 8, 9], [17]]


@settings(max_examples=30)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=20), st.integers(0, 9))
def test_each_question_is_in_one_cluster_in_whatever_order_they_come(topics, seed):
    vectors = around(*topics, each=1, seed=seed)
    order = np.random.default_rng(seed).permutation(len(vectors))

    found, shuffled = clusters(vectors), clusters(vectors[order])

    assert sorted(index for group in found for index in group) == list(range(len(vectors)))
    assert {frozenset(order[group].tolist()) for group in shuffled} == {frozenset(group) for group in found}


def test_a_name_is_made_of_the_words_that_set_a_group_apart():
    texts = [
        "How do I export contacts as CSV?",
        "Exporting contacts fails",
        "can my contacts be exported",
        "How do I cancel my plan?",
        "Please cancel the plan",
        "How do I invite a colleague?",
    ]

    assert names(texts, [[0, 1, 2], [3, 4], [5]]) == ["export contacts", "cancel plan", "invite colleague"]


@pytest.mark.parametrize("text", ["", "?", "What is it?", "123"])
def test_a_group_without_words_has_a_name_too(text):
    assert names([text], [[0]]) == ["other"]


def test_themes_never_compare_vectors_of_different_models():
    one, other = around(0, each=2), around(0, each=2, seed=1)
    vectors = [("m1", row.tobytes()) for row in one] + [("m2", row.tobytes()) for row in other]
    texts = ["reset password", "password reset", "reset the password", "forgot password"]

    found = themes(texts, vectors)

    assert [members for _, members in found] == [(0, 1), (2, 3)]
    assert themes([], []) == []


def test_distances_are_those_of_every_pair_in_the_order_that_the_tree_takes_them():
    drawn = np.random.default_rng(3).normal(size=(40, 16))
    vectors = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)

    assert np.allclose(distances(vectors), pdist(vectors), atol=1e-7)
