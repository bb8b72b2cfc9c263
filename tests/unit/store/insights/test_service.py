"""How long customers wait, in business time with pauses; and what was met of what came due."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.insights.service import (
    BusinessHours,
    Clock,
    Turn,
    first_response,
    next_response,
    percentile,
    sla_compliance,
    time_to_resolve,
    took,
    waits,
)

OFFICE = BusinessHours()
FRIDAY = date(2026, 2, 27)


def at(clock, day=FRIDAY):
    return datetime.combine(day, time.fromisoformat(clock), UTC)


def days(n):
    return FRIDAY + timedelta(days=n)


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        pytest.param(at("10:00"), at("10:45"), 45, id="within a day"),
        pytest.param(at("17:30"), at("09:30", days(3)), 60, id="over a weekend"),
        pytest.param(at("20:00"), at("08:00", days(1)), 0, id="at night"),
        pytest.param(at("08:00"), at("23:00"), 540, id="a whole day"),
        pytest.param(at("11:00"), at("10:00"), 0, id="backwards"),
    ],
)
def test_business_minutes_run_in_office_hours_only(start, end, minutes):
    assert OFFICE.minutes(start, end) == minutes


def test_a_lunch_break_and_a_holiday_stop_the_clock():
    split = BusinessHours(
        week={4: ((time(9), time(12)), (time(13), time(17)))}, holidays=frozenset({days(7)})
    )

    assert split.minutes(at("11:00"), at("14:00")) == 120
    assert split.minutes(at("00:00", days(7)), at("23:00", days(7))) == 0


def test_hours_are_those_of_the_zone_across_its_change_of_clocks():
    berlin = BusinessHours("Europe/Berlin")
    friday, monday = date(2026, 3, 27), date(2026, 3, 30)  # the clocks change on the 29th

    # 17:00 to 18:00 in winter time (UTC+1), 9:00 to 10:00 in summer time (UTC+2)
    assert berlin.minutes(at("16:00", friday), at("08:00", monday)) == 120


@pytest.mark.parametrize(
    "spans",
    [((time(9), time(13)), (time(12), time(17))), ((time(17), time(9)),)],
    ids=["overlapping", "backwards"],
)
def test_hours_that_cannot_be_are_refused(spans):
    with pytest.raises(ValueError, match="overlap, or end before"):
        BusinessHours(week={0: spans})


def test_pauses_are_taken_out_once_however_they_overlap():
    pauses = [(at("11:00"), at("12:00")), (at("11:30"), at("13:00")), (at("19:00"), at("20:00"))]

    assert OFFICE.minutes(at("10:00"), at("14:00"), pauses) == 120
    assert OFFICE.minutes(at("10:00"), at("14:00"), [(at("12:00"), at("11:00"))]) == 240


MOMENTS = st.integers(0, 20_000).map(lambda minutes: at("00:00") + timedelta(minutes=minutes))
SPANS = st.tuples(MOMENTS, MOMENTS)


@given(MOMENTS, MOMENTS, MOMENTS, st.lists(SPANS, max_size=4))
def test_business_time_adds_up_and_pauses_never_add_to_it(one, two, three, pauses):
    a, b, c = sorted((one, two, three))

    assert OFFICE.minutes(a, b, pauses) + OFFICE.minutes(b, c, pauses) == pytest.approx(
        OFFICE.minutes(a, c, pauses)
    )
    assert 0 <= OFFICE.minutes(a, c, pauses) <= OFFICE.minutes(a, c) <= (c - a).total_seconds() / 60


TALK = [
    Turn(at("09:00"), "customer"),
    Turn(at("09:01"), "bot", counts=False),
    Turn(at("09:10"), "customer"),
    Turn(at("09:20"), "person", counts=False),  # "we are on it"
    Turn(at("10:00"), "person"),
    Turn(at("10:30"), "person"),
    Turn(at("11:00"), "customer"),
    Turn(at("11:15"), "bot"),  # accepted by the customer
    Turn(at("12:00"), "customer"),
]


def test_a_wait_ends_with_the_first_answer_and_not_with_a_word_of_comfort():
    assert waits(TALK) == [(at("09:00"), at("10:00")), (at("11:00"), at("11:15"))]


def test_first_and_next_responses_are_medians_of_business_minutes():
    weekend = [Turn(at("17:45"), "customer"), Turn(at("09:15", days(3)), "person")]
    unanswered = [Turn(at("09:00"), "customer")]

    first, later = (
        first_response([TALK, weekend, unanswered], OFFICE),
        next_response([TALK, weekend], OFFICE),
    )

    assert (first.value, first.n) == (45, 2)  # of 60 and 30
    assert (later.value, later.n) == (15, 1)


def clock(subject="c1", *, kind="ttr", minutes=60, stopped="09:30", paused=()):
    return Clock(kind, subject, at("09:00"), minutes, at(stopped) if stopped else None, paused)


def test_a_solution_is_timed_without_the_customers_own_time():
    waiting = clock(stopped="12:00", paused=((at("10:00"), at("11:30")),))

    assert took(waiting, OFFICE) == 90
    assert took(clock(stopped=None), OFFICE) is None
    assert time_to_resolve([waiting, clock(), clock(stopped=None)], OFFICE).value == 60  # of 90 and 30


@pytest.mark.parametrize(
    ("clocks", "met", "due"),
    [
        pytest.param([clock()], 1, 1, id="met"),
        pytest.param([clock(stopped="10:00")], 1, 1, id="to the minute"),
        pytest.param([clock(stopped="10:01")], 0, 1, id="late"),
        pytest.param([clock(stopped=None, minutes=180)], 0, 0, id="still has time"),
        pytest.param([clock(stopped=None)], 0, 1, id="runs beyond its time"),
        pytest.param(
            [clock(stopped="10:30", paused=((at("09:10"), at("10:00")),))], 1, 1, id="paused in time"
        ),
        pytest.param([clock("m1", kind="nrt", stopped="11:00")] * 2, 0, 1, id="one message missed once"),
        pytest.param([clock(), clock(kind="frt")], 2, 2, id="a clock is a policy's"),
        pytest.param([], 0, 0, id="nothing was due"),
    ],
)
def test_compliance_is_clocks_met_of_clocks_that_came_due(clocks, met, due):
    found = sla_compliance(clocks, OFFICE, at("11:30"))

    assert (found.numerator or 0, found.n) == (met, due)
    assert found.is_known == bool(due)


@pytest.mark.parametrize(("part", "value"), [(0.5, 5), (0.9, 9), (1.0, 10)])
def test_percentiles_are_values_of_the_data(part, value):
    assert percentile(list(range(10, 0, -1)), part) == value
    assert percentile([], part) is None
