"""What must hold of every figure of a digest, a journey map and the gaps, whoever's and of whenever they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlmodel import col, select

from store.insights.digest import digest
from store.insights.evidence import all_evidence, evidence_rows
from store.insights.gaps import top_gaps
from store.insights.journey.audit import audit
from store.insights.journey.evidence import opened
from store.insights.journey.mapping import journey_map
from store.insights.journey.values import Cut
from store.insights.scope import WHOLE_WORKSPACE, period_of, scope_for
from store.people import Person
from store.tables import Account, Subscription

ADMIN = Person(None, "staff", "admin", "Noor Haddad")
SCOPES = ("", "SMB", "MM", "ENT", "Tom Lindqvist", "Priya Raman", "Diego Alvarez")
MONTH = 30  # days


@dataclass(frozen=True)
class Slice:
    """A period, whose accounts, and when it is looked at."""

    period: str
    scope: str
    now: datetime

    def __str__(self):
        return f"{self.period} until {self.now.date()} of {self.scope or 'everybody'}"


def slices(days, now, names, drawn):
    """The whole time, each of its months, and random slices of it.

    Args:
        days: how many there are, up to now.
        now: their end.
        names: of accounts.
        drawn: how many random slices.
    """
    draw = Random(7)
    yield Slice(f"{days}d", "", now)
    for ago in range(0, days - MONTH + 1, MONTH):
        yield Slice(f"{MONTH}d", "", now - timedelta(days=ago))
    for _ in range(drawn):
        ago, scope = draw.randint(0, days * 2 // 3), draw.choice([*SCOPES, draw.choice(names)])
        yield Slice(f"{draw.randint(1, days - ago)}d", scope, now - timedelta(days=ago))


def check_slice(core, cut):
    """Digest, journey map, audit and gaps of a slice; how many figures that were."""
    workspace_id, period = core.workspace_id, period_of(cut.period, cut.now)
    with core.database.reading() as session:
        scope = scope_for(session, workspace_id, ADMIN, cut.scope) if cut.scope else WHOLE_WORKSPACE
        made = digest(session, workspace_id, period, scope, cut.now)
        check_figures(session, workspace_id, made)
        drawn = journey_map(session, workspace_id, Cut(period, scope, cut.now))
        figures = [*drawn.all_figures, *audit(drawn).all_figures]
        rows = opened(session, workspace_id, figures)
        for figure in figures:
            assert [row.id for row in rows[figure.key]] == list(figure.evidence), figure.key
            assert len(set(figure.evidence)) == figure.value, figure.key
        gaps = top_gaps(session, workspace_id, scope, limit=None, period=period, now=cut.now)
        for gap in gaps:
            found = evidence_rows(session, workspace_id, gap.figure)
            assert len(found) == gap.figure.value == len(gap.asked), gap.title
            assert {row.account for row in found if row.account} == set(gap.accounts), gap.title
        return len(list(made.all_figures)) + len(figures) + len(gaps)


def check_figures(session, workspace_id, made):
    """Every figure equals a re-query of the rows it opens; nothing of anybody outside the scope is opened."""
    rows = all_evidence(session, workspace_id, made)
    names = _names(session, workspace_id, made.scope)
    for figure in made.all_figures:
        found = [row.id for row in rows[figure.key]]
        assert found == list(figure.evidence), figure.key
        assert len(set(found)) == figure.value, figure.key
        accounts = {row.account for row in rows[figure.key] if row.account}
        assert accounts <= names, figure.key
    for rate in made.rates.values():
        assert set(rate.part.evidence) <= set(rate.whole.evidence), rate.key
        assert rate.value is None or 0 <= rate.value <= 1, rate.key
    for section in made.sections:
        _check_section(session, section)


def _check_section(session, section):
    for one in section.measures:
        assert one.metric.n == one.figure.value > 0, one.key
        if one.unit == "share" and not one.key.startswith("month.nrr"):
            assert 0 <= one.value <= 1, one.key
    for money in section.money:
        assert money.amounts == _worth(session, money.figure.evidence), money.key
    placed = [id_ for cell in section.cells for id_ in cell.figure.evidence]
    assert len(placed) == len(set(placed))


def _names(session, workspace_id, scope):
    accounts = session.exec(select(Account).where(Account.workspace_id == workspace_id)).all()
    return {one.name for one in accounts if scope.covers(one.id)}


def _worth(session, ids):
    """What these terms are worth a year, added up by currency."""
    terms = select(Subscription, Account).where(
        col(Subscription.account_id) == Account.id, col(Subscription.id).in_(ids)
    )
    sums = {}
    for term, account in session.exec(terms).all():
        own = term.arr_minor is not None
        currency, minor = (term.currency, term.arr_minor) if own else (account.currency, account.arr_minor)
        sums[currency] = sums.get(currency, 0) + (minor or 0)
    return tuple((minor, currency) for currency, minor in sorted(sums.items()) if minor)
