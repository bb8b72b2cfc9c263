"""Every metric of the product: worked examples, what must hold for any rows, and what happens without data."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.insights import adoption, resolution, revenue, voice
from store.insights.adoption import Actioned, Onboarding, PlayRun, PlayStep
from store.insights.resolution import Handled
from store.insights.revenue import DueRenewal, Revenue
from store.insights.voice import Invitation, Response

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TODAY = NOW.date()


def ago(**span):
    return NOW - timedelta(**span)


def day(days):
    return TODAY + timedelta(days=days)


# Voice


def responses(survey, values):
    return [Response(survey, f"c{n}", value, NOW) for n, value in enumerate(values)]


@pytest.mark.parametrize(
    ("promoters", "passives", "detractors", "score", "margin"),
    [
        pytest.param(4, 0, 1, 60, 70, id="four and one of five"),
        pytest.param(6, 3, 1, 50, 42, id="6/3/1 of ten"),
        pytest.param(0, 3, 0, 0, 0, id="all passive"),
        pytest.param(0, 0, 2, -100, 0, id="all detractors"),
        pytest.param(50, 30, 20, 30, 15, id="a hundred"),
    ],
)
def test_nps_is_promoters_less_detractors(promoters, passives, detractors, score, margin):
    values = [10, 9] * promoters
    values = values[:promoters] + [8] * passives + [6] * detractors

    found = voice.nps(responses("nps", values))

    assert (found.value, found.n) == (pytest.approx(score), promoters + passives + detractors)
    assert found.numerator / found.denominator == pytest.approx(score)
    low, high = max(-100, score - margin), min(100, score + margin)
    assert found.interval == pytest.approx((low, high), abs=0.6)


def test_nps_counts_a_contact_once_by_the_latest_answer_and_no_answers_off_the_scale():
    early, late = ago(days=3), ago(days=1)
    rows = [
        Response("nps", "ana", 3, early),
        Response("nps", "ana", 10, late),
        Response("nps", "ben", 11, late),
        Response("csat", "cara", 5, late),
    ]

    found = voice.nps(rows)

    assert (found.value, found.n) == (100, 1)


def test_csat_is_the_share_of_fours_and_fives_beside_its_mean():
    rows = responses("csat", [5, 4, 4, 3, 1])

    assert voice.csat(rows).value == 3 / 5
    assert voice.csat(rows).interval == pytest.approx((0.231, 0.882), abs=1e-3)
    assert voice.csat_mean(rows).value == pytest.approx(3.4)


def test_ces_is_a_mean_beside_the_share_of_easy():
    rows = responses("ces", [7, 6, 5, 2])

    assert voice.ces(rows).value == 5
    assert (voice.ces_easy(rows).numerator, voice.ces_easy(rows).denominator) == (3, 4)


def test_the_response_rate_counts_what_was_delivered_to_people_who_are_still_there():
    found = voice.response_rate(
        [
            Invitation(is_delivered=True, is_answered=True),
            Invitation(is_delivered=True, is_answered=False),
            Invitation(is_delivered=False, is_answered=False),
            Invitation(is_delivered=True, is_answered=False, is_active=False),
        ]
    )

    assert (found.numerator, found.denominator) == (1, 2)


def test_helpfulness_is_thumbs_up_of_all_thumbs_and_comes_with_coverage():
    assert voice.helpfulness([1, 1, 1, -1, 0]).value == 3 / 4
    assert voice.coverage(4, 40).value == 0.1


@given(st.lists(st.integers(0, 10), max_size=60))
def test_nps_lies_between_minus_and_plus_a_hundred_within_its_interval(values):
    found = voice.nps(responses("nps", values))

    assert found.n == len(values)
    if values:
        assert -100 <= found.interval[0] <= found.value + 1e-9
        assert found.value - 1e-9 <= found.interval[1] <= 100


@given(st.lists(st.integers(-3, 12), max_size=40))
def test_scores_stay_on_their_scale(values):
    rows = [*responses("csat", values), *responses("ces", values)]

    csat, ces = voice.csat_mean(rows), voice.ces(rows)

    assert csat.value is None or 1 <= csat.interval[0] <= csat.interval[1] <= 5 if csat.interval else True
    assert ces.value is None or 1 <= ces.value <= 7
    assert_share(voice.csat(rows))
    assert_share(voice.ces_easy(rows))


def assert_share(metric):
    assert metric.n >= 0
    assert metric.value is None or (
        0 <= metric.numerator <= metric.denominator
        and metric.interval[0] - 1e-9 <= metric.value <= metric.interval[1] + 1e-9
        and 0 <= metric.interval[0] <= metric.interval[1] <= 1
    )


# Revenue


COHORT = [
    Revenue("grew", 100, 150),
    Revenue("shrank", 100, 60),
    Revenue("left", 100, 0),
    Revenue("stayed", 200, 200),
    Revenue("new", 0, 500),
]


def test_retention_of_revenue_is_of_those_who_paid_at_the_start():
    gross, net, logos = revenue.grr(COHORT), revenue.nrr(COHORT), revenue.logo_retention(COHORT)

    assert (gross.numerator, gross.denominator, gross.value) == (360, 500, 0.72)
    assert (net.numerator, net.value) == (410, 0.82)  # (500 + 50 - 40 - 100) / 500
    assert (logos.numerator, logos.denominator) == (3, 4)
    assert gross.n == net.n == logos.n == 4


def test_renewal_rates_worked_example():
    # 75 of 100 won, 25 may still change: worst 75 %, best 100 %.
    due = [
        DueRenewal("a", 75, day(-3), won_minor=90, closed_on=day(-4)),  # growth is another figure
        DueRenewal("b", 25, day(9), swing_minor=40),  # nobody's swing exceeds what they would lose
    ]

    assert revenue.renewal_rate_worst(due).value == 0.75
    assert revenue.renewal_rate_best(due).value == 1.0


def test_renewed_on_time_is_counted_and_weighed_of_what_came_due():
    due = [
        DueRenewal("early", 300, day(-5), won_minor=300, closed_on=day(-9)),
        DueRenewal("on its day", 100, day(-5), won_minor=80, closed_on=day(-5)),
        DueRenewal("late", 100, day(-5), won_minor=100, closed_on=day(-1)),
        DueRenewal("lost", 100, day(-5), closed_on=day(-6)),
        DueRenewal("open", 100, day(-5)),
        DueRenewal("ahead", 900, day(5)),
    ]

    counted, weighed = (
        revenue.on_time_renewal(due, TODAY),
        revenue.on_time_renewal_revenue(due, TODAY),
    )

    assert (counted.numerator, counted.denominator) == (2, 5)
    assert (weighed.numerator, weighed.denominator) == (380, 700)


def test_saved_is_of_those_at_risk_whose_renewal_is_decided():
    due = [
        DueRenewal("saved", 100, day(-5), won_minor=50, closed_on=day(-5), was_at_risk=True),
        DueRenewal("lost", 300, day(-5), closed_on=day(-5), was_at_risk=True),
        DueRenewal("open", 300, day(5), was_at_risk=True),
        DueRenewal("never at risk", 300, day(-5), won_minor=300, closed_on=day(-5)),
    ]

    assert revenue.save_rate(due).value == 1 / 2
    assert revenue.save_rate_revenue(due).value == 50 / 400


@pytest.mark.parametrize(
    ("months", "churn", "value"),
    [(12, 0.02, 40_000), (11, 0.02, None), (24, 0.0, None)],
    ids=["a year", "too little data", "nobody left"],
)
def test_lifetime_value_needs_a_year_and_somebody_who_left(months, churn, value):
    assert revenue.lifetime_value(1000, 0.8, churn, months).value == (value and pytest.approx(value))


MONEY = st.integers(0, 10**9)


@given(st.lists(st.builds(Revenue, st.text(), MONEY, MONEY), max_size=30))
def test_retention_focus_gross_retention_is_never_above_net_or_one(rows):
    gross, net = revenue.grr(rows), revenue.nrr(rows)

    assert_share(revenue.logo_retention(rows))
    assert (gross.value is None) == (net.value is None)
    if gross.value is not None:
        assert 0 <= gross.value <= min(1.0, net.value)
        assert gross.numerator <= gross.denominator
        assert gross.interval is None or 0 <= gross.interval[0] <= gross.value <= gross.interval[1] <= 1


@given(
    st.lists(
        st.builds(
            DueRenewal,
            st.text(),
            MONEY,
            st.dates(date(2026, 1, 1), date(2026, 12, 31)),
            won_minor=MONEY,
            closed_on=st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 31)),
            swing_minor=MONEY,
            was_at_risk=st.booleans(),
        ),
        max_size=30,
    )
)
def test_the_worst_renewal_rate_is_never_above_the_best_and_neither_above_one(rows):
    worst, best = revenue.renewal_rate_worst(rows), revenue.renewal_rate_best(rows)

    assert_share(revenue.on_time_renewal(rows, TODAY))
    assert_share(revenue.save_rate(rows))
    if worst.value is not None:
        assert 0 <= worst.value <= best.value <= 1


# Resolution


def question(n, *, status="answered", citations=1, by="ana", topic="export", days=20.0, **more):
    return Handled(str(n), by, topic, ago(days=days), status, citations, **more)


def test_answered_needs_a_citation_and_abstained_is_its_own_share():
    asked = [
        question(1),
        question(2, status="partial"),
        question(3, citations=0),
        question(4, status="refused"),
        question(5, status=None),
    ]

    assert resolution.answer_rate(asked).value == 2 / 4
    assert resolution.abstain_rate(asked).value == 1 / 4


@pytest.mark.parametrize(
    ("row", "value"),
    [
        pytest.param(question(1), 0, id="nobody said so"),
        pytest.param(question(1, confirmed_at=ago(days=19)), 1, id="said to be solved"),
        pytest.param(
            question(1, confirmed_at=ago(days=19), reopened_at=ago(days=17)), 0, id="reopened in time"
        ),
        pytest.param(
            question(1, confirmed_at=ago(days=19), reopened_at=ago(days=15)), 1, id="reopened later"
        ),
        pytest.param(question(1, days=2, confirmed_at=ago(days=1)), None, id="too young to say"),
        pytest.param(question(1, confirmed_at=ago(days=-1)), 0, id="confirmed after now"),
    ],
)
def test_a_resolution_is_confirmed_when_they_say_so_and_do_not_come_back(row, value):
    assert resolution.confirmed_resolution([row], NOW).value == value


@pytest.mark.parametrize(
    ("rows", "assumed", "deflected"),
    [
        pytest.param([question(1)], (1, 1), (1, 1), id="answered, and that was it"),
        pytest.param([question(1, had_person=True)], (0, 1), (0, 1), id="a person took part"),
        pytest.param([question(1), question(2, days=15)], (1, 2), (1, 2), id="asked again within a week"),
        pytest.param([question(1), question(2, days=12)], (2, 2), (2, 2), id="asked again after a week"),
        pytest.param(
            [question(1), question(2, days=15, by="ben")], (2, 2), (2, 2), id="somebody else asked it"
        ),
        pytest.param([question(1, rating=-1)], (1, 1), (0, 1), id="a thumb down"),
        pytest.param([question(1, status="refused")], (0, 1), (0, 1), id="not answered"),
        pytest.param([question(1, days=6)], (0, 0), (0, 0), id="too young to say"),
    ],
)
def test_assumed_resolution_and_strict_deflection(rows, assumed, deflected):
    found = resolution.assumed_resolution(rows, NOW), resolution.deflection(rows, NOW)

    assert [(one.numerator, one.denominator) for one in found] == [assumed, deflected]


def test_the_automation_rate_is_involvement_times_resolution():
    assert resolution.automation_rate(200, 100, 50).value == pytest.approx(100 / 200 * 50 / 100)
    with pytest.raises(ValueError, match="is no part of"):
        resolution.automation_rate(10, 20, 5)


@given(
    st.lists(
        st.builds(
            Handled,
            st.uuids().map(str),
            st.sampled_from("ab"),
            st.sampled_from("xy"),
            st.integers(0, 40).map(lambda days: ago(days=days)),
            st.sampled_from(["answered", "partial", "refused", "clarify", "error", None]),
            st.integers(0, 2),
            st.booleans(),
            st.sampled_from([1, -1, None]),
        ),
        max_size=30,
    )
)
def test_shares_of_questions_are_shares_and_strict_deflection_adds_the_thumb(rows):
    found = [
        resolution.answer_rate(rows),
        resolution.abstain_rate(rows),
        resolution.confirmed_resolution(rows, NOW),
        resolution.assumed_resolution(rows, NOW),
        resolution.deflection(rows, NOW),
    ]

    for metric in found:
        assert_share(metric)
    assert found[0].numerator + found[1].numerator <= found[0].denominator


# Onboarding, playbooks, told back


BEGINNINGS = [
    Onboarding("a", day(-60), day(-50), day(-65), day(-30), 4, 4),
    Onboarding("b", day(-60), day(-46), day(-20), day(-10), 4, 5),
    Onboarding("c", day(-60), day(-57), None, None, 4, 1),
    Onboarding("d", day(-10), None, None, None, 0, 0),
]


def test_times_of_onboarding_are_medians_and_keep_their_sign():
    assert adoption.time_to_engage(BEGINNINGS).value == 10  # of 10, 14 and 3
    assert adoption.time_to_first_value(BEGINNINGS).value == 17.5  # of -5 and 40
    assert adoption.time_to_onboard(BEGINNINGS).value == 40  # of 30 and 50


def test_onboarding_is_complete_by_milestones_and_by_accounts_that_had_the_time():
    done, in_time = adoption.milestones_done(BEGINNINGS), adoption.onboarded_in_time(BEGINNINGS, TODAY)

    assert (done.numerator, done.denominator) == (9, 12)
    assert (in_time.numerator, in_time.denominator) == (1, 3)  # d still has time


def test_adherence_counts_steps_that_came_due():
    steps = [
        PlayStep(day(-3), day(-3)),
        PlayStep(day(-3), day(-2)),
        PlayStep(day(-3)),
        PlayStep(day(0)),
        PlayStep(day(4), day(-1)),
    ]

    found = adoption.play_adherence(steps, TODAY)

    assert (found.numerator, found.denominator) == (2, 4)


def test_the_effect_of_a_playbook_is_its_outcome_against_none():
    runs = [PlayRun("a", True, True), PlayRun("b", True, False), PlayRun("c", False, False)]

    with_it, without = adoption.play_effect(runs)

    assert (with_it.value, with_it.n, without.value, without.n) == (0.5, 2, 0.0, 1)
    assert adoption.goal_hit(runs) == with_it


def test_told_back_within_thirty_days_of_what_was_acted_on():
    items = [
        Actioned("told", day(-60), day(-40)),
        Actioned("told late", day(-60), day(-20)),
        Actioned("never told", day(-60)),
        Actioned("still has time", day(-30)),
    ]

    found = adoption.told_back(items, TODAY)

    assert (found.numerator, found.denominator) == (1, 3)


@pytest.mark.parametrize(
    "found",
    [
        voice.nps([]), voice.csat([]), voice.csat_mean([]), voice.ces([]), voice.ces_easy([]),
        voice.response_rate([]), voice.helpfulness([]), voice.coverage(0, 0),
        revenue.grr([]), revenue.nrr([]), revenue.logo_retention([]),
        revenue.renewal_rate_worst([]), revenue.renewal_rate_best([]),
        revenue.on_time_renewal([], TODAY), revenue.on_time_renewal_revenue([], TODAY),
        revenue.save_rate([]), revenue.save_rate_revenue([]),
        resolution.answer_rate([]), resolution.abstain_rate([]), resolution.automation_rate(0, 0, 0),
        resolution.confirmed_resolution([], NOW), resolution.assumed_resolution([], NOW),
        resolution.deflection([], NOW),
        adoption.time_to_engage([]), adoption.time_to_first_value([]), adoption.time_to_onboard([]),
        adoption.milestones_done([]), adoption.onboarded_in_time([], TODAY),
        adoption.play_adherence([], TODAY), adoption.goal_hit([]), adoption.told_back([], TODAY),
    ],
)  # fmt: skip
def test_without_data_a_metric_says_so(found):
    assert not found.is_known
    assert (found.value, found.n, found.interval) == (None, 0, None)
