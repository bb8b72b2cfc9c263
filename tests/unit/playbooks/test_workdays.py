"""Working days and clock times in the reader's own zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from playbooks.workdays import Calendar, zone_of

EASTER = frozenset({date(2026, 4, 3), date(2026, 4, 6)})


@pytest.mark.parametrize(
    ("start", "workdays", "expected"),
    [
        pytest.param(date(2026, 3, 2), 5, date(2026, 3, 9), id="a week"),
        pytest.param(date(2026, 3, 6), 1, date(2026, 3, 9), id="over a weekend"),
        pytest.param(date(2026, 3, 7), 0, date(2026, 3, 9), id="from a Saturday"),
        pytest.param(date(2026, 4, 2), 1, date(2026, 4, 7), id="over Easter"),
        pytest.param(date(2026, 3, 9), -2, date(2026, 3, 5), id="backwards"),
    ],
)
def test_adding_working_days(start, workdays, expected):
    assert Calendar(holidays=EASTER).add(start, workdays) == expected


@pytest.mark.parametrize(
    ("zone", "moment", "expected"),
    [
        pytest.param("Europe/London", (2026, 3, 2, 11), (2026, 3, 2, 11), id="in the day: at once"),
        pytest.param("Europe/London", (2026, 3, 2, 7), (2026, 3, 2, 10), id="before it: at 10:00"),
        pytest.param("Europe/London", (2026, 3, 2, 18), (2026, 3, 3, 10), id="after it: tomorrow"),
        pytest.param("Europe/London", (2026, 3, 6, 20), (2026, 3, 9, 10), id="Friday night: Monday"),
        pytest.param(
            "America/New_York", (2026, 3, 7, 12), (2026, 3, 9, 14), id="the clocks change over the weekend"
        ),
        pytest.param("Asia/Tokyo", (2026, 3, 2, 12), (2026, 3, 3, 1), id="night in Tokyo"),
        pytest.param("Mars/Olympus", (2026, 3, 2, 11), (2026, 3, 2, 11), id="an unknown zone is UTC"),
    ],
)
def test_cloud_access_the_first_moment_outside_quiet_hours(zone, moment, expected):
    assert Calendar(zone).first_moment(datetime(*moment, tzinfo=UTC)) == datetime(*expected, tzinfo=UTC)


def test_before_a_renewal_a_weekend_moves_a_day_back_else_on():
    saturday = date(2026, 3, 7)
    assert Calendar().on_or_before(saturday) == date(2026, 3, 6)
    assert Calendar().on_or_after(saturday) == date(2026, 3, 9)


def test_the_end_of_the_day_is_the_next_ones_in_the_evening():
    calendar = Calendar()
    assert calendar.end_of_day(datetime(2026, 3, 2, 12, tzinfo=UTC)) == datetime(2026, 3, 2, 18, tzinfo=UTC)
    assert calendar.end_of_day(datetime(2026, 3, 6, 19, tzinfo=UTC)) == datetime(2026, 3, 9, 18, tzinfo=UTC)


@pytest.mark.parametrize("name", ["", "../etc/passwd", "Nowhere", "\x00"])
def test_a_bad_zone_name_is_utc(name):
    assert str(zone_of(name)) == "UTC"


@pytest.mark.parametrize(
    ("day", "utc"),
    [
        pytest.param(date(2026, 3, 27), 8, id="winter time"),
        pytest.param(date(2026, 3, 30), 7, id="summer time"),
    ],
)
def test_hours_of_ones_own_stay_the_same_by_the_clock_on_the_wall(day, utc):
    early = Calendar("Europe/Berlin", begins=time(7, 0), ends=time(9, 30))
    assert early.send_at == time(7, 0), "10:00 is outside, so messages go out when the day begins"
    assert early.at(day, time(9, 0)) == datetime(day.year, day.month, day.day, utc, tzinfo=UTC)
    assert early.is_quiet(early.at(day, time(9, 30)))
    assert not early.is_quiet(early.at(day, time(7, 0)))
    assert early.first_moment(early.at(day, time(12, 0))) == early.at(early.add(day, 1), time(7, 0))


def test_a_holiday_is_no_working_day():
    calendar = Calendar("Europe/Berlin", frozenset({date(2026, 5, 14)}))
    assert calendar.on_or_after(date(2026, 5, 14)) == date(2026, 5, 15)
    assert calendar.is_quiet(calendar.at(date(2026, 5, 14)))
    assert calendar.add(date(2026, 5, 13), 2) == date(2026, 5, 18)
