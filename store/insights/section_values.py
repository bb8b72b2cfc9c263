"""A section of the digest as values: counts, shares, measures, sums of money and lines, each with its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from store.insights import metrics

if TYPE_CHECKING:
    from store.insights.values import Figure, Rate

Unit = Literal["share", "nps", "mean", "days", "minutes"]  # a share is 0 to 1, NPS -100 to 100
NPS_FROM, NPS_ARROW_FROM, ARROW_FROM = 10, 50, 30  # answers: for the number, for an arrow of it, of the rest


@dataclass(frozen=True)
class Measured:
    """A metric that is no count, with the rows that it was worked out from."""

    key: str
    label: str
    unit: Unit
    metric: metrics.Metric
    figure: Figure  # the rows: as many as `metric.n`
    before: metrics.Metric | None = None  # the same in the period before, where it can be compared
    target: float | None = None
    asked: int | None = None  # how many were asked, where somebody has to be: 0 is "not asked"
    extreme: float | None = None  # of minutes: the 90th percentile

    @property
    def value(self) -> float | None:
        """In its unit; None without data, which is not 0."""
        return self.metric.value

    @property
    def shown_as(self) -> Literal["nothing", "list", "interval", "rate"]:
        """Nothing known; the answers themselves; with the interval; alone.

        A number of fewer than 5, of NPS of fewer than 10, is no number.
        """
        if self.metric.value is None:
            return "nothing"
        if self.unit == "nps" and self.metric.n < NPS_FROM:
            return "list"
        return metrics.shown_as(self.metric.n)

    @property
    def trend(self) -> metrics.Trend | None:
        """An arrow where both periods have enough data and their intervals do not overlap."""
        least = NPS_ARROW_FROM if self.unit == "nps" else ARROW_FROM
        now, then = self.metric, self.before
        if then is None or min(now.n, then.n) < least or now.interval is None or then.interval is None:
            return None
        if now.interval[0] > then.interval[1]:
            return "up"
        return "down" if now.interval[1] < then.interval[0] else None


@dataclass(frozen=True)
class Money:
    """A sum of money over rows: one amount a currency, in minor units; rows without an amount add nothing."""

    key: str
    label: str
    figure: Figure
    amounts: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Action:
    """The one thing to do about a line: words for the button, and the command that does it."""

    label: str
    command: str  # /cs renew @Nordwind brief


@dataclass(frozen=True)
class Line:
    """One line of a section: what it is about, why it stands here, who does what."""

    text: str
    figure: Figure  # the rows that it opens
    account: str | None = None
    owner: str | None = None  # name, else address; None: nobody
    action: Action | None = None
    arr: tuple[int, str] | None = None  # annual recurring revenue, in minor units and currency
    because: str = ""  # why, in words that can be checked
    quote: str | None = None  # word for word
    channel_id: str | None = None
    message_ts: str | None = None


@dataclass(frozen=True)
class Cell:
    """Accounts that were in one band and are in another, and their revenue."""

    before: str  # green | yellow | red | unknown
    after: str
    figure: Figure
    arr: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Section:
    """One section. What was not asked or not recorded is in `missing`, in a sentence; never as 0.

    Attributes:
        key: today | renewals | health | onboarding | voice | questions | told | quality | service | plays | wins | team |
            data | month.
        title: its heading.
        figures: counts. rates: shares of them. measures: other metrics. money: sums.
        lines: at most what fits on a screen, the most important first.
        cells: of the matrix of health.
    """

    key: str
    title: str
    figures: tuple[Figure, ...] = ()
    rates: tuple[Rate, ...] = ()
    measures: tuple[Measured, ...] = ()
    money: tuple[Money, ...] = ()
    lines: tuple[Line, ...] = ()
    cells: tuple[Cell, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def all_figures(self) -> tuple[Figure, ...]:
        """Every figure whose rows can be opened."""
        inner: tuple[Measured | Money | Line | Cell, ...] = (
            *self.measures,
            *self.money,
            *self.lines,
            *self.cells,
        )
        return *self.figures, *(one.figure for one in inner)

    @property
    def is_empty(self) -> bool:
        """Whether it has nothing to say."""
        return not any(figure.value for figure in self.all_figures)
