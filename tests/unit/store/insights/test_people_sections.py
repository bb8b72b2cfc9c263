"""What the digest says of service, the team, what needs somebody today, wins, and the month."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.insights.sections.month import month_section
from store.insights.sections.renewals import Terms
from store.insights.sections.service import Due, Service, cause_of, service_section
from store.insights.sections.team import team_section
from store.insights.sections.today import MOST, today_section
from store.insights.sections.wins import Outcomes, wins_section
from store.insights.service import BusinessHours
from store.insights.standing import Standing
from store.tables import Absence, Consent, Forecast, Renewal
from tests.made_frame import NOW, account, ago, frame, plays, run, step, task, term

HOURS = BusinessHours()


def counts(section):
    return {figure.key.partition(".")[2]: figure.value for figure in section.figures}


def by_key(found):
    return {one.key: one for one in found}


# Service


def wish(*, answered=None, kind="frt", away=False, pauses=(), **values):
    made = task(**values)
    return Due(made, kind, HOURS, None if answered is None else ago(answered), pauses, away)


def test_what_came_due_is_kept_or_missed_and_what_still_runs_is_neither():
    rows = Service(
        [
            wish(created=4, due=3, answered=3.5),
            wish(created=6, due=5, answered=3),
            wish(created=6, due=5),
            wish(created=0.1, due=-1),
            wish(created=20, due=19, answered=19.5),
        ]
    )

    made = service_section(frame(), rows)

    assert [counts(made)[key] for key in ("due", "met", "frt", "ack", "missed_late", "missed_untaken")] == [
        3,
        1,
        3,
        0,
        1,
        1,
    ]
    assert by_key(made.rates)["service.sla"].value == pytest.approx(1 / 3)
    assert [line.text for line in made.lines] == ["Answer Ana: still waits", "Answer Ana: answered 27 Feb"]
    assert [line.action is not None for line in made.lines] == [True, False]


CAUSES = [
    pytest.param({"owner": None}, "nobody", id="nobody owns it"),
    pytest.param({"owner": None, "link": {"taken_by": "Mia"}}, "late", id="somebody took it all the same"),
    pytest.param({"away": True}, "absence", id="its owner is away"),
    pytest.param({}, "untaken", id="nobody took it"),
    pytest.param({"link": {"taken_by": "Omar"}}, "late", id="taken"),
    pytest.param({"done": 0.5}, "late", id="done too late"),
]


@pytest.mark.parametrize(("values", "cause"), CAUSES)
def test_what_was_missed_has_one_cause(values, cause):
    made = service_section(frame(), Service([wish(created=6, due=5, **values)]))

    assert cause_of(wish(**values)) == cause
    missed = {key.removeprefix("missed_"): n for key, n in counts(made).items() if key.startswith("missed")}
    assert missed == {**dict.fromkeys(missed, 0), cause: 1}


def test_times_are_office_time_and_the_solution_is_without_the_customers_turns():
    friday_noon, monday = ago(2.9167), ago(0, hours=0.5)
    one = Due(
        task(created=2.9583, due=0, done=0.001),
        "frt",
        HOURS,
        answered_at=friday_noon,
        pauses=((friday_noon, monday),),
    )

    found = by_key(service_section(frame(), Service([one])).measures)

    assert found["service.first_answer"].value == pytest.approx(60, abs=1)
    assert found["service.resolve"].value == pytest.approx(90, abs=2)
    assert found["service.resolve"].extreme == pytest.approx(90, abs=2)
    assert found["service.resolve"].figure.value == 1


def test_a_wish_repeated_within_three_days_was_not_resolved():
    here, there = {"conversation_id": "c1"}, {"conversation_id": "c2"}
    rows = Service(
        [
            wish(created=6, due=5, done=5, link=here),
            wish(created=4, due=3, done=3.5, link=here),
            wish(created=6, due=5, done=5, link=there),
        ]
    )

    made = service_section(frame(), rows)

    assert (counts(made)["done"], counts(made)["reopened"]) == (3, 1)


def test_a_week_in_which_nothing_was_due_says_so():
    made = service_section(frame(), Service())

    assert made.missing == ("Nothing was due to a customer in this period.",)
    assert by_key(made.rates)["service.sla"].value is None


@given(spans=st.lists(st.tuples(st.floats(0, 8), st.floats(-1, 8), st.floats(0, 8) | st.none()), max_size=12))
def test_kept_and_missed_sum_to_what_was_due(spans):
    rows = Service([wish(created=created, due=due, answered=answered) for created, due, answered in spans])

    made = counts(service_section(frame(), rows))

    assert made["due"] == made["met"] + sum(n for key, n in made.items() if key.startswith("missed"))


# Team


def absence(email, first, last, cover):
    return Absence(
        id=f"{email}{first}",
        workspace_id="w",
        email=email,
        starts_on=ago(-first).date(),
        ends_on=ago(-last).date(),
        cover_email=cover,
        said_by="U0",
        created_at=NOW,
    )


def test_an_absence_is_uncovered_where_who_stands_in_is_away_too():
    here = frame(account(), account("bolt", csm_email="lena@x.example"))
    away = [
        absence("omar@x.example", 1, 5, "lena@x.example"),
        absence("lena@x.example", 4, 6, "mia@x.example"),
        absence("omar@x.example", 9, 10, "mia@x.example"),
        absence("other@x.example", 1, 9, "other@x.example"),
    ]

    made = team_section(here, [], away)

    assert counts(made)["uncovered"] == 1
    assert made.lines[0].text == "Omar is away 3 Mar to 7 Mar, and nobody stands in"


def test_each_owner_has_a_line_the_most_overdue_first():
    here = frame(
        account(arr_minor=500), account("bolt", csm_email="lena@x.example"), account("free", arr_minor=700)
    )
    tasks = [
        task(due=1),
        task(due=-1),
        task(due=3, owner="lena@x.example"),
        task(due=2, owner="lena@x.example"),
        task(owner=None, due=-2),
    ]

    made = team_section(here, tasks, [])

    assert [line.text for line in made.lines] == [
        "lena@x.example: 2 open tasks, 2 overdue, 1 accounts",
        "Omar: 2 open tasks, 1 overdue, 2 accounts",
        "nobody: 1 open tasks, 0 overdue, 0 accounts",
    ]
    assert made.lines[1].arr == (1200, "USD")
    assert sum(line.figure.value for line in made.lines) == counts(made)["open"]


# Today


def call(of_term, category, computed, **values):
    return Forecast(
        id="f" + of_term.id,
        workspace_id="w",
        key="k",
        account_id=of_term.account_id,
        subscription_id=of_term.id,
        term_end=of_term.renews_on,
        category=category,
        computed=computed,
        why="They told me",
        by_name="Omar",
        at=ago(1),
        **values,
    )


def today(here, *, tasks=(), service=(), terms=None, of_plays=None):
    return today_section(
        here, tasks=tasks, service=Service(list(service)), terms=terms or Terms([]), plays=of_plays or plays()
    )


def test_everything_that_needs_somebody_is_one_line_with_owner_and_action():
    here = frame(account(arr_minor=1000_00))
    red, hoped = term(days=40), term(days=50)
    stuck, active = run(state="paused", started=20), run()
    terms = Terms(
        [red, hoped],
        {"nord": Standing(30, None, "red")},
        {hoped.id: [call(hoped, "commit", "at_risk_actionable")]},
    )
    waiting = step(active, "O4", state="awaiting_approval", due_at=ago(1))

    made = today(
        here,
        tasks=[task("L3: gone quiet", key="r:O1:escalation:L3", kind="playbook")],
        service=[wish(created=6, due=5), wish(created=6, due=5, link={"taken_by": "Omar"})],
        terms=terms,
        of_plays=plays(stuck, active, steps=[waiting]),
    )

    assert counts(made) == {"sla": 1, "l3": 1, "red": 2, "forecast": 1, "approval": 1, "stalled": 1}
    assert len(made.lines) == 6
    assert all(line.owner == "Omar" and line.action and line.figure.value for line in made.lines)
    assert [line.text.split(",")[0] for line in made.lines][:2] == [
        "Answer Ana",
        "“About O4” waits for approval",
    ]
    assert (
        next(line for line in made.lines if line.text.startswith("red")).text
        == "red, renews in 40 days (and 1 more)"
    )


def test_at_most_seven_and_the_most_valuable_first():
    accounts = [account(f"a{n}", arr_minor=n * 100_00) for n in range(12)]
    late = [wish(of=f"a{n}", created=6, due=5) for n in range(12)]

    made = today(frame(*accounts), service=late)

    assert counts(made)["sla"] == 12
    assert [line.account for line in made.lines] == [f"A{n}" for n in range(11, 11 - MOST, -1)]


CALLS = [
    ("commit", "likely", False),
    ("commit", "open", True),
    ("likely", "at_risk_actionable", True),
    ("at_risk_actionable", "likely", False),
    ("likely", "likely", False),
]


@pytest.mark.parametrize(("category", "computed", "expected"), CALLS)
def test_a_forecast_is_contradicted_where_somebody_hopes_for_more_than_the_figures(
    category, computed, expected
):
    one = term(days=30)

    made = today(frame(), terms=Terms([one], calls={one.id: [call(one, category, computed)]}))

    assert counts(made)["forecast"] == expected


# Wins and learnings


def ended(outcome, *, of="nord", reason=None, said_by="csm", of_term=None, days=1):
    one = of_term or term(of=of, days=20)
    return Renewal(
        id=f"end{one.id}",
        workspace_id="w",
        account_id=of,
        subscription_id=one.id,
        term_end=one.renews_on,
        outcome=outcome,
        reason=reason,
        said_by=said_by,
        on_time=True,
        closed_by="Omar",
        closed_at=ago(days),
    )


def test_who_left_is_told_with_both_reasons_and_how_early_it_was_known():
    here = frame(account(arr_minor=100), account("bolt", arr_minor=900))
    lost, blind = (
        ended("churned", reason="price.budget_cut"),
        ended("churned", of="bolt", reason="unknown.unknown"),
    )
    outcomes = Outcomes(
        [lost, blind, ended("renewed_expanded"), ended("renewed_flat")],
        warned_on={(lost.subscription_id, lost.term_end): ago(40).date()},
    )
    leaving = run("offboarding", ended=1, reason="service.slow_response")

    made = wins_section(
        here,
        outcomes,
        plays(leaving, run("save", ended=2, outcome="saved"), run("save", ended=9, outcome="saved")),
    )

    assert counts(made) == {
        "saved": 1,
        "expanded": 0,
        "renewed": 2,
        "renewed_larger": 1,
        "advocates": 0,
        "lost": 2,
    }
    assert [line.because for line in made.lines] == [
        "",
        "nobody had called it at risk",
        "the customer says service.slow_response; called at risk 60 days before the end",
    ]


def test_a_consent_counts_as_long_as_it_is_one():
    consent = Consent(id="c", workspace_id="w", key="k", account_id="nord", contact_id="c1", purpose="quote", given_at=ago(1), expires_on=ago(-300).date())  # fmt: skip

    assert counts(wins_section(frame(), Outcomes(consents=[consent]), plays()))["advocates"] == 1


@pytest.mark.parametrize(
    ("changed", "lines"),
    [
        pytest.param({}, ["may be quoted with their name until"], id="a quote"),
        pytest.param(
            {"scope": "without_name"}, ["may be quoted without their name until"], id="without a name"
        ),
        pytest.param({"purpose": "reference"}, [], id="a talk is no quote"),
        pytest.param({"expires_on": ago(1).date()}, [], id="it has ended"),
    ],
)
def test_a_quote_stands_there_word_for_word_while_its_consent_holds(changed, lines):
    given = {"purpose": "quote", "scope": "with_name", "expires_on": ago(-300).date()} | changed
    consent = Consent(id="c", workspace_id="w", key="k", account_id="nord", contact_id="c1", text_shown="They answer at once", given_at=ago(1), **given)  # fmt: skip
    shown = wins_section(frame(), Outcomes(consents=[consent]), plays()).lines
    assert [any(one.text.startswith(words) for one in shown) for words in lines] == [True] * len(lines)
    assert [one.quote for one in shown] == ["They answer at once"] * len(lines)


# The month


def test_retention_is_of_those_who_paid_when_the_month_began():
    here = frame(account(arr_minor=1200_00), account("bolt"), account("free"), account("new"), days=30)
    kept, left = term(days=90), term(of="bolt", days=-10, arr_minor=600_00, status="churned")
    smaller = [
        term(of="free", days=-5, arr_minor=600_00, status="renewed"),
        term(of="free", days=360, started=5, arr_minor=300_00),
    ]
    new = term(of="new", days=360, started=5, arr_minor=900_00)

    found = by_key(month_section(here, Terms([kept, left, *smaller, new]), Outcomes()).measures)

    assert found["month.grr"].value == pytest.approx(1500 / 2400)
    assert found["month.nrr"].value == pytest.approx(1500 / 2400)
    assert (found["month.logos"].metric.numerator, found["month.logos"].metric.n) == (2, 3)
    assert found["month.grr"].figure.evidence == ("bolt", "free", "nord")


def test_reasons_are_counted_the_most_frequent_first_and_customers_by_industry():
    here = frame(
        account(industry="Banking", arr_minor=10),
        account("bolt", industry="Retail", arr_minor=99),
        account("p", industry="Retail", stage="decision"),
        days=30,
    )
    outcomes = Outcomes(
        [
            ended("churned", reason="price.budget_cut"),
            ended("churned", reason="fit.not_icp"),
            ended("renewed_contracted", reason="fit.not_icp"),
            ended("renewed_flat"),
        ]
    )

    made = month_section(here, Terms([]), outcomes)

    assert [line.text for line in made.lines] == ["fit.not_icp: 2 of 3", "price.budget_cut: 1 of 3"]
    assert [(one.label, one.value) for one in made.figures] == [
        ("customers in Retail", 1),
        ("customers in Banking", 1),
    ]
    assert made.missing == ("No account had a paid term when the period began.",)


def test_a_week_has_no_month():
    assert month_section(frame(), Terms([term()]), Outcomes()) is None


@given(
    terms=st.lists(st.tuples(st.integers(-40, 300), st.integers(1, 400), st.integers(0, 10_000)), max_size=15)
)
def test_gross_retention_never_exceeds_net_retention(terms):
    rows = Terms([term(days=days, started=started, arr_minor=minor) for days, started, minor in terms])

    found = by_key(month_section(frame(days=30), rows, Outcomes()).measures)

    if found:
        assert 0 <= found["month.grr"].value <= found["month.nrr"].value
