"""When a person of the team can be expected to answer."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.office_hours import due_after, opening_after
from playbooks.workdays import Calendar


def at(day, hour, minute=0):
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)  # 2 March 2026 is a Monday


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        pytest.param(at(3, 10), at(3, 14), id="in the morning: the same day"),
        pytest.param(at(3, 14), at(3, 18), id="by closing time"),
        pytest.param(at(3, 16), at(4, 11), id="late: the rest tomorrow"),
        pytest.param(at(3, 7), at(3, 13), id="before opening"),
        pytest.param(at(3, 21), at(4, 13), id="in the evening"),
        pytest.param(at(6, 17), at(9, 12), id="Friday: Monday"),
        pytest.param(at(7, 12), at(9, 13), id="Saturday"),
    ],
)
def test_four_office_hours_pass(asked, due):
    assert due_after(Calendar("UTC"), asked) == due


def test_office_hours_are_those_of_the_persons_zone():
    assert due_after(Calendar("America/New_York"), at(3, 10)) == at(3, 18)  # 5:00 there; open 9-13
    assert opening_after(Calendar("Asia/Kolkata"), at(3, 10)) == at(3, 10)  # 15:30 there


def test_a_long_span_runs_over_several_days():
    assert due_after(Calendar("UTC"), at(3, 9), timedelta(hours=20)) == at(5, 11)


def test_holidays_are_no_office_days():
    closed = Calendar("UTC", frozenset({at(4, 0).date()}))
    assert due_after(closed, at(3, 16)) == at(5, 11)
