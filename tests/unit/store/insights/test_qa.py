"""Quality assurance of answers: the same sample for everybody, and agreement by Cohen's kappa."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.insights.qa import Candidate, agreement, choose, kappa, last_week, results, week_of
from store.tables import AnswerReview, SampledAnswer
from store.tables.reviews import CRITERIA, MARKS

WEEK, NOW = date(2026, 2, 23), datetime(2026, 3, 3, tzinfo=UTC)


def candidates(bots, humans):
    return [Candidate(f"b{n}", "bot", f"a{n}", "x") for n in range(bots)] + [
        Candidate(f"h{n}", "human", None, "x") for n in range(humans)
    ]


def review(sampled_id, user, **marks):
    return AnswerReview(
        workspace_id="w", sampled_id=sampled_id, slack_user_id=user, created_at=NOW, updated_at=NOW,
        marks=dict.fromkeys(CRITERIA, "yes") | marks,
    )  # fmt: skip


def sampled(sampled_id):
    return SampledAnswer(
        id=sampled_id, workspace_id="w", week=WEEK, position=1, kind="bot", message_id="m", created_at=NOW
    )


def test_a_week_begins_on_monday_and_the_last_one_is_over():
    assert week_of(date(2026, 3, 1)) == WEEK
    assert last_week(date(2026, 3, 2)) == WEEK
    assert last_week(date(2026, 3, 8)) == WEEK


@pytest.mark.parametrize(
    ("bots", "humans", "expected"),
    [
        pytest.param(40, 40, (5, 5), id="half and half"),
        pytest.param(40, 2, (8, 2), id="few people's"),
        pytest.param(3, 40, (3, 7), id="few of the bot"),
        pytest.param(2, 1, (2, 1), id="few of both"),
        pytest.param(0, 0, (0, 0), id="none"),
    ],
)
def test_half_the_sample_is_the_bots_and_half_is_peoples(bots, humans, expected):
    chosen = choose(candidates(bots, humans), WEEK)
    assert (sum(one.kind == "bot" for one in chosen), sum(one.kind == "human" for one in chosen)) == expected


@given(st.permutations(candidates(12, 12)))
def test_the_week_decides_the_sample_and_not_the_order_of_rows(rows):
    assert choose(rows, WEEK) == choose(candidates(12, 12), WEEK)


def test_another_week_has_another_sample():
    assert choose(candidates(50, 50), WEEK) != choose(candidates(50, 50), date(2026, 3, 2))


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        pytest.param([], None, id="nothing"),
        pytest.param([("yes", "yes")] * 12, None, id="always the same: chance explains it"),
        pytest.param([("yes", "yes"), ("no", "no")] * 5, 1.0, id="whole agreement"),
        pytest.param([("yes", "no"), ("no", "yes")] * 5, -1.0, id="whole disagreement"),
        # 50 cases of two readers: both yes 20, yes/no 5, no/yes 10, both no 15; observed .7, expected .5.
        pytest.param(
            [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15,
            0.4,
            id="a worked example",
        ),
    ],
)
def test_kappa_is_agreement_beyond_chance(pairs, expected):
    found = kappa(pairs)
    assert found == (expected if expected is None else pytest.approx(expected))


@given(st.lists(st.tuples(st.sampled_from(MARKS), st.sampled_from(MARKS)), max_size=40))
def test_kappa_is_at_most_one_and_does_not_ask_who_was_first(pairs):
    found = kappa(pairs)
    assert found is None or -1 <= found <= 1 + 1e-9
    turned = kappa([(other, one) for one, other in pairs])
    assert turned == (found if found is None else pytest.approx(found))


def test_agreement_needs_ten_pairs_of_marks():
    one = [review("s1", "A", tone="no"), review("s1", "B")]
    assert agreement(one).kappa is None
    assert agreement(one).n == 5
    two = [*one, review("s2", "A", clear="partly"), review("s2", "B", clear="partly")]
    assert agreement(two).n == 10
    assert agreement(two).kappa is not None


def test_results_count_what_applies_and_name_their_rows():
    rows = [review("s1", "A", source="n/a", correct="no"), review("s1", "B"), review("s2", "A")]
    found = results(WEEK, [sampled("s1"), sampled("s2"), sampled("s3")], [*rows, review("other", "A")])
    assert (found.sampled, found.reviewed, found.twice) == (3, 2, 1)
    by_name = {one.criterion: one for one in found.criteria}
    assert (by_name["correct"].yes.numerator, by_name["correct"].yes.n) == (2, 3)
    assert by_name["source"].yes.n == 2
    assert set(by_name["source"].evidence) == {rows[1].id, rows[2].id}
