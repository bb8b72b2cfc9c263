"""Gaps held against labels: the grouping rule of the product, over drawn questions."""

from __future__ import annotations

import json

import numpy as np
import pytest

from knowledge.errors import KnowledgeError
from knowledge.evaluation.gaps import evaluate, pairs
from store.gathering import LIKE
from store.insights.nearness import grouped

TOPICS = {"export": 0, "password": 1}


class Words:
    """Vectors that tell two topics apart, with a little of their own."""

    def embed_query(self, text):
        made = np.zeros(8, dtype=np.float32)
        made[TOPICS[text.split()[0]]], made[2 + int(text.split()[1]) % 5] = 1, 0.3
        return made / np.linalg.norm(made)


@pytest.mark.parametrize(
    ("groups", "labels", "expected"),
    [
        pytest.param([0, 0, 1], "aab", (2, 1.0, 1.0), id="as the labels"),
        pytest.param([0, 0, 0], "aab", (1, 0.3333, 1.0), id="all in one"),
        pytest.param([0, 1, 2], "aab", (3, 1.0, 0.0), id="each by itself"),
        pytest.param([], "", (0, 1.0, 1.0), id="none"),
    ],
)
def test_pairs_are_counted(groups, labels, expected):
    found = pairs(groups, labels)

    assert (found["groups"], found["precision"], found["recall"]) == expected


def test_questions_of_two_topics_come_into_two_gaps(tmp_path):
    rows = [[f"{topic} {n}", topic] for topic in TOPICS for n in range(5)] + [["export 9", "oos"]]
    (tmp_path / "data_full.json").write_text(json.dumps({"val": rows}), encoding="utf-8")

    report = evaluate(tmp_path, Words())

    assert (report.figures["questions"], report.figures["labels"], report.figures["like"]) == (10, 2, LIKE)
    assert report.figures["at"][f"{LIKE:.2f}"] == {"groups": 2, "precision": 1.0, "recall": 1.0}
    assert len({row["gap"] for row in report.rows if row["label"] == "export"}) == 1


def test_a_folder_without_the_list_is_refused_with_what_is_expected(tmp_path):
    (tmp_path / "data_full.json").write_text('{"test": []}', encoding="utf-8")

    with pytest.raises(KnowledgeError, match='"val"'):
        evaluate(tmp_path, Words())


def test_a_vector_joins_the_group_it_is_most_like_and_more_groups_than_room_are_held():
    axes = np.eye(100, dtype=np.float32)

    assert grouped([*axes, axes[70]], 0.7) == [*range(100), 70]
    assert grouped([], 0.7) == []
