"""How long customers wait for us, in business time: first and next answers, solutions, and what was due. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from store.insights import metrics

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from store.insights.metrics import Metric

Kind = Literal["frt", "nrt", "ttr", "ack"]
Span = tuple[datetime, datetime]  # from, up to
OFFICE = {day: ((time(9), time(18)),) for day in range(5)}  # Monday is 0


@dataclass(frozen=True)
class BusinessHours:
    """When somebody works: spans of clock time a weekday, none on holidays, in their zone.

    Raises:
        ValueError: spans of a day overlap, or end before they begin.
    """

    zone: str = "UTC"
    week: Mapping[int, Sequence[tuple[time, time]]] = field(default_factory=lambda: OFFICE)
    holidays: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        for spans in self.week.values():
            bounds = [bound for span in sorted(spans) for bound in span]
            if any(later < earlier for earlier, later in pairwise(bounds)):
                raise ValueError(f"These hours overlap, or end before they begin: {sorted(spans)}.")

    def minutes(self, start: datetime, end: datetime, pauses: Iterable[Span] = ()) -> float:
        """Business minutes from one moment to another, without the pauses, however these overlap."""
        worked = self._spans(start, end)
        for pause in pauses:
            worked = [piece for span in worked for piece in _without(span, pause)]
        return sum((till - since).total_seconds() for since, till in worked) / 60

    def _spans(self, start: datetime, end: datetime) -> list[Span]:
        zone = ZoneInfo(self.zone)
        day, last = start.astimezone(zone).date(), end.astimezone(zone).date()
        found = []
        while day <= last:
            hours = () if day in self.holidays else self.week.get(day.weekday(), ())
            for opens, closes in hours:
                since = max(start, datetime.combine(day, opens, zone).astimezone(UTC))
                till = min(end, datetime.combine(day, closes, zone).astimezone(UTC))
                if since < till:
                    found.append((since, till))
            day += timedelta(days=1)
        return found


@dataclass(frozen=True)
class Turn:
    """One message of a conversation.

    Attributes:
        by: the customer, a person of ours, or the bot.
        counts: of ours, whether it is an answer. "We are looking into it" is none; one of the bot's is if the
            customer accepted it.
    """

    at: datetime
    by: Literal["customer", "person", "bot"]
    counts: bool = True


@dataclass(frozen=True)
class Clock:
    """Something that was due to a customer.

    Attributes:
        subject: the conversation, for a next answer the message that waits.
        target_minutes: of business time.
        paused: while it was the customer's turn.
        stopped_at: when it was done; None while it runs.
    """

    kind: Kind
    subject: str
    started_at: datetime
    target_minutes: float
    stopped_at: datetime | None = None
    paused: tuple[Span, ...] = ()


def waits(turns: Iterable[Turn]) -> list[Span]:
    """The gaps in which a customer waited, each from their first message to the first that answers it."""
    found, since = [], None
    for turn in sorted(turns, key=lambda turn: turn.at):
        if turn.by == "customer":
            since = since or turn.at
        elif turn.counts and since is not None:
            found.append((since, turn.at))
            since = None
    return found


def first_response(conversations: Iterable[Iterable[Turn]], hours: BusinessHours) -> Metric:
    """FRT: median business minutes from a customer's first message to the first answer."""
    return metrics.middle([hours.minutes(*gaps[0]) for turns in conversations if (gaps := waits(turns))])


def next_response(conversations: Iterable[Iterable[Turn]], hours: BusinessHours) -> Metric:
    """NRT: median business minutes of every later gap."""
    return metrics.middle([hours.minutes(*gap) for turns in conversations for gap in waits(turns)[1:]])


def time_to_resolve(clocks: Iterable[Clock], hours: BusinessHours) -> Metric:
    """TTR: median business minutes from opened to resolved, without pauses, of those that are."""
    return metrics.middle(
        [used for one in clocks if one.kind == "ttr" and (used := took(one, hours)) is not None]
    )


def took(clock: Clock, hours: BusinessHours) -> float | None:
    """Business minutes of a clock that has stopped, without its pauses; None while it runs."""
    if clock.stopped_at is None:
        return None
    return hours.minutes(clock.started_at, clock.stopped_at, clock.paused)


def sla_compliance(clocks: Iterable[Clock], hours: BusinessHours, now: datetime) -> Metric:
    """Clocks met / clocks that came due. One that still runs within its time is neither; each subject counts once."""
    verdicts: dict[tuple[Kind, str], bool] = {}
    for clock in clocks:
        verdict = is_met(clock, hours, now)
        if verdict is not None:
            key = (clock.kind, clock.subject)
            verdicts[key] = verdicts.get(key, True) and verdict
    return metrics.rate_of(verdicts.values())


def percentile(values: Sequence[float], part: float) -> float | None:
    """The nearest-rank percentile, e.g. .9 for the 90th; None of nothing."""
    if not values:
        return None
    rank = -(-len(values) * part // 1)  # rounded up
    return sorted(values)[max(0, int(rank) - 1)]


def is_met(clock: Clock, hours: BusinessHours, now: datetime) -> bool | None:
    """Whether a clock was kept; None while it still may be."""
    used = hours.minutes(clock.started_at, clock.stopped_at or now, clock.paused)
    if clock.stopped_at is None:
        return False if used > clock.target_minutes else None
    return used <= clock.target_minutes


def _without(span: Span, pause: Span) -> Iterator[Span]:
    since, till = span
    before, after = (since, min(till, pause[0])), (max(since, pause[1]), till)
    if pause[1] <= pause[0]:
        yield span
        return
    yield from (piece for piece in (before, after) if piece[0] < piece[1])
