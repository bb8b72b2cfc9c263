"""Renewals: which terms end when, what they are worth, what is expected of them, and how the quarter's ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlmodel import Session, col, select

from store.insights import forecast, revenue
from store.insights.frame import sums
from store.insights.revenue import DueRenewal
from store.insights.section_values import Action, Line, Measured, Money, Section
from store.insights.standing import Standing, standings_of
from store.insights.values import Figure, RenewalLine
from store.tables.accounts import Contact, Subscription
from store.tables.renewals import Forecast, Renewal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from store.insights.frame import Frame

WINDOWS = ((0, 30), (31, 60), (61, 90), (91, 120))  # days from today, both ends included
LISTED, SIGNER_BY = 90, 60  # days: terms with a line of their own; by when it must be known who signs
AHEAD = timedelta(days=120)  # of renewals about which health and forecasts are told
SIGNERS = frozenset({"buyer", "sponsor", "procurement"})  # personas
LOST = frozenset({"churned", "superseded"})  # outcomes in which nothing of the term goes on
MOVED = 5  # changed forecasts that are listed


@dataclass(frozen=True)
class Terms:
    """The terms of a scope, with what is known of them."""

    terms: list[Subscription]  # by their end
    standings: Mapping[str, Standing] = field(default_factory=dict)  # account id -> health in force
    calls: Mapping[str, Sequence[Forecast]] = field(default_factory=dict)  # subscription id -> newest first
    closed: Mapping[tuple[str, date], Renewal] = field(default_factory=dict)  # (subscription id, its end)
    with_signer: frozenset[str] = frozenset()  # accounts of which it is known who signs

    @property
    def running(self) -> list[Subscription]:
        """Those that run and of which nobody has said yet how they ended."""
        return [term for term in self.terms if term.status == "active" and self.outcome(term) is None]

    def outcome(self, term: Subscription) -> Renewal | None:
        """How a term ended."""
        return self.closed.get((term.id, term.renews_on))

    def call(self, term: Subscription) -> Forecast | None:
        """What somebody called last of a term."""
        calls = self.calls.get(term.id)
        return calls[0] if calls else None


def read_terms(session: Session, frame: Frame) -> Terms:
    """The terms of the scope; health, forecasts and outcomes as they stood at the moment."""
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
    return Terms(
        terms,
        standings_of(session, accounts, frame.today),
        _calls(session, frame, terms),
        _closed(session, frame),
        _with_signer(session, frame),
    )


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


def _closed(session: Session, frame: Frame) -> dict[tuple[str, date], Renewal]:
    statement = select(Renewal).where(
        Renewal.workspace_id == frame.workspace_id, col(Renewal.closed_at) <= frame.now
    )
    rows = [row for row in session.exec(statement) if frame.covers(row.account_id)]
    return {(row.subscription_id, row.term_end): row for row in rows}


def _with_signer(session: Session, frame: Frame) -> frozenset[str]:
    statement = select(Contact.account_id).where(
        Contact.workspace_id == frame.workspace_id,
        Contact.status == "active",
        col(Contact.persona).in_(sorted(SIGNERS)),
    )
    return frozenset(session.exec(statement))


def renewals_section(frame: Frame, rows: Terms) -> Section:
    """Terms by the time that is left, their worth and what of it is sure, the quarter so far, and what has moved."""
    counted: list[Figure] = []
    money: list[Money] = []
    measures: list[Measured] = []
    running = rows.running
    open_ids = {one.id for one in running}
    for first, last in WINDOWS:
        name, label = str(last), f"{first}-{last} days"
        due = [one for one in rows.terms if first <= days_to(frame, one) <= last]
        undecided = [one for one in due if one.id in open_ids]
        counted.append(_figure(name, f"renewals in {label}", undecided))
        money += _worth(frame, rows, name, label, undecided)
        measures += _kept(frame, rows, name, label, due)
    passed = [one for one in running if days_to(frame, one) < 0]
    unsigned = [
        one
        for one in running
        if 0 <= days_to(frame, one) <= SIGNER_BY and one.account_id not in rows.with_signer
    ]
    moved = list(_moved(frame, rows))
    calls = tuple(call.id for _, call, _ in moved)
    figures = (
        *counted,
        _figure("passed", "renewal dates passed without an outcome", passed),
        _figure("no_signer", f"renewals within {SIGNER_BY} days of which nobody is known to sign", unsigned),
        Figure("renewals.moved", "forecasts that changed", "forecast", calls),
    )
    on_time = _on_time(frame, rows)
    return Section(
        "renewals",
        "Renewals",
        figures=figures,
        measures=(*measures, *on_time),
        money=tuple(money),
        lines=tuple(_move_line(frame, *one) for one in moved[:MOVED]),
        missing=() if on_time else ("No renewal has been due in this quarter so far.",),
    )


def _figure(name: str, label: str, terms: Iterable[Subscription]) -> Figure:
    return Figure(f"renewals.{name}", label, "subscription", tuple(term.id for term in terms))


def _worth(frame: Frame, rows: Terms, name: str, label: str, running: list[Subscription]) -> Iterator[Money]:
    sure = [one for one in running if (call := rows.call(one)) and call.category == forecast.COMMIT]
    for key, words, terms in (("atr", "to renew", running), ("commit", "committed", sure)):
        if terms:
            figure = _figure(f"{key}.{name}", f"{words} in {label}", terms)
            yield Money(figure.key, figure.label, figure, sums(worth(frame, one) for one in terms))


def _kept(frame: Frame, rows: Terms, name: str, label: str, due: list[Subscription]) -> Iterator[Measured]:
    """What of the window's worth is sure, and what may still be; one pair a currency."""
    currencies = sorted(
        {currency for one in due if (currency := worth(frame, one)[1]) and worth(frame, one)[0]}
    )
    for currency in currencies:
        terms = [one for one in due if worth(frame, one)[1] == currency and (worth(frame, one)[0] or 0) > 0]
        ends = [_due(frame, rows, one) for one in terms]
        tail = f".{currency.lower()}" if len(currencies) > 1 else ""
        said = f" ({currency})" if len(currencies) > 1 else ""
        for key, words, formula in (
            ("worst", "kept at worst", revenue.renewal_rate_worst),
            ("best", "kept at best", revenue.renewal_rate_best),
        ):
            figure = _figure(f"{key}.{name}{tail}", f"{words}, {label}{said}", terms)
            yield Measured(figure.key, figure.label, "share", formula(ends), figure)


def _due(frame: Frame, rows: Terms, term: Subscription) -> DueRenewal:
    """A term as the formulas read it: won is what was renewed or committed, swing is what is not given up."""
    minor = worth(frame, term)[0] or 0
    end, call = rows.outcome(term), rows.call(term)
    if end is not None:
        won = 0 if end.outcome in LOST else minor
        return DueRenewal(term.account_id, minor, term.renews_on, won, end.closed_at.date())
    if call is not None and call.category == forecast.COMMIT:
        return DueRenewal(term.account_id, minor, term.renews_on, won_minor=minor)
    swing = minor
    if call is not None and call.category == forecast.ACTIONABLE:
        swing = call.swing_minor
    elif call is not None and call.category == forecast.LOST_CAUSE:
        swing = 0
    return DueRenewal(term.account_id, minor, term.renews_on, swing_minor=swing)


def _on_time(frame: Frame, rows: Terms) -> tuple[Measured, ...]:
    """The quarter so far: renewed on or before their date / due."""
    first = date(frame.today.year, 3 * ((frame.today.month - 1) // 3) + 1, 1)
    due = [one for one in rows.terms if first <= one.renews_on <= frame.today]
    figure = _figure("on_time", "renewed on time, this quarter so far", due)
    metric = revenue.on_time_renewal([_decided(rows, one) for one in due], frame.today)
    return (Measured(figure.key, figure.label, "share", metric, figure),) if due else ()


def _decided(rows: Terms, term: Subscription) -> DueRenewal:
    """The same for counting: a renewal is worth 1."""
    end = rows.outcome(term)
    if end is None:
        return DueRenewal(term.account_id, 1, term.renews_on)
    won = 0 if end.outcome in LOST else 1
    closed = (
        end.closed_at.date() if end.on_time else max(end.closed_at.date(), term.renews_on + timedelta(days=1))
    )
    return DueRenewal(term.account_id, 1, term.renews_on, won, closed)


def _moved(frame: Frame, rows: Terms) -> Iterator[tuple[Subscription, Forecast, Forecast | None]]:
    """Terms that somebody called otherwise in the period than before, the most valuable first."""
    ranked = sorted(rows.terms, key=lambda one: (-(worth(frame, one)[0] or 0), one.renews_on, one.id))
    for term in ranked:
        calls = rows.calls.get(term.id, ())
        earlier = [call for call in calls if call.at < frame.period.start]
        if (
            calls
            and calls[0].at >= frame.period.start
            and earlier
            and calls[0].category != earlier[0].category
        ):
            yield term, calls[0], earlier[0]


def _move_line(frame: Frame, term: Subscription, call: Forecast, before: Forecast | None) -> Line:
    name = frame.name(term.account_id) or term.key
    was = before.category if before else "not called"
    return Line(
        text=f"{_words(was)} → {_words(call.category)}, ends {term.renews_on:%-d %b}",
        figure=Figure(f"renewals.moved.{term.id}", f"forecasts of {name}", "forecast", (call.id,)),
        account=frame.name(term.account_id),
        owner=frame.owner(term.account_id),
        action=Action("Renewal brief", f"/cs renew @{name} brief"),
        arr=_amount(frame, term),
        because=f"{call.by_name}: {call.why}",
    )


def _words(category: str) -> str:
    return category.replace("_", " ")


def _amount(frame: Frame, term: Subscription) -> tuple[int, str] | None:
    minor, currency = worth(frame, term)
    return None if minor is None else (minor, currency)


def renewal_lines(frame: Frame, rows: Terms) -> tuple[RenewalLine, ...]:
    """Each term that ends soon, or should have."""
    lines = []
    for term in rows.running:
        account, days = frame.accounts.get(term.account_id), days_to(frame, term)
        if account is None or days > LISTED:
            continue
        standing, call = rows.standings.get(account.id), rows.call(term)
        minor, currency = worth(frame, term)
        lines.append(
            RenewalLine(
                subscription_id=term.id,
                account=account.name,
                renews_on=term.renews_on,
                days=days,
                arr_minor=minor,
                currency=currency,
                health=standing.score if standing else account.health,
                csm_sentiment=standing.sentiment if standing else account.csm_sentiment,
                forecast=call.category if call else None,
                expected=call.computed if call else None,
            )
        )
    return tuple(lines)


def worth(frame: Frame, term: Subscription) -> tuple[int | None, str]:
    """What a term is worth a year, in minor units and currency: its own figure, else the account's."""
    account = frame.accounts.get(term.account_id)
    if term.arr_minor is not None or account is None:
        return term.arr_minor, term.currency
    return account.arr_minor, account.currency


def days_to(frame: Frame, term: Subscription) -> int:
    """Days to the end of a term, from today; below 0 once it has passed."""
    return (term.renews_on - frame.today).days
