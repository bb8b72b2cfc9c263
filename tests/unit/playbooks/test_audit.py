"""The rules, counted a second time: each has a log that breaks it, and a fair log breaks none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from playbooks.audit import RULES, Truth, broken_rules
from playbooks.course import Line
from playbooks.year import simulate_year

MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)
FAIR = Line(
    MONDAY, "message", "O1", "Welcome", "Ada", "Hi", zone="Europe/London", account="Harbour", playbook="onboarding",
    reader="ada", run_id="r1", segment="MM", asks=True, closed_at=MONDAY + DAY,
)  # fmt: skip


def later(days, **more):
    at = MONDAY + days * DAY
    return replace(FAIR, **{"at": at, "step": f"S{days}", "closed_at": at, **more})


NOTICE = {"asks": False, "closed_at": None}
CASES = [
    pytest.param([replace(FAIR, at=MONDAY.replace(hour=7))], "quiet hours", id="too early"),
    pytest.param([replace(FAIR, zone="Pacific/Auckland")], "quiet hours", id="night there"),
    pytest.param([later(5)], "quiet hours", id="Saturday"),
    pytest.param([later(0), later(4, kind="nudge", at=MONDAY + 9 * DAY)], "quiet hours", id="reminder on a holiday"),
    pytest.param([later(8)], "opt-out", id="opted out"),
    pytest.param([replace(FAIR, segment="ENT")], "approval", id="enterprise, unapproved"),
    pytest.param([later(1, commercial=True)], "commercial while red", id="commercial in red"),
    pytest.param([later(0, closed_at=None), later(7)], "one open question", id="still open"),
    pytest.param([later(0, closed_at=None), later(1, begins=False)], "one open question", id="follow-up beside it"),
    pytest.param([later(0), later(4)], "cooldown", id="four business days"),
    pytest.param([later(0), later(0, step="X", **NOTICE)], "one message a day", id="two on a day"),
    pytest.param(
        [later(n, reader=f"p{n}", run_id=f"r{n}", **NOTICE) for n in range(4)], "budget of the account", id="four a week"
    ),
    pytest.param([later(0), later(7, step="S0")], "sent once", id="the same twice"),
    pytest.param([later(n, kind="nudge", step="S0") for n in (0, 1, 2, 3)], "sent once", id="four reminders"),
]  # fmt: skip
TRUTH = Truth(
    opt_outs={"ada": MONDAY + 8 * DAY},
    reds={"Harbour": [(MONDAY + DAY, MONDAY + 2 * DAY)]},
    holidays=frozenset({date(2026, 3, 11)}),
)


@pytest.mark.parametrize(("lines", "rule"), CASES)
def test_a_log_that_breaks_a_rule_is_found(lines, rule):
    assert rule in {one.rule for one in broken_rules(lines, TRUTH)}


def test_every_rule_has_a_log_that_breaks_it():
    assert {case.values[1] for case in CASES} == set(RULES)


def test_a_fair_log_breaks_no_rule():
    fair = [
        later(0),
        later(2, kind="nudge", step="S0"),
        later(4, kind="nudge", step="S0"),  # they had said Later
        later(
            2, begins=False, at=(MONDAY + 2 * DAY).replace(hour=21)
        ),  # an answer late in the evening goes on
        later(7),
        later(7, reader="ben", step="S7.champion"),
        later(3, commercial=True, reader="cy", segment="ENT", approved_by="UDANA"),
    ]
    assert broken_rules(fair, TRUTH) == []


def test_a_quarter_of_a_made_up_company_breaks_no_rule():
    year = simulate_year(accounts=4, days=90, seed=3)
    figures = year.figures(4, 90)
    assert figures["messages"] > 8
    assert [(one.rule, one.why, one.line) for one in year.broken] == []
    assert set(figures["broken"].values()) == {0}


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_year_of_many_customers_breaks_no_rule():
    year = simulate_year(accounts=40, days=365, seed=7, workers=2)
    assert {line.segment for line in year.lines if line.kind == "message"} == {"SMB", "MM", "ENT"}
    assert [(one.rule, one.why, one.line) for one in year.broken] == []
