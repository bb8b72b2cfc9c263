"""What our own people promise with a day is heard; rather a promise is missed than one is invented."""

from datetime import date

import pytest

from playbooks.due_words import due_day
from playbooks.promise_list import PARTS, figures, labelled
from playbooks.promising import promised
from playbooks.workdays import Calendar

BERLIN, NEW_YORK = Calendar("Europe/Berlin"), Calendar("America/New_York")
WEDNESDAY, FRIDAY = date(2026, 3, 4), date(2026, 3, 6)


@pytest.mark.parametrize("part", PARTS)
def test_of_what_is_proposed_nineteen_in_twenty_are_promises(part):
    found = figures()[part]
    assert found["precision"] >= 0.95
    assert found["recall"] >= 0.9
    assert found["right_day"] == found["right"]


def test_the_list_has_promises_and_at_least_as_many_near_misses():
    everything = labelled()
    promises = [one for one in everything if one.due_on]
    assert len(everything) >= 80
    assert len(everything) >= 2 * len(promises)
    assert len({one.text for one in everything}) == len(everything)


@pytest.mark.parametrize(
    ("words", "due"),
    [
        pytest.param("by Friday", date(2026, 3, 6), id="a weekday"),
        pytest.param("by Fri", date(2026, 3, 6), id="a weekday cut short"),
        pytest.param("by Wednesday", date(2026, 3, 11), id="today's weekday is next week's"),
        pytest.param("this Wednesday", WEDNESDAY, id="unless it is this one"),
        pytest.param("by next Friday", date(2026, 3, 13), id="next Friday"),
        pytest.param("on Friday next week", date(2026, 3, 13), id="Friday next week"),
        pytest.param("tomorrow", date(2026, 3, 5), id="tomorrow"),
        pytest.param("EOD tomorrow", date(2026, 3, 5), id="the end of tomorrow"),
        pytest.param("the day after tomorrow", date(2026, 3, 6), id="the day after tomorrow"),
        pytest.param("by EOD", WEDNESDAY, id="the end of the day"),
        pytest.param("by end of day Friday", date(2026, 3, 6), id="the end of Friday"),
        pytest.param("by the end of the week", date(2026, 3, 6), id="the end of the week"),
        pytest.param("by the end of next week", date(2026, 3, 13), id="the end of next week"),
        pytest.param("mid next week", date(2026, 3, 11), id="mid next week"),
        pytest.param("by the end of the month", date(2026, 3, 31), id="the end of the month"),
        pytest.param("by the end of May", date(2026, 5, 29), id="the end of a month that ends on a Sunday"),
        pytest.param("by the end of Q1", date(2026, 3, 31), id="the end of a quarter"),
        pytest.param("in two days", date(2026, 3, 6), id="in two days"),
        pytest.param("in three days", date(2026, 3, 9), id="what falls on a Saturday is meant for Monday"),
        pytest.param("within 3 business days", date(2026, 3, 9), id="working days"),
        pytest.param("within 24 hours", date(2026, 3, 5), id="hours"),
        pytest.param("in two weeks", date(2026, 3, 18), id="weeks"),
        pytest.param("by the 15th", date(2026, 3, 15), id="a day of this month"),
        pytest.param("by the 2nd", date(2026, 4, 2), id="a day of the next month"),
        pytest.param("by March 12th", date(2026, 3, 12), id="month and day"),
        pytest.param("by 12 Mar 2026", date(2026, 3, 12), id="day, month and year"),
        pytest.param("by the 12th of March", date(2026, 3, 12), id="the day of a month"),
        pytest.param("by 2 February", date(2027, 2, 2), id="a day that is over is next year's"),
        pytest.param("by 2026-03-12", date(2026, 3, 12), id="as ISO 8601"),
        pytest.param("by 12.3.", date(2026, 3, 12), id="as in Germany"),
        pytest.param("by 12/03/2026", date(2026, 3, 12), id="as in Britain"),
        pytest.param("by 31.2.", None, id="a day that is none"),
        pytest.param("by 2025-03-12", None, id="a day that is over"),
        pytest.param("after last Friday", None, id="the past"),
        pytest.param("since Monday", None, id="since a day"),
        pytest.param("before Friday's call", None, id="somebody else's Friday"),
        pytest.param("soon", None, id="no day"),
    ],
)
def test_a_day_is_read_in_the_speakers_calendar(words, due):
    found = due_day(f"we will send it {words}.", WEDNESDAY, BERLIN)
    assert (found.day if found else None) == due


def test_in_america_the_month_comes_first():
    assert due_day("by 3/12", WEDNESDAY, NEW_YORK).day == date(2026, 3, 12)
    assert due_day("by 3/12", WEDNESDAY, BERLIN).day == date(2026, 12, 3)
    assert due_day("by 3/25", WEDNESDAY, BERLIN).day == date(2026, 3, 25)


def test_tomorrow_on_a_friday_is_monday_and_holidays_are_no_working_days():
    assert due_day("tomorrow", FRIDAY, BERLIN).day == date(2026, 3, 9)
    holiday = Calendar("Europe/Berlin", frozenset({date(2026, 3, 9)}))
    assert due_day("tomorrow", FRIDAY, holiday).day == date(2026, 3, 10)


def test_of_several_sentences_the_one_that_promises_is_kept_in_its_own_words():
    text = "Hi Isla! Sorry for the trouble. I’ll send the corrected export by Friday. Anything else?"
    found = promised(text, WEDNESDAY, BERLIN)
    assert (found.text, found.due_on) == ("I'll send the corrected export by Friday.", FRIDAY)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("?" * 4000, id="marks"),
        pytest.param("we'll " * 2000, id="one word for ever"),
        pytest.param("by Friday " * 1500, id="one day for ever"),
        pytest.param("ok " * 130 + "will", id="yes for ever"),
        pytest.param(f"We'll send {'the very long list of things ' * 40} by Friday", id="no end"),
        pytest.param("`we'll send it by Friday`", id="code"),
        pytest.param("> we'll send it by Friday\nok", id="cited"),
        pytest.param("\u0000\u202e we'll", id="odd characters"),
    ],
)
def test_odd_texts_promise_nothing_and_are_read_at_once(text):
    assert promised(text, WEDNESDAY, BERLIN) is None
