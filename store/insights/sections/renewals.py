"""Renewals: which terms end when, what they are worth, and what is expected of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlmodel import Session, col, select

from store.insights.section_values import Section
from store.insights.standing import Standing, standings_of
from store.insights.values import Figure, RenewalLine
from store.tables.accounts import Subscription
from store.tables.renewals import Forecast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from store.insights.frame import Frame

WINDOWS = ((0, 30), (31, 60), (61, 90))  # days from today, both ends included
AHEAD = timedelta(days=120)  # of renewals about which health and forecasts are told


@dataclass(frozen=True)
class Terms:
    """The terms of a scope, with what is known of those that end soon."""

    terms: list[Subscription]  # by their end
    standings: Mapping[str, Standing] = field(default_factory=dict)  # account id -> health in force
    calls: Mapping[str, Sequence[Forecast]] = field(default_factory=dict)  # subscription id -> newest first

    @property
    def running(self) -> list[Subscription]:
        """Those that run."""
        return [term for term in self.terms if term.status == "active"]


def read_terms(session: Session, frame: Frame) -> Terms:
    """The terms of the scope; health and forecasts as they stood at the moment."""
    statement = select(Subscription).where(Subscription.workspace_id == frame.workspace_id)
    found = session.exec(statement.order_by(col(Subscription.renews_on), col(Subscription.key))).all()
    terms = [term for term in found if frame.covers(term.account_id)]
    soon = {
        term.account_id
        for term in terms
        if term.status == "active"
        and term.renews_on <= frame.today + AHEAD
        and term.account_id in frame.accounts
    }
    accounts = [frame.accounts[id_] for id_ in sorted(soon)]
    return Terms(terms, standings_of(session, accounts, frame.today), _calls(session, frame, terms))


def _calls(session: Session, frame: Frame, terms: list[Subscription]) -> dict[str, list[Forecast]]:
    """What was called of the terms that run now, the newest first."""
    ends = {term.id: term.renews_on for term in terms}
    statement = select(Forecast).where(
        Forecast.workspace_id == frame.workspace_id, col(Forecast.at) <= frame.now
    )
    calls: dict[str, list[Forecast]] = {}
    for call in session.exec(statement.order_by(col(Forecast.at).desc(), col(Forecast.id))):
        if ends.get(call.subscription_id) == call.term_end:
            calls.setdefault(call.subscription_id, []).append(call)
    return calls


def renewals_section(frame: Frame, rows: Terms) -> Section:
    """Terms by the time that is left."""

    def figure(name: str, label: str, terms: list[Subscription]) -> Figure:
        return Figure(f"renewals.{name}", label, "subscription", tuple(term.id for term in terms))

    windows = (
        figure(
            str(last),
            f"renewals in {first}-{last} days",
            [one for one in rows.running if first <= days_to(frame, one) <= last],
        )
        for first, last in WINDOWS
    )
    passed = [one for one in rows.running if days_to(frame, one) < 0]
    label = "renewal dates passed without an outcome"
    return Section("renewals", "Renewals", figures=(*windows, figure("passed", label, passed)))


def renewal_lines(frame: Frame, rows: Terms) -> tuple[RenewalLine, ...]:
    """Each term that ends soon, or should have."""
    lines = []
    for term in rows.running:
        account, days = frame.accounts.get(term.account_id), days_to(frame, term)
        if account is None or days > WINDOWS[-1][1]:
            continue
        standing, calls = rows.standings.get(account.id), rows.calls.get(term.id)
        lines.append(
            RenewalLine(
                subscription_id=term.id,
                account=account.name,
                renews_on=term.renews_on,
                days=days,
                arr_minor=account.arr_minor if term.arr_minor is None else term.arr_minor,
                currency=account.currency if term.arr_minor is None else term.currency,
                health=standing.score if standing else account.health,
                csm_sentiment=standing.sentiment if standing else account.csm_sentiment,
                forecast=calls[0].category if calls else None,
                expected=calls[0].computed if calls else None,
            )
        )
    return tuple(lines)


def days_to(frame: Frame, term: Subscription) -> int:
    """Days to the end of a term, from today; below 0 once it has passed."""
    return (term.renews_on - frame.today).days
