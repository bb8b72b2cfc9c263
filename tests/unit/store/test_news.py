"""What rows that were written mean for playbooks: said once, and nothing old."""

from __future__ import annotations

from datetime import timedelta

import pytest

from store import news
from store.accounts_import import import_csv
from store.tables import happenings


@pytest.fixture
def told(database, company, clock):
    """Note facts (kind, value, days ago) of Nordwind; the names of what happened, in their order."""

    def note(*facts):
        for kind, value, days in facts:
            with database.transaction() as session:
                news.note(
                    session, workspace_id=company.workspace_id, account_id=company.accounts["nord"], kind=kind,
                    value=value, on=clock.now().date() - timedelta(days=days), now=clock.now(),
                )  # fmt: skip
            clock.advance(timedelta(minutes=1))
        return names(database, company)

    return note


def names(database, company, account="nord"):
    with database.reading() as session:
        found = happenings.happenings_of(session, company.accounts[account])
    return [one.name for one in reversed(found)]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([("growth", "a second depot", 0)], ["growth.stated"], id="they grow"),
        pytest.param([("growth", "a depot", 1), ("growth", "a depot", 0)], ["growth.stated"] * 2, id="they grow again"),
        pytest.param([("growth", "a depot", 0), ("growth", "a depot", 0)], ["growth.stated"], id="the same told twice"),
        pytest.param([("growth", "a depot", 30)], [], id="long ago"),
        pytest.param([("department", "Finance", 0)], ["department.new"], id="a department"),
        pytest.param([("department", "Finance", 3), ("department", " finance ", 0)], ["department.new"], id="the same department"),
        pytest.param([("department", "Finance", 0), ("department", "Sales", 0)], ["department.new"] * 2, id="two on one day"),
        pytest.param([("use_case", "Routes", 0)], ["use_case.first"], id="the first use"),
        pytest.param([("use_case", "Routes", 0), ("use_case", "Invoices", 0)], ["use_case.first", "use_case.second"], id="a second use"),
        pytest.param([("use_case", "Routes", 2), ("use_case", "ROUTES", 0)], ["use_case.first"], id="the first use again"),
        pytest.param([("evaluation_started", "2026-03-02", 0)], ["evaluation.started"], id="a trial"),
        pytest.param([("seats_used", "40", 0)], [], id="a figure is no news"),
    ],
)  # fmt: skip
def test_a_fact_is_news_once_and_while_it_is_fresh(told, facts, expected):
    assert told(*facts) == expected


SUBSCRIPTIONS = "subscription_id,account_id,started_on,renews_on,status\n"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(["s1,nord,{0},{365},active"], ["subscription.started"], id="the first"),
        pytest.param(["s1,nord,{20},{365},active"], ["subscription.started"], id="one to come"),
        pytest.param(["s1,nord,{-40},{325},active"], [], id="a history that is imported"),
        pytest.param(
            ["s1,nord,{-365},{0},renewed", "s2,nord,{0},{365},active"], [], id="a renewal is no beginning"
        ),
        pytest.param(
            ["s1,nord,{-800},{-400},churned", "s2,nord,{0},{365},active"],
            ["subscription.started"],
            id="they come back",
        ),
        pytest.param(["s1,nord,{0},{365},churned"], [], id="over at once"),
    ],
)
def test_the_first_contract_is_news(database, company, clock, rows, expected):
    today = clock.now().date()
    for _ in range(2):  # a second import of the same says nothing more
        text = "\n".join(_filled(row, today) for row in rows)
        report = import_csv(
            database, company.workspace_id, "subscriptions", SUBSCRIPTIONS + text + "\n", now=clock.now()
        )
        assert not report.failed
    assert names(database, company) == expected


def _filled(row, today):
    days = [cell.strip("{}") for cell in row.split(",") if cell.startswith("{")]
    for n in days:
        row = row.replace(f"{{{n}}}", str(today + timedelta(days=int(n))))
    return row


def test_a_usage_file_tells_of_growth(database, company, clock):
    text = f"account_id,kind,value,observed_on\nnord,growth,a second depot,{clock.now().date()}\n"
    import_csv(database, company.workspace_id, "usage", text, now=clock.now())
    assert names(database, company) == ["growth.stated"]
