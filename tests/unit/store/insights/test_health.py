"""The formula of health, its measures and bands: worked examples, borders, and properties."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.insights import measures
from store.insights.health import WEIGHTS, Day, Measure, band_of, computed, health
from store.insights.measures import Observation
from store.insights.rhythm import rhythm
from store.tables.goals import GoalStanding

TODAY = date(2026, 6, 1)


def ago(days):
    return TODAY - timedelta(days=days)


def known(**values):
    """Measures with these values, the others unknown."""
    return [Measure(name, values.get(name), "") for name in WEIGHTS]


# The formula: sum(w*s) / sum(w) over what is known


@pytest.mark.parametrize(
    ("values", "score", "weight"),
    [
        # (30*80 + 15*50 + 10*90) / 55 = 4050 / 55 = 73.6
        pytest.param({"use": 80, "goals": 50, "voice": 90}, 74, 55, id="worked example, three known"),
        pytest.param(dict.fromkeys(WEIGHTS, 100), 100, 100, id="all full"),
        pytest.param(dict.fromkeys(WEIGHTS, 0), 0, 100, id="all empty"),
        pytest.param({"use": 100, "conversation": 0}, 60, 50, id="exactly half of the weight is known"),
        pytest.param({"use": 100, "goals": 100}, None, 45, id="less than half is known: no score"),
        pytest.param({}, None, 0, id="nothing is known"),
        pytest.param({"use": 150, "conversation": -20}, 60, 50, id="beyond the scale counts as its end"),
    ],
)
def test_health_is_the_weighted_mean_of_what_is_known(values, score, weight):
    assert computed(known(**values)) == (score, weight)


def test_the_weights_are_a_hundred():
    assert sum(WEIGHTS.values()) == 100


@pytest.mark.parametrize(
    ("imported", "sentiment", "score", "source", "is_capped"),
    [
        pytest.param(None, None, 90, "computed", False, id="ours"),
        pytest.param(62, None, 62, "imported", False, id="the company's own score counts"),
        pytest.param(None, "red", 40, "computed", True, id="red caps at 40"),
        pytest.param(30, "red", 30, "imported", False, id="red raises nothing"),
        pytest.param(None, "yellow", 74, "computed", True, id="yellow is never green"),
        pytest.param(None, "green", 90, "computed", False, id="green leaves it"),
    ],
)
def test_the_csms_word_caps_and_an_imported_score_counts(imported, sentiment, score, source, is_capped):
    found = health(known(use=90, conversation=90), imported=imported, sentiment=sentiment)
    assert (found.score, found.source, found.capped is not None) == (score, source, is_capped)
    assert found.computed == 90


values = st.one_of(st.none(), st.floats(0, 100))


@given(
    st.fixed_dictionaries(dict.fromkeys(WEIGHTS, values)), st.sampled_from([None, "red", "yellow", "green"])
)
def test_a_score_is_between_the_least_and_the_most_of_its_measures_and_never_over_its_cap(
    given_values, sentiment
):
    found = health(known(**given_values), sentiment=sentiment)
    there = [value for value in given_values.values() if value is not None]
    if found.computed is not None:
        assert min(there) - 0.5 <= found.computed <= max(there) + 0.5
        assert found.score <= {"red": 40, "yellow": 74}.get(sentiment, 100)
    else:
        assert found.score is None


@given(st.fixed_dictionaries(dict.fromkeys(WEIGHTS, st.floats(0, 100))), st.sampled_from(sorted(WEIGHTS)))
def test_a_better_measure_never_lowers_the_score(given_values, name):
    before, _ = computed(known(**given_values))
    after, _ = computed(known(**given_values | {name: 100}))
    assert after >= before


# Bands, with hysteresis


def run_of(scores, word=None):
    """The band of each day, the first day first."""
    history = []
    for n, score in enumerate(scores):
        day = TODAY + timedelta(days=n)
        history.append(Day(day, score, band_of(history, day, score, word)))
    return [one.band[0] for one in history]


@pytest.mark.parametrize(
    ("scores", "bands"),
    [
        pytest.param([80, 40, 80, 40, 80], "ggggg", id="one bad day changes nothing"),
        pytest.param([80, 49, 49], "ggr", id="two days below 50 are red"),
        pytest.param([42, 42], "yr", id="the first day is never red"),
        pytest.param([80, 40, 40, 61, 61, 61, 61, 61, 61, 61], "ggrrrrrrry", id="seven days above 60 end it"),
        pytest.param(
            [80, 40, 40] + [90] * 6 + [60] + [90] * 7, "ggrrrrrrrrrrrrrrg", id="60 begins the week anew"
        ),
        pytest.param([80, 70, 80, 70, 70], "ggggy", id="yellow after two days"),
        pytest.param([70, 80, 80], "yyg", id="green after two days"),
        pytest.param([None, 80, None], "ugu", id="nothing known"),
    ],
)
def test_a_band_changes_when_the_score_has_stayed_beyond_its_border(scores, bands):
    assert "".join(run_of(scores)) == bands


def test_days_without_a_look_count_as_the_one_before():
    history = [Day(ago(30), 40, "yellow")]
    assert band_of(history, TODAY, 45) == "red"


@given(st.lists(st.integers(0, 100), min_size=1, max_size=40))
def test_whatever_the_scores_red_begins_below_50_and_ends_above_60(scores):
    bands = run_of(scores)
    for n in range(1, len(bands)):
        if bands[n] == "r" and bands[n - 1] != "r":
            assert scores[n] < 50
            assert scores[n - 1] < 50
        if bands[n] != "r" and bands[n - 1] == "r":
            assert all(score > 60 for score in scores[n - 6 : n + 1])


@given(st.lists(st.integers(0, 100), min_size=1, max_size=20))
def test_a_csm_who_says_red_is_never_overruled(scores):
    assert set(run_of(scores, word="red")) == {"r"}


# Measures


@pytest.mark.parametrize(
    ("seats", "used", "figures", "value"),
    [
        pytest.param(120, Observation(ago(2), 60), [], 50, id="half of the seats"),
        pytest.param(10, Observation(ago(2), 12), [], 100, id="more than bought"),
        pytest.param(10, Observation(ago(61), 10), [], None, id="too old"),
        pytest.param(
            None, None, [(90, 100), (60, 120), (1, 75)], pytest.approx(36.4, abs=0.1), id="activity fell"
        ),
        pytest.param(None, None, [(90, 100), (1, 130)], 100, id="activity rose"),
        pytest.param(100, Observation(ago(1), 80), [(90, 100), (1, 75)], 65, id="both, their mean"),
        pytest.param(None, None, [(1, 100)], None, id="nothing to compare with"),
        pytest.param(None, None, [(90, 0), (1, 10)], None, id="nothing before"),
    ],
)
def test_use_is_seats_and_activity_against_its_own_level(seats, used, figures, value):
    found = measures.use(seats, used, [Observation(ago(days), n) for days, n in figures], TODAY)
    assert found.value == value


@pytest.mark.parametrize(
    ("days", "value"),
    [
        pytest.param(2, None, id="they began two days ago"),
        pytest.param(29, None, id="within the first month"),
        pytest.param(30, 20, id="a month later"),
    ],
)
def test_unused_seats_say_nothing_while_a_new_customer_is_inviting_people(days, value):
    found = measures.use(10, Observation(ago(1), 2), [], TODAY, began=ago(days))
    assert found.value == value


@pytest.mark.parametrize(
    ("asked", "unresolved", "quiet", "value"),
    [
        pytest.param(10, 3, None, 70, id="questions alone"),
        pytest.param(2, 2, None, None, id="two questions say nothing"),
        pytest.param(0, 0, 3, 100, id="within their habit"),
        pytest.param(0, 0, 6, 50, id="twice their gap"),
        pytest.param(0, 0, 30, 0, id="long silent"),
    ],
)
def test_conversation_is_what_was_resolved_and_their_own_rhythm(asked, unresolved, quiet, value):
    days = [ago(quiet + 3 * n) for n in range(6)] if quiet is not None else []
    assert measures.conversation(asked, unresolved, rhythm(days, TODAY)).value == value


def goal(baseline, now, target, since=100, due=100, state="open"):
    return GoalStanding(
        "Less planning", "", baseline, now, target, TODAY + timedelta(days=due), state, ago(since)
    )


@pytest.mark.parametrize(
    ("goals", "value"),
    [
        pytest.param([goal(100, 50, 0)], 100, id="half of the way at half of the time"),
        pytest.param([goal(100, 75, 0)], 50, id="half as far as its time"),
        pytest.param([goal(0, 5, 10, since=200, due=-1)], 50, id="its time is over"),
        pytest.param([goal(0, None, 10, state="met")], 100, id="said to be met"),
        pytest.param([goal(100, 75, 0), goal(0, 12, 10)], 75, id="the mean of two"),
        pytest.param([goal(0, -5, 10)], 0, id="it went the wrong way"),
        pytest.param([goal(0, 0, 10, since=1)], 100, id="it has only begun"),
        pytest.param([goal(None, None, 10)], None, id="no figures"),
        pytest.param([], None, id="no goals"),
    ],
)
def test_goals_are_their_way_against_their_time(goals, value):
    assert measures.goals(goals, TODAY).value == value


@pytest.mark.parametrize(
    ("found", "value"),
    [
        pytest.param(measures.voice([9, 7], []), 80, id="recommendation"),
        pytest.param(measures.voice([], [5, 3]), 75, id="satisfaction"),
        pytest.param(measures.voice([8], [3]), 65, id="both"),
        pytest.param(measures.voice([], []), None, id="nobody answered"),
        pytest.param(
            measures.engagement(["admin", "buyer", "end_user"], ["admin"], 0, 0), 50, id="one of two"
        ),
        pytest.param(measures.engagement(["end_user"], ["end_user"], 0, 0), None, id="no key people"),
        pytest.param(
            measures.engagement(["admin"], ["admin"], 4, 1), 62.5, id="in touch, one of four answered"
        ),
        pytest.param(measures.support(4, 3), 75, id="in time"),
        pytest.param(measures.support(0, 0), None, id="no requests"),
        pytest.param(measures.commercial("ok", ago(10), TODAY), 100, id="paid"),
        pytest.param(measures.commercial("Failed", ago(10), TODAY), 0, id="not paid"),
        pytest.param(measures.commercial("ok", ago(91), TODAY), None, id="a payment of long ago"),
        pytest.param(measures.commercial("maybe", ago(1), TODAY), None, id="no word that is known"),
    ],
)
def test_the_other_measures(found, value):
    assert found.value == value
    assert found.why


# Rhythm


@pytest.mark.parametrize(
    ("days", "gap", "silent"),
    [
        pytest.param([40, 37, 34, 31, 28], 3, True, id="every third day, then four weeks of nothing"),
        pytest.param([40, 37, 34, 31, 7], 3, True, id="a week, over twice the gap"),
        pytest.param([18, 15, 12, 9, 6], 3, False, id="six days are never a silence"),
        pytest.param([150, 120, 90, 60, 30], 30, False, id="monthly, a month ago"),
        pytest.param([181, 151, 121, 91, 61], 30, True, id="monthly, over two months ago"),
        pytest.param([40, 37, 34, 31], None, False, id="four days are no habit"),
        pytest.param([], None, False, id="never"),
        pytest.param([9, 9, 9, 9, 9], None, False, id="many messages of one day"),
    ],
)
def test_silence_is_measured_by_their_own_habit(days, gap, silent):
    found = rhythm([ago(n) for n in days], TODAY)
    assert (found.gap, found.is_silent) == (gap, silent)
