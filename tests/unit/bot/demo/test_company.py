"""The demo company before it is played: who is in it, what is planted, what happens. Everything here is pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.demo import planted
from bot.demo.building import NoDemo, Plan, plan_of
from bot.demo.company import Company, accounts_csv, contacts_csv
from bot.demo.life import Asks, Commands, Joins, Leaves, Remarks, TermEnds, happenings
from bot.demo.people import Heard, People, Presses, Writes
from store.csv_columns import NOUNS

LAST = date(2026, 11, 20)  # a Friday
PLAN = Plan(months=3, accounts=20, seed=1, last=LAST)
SIZES = [
    pytest.param(20, 3, id="the smallest"),
    pytest.param(60, 3, id="a quarter"),
    pytest.param(60, 12, id="a year"),
]


@pytest.fixture(scope="module")
def company():
    return PLAN.company()


def of(company, kind):
    return next(one for one in planted.planted(company) if one.kind == kind)


def test_the_same_seed_gives_the_same_company_and_the_same_happenings(company):
    again = PLAN.company()
    assert again == company
    assert happenings(again, 1) == happenings(company, 1)


def test_another_seed_gives_other_happenings(company):
    assert happenings(replace(PLAN, seed=2).company(), 2) != happenings(company, 1)


@pytest.mark.parametrize(("accounts", "months"), SIZES)
def test_nobody_has_the_name_or_the_address_of_somebody_else(accounts, months):
    company = Plan(months, accounts, 1, LAST).company()
    people = [one.user for customer in company.customers for one in customer.people]
    assert len({one.email for one in people}) == len({one.id for one in people}) == len(people)
    assert len({one.key for one in company.customers}) == accounts


@pytest.mark.parametrize(("accounts", "months"), SIZES)
def test_each_planted_fact_has_its_accounts_and_lies_in_the_last_quarter(accounts, months):
    company = Plan(months, accounts, 1, LAST).company()
    for fact in planted.planted(company):
        assert company.last - timedelta(days=92) <= fact.since <= fact.until <= company.last, fact
        assert len(set(fact.accounts)) == len(fact.accounts), fact
        assert fact.accounts or fact.kind == planted.THIN_WEEK, fact


@pytest.mark.parametrize(("accounts", "months"), SIZES)
def test_a_gap_is_asked_by_three_new_customers_and_a_theme_by_six(accounts, months):
    company = Plan(months, accounts, 1, LAST).company()
    assert len(of(company, planted.GAP).accounts) == 3
    assert len(of(company, planted.RISING).accounts) == 6
    for key in of(company, planted.GAP).accounts:
        assert (company.last - company.customer(key).joins_on).days <= planted.NEW_FOR + 12


@pytest.mark.parametrize(("accounts", "months"), SIZES)
def test_the_facts_about_single_accounts_are_about_different_ones(accounts, months):
    company = Plan(months, accounts, 1, LAST).company()
    single = [fact.accounts[0] for fact in planted.planted(company) if len(fact.accounts) == 1]
    assert len(set(single)) == len(single)


def test_at_least_three_new_customers_are_asked_how_the_start_was(company):
    assert len(planted.dissatisfied(company)) >= 3


def test_in_the_quiet_week_no_customer_writes(company):
    monday, sunday = planted.quiet_week(company)
    assert (monday.weekday(), sunday.weekday()) == (0, 6)
    said = [one for one in happenings(company, 1) if isinstance(one, Asks | Remarks)]
    assert [one for one in said if monday <= one.at.date() <= sunday] == []
    assert said


def test_the_silent_one_writes_often_and_then_never(company):
    silent = planted.silent(company)
    days = [
        one.at.date() for one in happenings(company, 1) if isinstance(one, Asks) and one.customer == silent
    ]
    assert len(days) >= 5
    assert max(days) <= company.last - timedelta(days=planted.SILENT_FROM)


def test_the_silent_one_s_term_ends_without_a_renewal(company):
    ends = [one for one in happenings(company, 1) if isinstance(one, TermEnds)]
    assert [one.reason for one in ends if one.customer == planted.silent(company)] == ["value.low_adoption"]


def test_one_champion_leaves(company):
    [gone] = [one for one in happenings(company, 1) if isinstance(one, Leaves)]
    assert gone.person in planted.championless(company).people
    assert gone.person.persona == "champion"


def test_nothing_happens_at_a_customer_before_it_has_joined(company):
    joined = {}
    for one in happenings(company, 1):
        if isinstance(one, Joins):
            joined[one.customer.key] = one.at
        elif isinstance(one, Asks | Remarks | TermEnds):
            assert joined[one.customer.key] <= one.at
    assert set(joined) == {one.key for one in company.customers}


def test_a_promise_and_two_words_about_one_renewal_are_said_by_ours(company):
    said = [one.text for one in happenings(company, 1) if isinstance(one, Commands)]
    assert sum(" promise " in text for text in said) == 1
    name = planted.forecast(company).name
    assert [text.split(name)[1].split()[0] for text in said if name in text and " call " not in text] == [
        "red",
        "forecast",
    ]


def test_the_files_have_the_columns_of_the_import(company):
    for noun, text in (
        ("accounts", accounts_csv(company.customers, LAST)),
        ("contacts", contacts_csv(company.customers)),
    ):
        head = set(text.splitlines()[0].split(","))
        assert head <= set(NOUNS[noun].columns)


@pytest.mark.parametrize(
    ("months", "accounts"), [pytest.param(2, 60, id="too short"), pytest.param(3, 19, id="too few")]
)
def test_a_company_without_room_for_what_is_planted_is_refused(months, accounts):
    with pytest.raises(NoDemo, match="at least 3 months and 20 accounts"):
        Plan(months, accounts, 1, LAST).company()


def test_a_last_day_that_is_no_day_is_refused():
    with pytest.raises(NoDemo, match="2026-12-31"):
        plan_of(3, 20, 1, "tomorrow")


# What people do about what they hear


def heard(company, customer, **more):
    person = customer.people[0].user
    payload = {"account": customer.name, "playbook": "Onboarding", "step_key": "O4b", "ask_type": "1-5",
               "contact_email": person.email} | more  # fmt: skip
    at = datetime.combine(company.last - timedelta(days=5), datetime.min.time(), UTC) + timedelta(hours=10)
    return Heard("playbook_message", "D1", "1.0", at, person.id, payload)


def test_those_who_are_dissatisfied_give_the_start_two_of_five(company):
    customer = planted.dissatisfied(company)[0]
    [press] = People(company, 1).react(heard(company, customer))
    assert isinstance(press, Presses)
    assert press.value == "2"


def test_the_silent_one_answers_nothing_any_more(company):
    silent = planted.silent(company)
    people = People(company, 1)
    assert [one for step in "abcdefgh" for one in people.react(heard(company, silent, step_key=step))] == []


def test_a_question_for_words_is_answered_in_its_thread(company):
    customer, people = company.customers[-1], People(company, 1)
    reactions = [
        one
        for n in range(20)
        for one in people.react(heard(company, customer, step_key=str(n), ask_type="text"))
    ]
    assert reactions
    assert all(isinstance(one, Writes) and one.thread_ts == "1.0" for one in reactions)


def test_what_is_no_question_is_not_answered(company):
    assert list(People(company, 1).react(heard(company, company.customers[0], ask_type=None))) == []


def test_a_company_is_a_value(company):
    assert isinstance(company, Company)
    assert company.customer(company.customers[3].key) is company.customers[3]
