"""How often a customer is heard of, and whether they are quieter than they use to be. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

ENOUGH_DAYS = 5  # on which somebody was heard of: fewer make no habit
SILENT_FROM = 2.0  # times the account's own median gap
SHORTEST_SILENCE = 7  # days: a weekend and a day off are no silence, however busy an account is


@dataclass(frozen=True)
class Rhythm:
    """An account's own habit. `gap` is the median of days between two days with a message; None: no habit known."""

    last: date | None
    quiet_days: int | None
    gap: float | None
    days: int  # on which somebody was heard of

    @property
    def ratio(self) -> float | None:
        """How many of its own gaps the account has been quiet for."""
        return None if self.gap is None or self.quiet_days is None else self.quiet_days / self.gap

    @property
    def is_silent(self) -> bool:
        """Quiet for over twice its own gap, and for a week."""
        quiet = (self.quiet_days or 0) >= SHORTEST_SILENCE
        return quiet and self.ratio is not None and self.ratio > SILENT_FROM


def rhythm(heard_on: Iterable[date], today: date) -> Rhythm:
    """The habit in the days on which an account was heard of; several messages of a day are one."""
    days = sorted({day for day in heard_on if day <= today})
    if not days:
        return Rhythm(None, None, None, 0)
    gaps = [(after - before).days for before, after in pairwise(days)]
    return Rhythm(
        last=days[-1],
        quiet_days=(today - days[-1]).days,
        gap=float(median(gaps)) if len(days) >= ENOUGH_DAYS else None,
        days=len(days),
    )
