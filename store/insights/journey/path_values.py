"""The way to a purchase, versions of playbooks, and the market, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from store.insights.journey.values import Cut, Touchpoint
    from store.insights.journey.wins import Because
    from store.insights.metrics import Metric
    from store.insights.values import Figure, Rate


@dataclass(frozen=True, slots=True)
class Stop:
    """A touchpoint on one account's way; the same one after itself is one stop."""

    touchpoint: Touchpoint
    at: datetime
    figure: Figure  # its touches, before the next stop


@dataclass(frozen=True, slots=True)
class Won:
    """One account's way to its purchase."""

    account_id: str
    account: str
    at: datetime
    because: Because
    stops: tuple[Stop, ...]


@dataclass(frozen=True, slots=True)
class PathPoint:
    """A touchpoint of the way, over all accounts that were won.

    Attributes:
        accounts: who met it.
        touches: how often.
        days_before: median days from an account's first touch there to the purchase.
        days_to_next: median days from there to the first touch of the next one.
    """

    touchpoint: Touchpoint
    accounts: Figure
    touches: Figure
    days_before: Metric
    days_to_next: Metric


@dataclass(frozen=True, slots=True)
class Concern:
    """What spoke against buying, in questions and in what was written otherwise."""

    label: str
    accounts: Figure
    asked: Figure
    wrote: Figure


@dataclass(frozen=True)
class Path:
    """How accounts that were won in the period came to buy; points in the order in which they were met."""

    cut: Cut
    won: Figure
    ways: tuple[Won, ...] = ()
    points: tuple[PathPoint, ...] = ()
    days: Metric | None = None  # median, from the first touch to the purchase
    questions: Figure | None = None
    concerns: tuple[Concern, ...] = ()

    @property
    def all_figures(self) -> Iterator[Figure]:
        """Every figure of the way."""
        yield self.won
        yield from (stop.figure for way in self.ways for stop in way.stops)
        for point in self.points:
            yield from (point.accounts, point.touches)
        if self.questions is not None:
            yield self.questions
        for concern in self.concerns:
            yield from (concern.accounts, concern.asked, concern.wrote)


@dataclass(frozen=True, slots=True)
class Version:
    """How a version of a playbook went, of the runs that began in the period."""

    label: str  # 1.2.0, with the beginning of its hash where another has the same number
    since: datetime
    runs: Figure
    completion: Rate  # finished / ended
    response: Rate  # answered / asked and over
    csat: Rate
    outcome: Rate  # goal reached / ended

    @property
    def rates(self) -> tuple[Rate, ...]:
        """What versions are compared by."""
        return self.completion, self.response, self.csat, self.outcome


@dataclass(frozen=True, slots=True)
class Difference:
    """What is better or worse than in the version before, beyond noise."""

    label: str
    now: Rate
    before: Rate
    direction: Literal["better", "worse"]


@dataclass(frozen=True, slots=True)
class Compared:
    """The versions of a playbook, the newest first, and how the newest differs from the one before."""

    playbook: str
    versions: tuple[Version, ...]
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class Versions:
    """All playbooks that ran in the period."""

    cut: Cut
    playbooks: tuple[Compared, ...] = ()

    @property
    def all_figures(self) -> Iterator[Figure]:
        """Every figure of the comparison."""
        for version in (one for compared in self.playbooks for one in compared.versions):
            yield version.runs
            yield from (figure for rate in version.rates for figure in (rate.part, rate.whole))


@dataclass(frozen=True, slots=True)
class MarketRow:
    """The accounts of one industry, size or segment: won, kept and lost in the period, and those that are customers."""

    dimension: Literal["industry", "size", "segment"]
    value: str
    customers: Figure
    won: Figure
    kept: Figure
    lost: Figure
    retention: Rate  # kept / kept or lost

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All of its figures."""
        return self.customers, self.won, self.kept, self.lost, self.retention.whole


@dataclass(frozen=True)
class Market:
    """Which industries, sizes and segments are won, kept and lost."""

    cut: Cut
    rows: tuple[MarketRow, ...] = ()

    @property
    def all_figures(self) -> Iterator[Figure]:
        """Every figure of the market."""
        for row in self.rows:
            yield from row.figures
