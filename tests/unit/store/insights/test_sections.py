"""The digest's sections: exact figures, each with its rows, and nothing that was not recorded."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.insights.digest import digest
from store.insights.evidence import evidence_rows
from store.insights.scope import WHOLE_WORKSPACE, period_of
from store.insights.values import Scope
from store.tables import Account
from tests.figure_checks import check_figures


@pytest.fixture
def section(database, company, clock):
    """A section of the digest of the last week, or of as many days as are given."""

    def run(key, scope=WHOLE_WORKSPACE, period="7d"):
        with database.reading() as session:
            made = digest(session, company.workspace_id, period_of(period, clock.now()), scope, clock.now())
        return made.section(key)

    return run


@pytest.fixture
def change(database, company):
    def run(key, **values):
        with database.transaction() as session:
            account = session.get(Account, company.accounts[key])
            for name, value in values.items():
                setattr(account, name, value)
            session.add(account)

    return run


@pytest.fixture
def rows_of(database, company):
    def run(figure):
        with database.reading() as session:
            return evidence_rows(session, company.workspace_id, figure)

    return run


def counts(section):
    return {figure.key.partition(".")[2]: figure.value for figure in section.figures}


def measured(section):
    return {one.key.partition(".")[2]: one for one in section.measures}


def money(section):
    return {one.key.partition(".")[2]: one.amounts for one in section.money}


# Renewals


def test_a_window_of_renewals_has_its_worth_what_is_committed_and_the_range_that_is_kept(life, section):
    sure = life.term(days=10, arr_minor=6_000_00)
    saved = life.term(account="bolt", days=20, arr_minor=3_000_00)
    given_up = life.term(account="free", days=25, arr_minor=1_000_00)
    life.call(sure, "commit")
    life.call(saved, "at_risk_actionable", swing=2_000_00)
    life.call(given_up, "at_risk_not_actionable")

    made = section("renewals")

    assert counts(made)["30"] == 3
    assert money(made) == {
        "atr.30": ((10_000_00, "USD"),),
        "commit.30": ((6_000_00, "USD"),),
    }
    assert measured(made)["worst.30"].value == pytest.approx(0.6)
    assert measured(made)["best.30"].value == pytest.approx(0.8)
    assert measured(made)["best.30"].figure.value == measured(made)["best.30"].metric.n == 3


def test_a_term_that_is_decided_counts_for_what_is_kept_and_no_longer_as_due(life, section):
    life.close(life.term(days=10, arr_minor=6_000_00), "renewed_flat")
    life.close(life.term(account="bolt", days=12, arr_minor=4_000_00), "churned", reason="price.budget_cut")

    made = section("renewals")

    assert counts(made)["30"] == 0
    assert measured(made)["worst.30"].value == measured(made)["best.30"].value == pytest.approx(0.6)


def test_money_of_two_currencies_is_never_added_up(life, section, change):
    change("bolt", currency="EUR", arr_minor=5_000_00)
    life.term(days=10, arr_minor=6_000_00)
    life.term(account="bolt", days=10)

    made = section("renewals")

    assert money(made)["atr.30"] == ((5_000_00, "EUR"), (6_000_00, "USD"))
    assert {key for key in measured(made) if key.startswith("worst")} == {"worst.30.eur", "worst.30.usd"}


def test_on_time_counts_what_was_due_this_quarter(life, section):
    life.close(life.term(days=-10), "renewed_flat", days=12)
    life.close(life.term(account="bolt", days=-9), "renewed_late", days=3, on_time=False)
    life.term(account="free", days=-8)
    life.term(account="pros", days=-200)

    on_time = measured(section("renewals"))["on_time"]

    assert (on_time.metric.numerator, on_time.metric.n, on_time.figure.value) == (1, 3, 3)


def test_a_quarter_without_a_renewal_says_so_instead_of_nought(life, section):
    life.term(days=10)

    made = section("renewals")

    assert "on_time" not in measured(made)
    assert made.missing == ("No renewal has been due in this quarter so far.",)


def test_a_forecast_that_changed_in_the_period_is_a_line_with_the_reason(life, section, rows_of):
    term = life.term(days=40, arr_minor=9_000_00)
    life.call(term, "likely", days=20)
    life.call(term, "at_risk_actionable", days=2, why="Their sponsor left")
    steady = life.term(account="bolt", days=50)
    life.call(steady, "likely", days=20)
    life.call(steady, "likely", days=2)
    life.call(life.term(account="free", days=50), "commit", days=2)

    made = section("renewals")

    assert counts(made)["moved"] == 1
    line = made.lines[0]
    assert (line.account, line.text) == ("Nordwind GmbH", "likely → at risk actionable, ends 11 Apr")
    assert line.because == "Omar: Their sponsor left"
    assert line.arr == (9_000_00, "USD")
    assert line.action.command == "/cs renew @Nordwind GmbH brief"
    assert [row.text for row in rows_of(line.figure)] == ["at risk actionable: Their sponsor left"]


@pytest.mark.parametrize(
    ("persona", "status", "expected"),
    [("buyer", "active", 0), ("sponsor", "active", 0), ("buyer", "left", 1), ("champion", "active", 1)],
)
def test_a_renewal_of_which_nobody_is_known_to_sign_is_named(life, section, persona, status, expected):
    life.term(days=30)
    life.contact("x@nord.example", persona=persona, status=status)

    assert counts(section("renewals"))["no_signer"] == expected


# Health


@pytest.fixture
def moved(life):
    """Nord fell from green to red, Bolt stayed, of Free nothing was known when the week began."""
    life.health(
        "nord",
        days=8,
        score=80,
        band="green",
        measures=[
            ("use", 30, 90, "9 of 10 seats"),
            ("voice", 10, 80, "NPS 9"),
            ("support", 10, 50, "1 of 2 kept"),
        ],
    )
    life.health(
        "nord",
        days=1,
        score=40,
        band="red",
        measures=[
            ("use", 30, 20, "2 of 10 seats"),
            ("voice", 10, 30, "NPS 4"),
            ("support", 10, 60, "3 of 5 kept"),
        ],
    )
    life.health("bolt", days=8, score=70, band="yellow")
    life.health("bolt", days=0, score=72, band="yellow")
    life.health("free", days=0, score=90, band="green")  # fmt: skip


def test_the_matrix_has_every_customer_once_where_they_were_and_where_they_are(moved, section):
    made = section("health")

    assert {(cell.before, cell.after): cell.figure.value for cell in made.cells} == {
        ("green", "red"): 1,
        ("yellow", "yellow"): 1,
        ("unknown", "green"): 1,
    }
    assert counts(made) == {"accounts": 3, "green": 1, "yellow": 1, "red": 1, "unknown": 0}
    assert sum(cell.figure.value for cell in made.cells) == 3
    assert next(one.before for one in made.figures if one.key == "health.unknown") == 1


def test_a_mover_has_the_two_inputs_that_moved_it_most(moved, section, rows_of):
    line = section("health").lines[0]

    assert (line.account, line.text) == ("Nordwind GmbH", "80 → 40 (green → red)")
    assert line.because == "use down: 2 of 10 seats; voice down: NPS 4"
    assert [row.detail for row in rows_of(line.figure)] == ["green", "red"]
    assert len(section("health").lines) == 1


def test_health_that_was_never_worked_out_is_unknown_and_has_no_matrix(life, section):
    made = section("health")

    assert counts(made)["unknown"] == counts(made)["accounts"]
    assert made.cells == ()
    assert made.missing == ("Nobody's health was worked out when the period began.",)


# Data


def test_what_the_records_lack_is_counted(life, section, change):
    change("nord", goal="Go live")
    life.contact("c@bolt.example", account="bolt", persona="admin")
    life.usage("seats_used", days=40)
    life.usage("seats_used", account="bolt", days=29)

    made = counts(section("data"))

    assert made["without_goal"] == 2
    assert made["stale"] == 2


def test_figures_of_use_that_were_never_imported_are_not_called_stale(life, section):
    made = section("data")

    assert "stale" not in counts(made)
    assert made.missing == ("No figures of use were imported.",)


def test_a_section_of_a_moment_in_the_past_knows_nothing_of_later(life, database, company, clock):
    term = life.term(days=40)
    life.call(term, "commit", days=1)
    life.health("nord", days=1, score=40, band="red")
    then = clock.now() - timedelta(days=3)
    with database.reading() as session:
        made = digest(session, company.workspace_id, period_of("7d", then), WHOLE_WORKSPACE, then)

    assert not [one for one in made.section("renewals").money if one.key.startswith("renewals.commit")]
    assert counts(made.section("health"))["red"] == 0


# Every figure


@pytest.fixture
def busy(life, moved):
    """A little of everything, over two months."""
    for n in range(12):
        answer = life.ask(
            f"Question {n % 4}",
            account=("nord", "bolt", None)[n % 3],
            days=n * 4 + 0.5,
            status=("answered", "refused", "partial")[n % 3],
        )
        life.rate(
            answer, 1 if n % 2 else -1, account=("nord", "bolt", None)[n % 3], days=n * 4, comment=f"said {n}"
        )
    for account, days in (("nord", 10), ("bolt", 45), ("free", -3), ("pros", 100)):
        term = life.term(account=account, days=days, arr_minor=(days + 5) * 100_00)
        life.call(term, "likely", days=40)
        life.call(term, "at_risk_actionable", days=2, swing=100)
    life.close(life.term(account="bolt", days=5, arr_minor=700_00), "churned", reason="price.budget_cut")
    life.run(steps=[("O1", "answered", 4), ("O2", "held", 9), ("O3", "awaiting_approval", 2)], started=40)
    life.run(account="bolt", state="finished", started=60, ended=3)
    life.task("Late", due=-3)
    life.task("Nobody's", account=None, owner=None, due=-1)
    life.usage("first_value", days=8)  # fmt: skip


@given(
    keys=st.none() | st.sets(st.sampled_from(["nord", "bolt", "pros", "free"])),
    days=st.sampled_from([1, 7, 13, 30, 60]),
    back=st.integers(0, 40),
)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_figure_of_any_slice_equals_a_re_query_of_its_rows(
    busy, database, company, clock, keys, days, back
):
    ids = None if keys is None else frozenset(company.accounts[key] for key in keys)
    scope = WHOLE_WORKSPACE if ids is None else Scope("some", ids, "omar@guide.example")
    then = clock.now() - timedelta(days=back)
    with database.reading() as session:
        made = digest(session, company.workspace_id, period_of(f"{days}d", then), scope, then)

        check_figures(session, company.workspace_id, made)
