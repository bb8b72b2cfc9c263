"""What a log of messages says about the rules: checked by somebody who knows nothing of the engine.

Each rule of docs/playbooks.md is counted here a second time, over what was sent, without the engine's guards,
calendars or bands. It serves `guidepost eval playbooks` and the tests.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime

    from playbooks.course import Line

FIRST_HOUR, LAST_HOUR = 9, 18
QUESTION_GAP = 5  # business days
AT_MOST = {
    "message": 1,
    "nudge": 3,
}  # of a step: one reminder, and two more that the person asked for with Later
A_WEEK, WEEK = 3, timedelta(days=7)


@dataclass(frozen=True)
class Broken:
    """A message that a rule forbids."""

    rule: str
    line: Line
    why: str


@dataclass(frozen=True)
class Truth:
    """What was true when. Opt-outs are by contact id; red stretches (from, until or None) by account's name."""

    opt_outs: dict[str, datetime] = field(default_factory=dict)
    reds: dict[str, list[tuple[datetime, datetime | None]]] = field(default_factory=dict)
    holidays: frozenset[date] = frozenset()


def broken_rules(lines: Iterable[Line], truth: Truth) -> list[Broken]:
    """Every message or reminder to a customer that should not have gone out like that."""
    sent = sorted((line for line in lines if line.kind in {"message", "nudge"}), key=lambda line: line.at)
    found = [one for line in sent for one in _by_itself(line, truth)]
    by_person, by_account = defaultdict(list), defaultdict(list)
    by_step: dict[tuple[str, str, str], list[Line]] = defaultdict(list)
    for line in sent:
        by_person[line.reader].append(line)
        by_account[line.account].append(line)
        by_step[line.run_id, line.step, line.kind].append(line)
    for theirs in by_person.values():
        found += [*_one_open(theirs), *_gaps(theirs, truth), *_one_a_day(theirs)]
    for theirs in by_account.values():
        found += _budget(theirs)
    for (_, _, kind), same in by_step.items():
        found += [Broken("sent once", line, "sent before") for line in same[AT_MOST[kind] :]]
    return found


RULES = (
    "quiet hours", "opt-out", "approval", "commercial while red", "one open question", "cooldown",
    "one message a day", "budget of the account", "sent once",
)  # fmt: skip


def _by_itself(line: Line, truth: Truth) -> Iterator[Broken]:
    there = line.at.astimezone(ZoneInfo(line.zone))
    free = there.weekday() >= 5 or there.date() in truth.holidays
    if (line.begins or line.kind == "nudge") and (free or not FIRST_HOUR <= there.hour < LAST_HOUR):
        yield Broken("quiet hours", line, f"{there:%a %H:%M}")
    out = truth.opt_outs.get(line.reader or "")
    if out and out <= line.at:
        yield Broken("opt-out", line, f"opted out on {out:%Y-%m-%d}")
    if line.kind == "message" and line.segment == "ENT" and not line.approved_by:
        yield Broken("approval", line, "nobody approved it")
    if line.kind == "message" and line.commercial and _is_red(line, truth):
        yield Broken("commercial while red", line, "the account was red")


def _is_red(line: Line, truth: Truth) -> bool:
    stretches = truth.reds.get(line.account, ())
    return any(begin <= line.at and (end is None or line.at < end) for begin, end in stretches)


def _one_open(lines: Sequence[Line]) -> Iterator[Broken]:
    questions = [line for line in lines if line.asks and line.kind == "message"]
    for n, line in enumerate(questions):
        for before in questions[:n]:
            if before.closed_at is None or before.closed_at > line.at:
                yield Broken("one open question", line, f"{before.playbook} {before.step} was open")


def _gaps(lines: Sequence[Line], truth: Truth) -> Iterator[Broken]:
    begun = [line for line in lines if line.asks and line.begins and line.kind == "message"]
    for before, line in pairwise(begun):
        days = _workdays(before, line, truth.holidays)
        if days < QUESTION_GAP:
            yield Broken("cooldown", line, f"{days} business days after {before.playbook} {before.step}")


def _workdays(before: Line, line: Line, holidays: frozenset[date]) -> int:
    zone = ZoneInfo(line.zone)
    first, last = before.at.astimezone(zone).date(), line.at.astimezone(zone).date()
    days = (first + timedelta(days=n + 1) for n in range((last - first).days))
    return sum(day.weekday() < 5 and day not in holidays for day in days)


def _one_a_day(lines: Sequence[Line]) -> Iterator[Broken]:
    days: dict[date, list[Line]] = defaultdict(list)
    for line in lines:
        days[line.at.astimezone(ZoneInfo(line.zone)).date()].append(line)
    for day, theirs in days.items():
        for line in theirs[1:]:
            if line.begins and line.kind == "message":
                yield Broken("one message a day", line, f"{len(theirs)} messages on {day}")


def _budget(lines: Sequence[Line]) -> Iterator[Broken]:
    """Three steps a week; one that goes to several people counts once."""
    begun = [line for line in lines if line.begins and line.kind == "message"]
    for n, line in enumerate(begun):
        week = {(one.run_id, one.step.split(".")[0]) for one in begun[: n + 1] if line.at - one.at < WEEK}
        if len(week) > A_WEEK:
            yield Broken("budget of the account", line, f"{len(week)} in a week")
