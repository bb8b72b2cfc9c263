"""The digest's section on gaps and told-back: what is open, what was answered, who was told, each with its rows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from store.gathering import gather
from store.insights.evidence import evidence_rows
from store.insights.frame import frame_of
from store.insights.scope import WHOLE_WORKSPACE, period_of
from store.insights.sections.told import read_told, told_section
from store.insights.values import Scope
from store.tables import FeedbackLoop, LoopItem, gaps, loops


@pytest.fixture
def section(database, company, clock):
    def make(scope=WHOLE_WORKSPACE, period="7d"):
        with database.reading() as session:
            frame = frame_of(
                session, company.workspace_id, period_of(period, clock.now()), scope, clock.now()
            )
            made = told_section(read_told(session, frame))
            rows = {one.key: evidence_rows(session, company.workspace_id, one) for one in made.all_figures}
        assert {one.key: one.value for one in made.all_figures} == {
            key: len(found) for key, found in rows.items()
        }
        return made, {one.key: one.value for one in made.figures}

    return make


@pytest.fixture
def asked(database, company, clock, life):
    life.ask("Can I export boards? Call +44 20 7946 0000", status="refused", days=3)
    life.ask("Is there SSO?", status="refused", account="bolt", days=2)
    with database.transaction() as session:
        gather(session, company.workspace_id, clock.now())


def fill(database, company, clock, told_after=timedelta(0)):
    with database.transaction() as session:
        gap = gaps.gaps_in(session, company.workspace_id)[0]
        gaps.publish(session, gap, None, clock.now() - timedelta(days=1))
        for row in gaps.questions_of(session, gap.id):
            row.told_at = clock.now() - timedelta(days=1) + told_after
            session.add(row)


def test_the_questions_of_open_gaps_count(asked, section):
    _, counts = section()
    assert counts["gaps.open"] == 2


def test_what_was_answered_and_told_in_the_period_counts(database, company, clock, asked, section):
    fill(database, company, clock)
    _, counts = section()
    assert (counts["gaps.open"], counts["gaps.filled"], counts["gaps.told"]) == (1, 1, 1)


def test_only_accounts_of_the_scope_count(company, asked, section):
    _, counts = section(Scope("bolt", frozenset({company.accounts["bolt"]})))
    assert counts["gaps.open"] == 1


@pytest.mark.parametrize(
    ("told", "closed"),
    [(None, 0), (timedelta(days=1), 1), (timedelta(days=30), 1), (timedelta(days=31), 0)],
    ids=["not yet", "at once", "on the last day", "too late"],
)
def test_a_loop_is_closed_if_they_were_told_within_thirty_days(
    database, company, clock, life, section, told, closed
):
    rating = life.rate(life.ask("Is there SSO?"), -1, comment="We need SSO")
    shipped = clock.now() - timedelta(days=35)
    with database.transaction() as session:
        loop = FeedbackLoop(
            workspace_id=company.workspace_id, title="SSO", decided_by="U0OMAR", decided_at=shipped, shipped_at=shipped,
            state=loops.SHIPPED,
        )  # fmt: skip
        item = LoopItem(
            workspace_id=company.workspace_id, loop_id="", feedback_id=rating.id, account_id=rating.account_id,
            slack_user_id="U0ANA", asked_at=rating.created_at, added_at=shipped, told_at=told and shipped + told,
        )  # fmt: skip
        assert loops.begin(session, loop, [item]) == 1
        assert not loops.add_item(session, loop, item.model_copy(update={"id": "other"}))
    made, counts = section(period="90d")
    assert (counts["loop.actioned"], counts["loop.closed"]) == (1, closed)
    assert made.rates[0].value == closed


def test_a_week_without_any_says_nothing(section):
    made, _ = section()
    assert made.is_empty
    assert made.rates[0].value is None
