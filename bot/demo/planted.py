"""What is planted in the demo company, so that one can see whether a manager would find it. Pure.

Every fact is planted in the last quarter, counted back from the last day. Each is a value that says what, at whom,
when and where; `bot.demo.life` lets it happen, and a test says where the product shows it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from bot.demo.company import NEWCOMERS, YEAR

if TYPE_CHECKING:
    from bot.demo.company import Company, Customer

LOW_CSAT, SILENT_CHURN, LOST_CHAMPION = "low_csat", "silent_churn", "lost_champion"
SLA_BREACH, THIN_WEEK, CONTRADICTION = "sla_breach", "thin_week", "contradiction"
FORECAST, BROKEN_PROMISE = "forecast_against_health", "broken_promise"
GAP, RISING = "gap_of_new_customers", "rising_theme"

LEAST_MONTHS, LEAST_ACCOUNTS = 3, 20  # else there is no room for it
SILENT_FROM, SILENT_ENDS = 45, 6  # days before the last one
CHAMPION_LEAVES, WAITS_FROM, LEAVING_WORDS, HAPPY_SCORE = 20, 16, 9, 30
PROMISED, PROMISE_DUE = 20, 12
COMMITS, FALLS_FROM = 10, 75
QUIET_WEEK_BEFORE = 28
ASK_THE_GAP = (9, 7, 6)
ASK_THE_THEME = (6, 5, 4, 3, 2, 1)
NEW_FOR = 50  # days after joining, a customer counts as new here
START_SURVEY = "O4b"  # the step of onboarding that asks how satisfied they are with the start
SURVEY_DAYS = 37  # after joining, onboarding asks how the start was


@dataclass(frozen=True)
class Planted:
    """One fact. `accounts` are keys; `since` and `until` say when it happened, `where` in what, `says` in words."""

    kind: str
    accounts: tuple[str, ...]
    since: date
    until: date
    where: str
    says: str


def with_planted_terms(company: Company) -> Company:
    """The company, with the terms that the planted facts need."""
    terms = {
        silent(company).key: company.last - timedelta(days=SILENT_ENDS),
        forecast(company).key: company.last + timedelta(days=55),
    }
    return replace(
        company,
        customers=tuple(
            replace(one, renews_on=terms[one.key], joins_on=terms[one.key] - YEAR)
            if one.key in terms
            else one
            for one in company.customers
        ),
    )


# At whom: old customers by their place in the list, so that no fact disturbs another.


def silent(company: Company) -> Customer:
    """The one that goes without a word."""
    return _old(company, "MM", 0)


def championless(company: Company) -> Customer:
    """The one whose champion leaves."""
    return _old(company, "MM", 1)


def waiting(company: Company) -> Customer:
    """The one that asks for a person and waits."""
    return _old(company, "MM", 2)


def promised(company: Company) -> Customer:
    """The one to whom a promise is broken."""
    return _old(company, "MM", 3)


def two_tongued(company: Company) -> Customer:
    """The one that gives a nine, and asks like somebody who leaves."""
    return _old(company, "ENT", 0)


def forecast(company: Company) -> Customer:
    """The one whose CSM says "commit" while its health is red."""
    return _old(company, "ENT", 1)


def new_ones(company: Company) -> tuple[Customer, ...]:
    """Three customers that are new when they ask what nobody has written down."""
    last = company.last - timedelta(days=max(ASK_THE_GAP) + 3)
    return company.joined(last - timedelta(days=NEW_FOR), last)[-3:]


def dissatisfied(company: Company) -> tuple[Customer, ...]:
    """Those whom onboarding asks in the last quarter how the start was."""
    last = company.last - timedelta(days=SURVEY_DAYS + 6)
    return company.joined(last - timedelta(days=90 - SURVEY_DAYS), last)


def troubled(company: Company) -> tuple[Customer, ...]:
    """Those who ask about the same in the last week; none of the others."""
    taken = {one.key for one in (silent(company), waiting(company), two_tongued(company), *new_ones(company))}
    free = [one for one in company.old() if one.key not in taken]
    return tuple(free[-len(ASK_THE_THEME) :])


def quiet_week(company: Company) -> tuple[date, date]:
    """A week from Monday to Sunday in which no customer writes a word."""
    day = company.last - timedelta(days=QUIET_WEEK_BEFORE)
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def planted(company: Company) -> tuple[Planted, ...]:
    """Everything that is planted in a company."""
    last = company.last
    quiet_from, quiet_until = quiet_week(company)

    def ago(days: int) -> date:
        return last - timedelta(days=days)

    def one(kind: str, who: Customer, days: tuple[int, int], where: str, says: str) -> Planted:
        return Planted(kind, (who.key,), ago(days[0]), ago(days[1]), where, says.format(name=who.name))

    starters, newcomers, many = dissatisfied(company), new_ones(company), troubled(company)
    return (
        Planted(
            LOW_CSAT, tuple(who.key for who in starters), ago(60), last, "onboarding, the question how the start was",
            "New customers give the start 2 of 5.",
        ),
        one(
            SILENT_CHURN, silent(company), (SILENT_FROM, SILENT_ENDS), "their channel, their usage, their term",
            "{name} writes no word any more, uses it less and less, and does not renew.",
        ),
        one(
            LOST_CHAMPION, championless(company), (CHAMPION_LEAVES, CHAMPION_LEAVES), "the contact's Slack account",
            "The champion of {name} has left.",
        ),
        one(
            SLA_BREACH, waiting(company), (WAITS_FROM, WAITS_FROM - 4), "a request for a person in their channel",
            "{name} asked for a person and waited for days.",
        ),
        Planted(
            THIN_WEEK, (), quiet_from, quiet_until, "every channel", "In this week no customer wrote a word.",
        ),
        one(
            CONTRADICTION, two_tongued(company), (HAPPY_SCORE, LEAVING_WORDS), "a survey, and a question in their channel",
            "{name} gave 9 of 10, and asks how to leave.",
        ),
        one(
            FORECAST, forecast(company), (FALLS_FROM, COMMITS), "the forecast of the renewal, and health",
            "The CSM of {name} says commit, and its health is red.",
        ),
        one(
            BROKEN_PROMISE, promised(company), (PROMISED, PROMISE_DUE), "the log of the account",
            "What {name} was promised was not kept.",
        ),
        Planted(
            GAP, tuple(who.key for who in newcomers), ago(max(ASK_THE_GAP)), ago(min(ASK_THE_GAP)), "their channels",
            "Three new customers ask what no article says.",
        ),
        Planted(
            RISING, tuple(who.key for who in many), ago(max(ASK_THE_THEME)), last, "their channels",
            "More and more customers ask about photos that do not upload.",
        ),
    )  # fmt: skip


def _old(company: Company, segment: str, place: int) -> Customer:
    found = [one for one in company.customers if one.segment == segment and is_old(company, one)]
    return found[place]


def is_old(company: Company, customer: Customer) -> bool:
    """Whether a customer was there before the first day; by its place, as the terms of some are moved."""
    number = company.customers.index(customer) if customer in company.customers else 0
    return number < round(len(company.customers) * (1 - NEWCOMERS))
