"""Working days and clock times in a person's own zone. Pure: every moment comes in as an argument."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

SEND_AT = time(10, 0)  # when planned messages go out, in the recipient's zone
DAY_BEGINS, DAY_ENDS = time(9, 0), time(18, 0)  # outside are quiet hours
SATURDAY = 5


@lru_cache(maxsize=600)
def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name; UTC for a name that nobody knows."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


@dataclass(frozen=True)
class Calendar:
    """The working days of one person: Monday to Friday without the holidays, in their zone."""

    zone: str = "UTC"
    holidays: frozenset[date] = frozenset()
    begins: time = DAY_BEGINS  # of the hours in which one may disturb somebody
    ends: time = DAY_ENDS

    @property
    def send_at(self) -> time:
        """When planned messages go out: 10:00, or when the day begins where that is outside it."""
        return SEND_AT if self.begins <= SEND_AT < self.ends else self.begins

    def is_workday(self, day: date) -> bool:
        """Whether people work on that day."""
        return day.weekday() < SATURDAY and day not in self.holidays

    def on_or_after(self, day: date) -> date:
        """The day itself if it is a working day, else the next one."""
        while not self.is_workday(day):
            day += timedelta(days=1)
        return day

    def on_or_before(self, day: date) -> date:
        """The day itself if it is a working day, else the one before."""
        while not self.is_workday(day):
            day -= timedelta(days=1)
        return day

    def add(self, day: date, workdays: int) -> date:
        """The working day that many working days later (earlier if negative)."""
        step = timedelta(days=1 if workdays >= 0 else -1)
        for _ in range(abs(workdays)):
            day += step
            while not self.is_workday(day):
                day += step
        return self.on_or_after(day) if workdays >= 0 else day

    def date_of(self, moment: datetime) -> date:
        """The person's date at that moment."""
        return moment.astimezone(zone_of(self.zone)).date()

    def at(self, day: date, clock: time | None = None) -> datetime:
        """That day and clock time in the person's zone, as UTC; when messages go out if none is given."""
        return datetime.combine(day, clock or self.send_at, zone_of(self.zone)).astimezone(UTC)

    def after(self, moment: datetime, workdays: int) -> datetime:
        """When messages go out on the person's day that is that many working days after the moment's date."""
        return self.at(self.add(self.date_of(moment), workdays))

    def after_hours(self, moment: datetime, hours: int) -> datetime:
        """The moment that many working hours later, the hours of working days counted."""
        left = timedelta(hours=hours)
        while True:
            day = self.on_or_after(self.date_of(moment))
            begins, ends = self.at(day, self.begins), self.at(day, self.ends)
            at = max(moment, begins)
            if at + left <= ends:
                return at + left
            left -= max(ends - at, timedelta(0))
            moment = self.at(day + timedelta(days=1), self.begins)

    def end_of_day(self, moment: datetime) -> datetime:
        """When the working day ends: today's if it is still to come, else the next one's."""
        day = self.on_or_after(self.date_of(moment))
        if moment >= self.at(day, self.ends):
            day = self.on_or_after(day + timedelta(days=1))
        return self.at(day, self.ends)

    def is_quiet(self, moment: datetime) -> bool:
        """Whether one does not disturb the person then: night, weekend or holiday."""
        local = moment.astimezone(zone_of(self.zone))
        return not (self.is_workday(local.date()) and self.begins <= local.time() < self.ends)

    def first_moment(self, moment: datetime) -> datetime:
        """The moment itself outside quiet hours, else when messages go out next on a working day."""
        if not self.is_quiet(moment):
            return moment
        day = self.date_of(moment)
        if self.is_workday(day) and moment < self.at(day):
            return self.at(day)
        return self.at(self.on_or_after(day + timedelta(days=1)))
