"""The day that words like "by Friday", "EOD tomorrow" or "in two weeks" name. Pure; the day of today comes in.

Days are those of the speaker: their zone says which day it is, and how they write 3/4; what falls on a day on
which they do not work is meant for the next one, "the end of" something for the working day before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from playbooks.workdays import Calendar

DAYS = {"monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
        "mon": 0, "tue": 1, "tues": 1, "wed": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4, "sat": 5, "sun": 6}  # fmt: skip
MONTHS = {name: n for n, names in enumerate((
    ("january", "jan"), ("february", "feb"), ("march", "mar"), ("april", "apr"), ("may",), ("june", "jun"),
    ("july", "jul"), ("august", "aug"), ("september", "sept", "sep"), ("october", "oct"), ("november", "nov"),
    ("december", "dec")), start=1) for name in names}  # fmt: skip
COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "a couple of": 2, "a couple": 2, "three": 3, "a few": 3, "four": 4,
          "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "the next couple of": 2,
          "the next few": 3, "the next": 1}  # fmt: skip
HOURS_A_DAY, FURTHEST = 24, timedelta(days=400)

_DAY = rf"(?P<day>{'|'.join(sorted(DAYS, key=len, reverse=True))})\b(?!'s|-)"
_MONTH = rf"(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b\.?"
_COUNT = rf"(?P<count>\d{{1,2}}|{'|'.join(sorted(COUNTS, key=len, reverse=True))})"
_NTH = r"(?P<n>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?:,?\s+(?P<year>20\d\d))?"
_BY = r"(?:by|on|before|until|till|for|this|come|due|latest)"
_CLAUSE_ENDS = (
    r"(?=\s*(?:[.,;:!?)-]|$|morning|afternoon|evening|noon|midday|night|eod|cob|close|lunch|at\b|and\b|or\b|with\b|so\b|then\b"
    r"|latest|the latest|as\b|if\b|before\b|once\b|instead|too\b|\())"
)


@dataclass(frozen=True)
class DueDay:
    """A day, and where in the text it is named."""

    day: date
    start: int
    end: int


def due_day(text: str, today: date, calendar: Calendar) -> DueDay | None:
    """The first day still to come that a text names as the end of something; None if there is none.

    Args:
        text: one sentence.
        today: the speaker's date.
        calendar: the speaker's working days and zone.
    """
    found = []
    for pattern, reads in _READERS:
        for match in pattern.finditer(text):
            day = reads(match, today, calendar)
            if day is not None and today <= day <= today + FURTHEST:
                found.append((match.start(), -match.end(), day))
    if not found:
        return None
    start, end, day = min(found)  # of two at one place the longer one: "end of next week", not "next week"
    return DueDay(day, start, -end)


def _number(words: str) -> int:
    return int(words) if words.isdigit() else COUNTS[" ".join(words.lower().split())]


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _today(_match: re.Match[str], today: date, _calendar: Calendar) -> date:
    return today


def _tomorrow(_match: re.Match[str], today: date, calendar: Calendar) -> date:
    return calendar.on_or_after(today + timedelta(days=1))


def _day_after(_match: re.Match[str], today: date, calendar: Calendar) -> date:
    return calendar.on_or_after(today + timedelta(days=2))


def _weekday(match: re.Match[str], today: date, _calendar: Calendar) -> date:
    """The next one of that name; of the same name as today in a week, unless it is "this"."""
    ahead = (DAYS[match["day"].lower()] - today.weekday()) % 7
    said = match[0].lower()
    if "next" in said or "week" in said:
        monday = today + timedelta(days=7 - today.weekday())
        return monday + timedelta(days=DAYS[match["day"].lower()])
    return today + timedelta(days=ahead if ahead or "this" in said else 7)


def _in_days(match: re.Match[str], today: date, calendar: Calendar) -> date:
    count, unit = _number(match["count"]), match["unit"].lower()
    if match["working"]:
        return calendar.add(today, count)
    if unit.startswith(("hour", "hr")):
        return calendar.on_or_after(today + timedelta(days=count // HOURS_A_DAY))
    if unit.startswith("min"):
        return today
    days = count * (7 if unit.startswith("week") else 30 if unit.startswith("month") else 1)
    return calendar.on_or_after(today + timedelta(days=days))


def _working_day(_match: re.Match[str], today: date, calendar: Calendar) -> date:
    return calendar.add(today, 1)


def _week_end(match: re.Match[str], today: date, calendar: Calendar) -> date:
    """The last working day of this week or the next; "early" is Tuesday and "mid" Wednesday."""
    said = match[0].lower()
    monday = today - timedelta(days=today.weekday()) + timedelta(days=7 if "next" in said else 0)
    if "early" in said or "start" in said or "beginning" in said:
        return calendar.on_or_after(monday + timedelta(days=1))
    if "mid" in said:
        return calendar.on_or_after(monday + timedelta(days=2))
    return max(calendar.on_or_before(monday + timedelta(days=4)), today)


def _month_end(match: re.Match[str], today: date, calendar: Calendar) -> date:
    month = today.month + (1 if "next" in match[0].lower() else 0)
    year = today.year
    name = match.groupdict().get("month")
    if name:
        month = MONTHS[name.lower()]
        year += month < today.month
    return _last_workday(year, month, calendar)


def _quarter_end(match: re.Match[str], today: date, calendar: Calendar) -> date:
    quarter = int(match["quarter"]) if match["quarter"] else (today.month - 1) // 3 + 1
    month = quarter * 3
    return _last_workday(today.year + (month < today.month), month, calendar)


def _last_workday(year: int, month: int, calendar: Calendar) -> date:
    first_after = date(year + month // 12, month % 12 + 1, 1)
    return calendar.on_or_before(first_after - timedelta(days=1))


def _named(match: re.Match[str], today: date, _calendar: Calendar) -> date | None:
    """March 12, 12th of March 2026; without a year the next one."""
    month, day = MONTHS[match["month"].lower()], int(match["n"])
    if match["year"]:
        return _made(int(match["year"]), month, day)
    this = _made(today.year, month, day)
    return this if this is None or this >= today else _made(today.year + 1, month, day)


def _nth(match: re.Match[str], today: date, _calendar: Calendar) -> date | None:
    """The 15th: of this month, else of the next."""
    day = int(match["n"])
    this = _made(today.year, today.month, day)
    if this is not None and this >= today:
        return this
    return _made(today.year + today.month // 12, today.month % 12 + 1, day)


def _iso(match: re.Match[str], _today: date, _calendar: Calendar) -> date | None:
    return _made(int(match[1]), int(match[2]), int(match[3]))


def _figures(match: re.Match[str], today: date, calendar: Calendar) -> date | None:
    """12.3., 12/03/2026, and 3/12 where the month comes first: in America, or where nothing else is possible."""
    first, second, year = int(match["a"]), int(match["b"]), match["y"]
    month_first = (
        match["sep"] == "/" and second <= 31 and (calendar.zone.startswith("America/") or second > 12)
    )
    month, day = (first, second) if month_first and first <= 12 else (second, first)
    if year:
        return _made(int(year) + (2000 if len(year) == 2 else 0), month, day)
    this = _made(today.year, month, day)
    return this if this is None or this >= today else _made(today.year + 1, month, day)


def _reader(pattern: str, reads: Callable[[re.Match[str], date, Calendar], date | None]) -> tuple[
    re.Pattern[str], Callable[[re.Match[str], date, Calendar], date | None]
]:  # fmt: skip
    return re.compile(pattern, re.IGNORECASE), reads


_EOD = r"(?:(?:by |at )?(?:the )?(?:eod|cob|close of (?:business|play)|end of (?:the |our |my )?(?:day|business))(?: on)? )?"
_READERS = (
    _reader(r"\b(?:today|tonight|this (?:morning|afternoon|evening)|by (?:noon|lunch(?:time)?|midday))\b", _today),
    _reader(r"\b(?:eod|cob|close of (?:business|play)|end of (?:the |our |my )?(?:day|business(?! (?:week|day))))\b", _today),
    _reader(r"\bby \d{1,2}(?::\d\d)? ?(?:[ap]\.?m\b|o'clock)(?! (?:tomorrow|on\b|monday|tues|wed|thurs|fri))", _today),
    _reader(r"\b(?:within|in) (?:the|an) (?:next )?hour\b", _today),
    _reader(rf"\b{_EOD}(?:(?:by|before|until|at \d\S*|by \d\S* ?(?:[ap]m)?) )?tomorrow\b(?!'s)", _tomorrow),
    _reader(r"\bday after tomorrow\b", _day_after),
    _reader(
        rf"\b(?:within|in|inside)\s+(?:about |around |less than |under |at most |max(?:imum)? )?{_COUNT}\s+"
        r"(?P<working>(?:business|working|work) )?(?P<unit>hours?|hrs?|min(?:ute)?s?|days?|weeks?|months?)\b(?! ago)",
        _in_days,
    ),
    _reader(r"\b(?:by|on|within|in)?\s*(?:the )?(?:next|one|1) (?:business|working) day\b", _working_day),
    _reader(rf"\b{_BY}\s+(?:(?:the )?(?:coming|next|latest)\s+|{_EOD})*{_DAY}(?: next week| the latest)?(?! ?(?:call|meeting|sync|report)s?\b)", _weekday),
    _reader(rf"\b(?:next )?(?<!last )(?<!since )(?<!from )(?<!after )(?<!starting )(?<!until )(?<!every ){_DAY}(?: next week)?{_CLAUSE_ENDS}", _weekday),
    _reader(rf"\b(?:eod|cob|end of day)\s+(?:on )?{_DAY}", _weekday),
    _reader(r"\b(?:(?:by|before)\s+)?(?:the )?end of (?:the |this |our )?(?:business |working )?week\b|\b(?:eow|later this week|this week)\b|\bby the weekend\b", _week_end),
    _reader(r"\b(?:(?:by|before)\s+)?(?:the )?(?:(?:end|start|beginning|middle) of |early |mid |late )?next week\b", _week_end),
    _reader(rf"\b(?:the )?end of (?:the |this |next )?(?:month\b|{_MONTH})|\beom\b", _month_end),
    _reader(r"\b(?:the )?end of (?:the |this )?(?:quarter|q(?P<quarter>[1-4]))\b", _quarter_end),
    _reader(rf"\b{_NTH}(?: of)? {_MONTH}{_YEAR}", _named),
    _reader(rf"\b{_MONTH} (?:the )?{_NTH}\b(?!:){_YEAR}", _named),
    _reader(rf"\b{_BY} the (?P<n>\d{{1,2}})(?:st|nd|rd|th)\b(?! (?:of|{_MONTH}))", _nth),
    _reader(r"\b(20\d\d)-(\d\d)-(\d\d)\b", _iso),
    _reader(rf"\b{_BY}\s+(?:the )?(?P<a>\d{{1,2}})(?P<sep>[./])(?P<b>\d{{1,2}})(?:(?P=sep)(?P<y>20\d\d|\d\d)?)?(?![\d%])", _figures),
)  # fmt: skip
