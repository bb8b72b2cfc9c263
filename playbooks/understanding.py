"""From what somebody tapped or wrote to an answer's value: options, scales, several ticks, dates, people, numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from playbooks import replies
from playbooks.asking import SCALES
from playbooks.wording import spoken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playbooks.asking import Ask, Option
    from playbooks.state import Person

OUT_OF = re.compile(r"\s*(?:/|out of|of)\s*\d+\b", re.IGNORECASE)
NUMBER = re.compile(r"(?<![\w.])(-?\d+(?:[.,]\d+)?)(?![\w,.]*\d)")
WITH_YEAR = ("%Y-%m-%d", "%d.%m.%Y", "%d %B %Y", "%d %b %Y", "%B %d %Y", "%b %d %Y")
WITHOUT_YEAR = ("%d %B %Y", "%d %b %Y", "%B %d %Y", "%b %d %Y")


@dataclass(frozen=True)
class Understood:
    """An answer as it was read: its value, how one says it, and whether there is no doubt."""

    value: str
    label: str
    certain: bool = False


def tapped(ask: Ask, options: Sequence[Option], people: Sequence[Person], value: str) -> Understood | None:
    """What was chosen with a button, a menu or a form; None if it is no answer to this question."""
    if ask.type == "multi":
        wanted = [one for one in value.split(",") if one]
        found = [option for option in options if option.value in wanted]
        return _together(found, certain=True) if found and len(found) == len(set(wanted)) else None
    if ask.type in TYPED_READERS:
        return _typed(ask, value, date.min, people, certain=True)
    option = next((option for option in options if option.value == value), None)
    return Understood(option.value, option.label, certain=True) if option else None


def in_words(
    ask: Ask, options: Sequence[Option], people: Sequence[Person], text: str, today: date
) -> Understood | None:
    """What free text says; None if unsure. Only the very label of an option is certain."""
    if ask.type in TYPED_READERS:
        return _typed(ask, text, today, people, certain=False)
    if ask.type == "multi":
        found = replies.read_several(text, options)
        return _together(found, certain=False) if found else None
    if ask.type in SCALES:
        text = OUT_OF.sub("", text)
    read = replies.read(text, options)
    return Understood(read[0].value, read[0].label, certain=read[1] == "exact") if read else None


def _together(options: Sequence[Option], *, certain: bool) -> Understood:
    return Understood(",".join(o.value for o in options), ", ".join(o.label for o in options), certain)


def _typed(ask: Ask, text: str, today: date, people: Sequence[Person], *, certain: bool) -> Understood | None:
    if ask.type == "person":
        return read_person(text, people)
    if ask.type == "date":
        day = read_date(text, today)
        return (
            Understood(day.isoformat(), spoken(day), certain=certain or text.strip() == day.isoformat())
            if day
            else None
        )
    number = read_number(text)
    return Understood(number, number, certain=certain or text.strip() == number) if number else None


def read_number(text: str) -> str | None:
    """The one number of a text, written with a point; None if there is none or more than one."""
    found = {one.replace(",", ".") for one in NUMBER.findall(text.replace(" ", " "))}
    return found.pop() if len(found) == 1 else None


def read_date(text: str, today: date) -> date | None:
    """The day that a text names, `2026-03-12`, `12.3.2026`, `12 March`, `March 12`; without a year the next one."""
    words = " ".join(re.sub(r"(?<=\d)(st|nd|rd|th)\b|,", " ", text, flags=re.IGNORECASE).split())
    for pattern in WITH_YEAR:
        if day := _parsed(words, pattern):
            return day
    for pattern in WITHOUT_YEAR:
        for year in (today.year, today.year + 1):
            day = _parsed(f"{words} {year}", pattern)
            if day and day >= today:
                return day
    return None


def read_person(text: str, people: Sequence[Person]) -> Understood | None:
    """The contact that a text names by id, name or first name; somebody else by the name as written."""
    words = replies.normal(text)
    if not words:
        return None
    named = [p for p in people if text.strip() == p.id or words == replies.normal(p.name)]
    named = named or [p for p in people if words == replies.normal(p.first)]
    if len(named) == 1:
        return Understood(named[0].id, named[0].name, certain=True)
    return Understood(text.strip(), text.strip(), certain=True)


def _parsed(text: str, pattern: str) -> date | None:
    try:
        return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None


TYPED_READERS = frozenset({"date", "person", "number"})
