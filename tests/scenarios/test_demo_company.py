"""Three months of the demo company, played through the product: is every planted fact where a manager would see it?

The models are the product's own; the company has the fewest accounts that there is room for. Each test says one
planted fact, and where it is found.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import pytest
from sqlmodel import select

from bot.demo import planted
from bot.demo.building import NoDemo, Plan, build
from bot.demo.marking import is_demo, staff_of
from bot.settings import Settings
from bot.wiring import open_core, workspace_folder
from knowledge.themes import themes
from store.insights.digest import digest
from store.insights.gaps import top_gaps
from store.insights.journey.requests import Wanted, cut_for, view_of
from store.insights.render import as_text
from store.insights.scope import WHOLE_WORKSPACE, period_of, scope_for
from store.insights.values import Period
from store.tables import Account, Answer, Conversation, Message, Renewal, RunStep, Signal, Task
from tests.figure_checks import ADMIN, check_slice, slices

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]  # it plays for minutes before the first test

LAST = date(2026, 11, 22)
PLAN = Plan(months=3, accounts=planted.LEAST_ACCOUNTS, seed=1, last=LAST)
SLICES = 8
DAYS = 91


@dataclass
class Played:
    """The company as it was played, and its rows."""

    core: object
    company: object
    facts: dict

    @property
    def now(self):
        return datetime.combine(LAST + timedelta(days=1), time(5), self.core.clock.now().tzinfo)

    def rows(self, kind, *where):
        with self.core.database.reading() as session:
            return list(session.exec(select(kind).where(*where)).all())

    def account(self, fact, place=0):
        key = self.facts[fact].accounts[place]
        [found] = self.rows(Account, Account.key == key)
        return found

    def signals(self, fact):
        return {one.kind: one for one in self.rows(Signal, Signal.account_id == self.account(fact).id)}

    def lines(self, section, period="7d"):
        [found] = [one for one in self.digest(period).sections if one.key == section]
        return found.lines

    def digest(self, period="7d", scope="", now=None, **more):
        now = now or self.now
        with self.core.database.reading() as session:
            covered = scope_for(session, self.core.workspace_id, ADMIN, scope) if scope else WHOLE_WORKSPACE
            span = period if isinstance(period, Period) else period_of(period, now)
            return digest(session, self.core.workspace_id, span, covered, now, **more)


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    settings = Settings(
        _env_file=None, guidepost_data_dir=tmp_path_factory.mktemp("demo"), guidepost_slack_mode="local"
    )
    build(settings, PLAN)
    core = open_core(settings)
    company = PLAN.company()
    with closing(core.database):
        yield Played(core, company, {one.kind: one for one in planted.planted(company)})


def test_a_lost_champion_is_a_signal_with_their_name(played):
    company = played.company
    name = planted.championless(company).persona("champion").user.real_name
    assert name in played.signals(planted.LOST_CHAMPION)["champion_left"].summary


def test_a_silent_churn_was_a_signal_before_the_term_ended(played):
    account = played.account(planted.SILENT_CHURN)
    [ended] = played.rows(Renewal, Renewal.account_id == account.id)
    assert (ended.outcome, ended.reason) == ("churned", "value.low_adoption")
    fell_silent = played.now - timedelta(days=planted.SILENT_FROM)
    opened = {
        kind: min(
            one.opened_at
            for one in played.rows(Signal, Signal.account_id == account.id, Signal.kind == kind)
            if one.opened_at > fell_silent
        )
        for kind in ("silence", "usage_drop")
    }
    assert opened["silence"] < ended.closed_at - timedelta(days=21)
    assert opened["usage_drop"] < ended.closed_at - timedelta(days=14)


def test_a_good_score_and_words_of_leaving_are_a_contradiction_with_both_as_evidence(played):
    signal = played.signals(planted.CONTRADICTION)["contradiction"]
    assert {one["source"].partition(",")[0] for one in signal.evidence} == {"score", "message"}


def test_a_commit_against_red_health_stands_in_the_renewals_with_both(played):
    account = played.account(planted.FORECAST)
    [line] = [one for one in played.digest("30d").renewals if one.account == account.name]
    assert (line.forecast, line.expected) == ("commit", "at_risk_actionable")


def test_a_broken_promise_is_a_signal_that_says_it_is_overdue(played):
    assert "is overdue" in played.signals(planted.BROKEN_PROMISE)["promise_due"].summary


def test_a_commit_against_red_health_needs_somebody_today(played):
    assert played.account(planted.FORECAST).name in {one.account for one in played.lines("today")}


def test_a_silent_churn_is_among_the_lost_and_says_that_nobody_had_called_it_at_risk(played):
    [line] = [
        one for one in played.lines("wins", "30d") if one.account == played.account(planted.SILENT_CHURN).name
    ]
    assert "nobody had called it at risk" in line.because


def test_a_request_that_waited_is_among_the_late_answers_of_its_account(played):
    assert played.account(planted.SLA_BREACH).name in {one.account for one in played.lines("service", "30d")}


def test_a_request_for_a_person_that_waited_was_done_after_it_was_due(played):
    account = played.account(planted.SLA_BREACH)
    requests = played.rows(Task, Task.account_id == account.id, Task.kind == "handover")
    assert any(one.done_at and one.due_at and one.done_at > one.due_at for one in requests)


def test_those_who_are_dissatisfied_with_the_start_said_so(played):
    scores = played.rows(RunStep, RunStep.step == planted.START_SURVEY, RunStep.state == "answered")
    assert [one.answer for one in scores]
    assert {one.answer for one in scores} == {"2"}


def test_a_week_without_a_word_says_so_in_two_lines(played):
    monday, _ = planted.quiet_week(played.company)
    begins = datetime.combine(monday, time(0), played.now.tzinfo)
    span = Period(begins, begins + timedelta(days=7), "7d")
    made = played.digest(span, now=span.end)
    assert made.mood == "quiet"
    assert made.figure("questions.asked").value == 0


def test_what_three_new_customers_ask_in_vain_is_one_gap_with_their_names(played):
    names = {played.account(planted.GAP, place).name for place in range(3)}
    with played.core.database.reading() as session:
        gaps = top_gaps(session, played.core.workspace_id, WHOLE_WORKSPACE, limit=None)
    assert any(names <= set(one.accounts) for one in gaps)


def test_what_six_ask_in_the_last_week_is_a_theme_that_rises(played):
    made = played.digest("7d", find_themes=themes)
    rising = [one for one in made.themes if "photo" in one.example.lower() or "photo" in one.name.lower()]
    assert [one.figure.value > one.usual for one in rising] == [True]
    names = {played.account(planted.RISING, place).name for place in range(6)}
    assert len(names & set(rising[0].accounts)) >= 4


def test_the_question_how_the_start_was_is_on_the_journey_s_red_list(played):
    with played.core.database.reading() as session:
        cut = cut_for(session, played.core.workspace_id, ADMIN, Wanted("audit", "90d"), played.now)
        found = view_of(session, played.core.workspace_id, "audit", cut).value
    low = [one for one in (*found.red, *found.thin) if one.measure == "csat"]
    assert f"step.onboarding.{planted.START_SURVEY}" in [one.cell.touchpoint.key for one in low]


def test_every_figure_of_the_whole_time_each_month_and_random_slices_equals_its_rows(played):
    names = [one.name for one in played.company.customers]
    for cut in slices(DAYS, played.now, names, SLICES):
        assert check_slice(played.core, cut) > 0, str(cut)


def test_the_digest_s_text_names_the_account_whose_forecast_and_health_disagree(played):
    assert played.account(planted.FORECAST).name in as_text(played.digest("30d"))


def test_every_question_was_answered_or_refused_by_the_product(played):
    asked = played.rows(Message, Message.is_question)
    assert len(asked) > 40
    assert {one.question_id for one in played.rows(Answer)} >= {one.id for one in asked}
    assert all(one.account_id for one in played.rows(Conversation))


def test_the_folder_is_known_as_a_demo_company_and_has_no_other_customers(played):
    folder = workspace_folder(played.core.settings)
    assert is_demo(folder)
    assert {one.id for one in staff_of(folder).users} <= {one.id for one in played.company.directory.users}
    assert {one.key for one in played.rows(Account)} == {one.key for one in played.company.customers}


def test_a_folder_that_is_not_empty_is_not_built_in(played):
    with pytest.raises(NoDemo, match="not empty"):
        build(played.core.settings, PLAN)
