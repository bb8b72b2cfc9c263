"""When a person of our own team can be expected to answer: office hours in their zone. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from playbooks.workdays import Calendar

ANSWER_WITHIN = timedelta(hours=4)  # of office hours


def due_after(calendar: Calendar, moment: datetime, span: timedelta = ANSWER_WITHIN) -> datetime:
    """The moment by which that much office time has passed.

    Args:
        calendar: the person's zone, hours and holidays.
        moment: when the clock begins to run; outside office hours, at the next opening.
        span: office time, at most a few days.
    """
    start, left = opening_after(calendar, moment), span
    while start + left > (closing := calendar.at(calendar.date_of(start), calendar.ends)):
        left -= closing - start
        start = opening_after(calendar, closing)
    return start + left


def opening_after(calendar: Calendar, moment: datetime) -> datetime:
    """The moment itself within office hours, else when the office opens next."""
    if not calendar.is_quiet(moment):
        return moment
    day = calendar.date_of(moment)
    if calendar.is_workday(day) and moment < calendar.at(day, calendar.begins):
        return calendar.at(day, calendar.begins)
    return calendar.at(calendar.on_or_after(day + timedelta(days=1)), calendar.begins)
