"""What was kept: retention of revenue and of customers, renewals, and what was saved. Pure.

Amounts are in minor units of one currency; whoever has several calls these once for each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.insights import metrics
from store.insights.metrics import UNKNOWN, Metric

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

LTV_MONTHS = 12  # of data, before a lifetime may be told


@dataclass(frozen=True)
class Revenue:
    """What an account paid a month when the period began, and when it ended; 0 is not a customer."""

    account_id: str
    start_minor: int
    end_minor: int


@dataclass(frozen=True)
class DueRenewal:
    """A term that came, or comes, to its end: what it is worth a year (ATR), and what became of it."""

    account_id: str
    atr_minor: int
    due_on: date
    won_minor: int = 0
    closed_on: date | None = None  # None: not decided yet
    swing_minor: int = 0  # what the forecast gives up, and may still be saved
    was_at_risk: bool = False

    @property
    def is_renewed(self) -> bool:
        """Whether it was decided, and something was kept."""
        return self.closed_on is not None and self.won_minor > 0

    @property
    def kept_minor(self) -> int:
        """What was won of what was due; growth beyond it is another figure."""
        return min(self.won_minor, self.atr_minor)


def grr(revenues: Iterable[Revenue]) -> Metric:
    """Gross revenue retention, 0 to 1: sum of min(end, start) / sum of start, of those who paid at the start."""
    cohort = _cohort(revenues)
    kept = [min(one.end_minor, one.start_minor) for one in cohort]
    return metrics.weighted(kept, [one.start_minor for one in cohort], highest=1.0)


def nrr(revenues: Iterable[Revenue]) -> Metric:
    """Net revenue retention, from 0 on: sum of end / sum of start, of those who paid at the start."""
    cohort = _cohort(revenues)
    return metrics.weighted([one.end_minor for one in cohort], [one.start_minor for one in cohort])


def logo_retention(revenues: Iterable[Revenue]) -> Metric:
    """Accounts that still pay / accounts that paid at the start. Not the denominator of `grr`."""
    return metrics.rate_of(one.end_minor > 0 for one in _cohort(revenues))


def renewal_rate_worst(renewals: Iterable[DueRenewal]) -> Metric:
    """What is won / what was due, in money: all that is open counted as lost."""
    due = _worth(renewals)
    return metrics.weighted([one.kept_minor for one in due], [one.atr_minor for one in due], highest=1.0)


def renewal_rate_best(renewals: Iterable[DueRenewal]) -> Metric:
    """(What is won + what may still be saved) / what was due; nobody's swing exceeds what they would lose."""
    due = _worth(renewals)
    hoped = [one.kept_minor + max(0, min(one.swing_minor, one.atr_minor - one.kept_minor)) for one in due]
    return metrics.weighted(hoped, [one.atr_minor for one in due], highest=1.0)


def on_time_renewal(renewals: Iterable[DueRenewal], today: date) -> Metric:
    """Renewed on or before their date / due by today, counted."""
    return metrics.rate_of(_is_on_time(one) for one in renewals if one.due_on <= today)


def on_time_renewal_revenue(renewals: Iterable[DueRenewal], today: date) -> Metric:
    """The same in money: what was kept on time / what was due by today."""
    due = [one for one in _worth(renewals) if one.due_on <= today]
    kept = [one.kept_minor if _is_on_time(one) else 0 for one in due]
    return metrics.weighted(kept, [one.atr_minor for one in due], highest=1.0)


def save_rate(renewals: Iterable[DueRenewal]) -> Metric:
    """Accounts at risk that renewed / accounts at risk whose renewal is decided."""
    return metrics.rate_of(one.is_renewed for one in _decided_at_risk(renewals))


def save_rate_revenue(renewals: Iterable[DueRenewal]) -> Metric:
    """The same in money."""
    decided = [one for one in _decided_at_risk(renewals) if one.atr_minor > 0]
    return metrics.weighted(
        [one.kept_minor for one in decided], [one.atr_minor for one in decided], highest=1.0
    )


def lifetime_value(arpa_minor: float, gross_margin: float, revenue_churn: float, months: int) -> Metric:
    """Revenue per account x gross margin / revenue churn, in minor units; all three of the same length of time.

    Args:
        arpa_minor: average revenue per account.
        gross_margin: 0 to 1.
        revenue_churn: 0 to 1; nobody leaving has no lifetime that can be told.
        months: of data there are; below 12 it is not shown.
    """
    if months < LTV_MONTHS or revenue_churn <= 0:
        return UNKNOWN
    earned = arpa_minor * gross_margin
    return Metric(earned / revenue_churn, months, earned, revenue_churn)


def _cohort(revenues: Iterable[Revenue]) -> list[Revenue]:
    return [one for one in revenues if one.start_minor > 0]


def _worth(renewals: Iterable[DueRenewal]) -> list[DueRenewal]:
    return [one for one in renewals if one.atr_minor > 0]


def _is_on_time(one: DueRenewal) -> bool:
    return one.is_renewed and one.closed_on is not None and one.closed_on <= one.due_on


def _decided_at_risk(renewals: Iterable[DueRenewal]) -> list[DueRenewal]:
    return [one for one in renewals if one.was_at_risk and one.closed_on is not None]
