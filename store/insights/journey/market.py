"""The target market: which industries, sizes and segments are won, kept and lost."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlmodel import Session, select

from store.insights.frame import PROSPECTS
from store.insights.journey.company import company_of
from store.insights.journey.path_values import Market, MarketRow
from store.insights.journey.wins import wins
from store.insights.values import Figure, Rate
from store.tables.accounts import Subscription
from store.tables.changes import SEGMENT, STAGE
from store.tables.renewals import Renewal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from store.insights.journey.company import Company
    from store.insights.journey.values import Cut
    from store.tables.accounts import Account

LOST, NEITHER = (
    frozenset({"churned"}),
    frozenset({"superseded"}),
)  # outcomes of a term; all others keep the account
SIZES = ((10, "up to 10 seats"), (50, "11-50 seats"), (200, "51-200 seats"))
LARGEST, NOT_KNOWN = "more than 200 seats", "not known"


def market(session: Session, workspace_id: str, cut: Cut) -> Market:
    """Count the accounts of the scope by industry, size and segment."""
    company = company_of(session, workspace_id, cut.scope)
    won = frozenset(wins(session, company, cut))
    kept, lost = _ends(session, company, cut)
    segments = {one: company.was(one, SEGMENT, min(cut.now, cut.period.end)) for one in company.accounts}
    shown = [one for one in company.accounts.values() if cut.group.segment in (None, segments[one.id])]
    customers = frozenset(
        one.id
        for one in shown
        if company.was(one.id, STAGE, min(cut.now, cut.period.end)) not in PROSPECTS and one.id not in lost
    )
    rows: list[MarketRow] = []
    by: tuple[tuple[str, Callable[[Account], str]], ...] = (
        ("industry", lambda one: one.industry or NOT_KNOWN),
        ("size", lambda one: size_of(one.seats)),
        ("segment", lambda one: segments[one.id]),
    )
    for dimension, value_of in by:
        groups: dict[str, list[str]] = defaultdict(list)
        for one in sorted(shown, key=lambda one: (one.name, one.key)):
            groups[value_of(one)].append(one.id)
        made = [
            _row(dimension, value, ids, (customers, won, kept - lost, lost)) for value, ids in groups.items()
        ]
        rows += sorted(made, key=lambda row: (row.value == NOT_KNOWN, -row.customers.value, row.value))
    return Market(cut, tuple(rows))


def size_of(seats: int | None) -> str:
    """The size of an account, by its seats."""
    if seats is None:
        return NOT_KNOWN
    return next((label for most, label in SIZES if seats <= most), LARGEST)


def _row(dimension: str, value: str, ids: list[str], sets: tuple[Collection[str], ...]) -> MarketRow:
    def figure(name: str, label: str, chosen: Iterable[str]) -> Figure:
        return Figure(f"market:{dimension}:{value}:{name}", label, "account", tuple(chosen))

    customers, won, kept, lost = ([one for one in ids if one in some] for some in sets)
    over = figure("over", "terms that ended", [one for one in ids if one in {*kept, *lost}])
    kept_figure = figure("kept", "kept", kept)
    return MarketRow(
        dimension,  # type: ignore[arg-type]
        value,
        figure("customers", "customers", customers),
        figure("won", "won", won),
        kept_figure,
        figure("lost", "lost", lost),
        Rate(f"market:{dimension}:{value}:retention", "kept", kept_figure, over),
    )


def _ends(session: Session, company: Company, cut: Cut) -> tuple[frozenset[str], frozenset[str]]:
    """Accounts that stayed and that left in the period: by recorded outcomes, else by what became of the contract."""
    kept, lost, closed = set[str](), set[str](), set[str]()
    for end in session.exec(select(Renewal).where(Renewal.workspace_id == company.workspace_id)).all():
        closed.add(end.subscription_id)
        inside = cut.period.start <= end.closed_at < cut.period.end and end.closed_at <= cut.now
        if inside and end.outcome not in NEITHER:
            (lost if end.outcome in LOST else kept).add(end.account_id)
    terms = select(Subscription).where(Subscription.workspace_id == company.workspace_id)
    for term in session.exec(terms).all():
        inside = cut.period.start.date() <= term.renews_on < cut.period.end.date()
        if inside and term.id not in closed and term.status != "active":
            (lost if term.status == "churned" else kept).add(term.account_id)
    return frozenset(kept), frozenset(lost)
