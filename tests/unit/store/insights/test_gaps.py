"""Questions without a good answer fall into gaps: each into one, alike ones into the same, for good."""

from __future__ import annotations

import numpy as np
import pytest
from sqlmodel import select

from store.gathering import gather, is_due
from store.insights.gaps import gap_seen, onboarding_days, top_gaps
from store.insights.scope import WHOLE_WORKSPACE
from store.insights.values import Period, Scope
from store.tables import Account, Answer, Document, GapQuestion, KnowledgeGap, Message, Source, Task, gaps


def vector(topic, nudge=0):
    made = np.zeros(8, dtype="<f4")
    made[topic], made[7] = 1, 0.1 * nudge
    return (made / np.linalg.norm(made)).tobytes()


@pytest.fixture
def ask(life):
    def run(text, topic, *, status="refused", model="m1", **more):
        return life.ask(text, embedding=vector(topic, len(text) % 3), model=model, status=status, **more)

    return run


@pytest.fixture
def gathered(database, company, clock):
    def run(scope=WHOLE_WORKSPACE, **more):
        with database.transaction() as session:
            gather(session, company.workspace_id, clock.now())
        with database.reading() as session:
            assert not is_due(session, company.workspace_id, clock.now())
            return top_gaps(session, company.workspace_id, scope, **more)

    return run


def change(database, model, row_id, **values):
    with database.transaction() as session:
        row = session.get_one(model, row_id)
        for name, value in values.items():
            setattr(row, name, value)
        session.add(row)


def test_refused_and_badly_rated_questions_that_mean_the_same_are_one_gap(ask, life, gathered):
    ask("Can I export boards?", 0, days=3)
    bad = ask("Export of boards?", 0, account="bolt", status="answered", days=2)
    life.rate(bad, -1, account="bolt")
    ask("Is there SSO?", 1, days=1)
    ask("How do I log in?", 2, status="answered")

    exports, sso = gathered()

    assert exports.title == "Can I export boards?"
    assert [(one.text, one.why) for one in exports.asked] == [
        ("Export of boards?", "unhelpful"),
        ("Can I export boards?", "refused"),
    ]
    assert exports.accounts == ("Bolt & Co", "Nordwind GmbH")
    assert exports.figure.value == 2
    assert sso.title == "Is there SSO?"


def test_gaps_rank_by_accounts_then_revenue_then_questions(database, company, ask, gathered):
    change(database, Account, company.accounts["nord"], arr_minor=100, currency="EUR")
    change(database, Account, company.accounts["bolt"], arr_minor=900, currency="EUR")
    for _ in range(4):
        ask("Once more about sheep?", 3)
    ask("Is there SSO?", 1, account="bolt")
    ask("Can I export boards?", 0, days=2)
    ask("Boards, can I export them?", 0, account="bolt")

    found = gathered()

    assert [one.title for one in found] == ["Can I export boards?", "Is there SSO?", "Once more about sheep?"]
    assert found[0].arr == ((1000, "EUR"),)


def test_a_new_question_joins_its_gap_and_the_same_gap_is_not_opened_twice(database, ask, gathered):
    ask("Can I export boards?", 0, days=3)
    [first] = gathered()
    ask("Exporting of boards please", 0, account="bolt", days=1)
    [again] = gathered()
    [same] = gathered()

    assert first.id == again.id == same.id
    assert [one.figure.value for one in (first, again, same)] == [1, 2, 2]


def test_the_same_words_are_one_gap_without_vectors_and_across_models(life, ask, gathered):
    life.ask("Can I export the boards?", status="refused")
    life.ask("export boards", status="refused", account="bolt")
    ask("Boards export", 0, model="m2")
    ask("Something else entirely", 0, model="m3")

    assert [one.figure.value for one in gathered()] == [3, 1]


def test_a_gap_that_was_filled_and_is_asked_and_refused_again_opens_anew(
    database, company, clock, ask, gathered
):
    ask("Can I export boards?", 0, days=3)
    [gap] = gathered()
    with database.transaction() as session:
        row = gaps.find_gap(session, company.workspace_id, gap.id)
        assert gaps.propose(session, row, clock.now())
        assert gaps.publish(session, row, None, clock.now())
        assert not gaps.publish(session, row, None, clock.now())
    ask(
        "Boards: can I export?", 0, account="bolt", days=1
    )  # asked before it was filled: told with the others
    assert gathered() == ()
    ask("Can boards be exported?", 0, days=-1)

    [reopened] = gathered()

    assert (reopened.id, reopened.state, reopened.reopened) == (gap.id, "open", 1)
    assert reopened.figure.value == 3


def test_a_dismissed_gap_swallows_what_is_asked_again(database, company, clock, ask, gathered):
    ask("Can I export boards?", 0, days=3)
    [gap] = gathered()
    with database.transaction() as session:
        row = gaps.find_gap(session, company.workspace_id, gap.id)
        assert gaps.dismiss(session, row, "We are no board shop.", clock.now())
        assert not gaps.propose(session, row, clock.now())
        assert not gaps.publish(session, row, None, clock.now())
    ask("Boards: can I export?", 0, account="bolt")

    assert gathered() == ()
    [seen] = gathered(states=(gaps.DISMISSED,))
    assert (seen.reason, seen.figure.value) == ("We are no board shop.", 2)


def test_what_is_rated_well_after_all_or_deleted_leaves_its_gap(database, clock, ask, life, gathered):
    rated = ask("Export of boards?", 0, status="answered")
    rating = life.rate(rated, -1)
    deleted = ask("Is there SSO?", 1)
    assert len(gathered()) == 2
    change(database, type(rating), rating.id, rating=1)
    change(database, Answer, deleted.id, withdrawn_at=clock.now())
    change(database, Message, deleted.question_id, text="")

    assert gathered() == ()
    with database.reading() as session:
        assert gaps.gaps_in(session, rating.workspace_id) == []


def test_an_answer_after_which_a_person_had_to_answer_counts(database, life, ask, gathered):
    given, waiting = ask("Board export?", 0, status="answered"), ask("Is there SSO?", 1, status="answered")
    for answer, state in ((given, "done"), (waiting, "open")):
        task = life.task("Isla asks for you", state=state)
        change(database, Task, task.id, kind="handover", link={"answer_id": answer.id})

    [gap] = gathered()

    assert [one.why for one in gap.asked] == ["handed_over"]


def test_who_reads_sees_only_questions_of_their_accounts_and_no_gap_without_any(company, ask, gathered):
    ask("Can I export boards?", 0)
    ask("Exports of boards", 0, account="bolt")
    ask("Is there SSO?", 1)
    ask("What of sheep?", 2, account=None)
    mine = Scope("mine", frozenset({company.accounts["bolt"]}))

    [gap] = gathered(mine)

    assert [one.text for one in gap.asked] == ["Exports of boards"]
    assert gap.accounts == ("Bolt & Co",)
    assert len(gathered()) == 3


def test_only_questions_of_the_period_count(life, ask, gathered):
    ask("Can I export boards?", 0, days=20)
    ask("Exports of boards", 0, days=2)
    ask("Is there SSO?", 1, days=20)

    [gap] = gathered(period=Period(life.ago(7), life.now, "7d"))

    assert gap.figure.value == 1


def test_another_workspaces_gap_cannot_be_seen(database, company, ask, gathered):
    ask("Can I export boards?", 0)
    [gap] = gathered()
    with database.reading() as session:
        assert gap_seen(session, company.workspace_id, gap.id, WHOLE_WORKSPACE) == gap
        assert gap_seen(session, "elsewhere", gap.id, WHOLE_WORKSPACE) is None
        assert gap_seen(session, company.workspace_id, "nothing", WHOLE_WORKSPACE) is None
        assert top_gaps(session, "elsewhere", WHOLE_WORKSPACE) == ()


def test_a_gap_belongs_to_who_looks_after_the_nearest_article_else_to_the_csm(
    database, company, clock, life, gathered
):
    source = life._add(Source(workspace_id=company.workspace_id, uri="help", created_at=clock.now()))
    life._add(
        Document(workspace_id=company.workspace_id, source_id=source.id, uri="a.md", title="Boards",
                 content_hash="h", owner="Solo", created_at=clock.now(), updated_at=clock.now())
    )  # fmt: skip
    near = life.ask("Can I export boards?", status="refused", days=2)
    change(database, Answer, near.id, closest=["Boards"])
    life.ask("Is there SSO?", status="refused")

    owners = {one.title: one.owner_email for one in gathered()}

    assert owners == {"Can I export boards?": "solo@guide.example", "Is there SSO?": "omar@guide.example"}


def test_the_days_of_an_onboarding_on_which_it_was_asked(database, company, life, ask, gathered):
    life.term(account="nord", days=65)  # begun 300 days ago
    recent = life.term(account="bolt", days=300)
    change(database, type(recent), recent.id, started_on=life.ago(20).date())
    ask("Can I export boards?", 0, days=3)
    ask("Exports of boards", 0, account="bolt", days=6)
    ask("Boards, exports?", 0, account="bolt", days=2)
    [gap] = gathered()
    with database.reading() as session:
        assert onboarding_days(session, company.workspace_id, gap.id) == {company.accounts["bolt"]: 14}


def test_each_question_is_in_one_gap(database, company, ask, gathered):
    for n in range(6):
        ask(f"Question number {n} about boards", n % 3, account=("nord", "bolt")[n % 2])
    gathered()
    gathered()
    with database.reading() as session:
        questions = session.exec(select(GapQuestion.question_id)).all()
        assert len(questions) == len(set(questions)) == 6
        assert len(session.exec(select(KnowledgeGap)).all()) == 3
