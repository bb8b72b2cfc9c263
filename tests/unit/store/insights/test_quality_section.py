"""The digest's section on quality assurance: reviews of the period with their rows, and how far reviewers agree."""

from __future__ import annotations

from datetime import timedelta

import pytest

from store.insights.digest import digest
from store.insights.evidence import evidence_rows
from store.insights.qa import week_of
from store.insights.scope import WHOLE_WORKSPACE, period_of
from store.insights.sections.quality import NOBODY
from store.insights.values import Scope
from store.tables import AnswerReview, SampledAnswer
from store.tables.reviews import CRITERIA


@pytest.fixture
def review(database, company, clock, life):
    """Somebody's review of an answer of the week before, so many days ago."""
    known = {}

    def make(answer, by, *, account="nord", days=1.0, **marks):
        with database.transaction() as session:
            if answer not in known:
                asked = life.ask(answer, account=account, days=8)
                row = SampledAnswer(
                    workspace_id=company.workspace_id, week=week_of(clock.now().date() - timedelta(days=7)), position=1,
                    kind="bot", message_id=asked.question_id, answer_id=asked.id, account_id=asked.account_id,
                    created_at=clock.now(),
                )  # fmt: skip
                session.add(row)
                session.flush()
                known[answer] = row.id
            at = clock.now() - timedelta(days=days)
            session.add(
                AnswerReview(
                    workspace_id=company.workspace_id, sampled_id=known[answer], slack_user_id=by,
                    marks=dict.fromkeys(CRITERIA, "yes") | marks, created_at=at, updated_at=at,
                )
            )  # fmt: skip

    return make


@pytest.fixture
def section(database, company, clock):
    def make(scope=WHOLE_WORKSPACE):
        with database.reading() as session:
            made = digest(session, company.workspace_id, period_of("7d", clock.now()), scope, clock.now())
            found = made.section("quality")
            for figure in found.all_figures:
                rows = evidence_rows(session, company.workspace_id, figure)
                assert tuple(row.id for row in rows) == figure.evidence
        return found

    return make


def test_each_criterion_is_the_share_of_yes_among_reviews_that_could_say(review, section):
    review("one", "U0OMAR", tone="no", source="n/a")
    review("one", "U0MAX")
    review("two", "U0MAX", days=9, tone="no")

    made = section()

    measures = {one.key: (one.metric.numerator, one.metric.n) for one in made.measures}
    assert measures["quality.tone"] == (1, 2)
    assert measures["quality.source"] == (1, 1)
    assert (made.figures[0].value, made.figures[0].before) == (2, 1)
    assert made.lines == ()


def test_reviewers_agreement_is_said_from_ten_pairs_of_marks(review, section):
    for answer in ("one", "two"):
        for by in ("U0OMAR", "U0MAX"):
            review(answer, by, tone="no")

    [line] = section().lines

    assert line.text == "reviewers agree with Cohen's κ 1.00"
    assert line.because == "10 pairs of marks on the same answers"
    assert line.figure.value == 4


def test_a_scope_holds_reviews_of_its_own_accounts_answers(review, section, company):
    review("one", "U0OMAR")
    review("of another", "U0OMAR", account="bolt")

    assert section(Scope("Bolt", frozenset({company.accounts["bolt"]}))).figures[0].value == 1


def test_that_nobody_reviewed_anything_is_said(section):
    made = section()

    assert (made.is_empty, made.missing) == (True, (NOBODY,))
