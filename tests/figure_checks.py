"""What must hold of every figure of a digest, whoever's and of whenever it is."""

from __future__ import annotations

from sqlmodel import col, select

from store.insights.evidence import all_evidence
from store.tables import Account, Subscription


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
