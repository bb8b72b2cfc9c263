"""What only a month or more can tell: what was kept of revenue and customers, why others left, and who they are."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from store.insights import revenue
from store.insights.frame import PROSPECTS, revenue_of
from store.insights.revenue import Revenue
from store.insights.section_values import Line, Measured, Section
from store.insights.values import Figure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from store.insights.frame import Frame
    from store.insights.metrics import Metric
    from store.insights.sections.renewals import Terms
    from store.insights.sections.wins import Outcomes
    from store.tables.accounts import Account, Subscription

FROM_DAYS, LISTED = 28, 5
MONTHS = 12
_FORMULAS: tuple[tuple[str, str, Callable[[list[Revenue]], Metric]], ...] = (
    ("grr", "gross revenue retention", revenue.grr),
    ("nrr", "net revenue retention", revenue.nrr),
    ("logos", "customers kept", revenue.logo_retention),
)


def month_section(frame: Frame, terms: Terms, outcomes: Outcomes) -> Section | None:
    """Retention over the period, reasons of losses, customers by industry; None for less than four weeks."""
    if frame.period.days < FROM_DAYS:
        return None
    measures = tuple(_retention(frame, terms))
    return Section(
        "month",
        "The month",
        figures=tuple(_industries(frame)),
        measures=measures,
        lines=tuple(_reasons(outcomes))[:LISTED],
        missing=() if measures else ("No account had a paid term when the period began.",),
    )


def _retention(frame: Frame, terms: Terms) -> Iterator[Measured]:
    """One set a currency: of accounts that paid when the period began."""
    start, end = frame.period.start.date(), min(frame.period.end.date(), frame.today)
    by_currency: dict[str, list[Revenue]] = {}
    for account in sorted(frame.accounts.values(), key=lambda one: one.name):
        for currency, paid in paid_between(account, terms, start, end).items():
            if paid.start_minor > 0:
                by_currency.setdefault(currency, []).append(paid)
    for currency, cohort in sorted(by_currency.items()):
        tail, said = (f".{currency.lower()}", f" ({currency})") if len(by_currency) > 1 else ("", "")
        for name, label, formula in _FORMULAS:
            key = f"month.{name}{tail}"
            figure = Figure(key, label + said, "account", tuple(one.account_id for one in cohort))
            yield Measured(key, label + said, "share", formula(cohort), figure)


def paid_between(account: Account, terms: Terms, start: date, end: date) -> dict[str, Revenue]:
    """What an account paid a month on both days, by currency; a term without a figure of its own is the account's."""
    paid: dict[str, list[int]] = {}
    for term in terms.terms:
        if term.account_id == account.id:
            own = term.arr_minor is not None
            minor = (term.arr_minor if own else account.arr_minor) or 0
            sums = paid.setdefault(term.currency if own else account.currency, [0, 0])
            for n, day in enumerate((start, end)):
                sums[n] += minor // MONTHS if _runs_on(terms, term, day) else 0
    return {currency: Revenue(account.id, first, last) for currency, (first, last) in paid.items()}


def _runs_on(terms: Terms, term: Subscription, day: date) -> bool:
    """Whether a term was paid for on a day: it had begun, and had not ended, or ran on undecided."""
    if term.started_on > day:
        return False
    undecided = term.status == "active" and terms.outcome(term) is None
    return day < term.renews_on or undecided


def _reasons(outcomes: Outcomes) -> Iterator[Line]:
    """Why terms were lost or became smaller, the most frequent first."""
    told = [one for one in outcomes.ended if one.reason]
    counts = Counter(one.reason for one in told)
    for reason, count in sorted(counts.items(), key=lambda one: (-one[1], str(one[0]))):
        ids = tuple(one.id for one in told if one.reason == reason)
        figure = Figure(f"month.reason.{reason}", f"because of {reason}", "renewal", ids)
        yield Line(text=f"{reason}: {count} of {len(told)}", figure=figure)


def _industries(frame: Frame) -> Iterator[Figure]:
    """Customers by industry, the largest revenue first; nothing where no industry is known."""
    groups: dict[str, list[Account]] = {}
    for one in sorted(frame.accounts.values(), key=lambda one: one.name):
        if one.stage not in PROSPECTS and one.industry:
            groups.setdefault(one.industry, []).append(one)
    ranked = sorted(groups, key=lambda name: (-_total(groups[name]), -len(groups[name]), name))
    for name in ranked[:LISTED]:
        yield Figure(
            f"month.industry.{name}", f"customers in {name}", "account", tuple(one.id for one in groups[name])
        )


def _total(accounts: Sequence[Account]) -> int:
    return sum(minor for minor, _ in revenue_of(accounts))
