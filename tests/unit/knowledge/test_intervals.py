from __future__ import annotations

import numpy as np
import pytest

from knowledge.evaluation.intervals import conversation, interval, mean_difference


def test_a_clear_gain_excludes_nothing():
    groups = [str(i) for i in range(200)]
    ours = [1.0 if i % 10 else 0.0 for i in range(200)]
    theirs = [1.0 if i % 2 else 0.0 for i in range(200)]
    gain = mean_difference(ours, theirs, groups)
    assert gain.value == pytest.approx(0.4)
    assert 0 < gain.low < 0.4 < gain.high < 1


def test_no_difference_has_an_interval_around_nothing():
    values = [float(i % 3) for i in range(60)]
    shuffled = values[::-1]
    gain = mean_difference(values, shuffled, [str(i) for i in range(60)])
    assert gain.low <= 0 <= gain.high


def test_the_same_rows_give_the_same_interval():
    arguments = ([1.0, 0.0, 0.5], [0.0, 0.0, 1.0], ["a", "a", "b"])
    assert mean_difference(*arguments) == mean_difference(*arguments)


def test_turns_of_one_conversation_are_drawn_together():
    seen = []
    interval(lambda rows: seen.append(np.sort(rows).tolist()) or 0.0, ["a", "a", "b"])
    assert all(rows.count(0) == rows.count(1) for rows in seen)
    assert any(rows.count(0) != 1 for rows in seen)


def test_fewer_conversations_say_less_than_as_many_single_turns():
    ours, theirs = [1.0, 1.0, 0.0, 0.0] * 10, [0.0] * 40
    apart = mean_difference(ours, theirs, [str(i) for i in range(40)])
    together = mean_difference(ours, theirs, [str(i // 2) for i in range(40)])
    assert together.high - together.low > apart.high - apart.low


def test_of_nothing_the_interval_is_nothing():
    assert interval(len, []).rounded() == [0.0, 0.0, 0.0]


def test_a_turns_id_names_its_conversation():
    assert conversation("abc<::>3") == "abc"
    assert conversation("q7") == "q7"
