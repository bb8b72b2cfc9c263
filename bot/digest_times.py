"""When digests come by themselves, and which days each covers. Pure."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import TYPE_CHECKING

from store.insights.values import Period
from store.tables.digest_schedules import WEEKLY

if TYPE_CHECKING:
    from datetime import datetime

    from playbooks.workdays import Calendar

EIGHT = time(8, 0)


def next_time(every: str, calendar: Calendar, at: time, after: datetime) -> datetime:
    """The first Monday, or first working day of a month, whose clock time is later than a moment.

    Args:
        every: weekly or monthly.
        calendar: the zone, and the days on which nobody works.
        at: the clock time.
        after: a moment.
    """
    day = calendar.date_of(after)
    if every == WEEKLY:
        monday = day - timedelta(days=day.weekday())
        weeks = (calendar.at(monday + timedelta(days=7 * n), at) for n in range(3))
        return next(moment for moment in weeks if moment > after)
    firsts = (_months_on(day, n) for n in range(3))
    months = (calendar.at(calendar.on_or_after(first), at) for first in firsts)
    return next(moment for moment in months if moment > after)


def newest(every: str, calendar: Calendar, at: time, due: datetime, now: datetime) -> datetime:
    """Of the times since `due` the last that has come: who was away for weeks wants one digest."""
    while (following := next_time(every, calendar, at, due)) <= now:
        due = following
    return due


def covered(every: str, calendar: Calendar, moment: datetime) -> Period:
    """The seven days up to a moment, or the calendar month before it."""
    if every == WEEKLY:
        return Period(moment - timedelta(days=7), moment, "7d")
    first = _months_on(calendar.date_of(moment), 0)
    start = _months_on(first, -1)
    return Period(calendar.at(start, time()), calendar.at(first, time()), f"{start:%B %Y}")


def _months_on(day: date, months: int) -> date:
    """The first of the month that many months later."""
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)
